//! The settings of a dispatcher, until `build` checks them.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;

use super::dispatcher::{Dispatcher, Shared};
use super::settings;
use super::statements::PublishStatements;
use crate::contract::gate::envelope::MAX_PAYLOAD_BYTES;
use crate::contract::id::{IdError, TenantId};
use crate::contract::payload::Domain;
use crate::contract::registry::{Difference, LoadedRegistry};
use crate::observe::{Observer, Observers};
use crate::postgres::error::ConfigError;
use crate::postgres::family::Family;

/// The settings of a [`Dispatcher`]; made by [`Dispatcher::builder`].
#[derive(Debug)]
#[must_use = "call `.build()`"]
pub struct DispatcherBuilder<D> {
    pool: PgPool,
    tenant: Option<Result<TenantId, IdError>>,
    reads_environment: bool,
    schema: Option<String>,
    registry: Option<Arc<LoadedRegistry>>,
    observers: Observers,
    idle_in_transaction_timeout: Option<Duration>,
    max_payload_bytes: u32,
    domain: PhantomData<fn() -> D>,
}

impl<D: Domain> DispatcherBuilder<D> {
    pub(super) fn new(pool: PgPool) -> Self {
        Self {
            pool,
            tenant: None,
            reads_environment: false,
            schema: None,
            registry: None,
            observers: Observers::default(),
            idle_in_transaction_timeout: None,
            max_payload_bytes: MAX_PAYLOAD_BYTES,
            domain: PhantomData,
        }
    }

    /// The tenant of the events: a [`TenantId`], or a text such as `tnt_swim_north`, which
    /// [`build`](Self::build) checks. Required, unless [`read_env`](Self::read_env) finds it. A service of
    /// several tenants names the one of an event with [`Dispatcher::for_tenant`] or
    /// [`Publish::for_tenant`](crate::Publish::for_tenant).
    pub fn tenant(mut self, tenant_id: impl TryInto<TenantId, Error: Into<IdError>>) -> Self {
        self.tenant = Some(tenant_id.try_into().map_err(Into::into));
        self
    }

    /// Reads settings from the environment, which is meant for development and CI:
    /// `DISPATCHER_TENANT_ID` is the tenant where [`tenant`](Self::tenant) was not called, and
    /// `DISPATCHER_PRODUCER`, if it is set, must be the name of the domain `D`. A variable that is empty
    /// counts as not set. Without this call the environment is not read.
    ///
    /// ```no_run
    /// # use acme_contracts::Revenue;
    /// # use dispatcher_runtime::{ConfigError, Dispatcher};
    /// # fn example(pool: sqlx::PgPool) -> Result<(), ConfigError> {
    /// let dispatcher = Dispatcher::<Revenue>::builder(pool).read_env().build()?;
    /// # Ok(()) }
    /// ```
    pub fn read_env(mut self) -> Self {
        self.reads_environment = true;
        self
    }

    /// The Postgres schema of the table family. Defaults to the search path of the connection.
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// Another copy of the contracts, against which [`publish_untyped`](Dispatcher::publish_untyped) is
    /// validated. Defaults to the contracts that the types of `D` were generated from, which typed
    /// publishes are always validated against.
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

    /// Receives a record of each publish, such as the adapters in [`observe`](crate::observe). It may be
    /// called more than once; each observer receives every record.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observers.add(observer);
        self
    }

    /// How long a transaction that has published may be idle, between two of its statements, before
    /// the server ends its session: 1 ms to 24 days. Defaults to no limit. It costs a round trip for each
    /// publish.
    ///
    /// A transaction that has published holds every consumer of the log back until it ends, because
    /// its events may still become visible. If it waits for something else meanwhile, or is forgotten,
    /// consumers wait as long; [`EventLog::horizon`] names it. With a limit its session is terminated
    /// (SQLSTATE 25P03), it is rolled back, and delivery of the other events continues. This is Postgres'
    /// `idle_in_transaction_session_timeout`, set for the rest of the transaction; a shorter one that is
    /// already set stays.
    ///
    /// [`EventLog::horizon`]: https://docs.rs/dispatcher-runtime/latest/dispatcher_runtime/struct.EventLog.html#method.horizon
    pub fn idle_in_transaction_timeout(mut self, limit: Duration) -> Self {
        self.idle_in_transaction_timeout = Some(limit);
        self
    }

    /// How many bytes the JSON text of a payload may have: 1 to 536,870,912 (512 MiB). Defaults to 16 MiB. A publish
    /// of a larger one is refused with [`PublishError::EnvelopeInvalid`](crate::PublishError::EnvelopeInvalid).
    ///
    /// The log has the same limit, as the function `dispatcher_max_payload_bytes()`: replace that first, or the
    /// database refuses what this setting allows. Consumers need several times the size of the largest payload in
    /// memory.
    pub fn max_payload_bytes(mut self, bytes: u32) -> Self {
        self.max_payload_bytes = bytes;
        self
    }

    /// Checks the settings. Does no I/O. Logs a warning for each difference between the loaded and the
    /// bundled contracts of an event type that `D` produces.
    ///
    /// # Errors
    /// A setting is missing, malformed or contradicts another; the error names it.
    pub fn build(self) -> Result<Dispatcher<D>, ConfigError> {
        let environment = if self.reads_environment {
            settings::environment
        } else {
            settings::no_environment
        };
        settings::agree_on_producer(D::NAME, environment)?;
        let tenant = settings::tenant(self.tenant, environment)?;
        let family = match &self.schema {
            Some(schema) => Family::new(schema)?,
            None => Family::default(),
        };
        if let Some(limit) = self.idle_in_transaction_timeout
            && !(1..=i32::MAX as u128).contains(&limit.as_millis())
        {
            return Err(ConfigError::Invalid {
                setting: "idle_in_transaction_timeout",
                value: format!("{limit:?}"),
                expected: "between 1 ms and 24 days",
            });
        }
        if !(1..=512 << 20).contains(&self.max_payload_bytes) {
            return Err(ConfigError::Invalid {
                setting: "max_payload_bytes",
                value: self.max_payload_bytes.to_string(),
                expected: "from 1 to 536870912",
            });
        }
        if let Some(loaded) = &self.registry {
            for difference in differences_of_producer::<D>(loaded) {
                tracing::warn!("the loaded contracts differ from the bundled ones: {difference}");
            }
        }
        Ok(Dispatcher::new(Shared {
            pool: self.pool,
            tenant,
            statements: Arc::new(PublishStatements::new(&family)),
            registry: self.registry,
            observers: self.observers,
            idle_in_transaction_timeout: self.idle_in_transaction_timeout,
            max_payload_bytes: self.max_payload_bytes,
            #[cfg(feature = "testing")]
            marked: None,
        }))
    }
}

/// The differences in the envelope, and in event types that `D` produces, according to either copy of the contracts.
fn differences_of_producer<D: Domain>(loaded: &LoadedRegistry) -> impl Iterator<Item = Difference> {
    let bundled = D::registry();
    loaded.compare(bundled).into_iter().filter(|difference| {
        let Some(event_type) = &difference.event_type else {
            return true;
        };
        bundled
            .event(event_type)
            .is_some_and(|event| event.producer == D::NAME)
            || loaded
                .event(event_type)
                .is_some_and(|event| event.producer == D::NAME)
    })
}
