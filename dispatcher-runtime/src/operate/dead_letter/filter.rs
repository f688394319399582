//! Which dead letters a list has.

use std::collections::BTreeSet;

use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::DeadLetterState;
use crate::contract::bounded_text::error_text;
use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::contract::id::TenantId;
use crate::postgres::error::ConfigError;

/// Which dead letters [`DeadLetters::list`](crate::DeadLetters::list) returns. Defaults to those of every consumer and
/// tenant that are not resolved, 50 at most.
#[derive(Clone, Debug)]
pub struct DeadLetterFilter {
    pub(crate) selection: Selection,
    pub(super) limit: u16,
    pub(super) next: Option<String>,
}

/// The part of a filter that is the same for all pages of a list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(super) consumer: Option<String>,
    /// `None`: of every tenant.
    pub(super) tenants: Option<BTreeSet<TenantId>>,
    pub(super) include_resolved: bool,
    narrower: Narrower,
}

/// What most lists do not ask for.
#[derive(Clone, Debug, Default, PartialEq)]
struct Narrower {
    subscription: Option<String>,
    event_type: Option<String>,
    reason: Option<DeadLetterReason>,
    group: Option<String>,
    subject: Option<String>,
    state: Option<DeadLetterState>,
    from: Option<OffsetDateTime>,
    to: Option<OffsetDateTime>,
    dead_letter_ids: Option<Vec<String>>,
}

impl Selection {
    /// The subscription, if it is of one.
    pub(super) fn subscription(&self) -> Option<&str> {
        self.narrower.subscription.as_deref()
    }

    /// These letters.
    pub(crate) fn of(dead_letter_ids: Vec<String>) -> Self {
        let mut selection = Self::default();
        selection.narrower.dead_letter_ids = Some(dead_letter_ids);
        selection
    }

    /// Only what is also of these tenants.
    pub(crate) fn within(&self, bound: Option<&BTreeSet<TenantId>>) -> Self {
        Self {
            tenants: narrowed(self.tenants.as_ref(), bound),
            ..self.clone()
        }
    }

    /// Only what is open: nothing of a filter by another state.
    pub(crate) fn open(&self) -> Self {
        let mut selection = self.clone();
        let narrower = &mut selection.narrower;
        if narrower
            .state
            .is_some_and(|state| state != DeadLetterState::Open)
        {
            narrower.dead_letter_ids = Some(Vec::new());
        }
        narrower.state = Some(DeadLetterState::Open);
        selection
    }

    pub(super) fn tenant_ids(&self) -> Option<Vec<&str>> {
        tenant_ids(self.tenants.as_ref())
    }

    /// Whether a page of it needs `list_selected.sql`.
    pub(crate) fn is_narrow(&self) -> bool {
        self.narrower != Narrower::default()
    }

    /// The list that it is a part of: only what the indexes of lists are made for. `None` if an index finds its letters, so
    /// that others are not looked at.
    pub(crate) fn looked_through(&self) -> Option<Self> {
        let narrower = &self.narrower;
        let is_found = narrower.subject.is_some()
            || narrower.group.is_some()
            || narrower.dead_letter_ids.is_some();
        (self.is_narrow() && !is_found).then(|| Self {
            include_resolved: self.include_resolved
                || narrower.state == Some(DeadLetterState::Resolved),
            narrower: Narrower {
                from: narrower.from,
                to: narrower.to,
                ..Narrower::default()
            },
            ..self.clone()
        })
    }

    /// Whether it selects by what differs within a group, so that each letter has to be looked at.
    pub(crate) fn splits_groups(&self) -> bool {
        let narrower = &self.narrower;
        self.tenants.is_some()
            || narrower.subject.is_some()
            || narrower.from.is_some()
            || narrower.to.is_some()
            || narrower.dead_letter_ids.is_some()
    }

    /// Binds the parameters of `selected_letters.sql`.
    pub(crate) fn bind(
        &self,
        query: Query<'static, Postgres, PgArguments>,
    ) -> Query<'static, Postgres, PgArguments> {
        let narrower = &self.narrower;
        let (resolved, redriving, unresolved, open) = match narrower.state {
            None => (self.include_resolved, true, true, true),
            Some(DeadLetterState::Open) => (false, false, true, true),
            Some(DeadLetterState::Redriving) => (false, true, true, false),
            Some(DeadLetterState::Resolved) => (true, true, false, true),
        };
        let (from_group, before_group) = self.groups();
        query
            .bind(&self.consumer)
            .bind(self.tenant_ids())
            .bind(&narrower.subscription)
            .bind(&narrower.event_type)
            .bind(narrower.reason.map(DeadLetterReason::as_str))
            .bind(from_group)
            .bind(before_group)
            .bind(&narrower.subject)
            .bind(narrower.from)
            .bind(narrower.to)
            .bind(resolved)
            .bind(redriving)
            .bind(unresolved)
            .bind(open)
            .bind(&narrower.dead_letter_ids)
    }

    /// Binds what `read_groups.sql` asks of each group.
    pub(crate) fn bind_groups(
        &self,
        query: Query<'static, Postgres, PgArguments>,
    ) -> Query<'static, Postgres, PgArguments> {
        let (from_group, before_group) = self.groups();
        query
            .bind(&self.consumer)
            .bind(&self.narrower.subscription)
            .bind(&self.narrower.event_type)
            .bind(self.narrower.reason.map(DeadLetterReason::as_str))
            .bind(from_group)
            .bind(before_group)
    }

    /// The fingerprints that begin with the digits of the group: from, and before. No fingerprint has a `g`.
    fn groups(&self) -> (Option<String>, Option<String>) {
        let group = self.narrower.group.as_ref();
        let group = group.map(|group| group.to_ascii_lowercase());
        let before = group.as_ref().map(|group| format!("{group}g"));
        (group, before)
    }

    /// In words, for the history. Whom the letters are about may be sensitive, so the subject is not named.
    pub(crate) fn in_words(&self) -> String {
        let narrower = &self.narrower;
        let mut words = Vec::new();
        let mut add = |name: &str, value: Option<&str>| {
            words.extend(value.map(|value| format!("{name} {value}")));
        };
        add("consumer", self.consumer.as_deref());
        add("subscription", narrower.subscription.as_deref());
        add("event type", narrower.event_type.as_deref());
        add("reason", narrower.reason.map(DeadLetterReason::as_str));
        add("group", narrower.group.as_deref());
        let time = |at: Option<OffsetDateTime>| at.and_then(|at| at.format(&Rfc3339).ok());
        add("from", time(narrower.from).as_deref());
        add("before", time(narrower.to).as_deref());
        if narrower.subject.is_some() {
            words.push("one subject".to_owned());
        }
        if let Some(tenants) = self.tenant_ids() {
            words.push(format!("{} tenants", tenants.len()));
        }
        match &narrower.dead_letter_ids {
            Some(ids) if ids.len() == 1 => words.push(format!("dead letter {}", ids[0])),
            Some(ids) => words.push(format!("{} chosen dead letters", ids.len())),
            None => {}
        }
        if words.is_empty() {
            return "all open dead letters".to_owned();
        }
        error_text(words.join(", "))
    }
}

