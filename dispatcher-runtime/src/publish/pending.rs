//! Events that are about to be published: what can be set on them, and the insert.

use std::borrow::Cow;
use std::future::IntoFuture;

use futures_util::future::BoxFuture;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::cause::Cause;
use super::draft::{Draft, Metadata, NewEvent};
use super::observed::Observed;
use super::{Dispatcher, PublishError, Published};
use crate::contract::envelope::EventEnvelope;
use crate::contract::id::{EventId, TenantId};
use crate::contract::payload::Domain;
use crate::contract::position::Position;
use crate::contract::traceparent;

macro_rules! metadata_setters {
    () => {
        /// Who causes the event, such as `person:mia`. Defaults to `system:` and the domain.
        pub fn actor(mut self, actor: impl Into<String>) -> Self {
            self.metadata.actor = Some(actor.into());
            self
        }

        /// What the event belongs to: the same for everything that follows from one request. Defaults to
        /// that of the event that is being handled, or its id where it has none, as
        /// [`caused_by`](Self::caused_by) says; outside of handlers to none.
        pub fn correlation_id(mut self, correlation_id: impl Into<String>) -> Self {
            self.metadata.correlation_id = Some(correlation_id.into());
            self
        }

        /// The event or command that caused it. Defaults to the id of the event that is being handled, and
        /// outside of handlers to none.
        pub fn causation_id(mut self, causation_id: impl Into<String>) -> Self {
            self.metadata.causation_id = Some(causation_id.into());
            self
        }

        /// The W3C trace context to continue, `00-<trace>-<span>-<flags>`, such as the header of a request.
        /// Defaults to that of the publish's own span with the feature `opentelemetry`, and otherwise to
        /// that of the event that caused it.
        ///
        /// A text that is not a trace context, or whose ids are only zeros, counts as none, because losing
        /// a trace must not lose an event. A higher version is stored as version 00.
        pub fn traceparent(mut self, traceparent: impl Into<String>) -> Self {
            self.metadata.traceparent = traceparent::read(&traceparent.into()).map(Cow::into_owned);
            self
        }

        /// The tenant. Defaults to that of the dispatcher.
        pub fn for_tenant(mut self, tenant_id: TenantId) -> Self {
            self.metadata.tenant = Some(tenant_id);
            self
        }

        /// When the fact happened: an `OffsetDateTime`, a [`DateTime`](crate::DateTime) or a `SystemTime`.
        /// Postgres keeps whole microseconds. Defaults to the current time.
        pub fn occurred_at(mut self, occurred_at: impl Into<OffsetDateTime>) -> Self {
            self.metadata.occurred_at = Some(occurred_at.into());
            self
        }

        /// Records that `cause` led to this: it is the causation, and its correlation and trace continue.
        /// Where `cause` has no correlation id, its event id is the correlation. What
        /// [`correlation_id`](Self::correlation_id), [`causation_id`](Self::causation_id) and
        /// [`traceparent`](Self::traceparent) set takes precedence.
        ///
        /// In a handler the event that is being handled is the cause without this call, for everything
        /// that is published by the handler's own task. A task that the handler spawns knows no cause.
        ///
        /// ```no_run
        /// # use acme_contracts::{Coaching, coach_certified::CoachCertified, credit_locked::{self, CreditLocked}};
        /// # use dispatcher_runtime::{DeliveryTx, Dispatcher, EventEnvelope, PublishError};
        /// # async fn example(
        /// #     dispatcher: Dispatcher<Coaching>,
        /// #     cause: EventEnvelope<CreditLocked>,
        /// #     event: CoachCertified,
        /// #     tx: &mut DeliveryTx,
        /// # ) -> Result<(), PublishError> {
        /// dispatcher.publish(event).caused_by(&cause).within(tx).await?;
        /// # Ok(()) }
        /// ```
        pub fn caused_by<C>(mut self, cause: &EventEnvelope<C>) -> Self {
            self.metadata.cause = Some(Cause::named(cause));
            self
        }

        /// Records no cause: in a handler, for an event that does not follow from the one that is being
        /// handled. Without a correlation id that is set, it has none.
        pub fn without_cause(mut self) -> Self {
            self.metadata.cause = None;
            self
        }
    };
}

