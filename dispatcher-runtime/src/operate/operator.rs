//! Everything that an operator works with, of one table family, in one value.
//!
//! It holds no connection and no state of its own; each part reads the database when it is asked.

use sqlx::PgPool;

use crate::contract::registry::Registry;
use crate::log::EventLog;
use crate::operate::audit::AuditLog;
use crate::operate::contracts::KnownContracts;
use crate::operate::dead_letter::DeadLetters;
use crate::operate::events::Events;
#[cfg(feature = "page")]
use crate::operate::look::Look;
use crate::operate::redrive::Redrives;
use crate::operate::statements::DoctorStatements;
use crate::operate::stored_contracts::StoredContracts;
use crate::operate::subscriptions::Subscriptions;
#[cfg(feature = "page")]
use crate::operate::trace_link::TraceLink;
use crate::postgres::error::{ConfigError, DatabaseError, sql_state};
use crate::postgres::family::Family;

/// The dead letters, the subscriptions, the log and the contracts of one table family: what
/// `http::router` serves.
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
/// use dispatcher_runtime::{DeadLetterFilter, Operator};
///
/// let operator = Operator::new(pool).registry(&acme_contracts::REGISTRY);
/// let page = operator.dead_letters().list(&DeadLetterFilter::default()).await?;
/// let subscriptions = operator.subscriptions().list(None).await?;
/// println!("{} dead letters, {} subscriptions", page.dead_letters.len(), subscriptions.len());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Operator {
    dead_letters: DeadLetters,
    redrives: Redrives,
    subscriptions: Subscriptions,
    events: Events,
    audit: AuditLog,
    log: EventLog,
    /// Whether the log is in another database.
    #[cfg(feature = "http")]
    is_remote: bool,
    stored_contracts: StoredContracts,
    pub(super) doctor: DoctorStatements,
    pub(super) pool: PgPool,
    pub(super) family: Family,
    registry: Option<&'static Registry>,
    #[cfg(feature = "page")]
    pub(super) look: Look,
}

