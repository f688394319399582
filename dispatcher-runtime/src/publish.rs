//! Publishing: an event is inserted in the producer's own transaction, or it is not published.
//!
//! Before the insert the payload passes the gate; after it nothing more can go wrong than the
//! transaction itself. A known event id inserts nothing and aborts nothing.

use std::future::IntoFuture;
use std::marker::PhantomData;
use std::ops::DerefMut;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;
use sqlx::{PgConnection, PgPool, Row};
use time::OffsetDateTime;

use crate::config::{self, Family};
use crate::envelope::EventEnvelope;
use crate::error::{ConfigError, DatabaseError, PublishError};
use crate::gate::{GatedPayload, PayloadSchema};
use crate::id::{EventId, TenantId};
use crate::payload::{DecodeError, Domain, Payload};
use crate::private::PublishedBy;
use crate::registry::{EventDescriptor, Status};
use crate::sql::PublishStatements;

/// Publishes the events of the domain `D`.
///
/// Cheap to clone. What it may publish is checked by the compiler: only payload types of event
/// types whose producer, as the registry says, is `D`.
#[derive(Debug)]
pub struct Dispatcher<D> {
    pool: PgPool,
    tenant: TenantId,
    statements: Arc<PublishStatements>,
    domain: PhantomData<fn() -> D>,
}

impl<D> Clone for Dispatcher<D> {
    fn clone(&self) -> Self {
        Self {
            pool: self.pool.clone(),
            tenant: self.tenant.clone(),
            statements: Arc::clone(&self.statements),
            domain: PhantomData,
        }
    }
}

/// The settings of a [`Dispatcher`].
#[derive(Debug)]
#[must_use = "call `.build()`"]
pub struct DispatcherBuilder<D> {
    pool: PgPool,
    tenant: Option<String>,
    schema: Option<String>,
    domain: PhantomData<fn() -> D>,
}

impl<D: Domain> DispatcherBuilder<D> {
    /// The tenant of the events, such as `tnt_swim_north`. Without it `DISPATCHER_TENANT_ID` counts.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant = Some(tenant_id.into());
        self
    }

    /// The Postgres schema of the table family. Without it the connection's search path counts.
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// Checks the settings. Does no I/O.
    ///
    /// # Errors
    /// A setting is missing, malformed or contradicts another; the error names it.
    pub fn build(self) -> Result<Dispatcher<D>, ConfigError> {
        config::agree_on_producer(D::NAME, config::environment)?;
        let family = match &self.schema {
            Some(schema) => Family::new(schema)?,
            None => Family::default(),
        };
        Ok(Dispatcher {
            pool: self.pool,
            tenant: config::tenant(self.tenant, config::environment)?,
            statements: Arc::new(PublishStatements::new(&family)),
            domain: PhantomData,
        })
    }
}

impl<D: Domain> Dispatcher<D> {
    /// Events that are published outside a transaction of the caller go through `pool`.
    pub fn builder(pool: PgPool) -> DispatcherBuilder<D> {
        DispatcherBuilder { pool, tenant: None, schema: None, domain: PhantomData }
    }

