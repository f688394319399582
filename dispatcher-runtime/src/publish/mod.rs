//! Publishing: an event is inserted in the producer's own transaction, or it is not published.
//!
//! Before the insert the payload passes the gate; after it nothing more can go wrong than the
//! transaction itself. A known event id inserts nothing and aborts nothing.

mod draft;
mod error;
mod insert;
#[cfg(feature = "testing")]
mod marked;
mod observed;
mod pending;
pub(crate) mod settings;
mod statements;

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sqlx::PgPool;

use crate::contract::id::{EventId, TenantId};
use crate::contract::payload::Domain;
use crate::contract::registry::LoadedRegistry;
use crate::observe::{Observer, Observers};
use crate::postgres::error::ConfigError;
use crate::postgres::family::Family;
use crate::private::PublishedBy;
use draft::Draft;
use statements::PublishStatements;

#[cfg(feature = "testing")]
pub(crate) use draft::subject_of;
pub use error::PublishError;
#[cfg(feature = "testing")]
pub(crate) use marked::Marked;
pub use pending::{Publish, PublishAll};

/// Publishes the events of the domain `D`.
///
/// Cheap to clone. What it may publish is checked by the compiler: only payload types of event
/// types whose producer, as the registry says, is `D`.
#[derive(Debug)]
pub struct Dispatcher<D> {
    pool: PgPool,
    tenant: TenantId,
    statements: Arc<PublishStatements>,
    registry: Option<Arc<LoadedRegistry>>,
    observers: Observers,
    idle_in_transaction_timeout: Option<Duration>,
    /// What it has published, where the test kit asks.
    #[cfg(feature = "testing")]
    marked: Option<Marked>,
    domain: PhantomData<fn() -> D>,
}

impl<D> Clone for Dispatcher<D> {
    fn clone(&self) -> Self {
        Self {
            pool: self.pool.clone(),
            tenant: self.tenant.clone(),
            statements: Arc::clone(&self.statements),
            registry: self.registry.clone(),
            observers: self.observers.clone(),
            idle_in_transaction_timeout: self.idle_in_transaction_timeout,
            #[cfg(feature = "testing")]
            marked: self.marked.clone(),
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
    registry: Option<Arc<LoadedRegistry>>,
    observers: Observers,
    idle_in_transaction_timeout: Option<Duration>,
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

    /// Another copy of the contracts, which [`publish_untyped`](Dispatcher::publish_untyped) is
    /// validated against instead of the bundled one. Typed publishes keep to the contracts that
    /// their types were generated from.
    ///
    /// ```no_run
    /// # use acme_contracts::Revenue;
    /// # fn example(pool: sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
    /// use dispatcher_runtime::{Dispatcher, LoadedRegistry};
    ///
    /// let dispatcher = Dispatcher::<Revenue>::builder(pool)
    ///     .tenant("tnt_swim_north")
    ///     .registry(LoadedRegistry::from_dir("/etc/acme/contracts")?)
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn registry(mut self, loaded: impl Into<Arc<LoadedRegistry>>) -> Self {
        self.registry = Some(loaded.into());
        self
    }

    /// Is told what is published, such as the adapters in [`observe`](crate::observe). May be given
    /// more than once; each is told.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observers.add(observer);
        self
    }

    /// How long a transaction that has published may be idle, between two of its statements, before
    /// the server ends its session. Unlimited unless told. It costs a round trip for each publish.
    ///
    /// A transaction that has published holds every consumer of the log back until it ends, because
    /// its events may still become visible. One that waits for something else meanwhile, or is
    /// forgotten, holds them back for as long; [`EventLog::horizon`] names it. With a limit its
    /// session is terminated (SQLSTATE 25P03), it is rolled back, and the others' events go on. This
    /// is Postgres' `idle_in_transaction_session_timeout`, set for the rest of the transaction; a
    /// shorter one that is there stays.
    ///
    /// [`EventLog::horizon`]: https://docs.rs/dispatcher-runtime/latest/dispatcher_runtime/struct.EventLog.html#method.horizon
    pub fn idle_in_transaction_timeout(mut self, limit: Duration) -> Self {
        self.idle_in_transaction_timeout = Some(limit);
        self
    }

    /// Checks the settings. Does no I/O. Warns of each difference between the loaded and the
    /// bundled contracts of an event type that `D` produces.
    ///
    /// # Errors
    /// A setting is missing, malformed or contradicts another; the error names it.
    pub fn build(self) -> Result<Dispatcher<D>, ConfigError> {
        settings::agree_on_producer(D::NAME, settings::environment)?;
        let family = match &self.schema {
            Some(schema) => Family::new(schema)?,
            None => Family::default(),
        };
        if let Some(loaded) = &self.registry {
            for difference in loaded.compare(D::registry()) {
                if difference.concerns_producer(D::NAME) {
                    tracing::warn!(
                        "the loaded contracts differ from the bundled ones: {difference}"
                    );
                }
            }
        }
        if let Some(limit) = self.idle_in_transaction_timeout
            && !(1..=i32::MAX as u128).contains(&limit.as_millis())
        {
            return Err(ConfigError::Invalid {
                setting: "idle_in_transaction_timeout",
                value: format!("{limit:?}"),
                expected: "between 1 ms and 24 days",
            });
        }
        Ok(Dispatcher {
            pool: self.pool,
            tenant: settings::tenant(self.tenant, settings::environment)?,
            statements: Arc::new(PublishStatements::new(&family)),
            registry: self.registry,
            observers: self.observers,
            idle_in_transaction_timeout: self.idle_in_transaction_timeout,
            #[cfg(feature = "testing")]
            marked: None,
            domain: PhantomData,
        })
    }
}

impl<D: Domain> Dispatcher<D> {
    /// Events that are published outside a transaction of the caller go through `pool`.
    pub fn builder(pool: PgPool) -> DispatcherBuilder<D> {
        DispatcherBuilder {
            pool,
            tenant: None,
            schema: None,
            registry: None,
            observers: Observers::default(),
            idle_in_transaction_timeout: None,
            domain: PhantomData,
        }
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
        Publish::new(self, P::EVENT_TYPE, Draft::typed(&payload))
    }

    /// Publishes many events in one statement, in their order.
    ///
    /// All of them have to pass the gate, or none is inserted.
    pub fn publish_all<P: PublishedBy<D>>(
        &self,
        payloads: impl IntoIterator<Item = P>,
    ) -> PublishAll<'_, D> {
        PublishAll::new(
            self,
            P::EVENT_TYPE,
            payloads
                .into_iter()
                .map(|payload| Draft::typed(&payload))
                .collect(),
        )
    }

    /// Publishes an event whose type is known only at run time, for gateways. The same contracts
    /// hold: the event type has to be one that `D` produces, and the payload passes the same gate.
    /// Where a [`registry`](DispatcherBuilder::registry) was loaded, that one counts.
    pub fn publish_untyped(
        &self,
        event_type: &str,
        schema_version: u32,
        payload: Value,
    ) -> Publish<'_, D> {
        // What a caller made up must not become the label of a metric.
        let known = D::registry()
            .event(event_type)
            .map_or("unknown", |event| event.event_type);
        Publish::new(
            self,
            known,
            Draft::untyped::<D>(
                self.registry.as_deref(),
                event_type,
                schema_version,
                payload,
            ),
        )
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