/// An event that is about to be published: await it, or join a transaction with [`within`](Self::within).
///
/// It borrows nothing, so it can be spawned:
///
/// ```no_run
/// # use acme_contracts::{Revenue, credit_locked::CreditLocked};
/// # use dispatcher_runtime::Dispatcher;
/// # async fn example(dispatcher: Dispatcher<Revenue>, event: CreditLocked) {
/// let publish = tokio::spawn(dispatcher.publish(event).into_future());
/// # }
/// ```
///
/// # Errors
/// When it is awaited: see [`PublishError`].
///
/// # Cancellation
/// If the future is dropped after it was polled, the event may or may not have been published. Publish it
/// again with the same [`event_id`](Self::event_id): that does nothing if it was.
#[derive(Debug)]
#[must_use = "an event is published when this is awaited"]
pub struct Publish<D> {
    dispatcher: Dispatcher<D>,
    event_type: &'static str,
    draft: Result<Draft, PublishError>,
    metadata: Metadata,
}

impl<D: Domain> Publish<D> {
    pub(super) fn new(
        dispatcher: &Dispatcher<D>,
        event_type: &'static str,
        draft: Result<Draft, PublishError>,
    ) -> Self {
        Self {
            dispatcher: dispatcher.clone(),
            event_type,
            draft,
            metadata: Metadata::of_the_handler(),
        }
    }

    metadata_setters!();

    /// The event's id, which makes the publish idempotent: a second one with the same id inserts nothing,
    /// reports that, and does not disturb the caller's transaction. Defaults to a new id.
    ///
    /// [`EventId::derived_from`] makes the same id of the same command:
    ///
    /// ```no_run
    /// # use acme_contracts::{Revenue, credit_locked::CreditLocked};
    /// # use dispatcher_runtime::{Dispatcher, EventId, PublishError, time::OffsetDateTime};
    /// # async fn example(dispatcher: Dispatcher<Revenue>, command_id: &str, accepted_at: OffsetDateTime, event: CreditLocked) -> Result<(), PublishError> {
    /// let id = EventId::derived_from(command_id, accepted_at);
    /// let published = dispatcher.publish(event).event_id(id).await?;
    /// # Ok(()) }
    /// ```
    pub fn event_id(mut self, event_id: EventId) -> Self {
        self.metadata.event_id = Some(event_id);
        self
    }

    /// Whom the event is about. Defaults to the field that the contract's `subject` points to.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.metadata.subject = Some(subject.into());
        self
    }

    /// Inserts the event in the caller's transaction: they commit together or not at all. A `&mut` to
    /// whatever derefs to a [`PgConnection`] will do: a `Transaction`, a
    /// [`DeliveryTx`](https://docs.rs/dispatcher-runtime/latest/dispatcher_runtime/struct.DeliveryTx.html),
    /// a connection of a pool, or a connection that was passed in. On a connection that is in no
    /// transaction the event is committed by itself.
    ///
    /// ```no_run
    /// # use acme_contracts::{Revenue, credit_locked::CreditLocked};
    /// # use dispatcher_runtime::{Dispatcher, PublishError, sqlx::PgConnection};
    /// async fn lock(
    ///     dispatcher: &Dispatcher<Revenue>,
    ///     event: &CreditLocked,
    ///     connection: &mut PgConnection,
    /// ) -> Result<(), PublishError> {
    ///     sqlx::query("UPDATE reservation SET state = 'locked' WHERE id = $1")
    ///         .bind(&event.credit_reservation_id)
    ///         .execute(&mut *connection)
    ///         .await?;
    ///     dispatcher.publish(event).within(connection).await?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// Postgres refuses `PREPARE TRANSACTION` after a `NOTIFY`, which the log's trigger sends while a
    /// consumer sleeps. With two-phase commit, disable the trigger, and consumers poll:
    /// `ALTER TABLE dispatcher_event DISABLE TRIGGER dispatcher_event_notify`.
    ///
    /// # Errors
    /// The event is refused (nothing was sent, and the transaction can continue), or the database failed
    /// (roll the transaction back). See [`PublishError`].
    ///
    /// # Cancellation
    /// If the future is dropped, the event may or may not have been inserted: roll back.
    pub async fn within(self, connection: &mut PgConnection) -> Result<Published, PublishError> {
        self.run(Some(connection)).await
    }

    async fn run(
        mut self,
        connection: Option<&mut PgConnection>,
    ) -> Result<Published, PublishError> {
        let dispatcher = self.dispatcher.clone();
        let metadata = &mut self.metadata;
        let observers = &dispatcher.shared.observers;
        let observed = Observed::new(observers, self.event_type, 1, metadata);
        observed
            .around(self.insert(connection), std::slice::from_ref)
            .await
    }

    async fn insert(
        self,
        connection: Option<&mut PgConnection>,
    ) -> Result<Published, PublishError> {
        let (dispatcher, draft) = (self.dispatcher, self.draft?);
        let event = NewEvent::new(
            &dispatcher.shared.tenant,
            dispatcher.shared.max_payload_bytes,
            &draft,
            &self.metadata,
        )?;
        let position = match connection {
            Some(connection) => dispatcher.insert_one(&event, connection).await?,
            None => dispatcher.insert_alone(&event).await?,
        };
        let published = Published {
            event_id: event.event_id,
            position: position.map(Position::from),
        };
        #[cfg(feature = "testing")]
        dispatcher.mark(&published);
        Ok(published)
    }
}

