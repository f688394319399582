//! Events of the log, as an operator looks for them, and what became of each in every subscription.
//!
//! The log may be in another database than the subscriptions: events and their publishing are there, deliveries here.

mod causation;
mod delivery;
mod detail;
mod error;
mod filter;
mod given;
mod publish;
mod refusal;
mod search;
mod summary;

use serde_json::value::{RawValue, to_raw_value};
use sqlx::PgPool;

use crate::contract::id::TenantId;
use crate::contract::position::Position;
use crate::log::EventLog;
use crate::log::stored_event::StoredEvent;
use crate::operate::actor::Actor;
use crate::operate::contracts::KnownContracts;
use crate::operate::statements::EventStatements;
use crate::operate::tenants::Tenants;
use crate::postgres::error::ConfigError;
use crate::postgres::family::Family;
pub use causation::{Causation, CausedEvent};
use delivery::Delivered;
pub use delivery::{DeliveryState, EventDelivery};
pub use detail::EventDetail;
pub use error::EventsError;
pub use filter::EventFilter;
pub use refusal::{EventFault, RefusedEvent};
pub use summary::{EventPage, EventSummary, Searched};

/// The events of a log, as an operator looks for them. Clones share the pool.
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool) -> Result<(), dispatcher_runtime::EventsError> {
/// use dispatcher_runtime::{EventFilter, Events};
///
/// let events = Events::new(pool);
/// let mut filter = EventFilter::default().event_type("credit.locked").subject("per_7");
/// loop {
///     let page = events.search(&filter).await?;
///     for event in &page.events {
///         let detail = events.get(&event.event_id).await?;
///         println!("{} at {}: {:?}", event.event_id, event.inserted_at, detail.deliveries);
///     }
///     let Some(next) = page.next else { break };
///     filter = filter.next(next);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Events {
    pool: PgPool,
    statements: EventStatements,
    log: EventLog,
    /// Whether the log is in another database.
    is_remote: bool,
    tenants: Tenants,
}

