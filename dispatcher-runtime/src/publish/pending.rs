//! Events that are about to be published: what can be said about them, and the insert.

use std::future::IntoFuture;
use std::ops::DerefMut;

use futures_util::future::BoxFuture;
use sqlx::{PgConnection, PgPool, Postgres, Row, Transaction};
use time::OffsetDateTime;

use super::draft::{Draft, Metadata, NewEvent};
use super::observed::Observed;
use super::{Dispatcher, Published};
use crate::envelope::{EventEnvelope, is_traceparent};
use crate::error::{DatabaseError, PublishError};
use crate::id::{EventId, TenantId};
use crate::payload::Domain;

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
            .around(self.insert(connection), std::slice::from_ref)
            .await
    }

    fn observed(&mut self) -> Observed<'a> {
        let traceparent = &mut self.metadata.traceparent;
        Observed::new(&self.dispatcher.observers, self.event_type, 1, traceparent)
    }

    async fn insert(self, connection: &mut PgConnection) -> Result<Published, PublishError> {
        let event = NewEvent::new(self.dispatcher, &self.draft?, self.metadata)?;
        limit_idling(self.dispatcher, connection).await?;
        let row = self
            .dispatcher
            .statements
            .insert_event
            .query()
            .bind(event.event_id.as_str())
            .bind(event.event_type.as_ref())
            .bind(event.schema_version)
            .bind(event.occurred_at)
            .bind(&event.tenant_id)
            .bind(event.producer)
            .bind(&event.subject)
            .bind(&event.actor)
            .bind(&event.correlation_id)
            .bind(&event.causation_id)
            .bind(&event.traceparent)
            .bind(&event.payload)
            .fetch_optional(connection)
            .await
            .map_err(database)?;
        let position = row
            .map(|row| row.try_get("position"))
            .transpose()
            .map_err(database)?;
        let published = Published {
            event_id: event.event_id,
            position,
        };
        #[cfg(feature = "testing")]
        self.dispatcher.mark(&published);
        Ok(published)
    }
}

impl<'a, D: Domain> IntoFuture for Publish<'a, D> {
    type Output = Result<Published, PublishError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let observed = self.observed();
            let publish = async {
                let mut tx = begin(&self.dispatcher.pool).await?;
                let published = self.insert(&mut tx).await?;
                tx.commit().await.map_err(database)?;
                Ok(published)
            };
            observed.around(publish, std::slice::from_ref).await
        })
    }
}

/// Begins a transaction even for one statement: a connection of the pool may be inside one that
/// nobody knows of (sqlx 0.9 leaves it so when a `begin` is cancelled), and what was inserted there
/// would never be committed.
async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, PublishError> {
    pool.begin().await.map_err(database)
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
        let events = self
            .drafts?
            .iter()
            .map(|draft| NewEvent::new(self.dispatcher, draft, self.metadata.clone()))
            .collect::<Result<Vec<_>, _>>()?;
        if events.is_empty() {
            return Ok(Vec::new());
        }
        limit_idling(self.dispatcher, connection).await?;
        let texts = |field: fn(&NewEvent) -> &str| {
            events
                .iter()
                .map(|event| field(event).to_owned())
                .collect::<Vec<_>>()
        };
        let options = |field: fn(&NewEvent) -> &Option<String>| {
            events
                .iter()
                .map(|event| field(event).clone())
                .collect::<Vec<_>>()
        };
        let rows = self
            .dispatcher
            .statements
            .insert_events
            .query()
            .bind(texts(|event| event.event_id.as_str()))
            .bind(texts(|event| &event.event_type))
            .bind(
                events
                    .iter()
                    .map(|event| event.schema_version)
                    .collect::<Vec<_>>(),
            )
            .bind(
                events
                    .iter()
                    .map(|event| event.occurred_at)
                    .collect::<Vec<_>>(),
            )
            .bind(texts(|event| &event.tenant_id))
            .bind(texts(|event| event.producer))
            .bind(options(|event| &event.subject))
            .bind(texts(|event| &event.actor))
            .bind(options(|event| &event.correlation_id))
            .bind(options(|event| &event.causation_id))
            .bind(options(|event| &event.traceparent))
            .bind(texts(|event| &event.payload))
            .fetch_all(connection)
            .await
            .map_err(database)?;
        let mut positions = rows
            .iter()
            .map(|row| {
                Ok((
                    row.try_get::<String, _>("event_id")?,
                    row.try_get::<i64, _>("position")?,
                ))
            })
            .collect::<Result<std::collections::HashMap<_, _>, sqlx::Error>>()
            .map_err(database)?;
        let published: Vec<_> = events
            .into_iter()
            .map(|event| Published {
                position: positions.remove(event.event_id.as_str()),
                event_id: event.event_id,
            })
            .collect();
        #[cfg(feature = "testing")]
        published.iter().for_each(|one| self.dispatcher.mark(one));
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
                let mut tx = begin(&self.dispatcher.pool).await?;
                let published = self.insert(&mut tx).await?;
                tx.commit().await.map_err(database)?;
                Ok(published)
            };
            observed.around(publish, Vec::as_slice).await
        })
    }
}

/// As [`DispatcherBuilder::idle_limit`](super::DispatcherBuilder::idle_limit) says.
async fn limit_idling<D>(
    dispatcher: &Dispatcher<D>,
    connection: &mut PgConnection,
) -> Result<(), PublishError> {
    let Some(limit) = dispatcher.idle_limit else {
        return Ok(());
    };
    let query = dispatcher.statements.limit_idling.query();
    query
        .bind(limit.as_millis().to_string())
        .execute(connection)
        .await
        .map(drop)
        .map_err(database)
}

fn database(error: sqlx::Error) -> PublishError {
    PublishError::Database(DatabaseError(error))
}
