//! Events of the log, as an operator looks for them, and what became of each in every subscription.

mod delivery;

use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::contract::id::TenantId;
use crate::contract::position::Position;
use crate::operate::actor::{Actor, ActorError};
use crate::operate::contracts::KnownContracts;
use crate::operate::masked::{mask_envelope, mask_subject};
use crate::postgres::error::{ConfigError, DatabaseError};
use crate::postgres::family::Family;
pub use delivery::{DeliveryState, EventDelivery};

/// The events of a log, as an operator looks for them. Clones share the pool.
#[derive(Clone, Debug)]
pub struct Events {
    pool: PgPool,
    family: Family,
}

/// Which events [`Events::search`] looks for. Defaults to all of every tenant, 50 at most, the newest first.
#[derive(Clone, Debug)]
#[must_use]
pub struct EventFilter {
    pub(crate) event_type: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) from: Option<OffsetDateTime>,
    pub(crate) to: Option<OffsetDateTime>,
    pub(crate) limit: u16,
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

    /// Only events that were inserted then or later.
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

    /// Go on where the page ended that returned this token.
    pub fn next(mut self, token: impl Into<String>) -> Self {
        self.next = Some(token.into());
        self
    }
}

/// An event in a list: all but its payload.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EventSummary {
    /// The event's id, as it was stored.
    pub event_id: String,
    /// Its place in the log.
    pub position: Position,
    /// Its type.
    pub event_type: String,
    /// Its schema version.
    pub schema_version: i32,
    /// Its tenant.
    pub tenant_id: String,
    /// The domain that published it.
    pub producer: String,
    /// Whom or what it is about.
    pub subject: Option<String>,
    /// When the fact happened, as the producer says.
    #[serde(with = "time::serde::rfc3339")]
    pub occurred_at: OffsetDateTime,
    /// When it was inserted, by the clock of the database.
    #[serde(with = "time::serde::rfc3339")]
    pub inserted_at: OffsetDateTime,
}

/// A page of events, and how far the search has looked.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EventPage {
    /// The events, the newest first.
    pub events: Vec<EventSummary>,
    /// How far it looked.
    pub searched: Searched,
    /// The token with which the search goes on; `None` if there is nothing left to look at.
    pub next: Option<String>,
}

/// The part of the log that a search has looked at.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Searched {
    /// The newest position that it looked at.
    pub from: Position,
    /// The oldest.
    pub to: Position,
    /// When the event at the oldest position was inserted.
    #[serde(with = "time::serde::rfc3339::option")]
    pub back_to: Option<OffsetDateTime>,
    /// Whether it has looked at everything that the filter allows.
    pub is_complete: bool,
}

/// An event with what became of it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EventDetail {
    /// The event.
    #[serde(flatten)]
    pub event: EventSummary,
    /// The envelope as it was stored, with the payload.
    pub envelope: Box<RawValue>,
    /// When the payload was erased.
    #[serde(with = "time::serde::rfc3339::option")]
    pub erased_at: Option<OffsetDateTime>,
    /// What became of it in each subscription that takes it, by consumer and name.
    pub deliveries: Vec<EventDelivery>,
}

/// An event could not be found, read or published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventsError {
    /// The operator's name or reason cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// A setting is not allowed.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The log has no event of that id: it was never published here, or retention has removed it.
    #[error("the log has no event {0}: it was not published here, or retention has removed it")]
    NotFound(String),
    /// The token belongs to another search.
    #[error(
        "`next` is not the token of a page of this search: send it with the filter that it was returned for"
    )]
    InvalidToken,
    /// The gate refuses the event: the text is its report.
    #[error("{0}")]
    Refused(String),
    /// The database could not be reached or refused a statement.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl Events {
    /// The events of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            family: Family::default(),
        }
    }

    /// The events of the table family in the Postgres schema of that name.
    ///
    /// # Errors
    /// The name cannot be a schema's name.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            pool,
            family: Family::new(schema)?,
        })
    }

    /// The same, bound to the events of these tenants.
    #[must_use]
    pub fn for_tenants(&self, tenants: impl IntoIterator<Item = TenantId>) -> Self {
        todo!("{:?}", tenants.into_iter().next())
    }

    /// Looks for events, the newest first, for about a second at most; the page says how far it looked, and its token
    /// goes on from there. It needs no index but the log's own.
    ///
    /// # Errors
    /// The limit is 0, the token is of another search, or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn search(&self, filter: &EventFilter) -> Result<EventPage, EventsError> {
        todo!("{filter:?} {:?} {:?}", self.pool, self.family)
    }

    /// Publishes an event, after the gate of the contracts: `{"event_type", "schema_version", "tenant_id", "payload"}`, and
    /// any other field of the envelope. It is recorded in the audit.
    ///
    /// # Errors
    /// [`EventsError::Refused`]; or the database failed. Nothing was published then.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, it may or may not be published. An event id makes it safe to
    /// publish again.
    pub async fn publish(
        &self,
        event: &serde_json::Value,
        contracts: &KnownContracts,
        actor: Actor<'_>,
    ) -> Result<EventSummary, EventsError> {
        todo!("{event} {} {actor:?}", contracts.is_empty())
    }

    /// The event of that id, with what became of it in each subscription.
    ///
    /// # Errors
    /// [`EventsError::NotFound`], or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn get(&self, event_id: &str) -> Result<EventDetail, EventsError> {
        todo!("{event_id}")
    }

    /// The events after a position, the oldest first: at most `limit`, and only what every reader may see. Returns the
    /// position from which to go on. `None` begins at the end of the log.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn tail(
        &self,
        after: Option<Position>,
        filter: &EventFilter,
    ) -> Result<(Vec<EventSummary>, Position), EventsError> {
        todo!("{after:?} {filter:?}")
    }
}

impl EventSummary {
    /// The same with `"[masked]"` in the place of the subject, where the contracts mark it, or do not have the event type or
    /// the version. Where no contracts are known, nothing is masked.
    #[must_use]
    pub fn masked(mut self, contracts: &KnownContracts) -> Self {
        if !contracts.is_empty() {
            let known = contracts.schema(&self.event_type, self.schema_version);
            mask_subject(known, false, &mut self.subject);
        }
        self
    }
}

impl EventDetail {
    /// The same with `"[masked]"` in the place of each value that the contracts mark; see
    /// [`DeadLetter::masked`](crate::DeadLetter::masked). Where no contracts are known, nothing is masked. Errors of
    /// handlers stay as they are.
    #[must_use]
    pub fn masked(mut self, contracts: &KnownContracts) -> Self {
        if !contracts.is_empty() {
            let event = &mut self.event;
            let known = contracts.schema(&event.event_type, event.schema_version);
            mask_envelope(known, &mut self.envelope, &mut event.subject);
        }
        self
    }
}