impl Events {
    /// The events of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self::of(pool, &Family::default())
    }

    /// The events of the table family in the Postgres schema of that name.
    ///
    /// # Errors
    /// The name cannot be a schema's name.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self::of(pool, &Family::new(schema)?))
    }

    fn of(pool: PgPool, family: &Family) -> Self {
        Self {
            log: EventLog::of(pool.clone(), family),
            pool,
            statements: EventStatements::new(family),
            is_remote: false,
            tenants: Tenants::default(),
        }
    }

    /// The same with the log in another database.
    pub(crate) fn events_from(self, log: EventLog) -> Self {
        Self {
            log,
            is_remote: true,
            ..self
        }
    }

    /// The same, bound to the events of these tenants: those of others are not found, and cannot be published. Binding
    /// again leaves the tenants that both name.
    #[must_use]
    pub fn for_tenants(&self, tenants: impl IntoIterator<Item = TenantId>) -> Self {
        Self {
            tenants: self.tenants.and(tenants),
            ..self.clone()
        }
    }

    /// Looks for events, the newest first, for about a second at most
    /// ([`EventFilter::look_for`]); the page says how far it looked, and its token goes on from there. It needs no index
    /// but the log's own: it reads 50,000 positions at a time, backwards, and finds a time by halving.
    ///
    /// It shows what is committed, also what consumers may not read yet. What an older transaction commits later has a
    /// position among those that were looked at already, and is not on later pages.
    ///
    /// # Errors
    /// The limit is not from 1 to 1000; [`EventsError::InvalidToken`]; or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn search(&self, filter: &EventFilter) -> Result<EventPage, EventsError> {
        search::search(&self.log, &self.tenants, filter).await
    }

    /// Publishes an event, after the gate of the contracts. `event` is an object of `event_type`, `schema_version`,
    /// `tenant_id` and `payload`, and any other field of the envelope. Where they are missing, the producer and the subject
    /// are those of the contracts, and the actor is `operator:` and the operator's name. The audit has it, in the
    /// transaction of the event.
    ///
    /// An event id that the log has already publishes nothing, and the event of that id is returned. The role needs the
    /// rights of the event type's producer, and those of an operator.
    ///
    /// # Errors
    /// [`EventsError::Refused`], with all faults: a field is missing or unknown; the contracts do not have the event type
    /// or the version, or no contracts are known; another domain produces it; or the gate refuses the payload or the
    /// envelope. [`EventsError::Actor`]; or the database failed. Nothing was published then.
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
        actor.check()?;
        let draft = publish::Draft::read(event, contracts, &self.tenants, actor)?;
        publish::publish(&self.log, &draft, actor).await
    }

    /// Whether [`publish`](Self::publish) would publish the event, as far as the contracts say; the database is not asked.
    ///
    /// # Errors
    /// [`EventsError::Refused`], with all faults; [`EventsError::Actor`].
    pub fn check(
        &self,
        event: &serde_json::Value,
        contracts: &KnownContracts,
        actor: Actor<'_>,
    ) -> Result<(), EventsError> {
        actor.check()?;
        publish::Draft::read(event, contracts, &self.tenants, actor).map(drop)
    }

    /// The event of that id, with what became of it in each subscription.
    ///
    /// # Errors
    /// [`EventsError::NotFound`]; [`EventsError::Removed`] if retention has removed it from the log, and a subscription
    /// still knows of it; or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn get(&self, event_id: &str) -> Result<EventDetail, EventsError> {
        if event_id.contains('\0') {
            return Err(EventsError::NotFound(event_id.replace('\0', "\u{FFFD}")));
        }
        let Some((event, stored)) = self.find(event_id).await? else {
            return Err(self.removed(event_id).await?);
        };
        let delivered = Delivered::Event(&event);
        let list = &self.statements.list_deliveries;
        let deliveries = delivered.list(&self.pool, list, self.is_remote, &self.tenants);
        Ok(EventDetail {
            deliveries: deliveries.await?,
            envelope: envelope(&stored),
            causation: None,
            erased_at: stored.erased_at,
            event,
        })
    }

    async fn find(
        &self,
        event_id: &str,
    ) -> Result<Option<(EventSummary, StoredEvent)>, sqlx::Error> {
        let mut tx = self.log.begin().await?;
        let find = self.log.searches.find_event.query().bind(event_id);
        let find = find.bind(self.tenants.ids());
        let Some(row) = find.fetch_optional(&mut *tx).await? else {
            return Ok(None);
        };
        let event = EventSummary::from_row(&row)?;
        let position = event.position.into();
        let batch = self.log.events_at(&mut tx, vec![position], u64::MAX);
        let stored = batch.await?.events.pop();
        tx.rollback().await?;
        Ok(stored.map(|stored| (event, stored)))
    }

    /// What is known of an event that the log does not have.
    async fn removed(&self, event_id: &str) -> Result<EventsError, sqlx::Error> {
        let delivered = Delivered::Removed(event_id);
        let list = &self.statements.list_deliveries;
        let deliveries = delivered.list(&self.pool, list, self.is_remote, &self.tenants);
        let deliveries = deliveries.await?;
        let event_id = event_id.to_owned();
        Ok(if deliveries.is_empty() {
            EventsError::NotFound(event_id)
        } else {
            EventsError::Removed {
                event_id,
                deliveries,
            }
        })
    }

    /// The events after a position, the oldest first: at most as many as the filter's limit, and only what every reader
    /// may see, so that none is missing when it is called again with the position that it returns. `None` begins at the
    /// end of the log. It reads 50,000 positions at most, so it may return none and a position before the end.
    ///
    /// ```no_run
    /// # async fn example(events: dispatcher_runtime::Events) -> Result<(), dispatcher_runtime::EventsError> {
    /// # use std::time::Duration;
    /// let filter = dispatcher_runtime::EventFilter::default();
    /// let (_, mut position) = events.tail(None, &filter).await?;
    /// loop {
    ///     let (news, next) = events.tail(Some(position), &filter).await?;
    ///     for event in &news {
    ///         println!("{} {}", event.position, event.event_type);
    ///     }
    ///     if next == position {
    ///         tokio::time::sleep(Duration::from_secs(1)).await;
    ///     }
    ///     position = next;
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    /// The limit is not from 1 to 1000, or the database failed, or is a standby.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn tail(
        &self,
        after: Option<Position>,
        filter: &EventFilter,
    ) -> Result<(Vec<EventSummary>, Position), EventsError> {
        search::tail(&self.log, &self.tenants, after, filter).await
    }
}

/// As it was stored; as a string, where what is stored is not JSON.
fn envelope(stored: &StoredEvent) -> Box<RawValue> {
    let text = stored.envelope_json().unwrap_or_default();
    RawValue::from_string(text.clone())
        .or_else(|_| to_raw_value(&text))
        .unwrap_or_default()
}