impl Operator {
    /// For the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self {
            dead_letters: DeadLetters::new(pool.clone()),
            redrives: Redrives::new(pool.clone()),
            subscriptions: Subscriptions::new(pool.clone()),
            events: Events::new(pool.clone()),
            audit: AuditLog::new(pool.clone()),
            stored_contracts: StoredContracts::new(EventLog::new(pool.clone())),
            log: EventLog::new(pool.clone()),
            #[cfg(feature = "http")]
            is_remote: false,
            doctor: DoctorStatements::new(&Family::default()),
            family: Family::default(),
            pool,
            registry: None,
            #[cfg(feature = "page")]
            look: Look::default(),
        }
    }

    /// For the table family in the Postgres schema of that name.
    ///
    /// # Errors
    /// The name cannot be a schema's name.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            dead_letters: DeadLetters::in_schema(pool.clone(), schema)?,
            redrives: Redrives::in_schema(pool.clone(), schema)?,
            subscriptions: Subscriptions::in_schema(pool.clone(), schema)?,
            events: Events::in_schema(pool.clone(), schema)?,
            audit: AuditLog::in_schema(pool.clone(), schema)?,
            stored_contracts: StoredContracts::new(EventLog::in_schema(pool.clone(), schema)?),
            log: EventLog::in_schema(pool.clone(), schema)?,
            #[cfg(feature = "http")]
            is_remote: false,
            doctor: DoctorStatements::new(&Family::new(schema)?),
            family: Family::new(schema)?,
            pool,
            registry: None,
            #[cfg(feature = "page")]
            look: Look::default(),
        })
    }

    /// The contracts that the service was built with, `REGISTRY` of the contracts crate. The HTTP routes mask what
    /// they mark as sensitive, and what they do not know; see [`DeadLetter::masked`](crate::DeadLetter::masked). Defaults to
    /// none: then nothing is masked, and each session sees whole payloads.
    #[must_use]
    pub fn registry(mut self, registry: &'static Registry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// The log that the subscriptions read, where it is in another database; see
    /// [`ConsumerBuilder::events_from`](crate::ConsumerBuilder::events_from). Defaults to the log of
    /// this table family.
    #[must_use]
    pub fn events_from(mut self, log: EventLog) -> Self {
        self.subscriptions = self.subscriptions.events_from(log.clone());
        self.events = self.events.events_from(log.clone());
        self.stored_contracts = StoredContracts::new(log.clone());
        self.log = log;
        #[cfg(feature = "http")]
        {
            self.is_remote = true;
        }
        self
    }

    /// The dead letters of this table family.
    pub fn dead_letters(&self) -> &DeadLetters {
        &self.dead_letters
    }

    /// The redrives of this table family.
    pub fn redrives(&self) -> &Redrives {
        &self.redrives
    }

    /// The events of the log, as an operator looks for them.
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// What operators did in this table family.
    pub fn audit(&self) -> &AuditLog {
        &self.audit
    }

    /// The subscriptions whose cursors are in this table family.
    pub fn subscriptions(&self) -> &Subscriptions {
        &self.subscriptions
    }

    /// The log that the subscriptions read.
    pub fn log(&self) -> &EventLog {
        &self.log
    }

    /// The contracts, if [`registry`](Self::registry) was called.
    pub fn contracts(&self) -> Option<&'static Registry> {
        self.registry
    }

    #[cfg(feature = "http")]
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The same over another pool of the same database. A log in another database keeps its own.
    #[cfg(feature = "http")]
    pub(crate) fn over(&self, pool: PgPool) -> Self {
        let over = match self.family.schema() {
            // The name was checked when this operator was made.
            Some(schema) => Self::in_schema(pool, schema).unwrap_or_else(|_| self.clone()),
            None => Self::new(pool),
        };
        let over = match self.registry {
            Some(registry) => over.registry(registry),
            None => over,
        };
        if self.is_remote {
            over.events_from(self.log.clone())
        } else {
            over
        }
    }

    /// The contracts that the program was built with, if [`registry`](Self::registry) was called, and those in the
    /// database of the log. Clones of this operator share what was read: documents are read once, and compiled when they are first
    /// used.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn known_contracts(&self) -> Result<KnownContracts, DatabaseError> {
        let stored = self.stored_contracts.read().await?;
        Ok(KnownContracts::new(self.registry, stored))
    }

    /// The same, where the role may not read those in the database, and the program was built with some: these alone.
    pub(crate) async fn readable_contracts(&self) -> Result<KnownContracts, DatabaseError> {
        match (self.known_contracts().await, self.registry) {
            // insufficient_privilege
            (Err(error), Some(bundled)) if sql_state(error.get()).as_deref() == Some("42501") => {
                Ok(KnownContracts::bundled(bundled))
            }
            (contracts, _) => contracts,
        }
    }
}

#[cfg(feature = "page")]
impl Operator {
    /// Where `http::operator` serves the page for browsers: at that path, and one step below it. Defaults to no page.
    #[must_use]
    pub fn page(mut self, path: &str) -> Self {
        self.look.path = Some(path.trim_end_matches('/').into());
        self
    }

    /// The name of the environment, such as `production`: each page shows it in its title and in its header, in a colour
    /// that depends on the name, so that two environments are not mistaken for each other. Defaults to none.
    #[must_use]
    pub fn environment(mut self, name: &str) -> Self {
        self.look.environment = Some(name.into());
        self
    }

    /// A link to the form of a sign-in, relative to the pages: `sign-in` for `/dispatcher/sign-in` beside the page at
    /// `/dispatcher`. Pages show it to browsers without a session; to others they show a button that signs out, by a POST
    /// to that link and `/out`, as `http::SignIn` takes it. Defaults to none.
    #[must_use]
    pub fn sign_in(mut self, link: &str) -> Self {
        self.look.sign_in = Some(link.into());
        self
    }

    /// The template of a link to a trace, as the page of an event shows it: an address of http or https with `{trace_id}` in
    /// it, which becomes the 32 hexadecimal digits of the event's trace. Defaults to none: then the page shows the trace
    /// context as text.
    ///
    /// ```
    /// # fn operator(pool: sqlx::PgPool) -> Result<dispatcher_runtime::Operator, dispatcher_runtime::ConfigError> {
    /// # use dispatcher_runtime::Operator;
    /// Operator::new(pool).page("/dispatcher").trace_link("https://tempo.example/trace/{trace_id}")
    /// # }
    /// ```
    ///
    /// # Errors
    /// The template is not such an address.
    pub fn trace_link(mut self, template: &str) -> Result<Self, ConfigError> {
        self.look.trace_link = Some(TraceLink::new(template)?);
        Ok(self)
    }
}
