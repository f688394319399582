//! Which dead letters a list has.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use super::DeadLetterState;
use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::contract::id::TenantId;
use crate::postgres::error::ConfigError;

/// Which dead letters [`DeadLetters::list`](crate::DeadLetters::list) returns. Defaults to those of every consumer and
/// tenant that are not resolved, 50 at most.
#[derive(Clone, Debug)]
pub struct DeadLetterFilter {
    pub(super) selection: Selection,
    pub(super) limit: u16,
    pub(super) next: Option<String>,
}

/// The part of a filter that is the same for all pages of a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection {
    pub(super) consumer: Option<String>,
    /// `None`: of every tenant.
    pub(super) tenants: Option<BTreeSet<TenantId>>,
    pub(super) include_resolved: bool,
}

impl Selection {
    /// Only what is also of these tenants.
    pub(super) fn within(&self, bound: Option<&BTreeSet<TenantId>>) -> Self {
        Self {
            tenants: narrowed(self.tenants.as_ref(), bound),
            ..self.clone()
        }
    }

    pub(super) fn tenant_ids(&self) -> Option<Vec<&str>> {
        tenant_ids(self.tenants.as_ref())
    }
}

/// The tenants that are in both sets; `None` is all there are.
pub(super) fn narrowed(
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
    pub fn subscription(self, subscription: impl Into<String>) -> Self {
        todo!("{}", subscription.into())
    }

    /// Only those of events of one type. Defaults to those of every type.
    #[must_use]
    pub fn event_type(self, event_type: impl Into<String>) -> Self {
        todo!("{}", event_type.into())
    }

    /// Only those with this reason. Defaults to every reason.
    #[must_use]
    pub fn reason(self, reason: DeadLetterReason) -> Self {
        todo!("{reason:?}")
    }

    /// Only those of one [group](crate::DeadLetterGroup::group), or of the groups that begin with these digits.
    #[must_use]
    pub fn group(self, group: impl Into<String>) -> Self {
        todo!("{}", group.into())
    }

    /// Only those whose events are of that subject.
    #[must_use]
    pub fn subject(self, subject: impl Into<String>) -> Self {
        todo!("{}", subject.into())
    }

    /// Only those of that state. Defaults to those that are open or redriving; after
    /// [`include_resolved`](Self::include_resolved), to all.
    #[must_use]
    pub fn state(self, state: DeadLetterState) -> Self {
        todo!("{state:?}")
    }

    /// Only those that were written then or later.
    #[must_use]
    pub fn from(self, from: OffsetDateTime) -> Self {
        todo!("{from}")
    }

    /// Only those that were written before.
    #[must_use]
    pub fn to(self, to: OffsetDateTime) -> Self {
        todo!("{to}")
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

    pub(super) fn check(&self) -> Result<(), ConfigError> {
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