    /// Publishes an event. Add [`within`](Publish::within) to join a transaction; awaited without
    /// it, the event is published in a transaction of its own.
    ///
    /// ```no_run
    /// # use acme_contracts::{Revenue, credit_locked::CreditLocked};
    /// # async fn example(pool: sqlx::PgPool, event: CreditLocked) -> Result<(), Box<dyn std::error::Error>> {
    /// let dispatcher = dispatcher_runtime::Dispatcher::<Revenue>::builder(pool.clone())
    ///     .tenant("tnt_swim_north")
    ///     .build()?;
    /// let mut tx = pool.begin().await?;
    /// dispatcher.publish(event).within(&mut tx).await?;
    /// tx.commit().await?;
    /// # Ok(()) }
    /// ```
    pub fn publish<P: PublishedBy<D>>(&self, payload: P) -> Publish<'_, D> {
        Publish::new(self, Draft::typed(&payload))
    }

    /// Publishes many events in one statement, in their order.
    ///
    /// All of them have to pass the gate, or none is inserted.
    pub fn publish_all<P: PublishedBy<D>>(
        &self,
        payloads: impl IntoIterator<Item = P>,
    ) -> PublishAll<'_, D> {
        PublishAll {
            dispatcher: self,
            drafts: payloads.into_iter().map(|payload| Draft::typed(&payload)).collect(),
            metadata: Metadata::default(),
        }
    }

    /// Publishes an event whose type is known only at run time, for gateways. The same contracts
    /// hold: the event type has to be one that `D` produces, and the payload passes the same gate.
    pub fn publish_untyped(
        &self,
        event_type: &str,
        schema_version: u32,
        payload: Value,
    ) -> Publish<'_, D> {
        Publish::new(self, Draft::untyped::<D>(event_type, schema_version, payload))
    }
}

/// What was published.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Published {
    /// The event's id.
    pub event_id: EventId,
    /// Its place in the log; `None` if an event of that id was there already and nothing was
    /// inserted.
    pub position: Option<i64>,
}

impl Published {
    /// Whether an event of that id was there already, so that this publish did nothing.
    pub fn is_duplicate(&self) -> bool {
        self.position.is_none()
    }
}

/// What stands beside the payload.
#[derive(Clone, Debug, Default)]
struct Metadata {
    event_id: Option<EventId>,
    occurred_at: Option<OffsetDateTime>,
    tenant: Option<TenantId>,
    subject: Option<String>,
    actor: Option<String>,
    correlation_id: Option<String>,
    causation_id: Option<String>,
    traceparent: Option<String>,
}

/// A payload that has passed the gate, with what the contract says about it.
#[derive(Debug)]
struct Draft {
    event_type: &'static str,
    schema_version: u32,
    subject: Option<&'static str>,
    payload: GatedPayload,
}

impl Draft {
    fn typed<P: Payload>(payload: &P) -> Result<Self, PublishError> {
        let value = serde_json::to_value(payload).map_err(|source| PublishError::Serialize {
            event_type: P::EVENT_TYPE.to_owned(),
            source,
        })?;
        Self::gated(P::EVENT_TYPE, P::SCHEMA_VERSION, P::SUBJECT, P::schema(), value)
    }

    fn untyped<D: Domain>(event_type: &str, version: u32, payload: Value) -> Result<Self, PublishError> {
        let registry = D::registry();
        let event = registry.event(event_type).filter(|event| event.status != Status::Retired);
        let Some(event) = event else {
            return Err(PublishError::UnknownEventType {
                event_type: event_type.to_owned(),
                suggestion: registry.closest(event_type),
            });
        };
        if event.producer != D::NAME {
            return Err(PublishError::NotTheProducer {
                domain: D::NAME,
                event_type: event.event_type,
                producer: event.producer,
            });
        }
        let schema = event
            .version(version)
            .and_then(|version| version.schema)
            .ok_or_else(|| PublishError::UnknownVersion(DecodeError::unknown_version(event, version)))?;
        Self::of(event, version, schema, payload)
    }

    fn of(
        event: &'static EventDescriptor,
        version: u32,
        schema: &'static PayloadSchema,
        payload: Value,
    ) -> Result<Self, PublishError> {
        Self::gated(event.event_type, version, event.subject, schema, payload)
    }

    fn gated(
        event_type: &'static str,
        schema_version: u32,
        subject: Option<&'static str>,
        schema: &'static PayloadSchema,
        payload: Value,
    ) -> Result<Self, PublishError> {
        let payload = schema.admit(payload).map_err(|report| PublishError::PayloadInvalid {
            event_type: event_type.to_owned(),
            schema_version,
            report,
        })?;
        Ok(Self { event_type, schema_version, subject, payload })
    }

