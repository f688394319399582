//! Events that are about to be published: what can be said about them, and the insert.

use std::future::IntoFuture;
use std::ops::DerefMut;

use futures_util::future::BoxFuture;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::draft::{Draft, Metadata, NewEvent};
use super::insert::database;
use super::observed::Observed;
use super::{Dispatcher, Published};
use crate::contract::envelope::{EventEnvelope, is_traceparent};
use crate::contract::id::{EventId, TenantId};
use crate::contract::payload::Domain;
use crate::postgres::transaction;
use crate::publish::PublishError;

macro_rules! metadata_setters {
    () => {
        /// Who causes the event. Without it `system:` and the domain.
        pub fn actor(mut self, actor: impl Into<String>) -> Self {
            self.metadata.actor = Some(actor.into());
            self
        }

        /// What the event belongs to: the same for everything that follows from one request.
        pub fn correlation_id(mut self, correlation_id: impl Into<String>) -> Self {
            self.metadata.correlation_id = Some(correlation_id.into());
            self
        }

        /// The event or command that caused it.
        pub fn causation_id(mut self, causation_id: impl Into<String>) -> Self {
            self.metadata.causation_id = Some(causation_id.into());
            self
        }

        /// The W3C trace context to carry on, `00-<trace>-<span>-<flags>`. Without it that of the
        /// current span, where the feature `opentelemetry` is on and there is one.
        pub fn traceparent(mut self, traceparent: impl Into<String>) -> Self {
            self.metadata.traceparent = Some(traceparent.into());
            self
        }

        /// The tenant, where it is not the dispatcher's.
        pub fn tenant(mut self, tenant_id: TenantId) -> Self {
            self.metadata.tenant = Some(tenant_id);
            self
        }

        /// When the fact happened. Without it now.
        pub fn occurred_at(mut self, occurred_at: OffsetDateTime) -> Self {
            self.metadata.occurred_at = Some(occurred_at);
            self
        }

        /// Says that `cause` led to this: its correlation and trace go on, and it is the causation.
        pub fn caused_by<C>(mut self, cause: &EventEnvelope<C>) -> Self {
            let correlation = cause.correlation_id.clone();
            self.metadata.correlation_id = correlation.or_else(|| Some(cause.event_id.to_string()));
            self.metadata.causation_id = Some(cause.event_id.to_string());
            // Another program may have inserted a malformed one, and that must not stop this event.
            self.metadata.traceparent = cause
                .traceparent
                .clone()
                .filter(|text| is_traceparent(text));
            self
        }
    };
}

/// An event that is about to be published: await it, or join a transaction [`within`](Self::within).
///
/// # Cancellation
/// If the future is dropped after it was polled, the event may or may not have been published. Publish it
/// again with the same [`event_id`](Self::event_id): that is a no-op if it was.
#[derive(Debug)]
#[must_use = "an event is published when this is awaited"]
pub struct Publish<'a, D> {
    dispatcher: &'a Dispatcher<D>,
    event_type: &'static str,
    draft: Result<Draft, PublishError>,
    metadata: Metadata,
}

impl<'a, D: Domain> Publish<'a, D> {
    pub(super) fn new(
        dispatcher: &'a Dispatcher<D>,
        event_type: &'static str,
        draft: Result<Draft, PublishError>,
    ) -> Self {
        Self {
            dispatcher,
            event_type,
            draft,
            metadata: Metadata::default(),
        }
    }

    metadata_setters!();

    /// The event's id, which makes the publish idempotent: a second one with the same id inserts
    /// nothing, says so, and does not disturb the caller's transaction.
    pub fn event_id(mut self, event_id: EventId) -> Self {
        self.metadata.event_id = Some(event_id);
        self
    }