impl<D: Domain> IntoFuture for Publish<D> {
    type Output = Result<Published, PublishError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run(None))
    }
}

/// Events of one type that are about to be published together: await it, or join a transaction with
/// [`within`](Self::within). It borrows nothing, so it can be spawned, as a [`Publish`] can.
///
/// # Errors
/// When it is awaited: see [`PublishError`]; the first event that is refused is reported.
///
/// # Cancellation
/// If the future is dropped after it was polled, all events may have been published or none. Each has a
/// new id, so publishing them again may publish them twice: where that matters, publish
/// [`within`](Self::within) a transaction, and roll it back.
#[derive(Debug)]
#[must_use = "events are published when this is awaited"]
pub struct PublishAll<D> {
    dispatcher: Dispatcher<D>,
    event_type: &'static str,
    drafts: Result<Vec<Draft>, PublishError>,
    metadata: Metadata,
}

impl<D: Domain> PublishAll<D> {
    pub(super) fn new(
        dispatcher: &Dispatcher<D>,
        event_type: &'static str,
        drafts: Result<Vec<Draft>, PublishError>,
    ) -> Self {
        Self {
            dispatcher: dispatcher.clone(),
            event_type,
            drafts,
            metadata: Metadata::of_the_handler(),
        }
    }

    metadata_setters!();

    /// Inserts the events in the caller's transaction, as [`Publish::within`] does.
    ///
    /// # Errors
    /// As [`Publish::within`]; the first event that is refused is reported.
    ///
    /// # Cancellation
    /// As [`Publish::within`].
    pub async fn within(
        self,
        connection: &mut PgConnection,
    ) -> Result<Vec<Published>, PublishError> {
        self.run(Some(connection)).await
    }

    async fn run(
        mut self,
        connection: Option<&mut PgConnection>,
    ) -> Result<Vec<Published>, PublishError> {
        let dispatcher = self.dispatcher.clone();
        let events = self.drafts.as_ref().map_or(1, Vec::len);
        let metadata = &mut self.metadata;
        let observers = &dispatcher.shared.observers;
        let observed = Observed::new(observers, self.event_type, events, metadata);
        observed
            .around(self.insert(connection), Vec::as_slice)
            .await
    }

    async fn insert(
        self,
        connection: Option<&mut PgConnection>,
    ) -> Result<Vec<Published>, PublishError> {
        let (dispatcher, drafts) = (self.dispatcher, self.drafts?);
        let events = drafts
            .iter()
            .map(|draft| {
                NewEvent::new(
                    &dispatcher.shared.tenant,
                    dispatcher.shared.max_payload_bytes,
                    draft,
                    &self.metadata,
                )
            })
            .collect::<Result<Vec<_>, _>>()?;
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let positions = match connection {
            Some(connection) => dispatcher.insert_many(&events, connection).await?,
            None => dispatcher.insert_many_alone(&events).await?,
        };
        let published: Vec<_> = events
            .into_iter()
            .zip(positions)
            .map(|(event, position)| Published {
                event_id: event.event_id,
                position: position.map(Position::from),
            })
            .collect();
        #[cfg(feature = "testing")]
        published.iter().for_each(|one| dispatcher.mark(one));
        Ok(published)
    }
}

impl<D: Domain> IntoFuture for PublishAll<D> {
    type Output = Result<Vec<Published>, PublishError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run(None))
    }
}
