//! Which dead letters a list has.

use std::collections::BTreeSet;

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