    /// Whom the event is about, where it is not what the contract's `subject` points to.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.metadata.subject = Some(subject.into());
        self
    }

    /// Inserts the event in the caller's transaction: they commit together or not at all. Takes
    /// whatever derefs to a `PgConnection`, such as a `Transaction` or a `DeliveryTx`.
    ///
    /// Postgres refuses `PREPARE TRANSACTION` after a `NOTIFY`, which is what the log's trigger does
    /// while a consumer sleeps. Whoever uses two-phase commit disables it, and consumers poll:
    /// `ALTER TABLE dispatcher_event DISABLE TRIGGER dispatcher_event_notify`.
    ///
    /// # Errors
    /// The gate refuses the payload (nothing was sent, the transaction goes on), or the database
    /// refuses the insert (roll the transaction back).
    ///
    /// # Cancellation
    /// If the future is dropped the event may or may not have been inserted: roll back.
    pub async fn within<C>(mut self, connection: &mut C) -> Result<Published, PublishError>
    where
        C: DerefMut<Target = PgConnection> + Send,
    {
        let observed = self.observed();
        observed
            .around(self.insert(Some(connection)), std::slice::from_ref)
            .await
    }

    fn observed(&mut self) -> Observed<'a> {
        let traceparent = &mut self.metadata.traceparent;
        Observed::new(&self.dispatcher.observers, self.event_type, 1, traceparent)
    }

    async fn insert(
        self,
        connection: Option<&mut PgConnection>,
    ) -> Result<Published, PublishError> {
        let (dispatcher, draft) = (self.dispatcher, self.draft?);
        let event = NewEvent::new(dispatcher, &draft, &self.metadata)?;
        let position = match connection {
            Some(connection) => dispatcher.insert_one(&event, connection).await?,
            None => dispatcher.insert_alone(&event).await?,
        };
        let published = Published {
            event_id: event.event_id,
            position,
        };
        #[cfg(feature = "testing")]
        dispatcher.mark(&published);
        Ok(published)
    }
}

impl<'a, D: Domain> IntoFuture for Publish<'a, D> {
    type Output = Result<Published, PublishError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let observed = self.observed();
            observed
                .around(self.insert(None), std::slice::from_ref)
                .await
        })
    }
}

/// Events that are about to be published together.
#[derive(Debug)]
#[must_use = "events are published when this is awaited"]
pub struct PublishAll<'a, D> {
    dispatcher: &'a Dispatcher<D>,
    event_type: &'static str,
    drafts: Result<Vec<Draft>, PublishError>,
    metadata: Metadata,
}

impl<'a, D: Domain> PublishAll<'a, D> {
    pub(super) fn new(
        dispatcher: &'a Dispatcher<D>,
        event_type: &'static str,
        drafts: Result<Vec<Draft>, PublishError>,
    ) -> Self {
        Self {
            dispatcher,
            event_type,
            drafts,
            metadata: Metadata::default(),
        }
    }

    metadata_setters!();

    /// Inserts the events in the caller's transaction, as [`Publish::within`] does.
    ///
    /// # Errors
    /// As [`Publish::within`]; the first payload that the gate refuses is reported.
    ///
    /// # Cancellation
    /// As [`Publish::within`].
    pub async fn within<C>(mut self, connection: &mut C) -> Result<Vec<Published>, PublishError>
    where
        C: DerefMut<Target = PgConnection> + Send,
    {
        let observed = self.observed();
        observed
            .around(self.insert(connection), Vec::as_slice)
            .await
    }

    fn observed(&mut self) -> Observed<'a> {
        let events = self.drafts.as_ref().map_or(1, Vec::len);
        let traceparent = &mut self.metadata.traceparent;
        Observed::new(
            &self.dispatcher.observers,
            self.event_type,
            events,
            traceparent,
        )
    }

    async fn insert(self, connection: &mut PgConnection) -> Result<Vec<Published>, PublishError> {
        let (dispatcher, drafts) = (self.dispatcher, self.drafts?);
        let events = drafts
            .iter()
            .map(|draft| NewEvent::new(dispatcher, draft, &self.metadata))
            .collect::<Result<Vec<_>, _>>()?;
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let positions = dispatcher.insert_many(&events, connection).await?;
        let published: Vec<_> = events
            .into_iter()
            .zip(positions)
            .map(|(event, position)| Published {
                event_id: event.event_id,
                position,
            })
            .collect();
        #[cfg(feature = "testing")]
        published.iter().for_each(|one| dispatcher.mark(one));
        Ok(published)
    }
}

impl<'a, D: Domain> IntoFuture for PublishAll<'a, D> {
    type Output = Result<Vec<Published>, PublishError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let observed = self.observed();
            let publish = async {
                // A connection of the pool may be in a transaction that nobody knows of; see
                // `insert_alone`. BEGIN and COMMIT end it.
                let mut tx = transaction::begin(&self.dispatcher.pool)
                    .await
                    .map_err(database)?;
                let published = self.insert(&mut tx).await?;
                tx.commit().await.map_err(database)?;
                Ok(published)
            };
            observed.around(publish, Vec::as_slice).await
        })
    }
}