    /// The contract's subject, as the payload gives it.
    fn subject(&self) -> Option<String> {
        match self.payload.value().pointer(self.subject?)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}

/// A row to be inserted.
struct NewEvent {
    event_id: EventId,
    event_type: &'static str,
    schema_version: i32,
    occurred_at: OffsetDateTime,
    tenant_id: String,
    subject: Option<String>,
    actor: String,
    correlation_id: Option<String>,
    causation_id: Option<String>,
    traceparent: Option<String>,
    payload: String,
}

impl NewEvent {
    fn new<D: Domain>(dispatcher: &Dispatcher<D>, draft: &Draft, metadata: Metadata) -> Result<Self, PublishError> {
        let invalid = |field, problem| PublishError::EnvelopeInvalid {
            event_type: draft.event_type.to_owned(),
            field,
            problem,
        };
        let actor = metadata.actor.unwrap_or_else(|| format!("system:{}", D::NAME));
        if actor.is_empty() {
            return Err(invalid("actor", "is empty: name who causes the event, such as `system:revenue`"));
        }
        if metadata.traceparent.as_deref().is_some_and(|text| !is_traceparent(text)) {
            return Err(invalid("traceparent", "is not a W3C trace context, `00-<trace>-<span>-<flags>`"));
        }
        let subject = metadata.subject.or_else(|| draft.subject());
        let texts = [Some(&actor), subject.as_ref(), metadata.correlation_id.as_ref(), metadata.causation_id.as_ref()];
        if texts.into_iter().flatten().any(|text| text.contains('\0')) {
            return Err(invalid("subject, actor, correlation_id or causation_id", "holds a NUL character, which Postgres cannot store"));
        }
        Ok(Self {
            event_id: metadata.event_id.unwrap_or_else(EventId::generate),
            event_type: draft.event_type,
            schema_version: i32::try_from(draft.schema_version)
                .map_err(|_| invalid("schema_version", "is above 2147483647"))?,
            occurred_at: metadata.occurred_at.unwrap_or_else(OffsetDateTime::now_utc),
            tenant_id: metadata.tenant.as_ref().unwrap_or(&dispatcher.tenant).to_string(),
            subject,
            actor,
            correlation_id: metadata.correlation_id,
            causation_id: metadata.causation_id,
            traceparent: metadata.traceparent,
            payload: draft.payload.value().to_string(),
        })
    }
}

/// <https://www.w3.org/TR/trace-context/#traceparent-header-field-values>
fn is_traceparent(text: &str) -> bool {
    let hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let parts: Vec<_> = text.split('-').collect();
    matches!(parts[..], [version, trace, span, flags]
        if hex(version, 2) && version != "ff" && hex(trace, 32) && hex(span, 16) && hex(flags, 2)
            && trace.bytes().any(|b| b != b'0') && span.bytes().any(|b| b != b'0'))
}

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

        /// The W3C trace context to carry on, `00-<trace>-<span>-<flags>`.
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
            self.metadata.traceparent = cause.traceparent.clone();
            self
        }
    };
}

/// An event that is about to be published: await it, or join a transaction [`within`](Self::within).
#[derive(Debug)]
#[must_use = "an event is published when this is awaited"]
pub struct Publish<'a, D> {
    dispatcher: &'a Dispatcher<D>,
    draft: Result<Draft, PublishError>,
    metadata: Metadata,
}