/// The tenants that are in both sets; `None` is all there are.
pub(crate) fn narrowed(
    one: Option<&BTreeSet<TenantId>>,
    other: Option<&BTreeSet<TenantId>>,
) -> Option<BTreeSet<TenantId>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one & other),
        (Some(tenants), None) | (None, Some(tenants)) => Some(tenants.clone()),
        (None, None) => None,
    }
}

/// As statements take them.
pub(super) fn tenant_ids(tenants: Option<&BTreeSet<TenantId>>) -> Option<Vec<&str>> {
    tenants.map(|tenants| tenants.iter().map(TenantId::as_str).collect())
}

impl Default for DeadLetterFilter {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            limit: 50,
            next: None,
        }
    }
}

impl DeadLetterFilter {
    /// Only those of one consuming domain. Defaults to those of every domain.
    #[must_use]
    pub fn consumer(mut self, consumer: impl Into<String>) -> Self {
        self.selection.consumer = Some(consumer.into());
        self
    }

    /// Only those whose events are of these tenants; of no tenant, none. Defaults to those of every tenant that the
    /// [`DeadLetters`](crate::DeadLetters) may see.
    #[must_use]
    pub fn tenants(mut self, tenants: impl IntoIterator<Item = TenantId>) -> Self {
        self.selection.tenants = Some(tenants.into_iter().collect());
        self
    }

    /// Whether to return resolved dead letters too. Defaults to `false`.
    #[must_use]
    pub fn include_resolved(mut self, include_resolved: bool) -> Self {
        self.selection.include_resolved = include_resolved;
        self
    }

    /// Only those of one subscription. Defaults to those of every subscription.
    #[must_use]
    pub fn subscription(mut self, subscription: impl Into<String>) -> Self {
        self.selection.narrower.subscription = Some(subscription.into());
        self
    }

    /// Only those of events of one type. Defaults to those of every type.
    #[must_use]
    pub fn event_type(mut self, event_type: impl Into<String>) -> Self {
        self.selection.narrower.event_type = Some(event_type.into());
        self
    }

    /// Only those with this reason. Defaults to every reason.
    #[must_use]
    pub fn reason(mut self, reason: DeadLetterReason) -> Self {
        self.selection.narrower.reason = Some(reason);
        self
    }

    /// Only those of one [group](crate::DeadLetterGroup::group), or of the groups that begin with these digits.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.selection.narrower.group = Some(group.into());
        self
    }

    /// Only those whose events are of that subject.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.selection.narrower.subject = Some(subject.into());
        self
    }

    /// Only those of that state. Defaults to those that are open or redriving; after
    /// [`include_resolved`](Self::include_resolved), to all.
    #[must_use]
    pub fn state(mut self, state: DeadLetterState) -> Self {
        self.selection.narrower.state = Some(state);
        self
    }

    /// Only those that were written then or later.
    #[must_use]
    pub fn from(mut self, from: OffsetDateTime) -> Self {
        self.selection.narrower.from = Some(from);
        self
    }

    /// Only those that were written before.
    #[must_use]
    pub fn to(mut self, to: OffsetDateTime) -> Self {
        self.selection.narrower.to = Some(to);
        self
    }

    /// How many to return at most. Defaults to 50; more than 1000 counts as 1000, and 0 is an error of the
    /// call that takes the filter.
    #[must_use]
    pub fn limit(mut self, limit: u16) -> Self {
        self.limit = limit.min(1000);
        self
    }

    /// The page after the one that returned this token as
    /// [`DeadLetterPage::next`](crate::DeadLetterPage::next). Everything but the limit has to be as it was for that page;
    /// otherwise the list is an error. Defaults to the first page.
    #[must_use]
    pub fn next(mut self, token: impl Into<String>) -> Self {
        self.next = Some(token.into());
        self
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if self.limit > 0 {
            return Ok(());
        }
        Err(ConfigError::Invalid {
            setting: "limit",
            value: "0".to_owned(),
            expected: "from 1 to 1000",
        })
    }
}
