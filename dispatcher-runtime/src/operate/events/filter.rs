//! Which events a search looks for.

use std::fmt::Debug;
use std::time::Duration;

use time::OffsetDateTime;

use crate::contract::id::TenantId;
use crate::operate::page_token::check_limit;
use crate::operate::tenants::Tenants;
use crate::postgres::error::ConfigError;

/// Which events [`Events::search`](crate::Events::search) looks for. Defaults to all of every tenant, 50 at most, the newest first.
#[derive(Clone, Debug)]
#[must_use]
pub struct EventFilter {
    pub(crate) event_type: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) from: Option<OffsetDateTime>,
    pub(crate) to: Option<OffsetDateTime>,
    pub(crate) limit: u16,
    pub(crate) look_for: Duration,
    pub(crate) next: Option<String>,
}

impl Default for EventFilter {
    fn default() -> Self {
        Self {
            event_type: None,
            subject: None,
            tenant: None,
            from: None,
            to: None,
            limit: 50,
            look_for: Duration::from_secs(1),
            next: None,
        }
    }
}

impl EventFilter {
    /// Only events of that type.
    pub fn event_type(mut self, event_type: impl Into<String>) -> Self {
        self.event_type = Some(event_type.into());
        self
    }

    /// Only events of that subject.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Only events of that tenant.
    pub fn tenant(mut self, tenant: TenantId) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// Only events that were inserted then or later, by the clock of the database.
    pub fn from(mut self, from: OffsetDateTime) -> Self {
        self.from = Some(from);
        self
    }

    /// Only events that were inserted before.
    pub fn to(mut self, to: OffsetDateTime) -> Self {
        self.to = Some(to);
        self
    }

    /// How many to return at most, from 1 to 1000. Defaults to 50.
    pub fn limit(mut self, limit: u16) -> Self {
        self.limit = limit;
        self
    }

    /// For how long a search looks at most; it ends what it has begun to read, 50,000 positions. Defaults to 1 s.
    pub fn look_for(mut self, look_for: Duration) -> Self {
        self.look_for = look_for;
        self
    }

    /// Go on where the page ended that returned this token. Everything but the limit and the time has to be as it was for
    /// that page.
    pub fn next(mut self, token: impl Into<String>) -> Self {
        self.next = Some(token.into());
        self
    }

    /// # Errors
    /// The limit is not from 1 to 1000.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        check_limit(self.limit)
    }

    /// What is the same for all pages of a search.
    pub(super) fn selection(&self, tenants: &Tenants) -> impl Debug {
        let Self {
            event_type,
            subject,
            tenant,
            from,
            to,
            ..
        } = self.clone();
        (event_type, subject, tenant, from, to, tenants.clone())
    }
}