impl<'a, D: Domain> Publish<'a, D> {
    fn new(dispatcher: &'a Dispatcher<D>, draft: Result<Draft, PublishError>) -> Self {
        Self { dispatcher, draft, metadata: Metadata::default() }
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
    /// # Errors
    /// The gate refuses the payload (nothing was sent, the transaction goes on), or the database
    /// refuses the insert (roll the transaction back).
    ///
    /// # Cancellation
    /// If the future is dropped the event may or may not have been inserted: roll back.
    pub fn within<C>(self, connection: &mut C) -> impl Future<Output = Result<Published, PublishError>> + Send
    where
        C: DerefMut<Target = PgConnection> + Send,
    {
        async move { self.insert(&mut **connection).await }
    }

    async fn insert(self, connection: &mut PgConnection) -> Result<Published, PublishError> {
        let event = NewEvent::new(self.dispatcher, &self.draft?, self.metadata)?;
        let row = self
            .dispatcher
            .statements
            .insert_event
            .query()
            .bind(event.event_id.as_str())
            .bind(event.event_type)
            .bind(event.schema_version)
            .bind(event.occurred_at)
            .bind(&event.tenant_id)
            .bind(D::NAME)
            .bind(&event.subject)
            .bind(&event.actor)
            .bind(&event.correlation_id)
            .bind(&event.causation_id)
            .bind(&event.traceparent)
            .bind(&event.payload)
            .fetch_optional(connection)
            .await
            .map_err(database)?;
        let position = row.map(|row| row.try_get("position")).transpose().map_err(database)?;
        Ok(Published { event_id: event.event_id, position })
    }
}

impl<'a, D: Domain> IntoFuture for Publish<'a, D> {
    type Output = Result<Published, PublishError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut connection = self.dispatcher.pool.acquire().await.map_err(database)?;
            self.insert(&mut connection).await
        })
    }
}

/// Events that are about to be published together.
#[derive(Debug)]
#[must_use = "events are published when this is awaited"]
pub struct PublishAll<'a, D> {
    dispatcher: &'a Dispatcher<D>,
    drafts: Result<Vec<Draft>, PublishError>,
    metadata: Metadata,
}

impl<'a, D: Domain> PublishAll<'a, D> {
    metadata_setters!();

    /// Inserts the events in the caller's transaction, as [`Publish::within`] does.
    ///
    /// # Errors
    /// As [`Publish::within`]; the first payload that the gate refuses is reported.
    ///
    /// # Cancellation
    /// As [`Publish::within`].
    pub fn within<C>(
        self,
        connection: &mut C,
    ) -> impl Future<Output = Result<Vec<Published>, PublishError>> + Send
    where
        C: DerefMut<Target = PgConnection> + Send,
    {
        async move { self.insert(&mut **connection).await }
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
        let texts = |field: fn(&NewEvent) -> &str| events.iter().map(|event| field(event).to_owned()).collect::<Vec<_>>();
        let options = |field: fn(&NewEvent) -> &Option<String>| {
            events.iter().map(|event| field(event).clone()).collect::<Vec<_>>()
        };
        let rows = self
            .dispatcher
            .statements
            .insert_events
            .query()
            .bind(texts(|event| event.event_id.as_str()))
            .bind(texts(|event| event.event_type))
            .bind(events.iter().map(|event| event.schema_version).collect::<Vec<_>>())
            .bind(events.iter().map(|event| event.occurred_at).collect::<Vec<_>>())
            .bind(texts(|event| &event.tenant_id))
            .bind(vec![D::NAME; events.len()])
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
            .map(|row| Ok((row.try_get::<String, _>("event_id")?, row.try_get::<i64, _>("position")?)))
            .collect::<Result<std::collections::HashMap<_, _>, sqlx::Error>>()
            .map_err(database)?;
        Ok(events
            .into_iter()
            .map(|event| Published {
                position: positions.remove(event.event_id.as_str()),
                event_id: event.event_id,
            })
            .collect())
    }
}

impl<'a, D: Domain> IntoFuture for PublishAll<'a, D> {
    type Output = Result<Vec<Published>, PublishError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut connection = self.dispatcher.pool.acquire().await.map_err(database)?;
            self.insert(&mut connection).await
        })
    }
}

fn database(error: sqlx::Error) -> PublishError {
    PublishError::Database(DatabaseError(error))
}
