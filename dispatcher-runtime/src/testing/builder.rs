//! What a test kit is made of, and its start: the database first, then the tables, then the test's own
//! preparation, then the state, then the consumer.
//!
//! Handlers and settings of the consumer wait in one function until there is a pool, so none is lost,
//! whatever the order of the calls.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::PgPool;

use super::TENANT;
use super::database::Database;
use super::kit::TestKit;
use crate::consume::clock::Clock;
use crate::consume::handler::Handler;
use crate::consume::{Consumer, ConsumerBuilder, SubscriptionOptions};
use crate::contract::payload::Domain;
use crate::contract::permission::ConsumedBy;
use crate::log::EventLog;
use crate::postgres::error::ConfigError;
use crate::publish::{Dispatcher, Marked, settings};
use crate::testing::error::TestKitError;

/// Where the server's URL comes from if the test names none.
const SERVER_VARIABLE: &str = "DATABASE_URL";

type Prepare =
    Box<dyn FnOnce(PgPool) -> BoxFuture<'static, Result<(), TestKitError>> + Send + 'static>;
type MakeConsumer<D, S> = Box<dyn FnOnce(&PgPool, Clock) -> ConsumerBuilder<D, S> + Send>;

/// The database, settings and handlers of a [`TestKit`].
#[must_use = "call `.start()`"]
pub struct TestKitBuilder<D, S> {
    server: Option<String>,
    pool: Option<PgPool>,
    tenant: String,
    timeout: Duration,
    prepare: Vec<Prepare>,
    /// The consumer's builder with all that it was given, once there is a pool to make it with.
    make_consumer: MakeConsumer<D, S>,
    domain: PhantomData<fn() -> D>,
}

impl<D, S> fmt::Debug for TestKitBuilder<D, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The server's URL may hold a password.
        f.debug_struct("TestKitBuilder").finish_non_exhaustive()
    }
}

impl<D: Domain> TestKitBuilder<D, ()> {
    pub(super) fn new() -> Self {
        Self {
            server: None,
            pool: None,
            tenant: TENANT.to_owned(),
            timeout: Duration::from_secs(30),
            prepare: Vec::new(),
            make_consumer: Box::new(|pool, clock| {
                Consumer::builder(pool.clone()).clock(clock).jitter(0.0)
            }),
            domain: PhantomData,
        }
    }

    /// The application's state, for handlers that take `State<S>`; those are registered after it.
    pub fn state<S: Clone + Send + Sync + 'static>(self, state: S) -> TestKitBuilder<D, S> {
        self.state_with(|_| state)
    }

    /// The application's state, where it needs the database: a pool, or a `Dispatcher` to publish with. It
    /// is made after the preparation.
    ///
    /// ```no_run
    /// # use acme_contracts::Coaching;
    /// # use dispatcher_runtime::{Dispatcher, testing::TestKit};
    /// # #[derive(Clone)] struct App { dispatcher: Dispatcher<Coaching> }
    /// let kit = TestKit::<Coaching>::builder().state_with(|pool| App {
    ///     dispatcher: Dispatcher::builder(pool.clone()).tenant("tnt_test").build().unwrap(),
    /// });
    /// ```
    pub fn state_with<S: Clone + Send + Sync + 'static>(
        self,
        state: impl FnOnce(&PgPool) -> S + Send + 'static,
    ) -> TestKitBuilder<D, S> {
        let before = self.make_consumer;
        TestKitBuilder {
            server: self.server,
            pool: self.pool,
            tenant: self.tenant,
            timeout: self.timeout,
            prepare: self.prepare,
            make_consumer: Box::new(|pool, clock| before(pool, clock).state(state(pool))),
            domain: PhantomData,
        }
    }
}

impl<D: Domain, S: Clone + Send + Sync + 'static> TestKitBuilder<D, S> {
    /// The server to create the database on, as a URL. Defaults to the environment's `DATABASE_URL`. The
    /// role needs CREATEDB. Databases of the server that no test kit has created are left alone.
    pub fn server(mut self, url: impl Into<String>) -> Self {
        self.server = Some(url.into());
        self
    }

    /// A database that the test brings itself, such as that of `#[sqlx::test]`, instead of a new one on a
    /// server. It is not dropped. The dispatcher's tables are created in it if they are missing. The pool
    /// needs at least [4 connections](crate::Consumer::builder).
    pub fn pool(mut self, pool: PgPool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// Prepares the database before the consumer starts, such as with the service's own tables. It may be
    /// called more than once; the preparations run in their order.
    ///
    /// ```no_run
    /// # use acme_contracts::Coaching;
    /// # use dispatcher_runtime::testing::TestKit;
    /// let kit = TestKit::<Coaching>::builder().prepare(|pool| async move {
    ///     sqlx::query("CREATE TABLE slot (lesson_id text PRIMARY KEY)").execute(&pool).await?;
    ///     Ok(()) // or, with sqlx's feature `macros`: sqlx::migrate!().run(&pool).await?
    /// });
    /// ```
    pub fn prepare<F>(mut self, prepare: impl FnOnce(PgPool) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<(), Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
    {
        self.prepare.push(Box::new(|pool| {
            let prepared = prepare(pool);
            async { prepared.await.map_err(TestKitError::Prepare) }.boxed()
        }));
        self
    }

    /// The tenant of what the kit publishes. Defaults to `tnt_test`.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant = tenant_id.into();
        self
    }

    /// How long [`wait_caught_up`](TestKit::wait_caught_up) and [`idle`](TestKit::idle) wait before they fail
    /// and say what is left to do. Defaults to 30 s; zero is refused at the start.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Registers a handler; see [`ConsumerBuilder::subscribe`].
    pub fn subscribe<H>(self, handler: H) -> Self
    where
        H: Handler<S>,
        H::EventTypes: ConsumedBy<D>,
    {
        self.configure(|consumer| consumer.subscribe(handler))
    }

    /// Registers a handler with options; see [`ConsumerBuilder::subscribe_with`].
    pub fn subscribe_with<H>(self, handler: H, options: SubscriptionOptions) -> Self
    where
        H: Handler<S>,
        H::EventTypes: ConsumedBy<D>,
    {
        self.configure(|consumer| consumer.subscribe_with(handler, options))
    }

    /// Changes settings of the consumer, such as its retries. They default to those of production, except
    /// that there is no jitter: a retry is due exactly when its delay is over. The kit looks for the tables
    /// on the search path, so a `schema` is refused at the start.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use acme_contracts::Coaching;
    /// # use dispatcher_runtime::testing::TestKit;
    /// let kit = TestKit::<Coaching>::builder()
    ///     .configure(|consumer| consumer.retry([Duration::from_secs(60)]));
    /// ```
    pub fn configure(
        mut self,
        configure: impl FnOnce(ConsumerBuilder<D, S>) -> ConsumerBuilder<D, S> + Send + 'static,
    ) -> Self {
        let before = self.make_consumer;
        self.make_consumer = Box::new(|pool, clock| configure(before(pool, clock)));
        self
    }

    /// Creates the database and the tables, and starts the consumer. Without a handler no consumer is
    /// started: such a kit tests code that publishes.
    ///
    /// # Errors
    /// A setting is missing or not allowed; there is no server, or this role may not create databases
    /// there; the preparation failed; or the consumer cannot start, see [`ConsumerBuilder::start`].
    ///
    /// # Cancellation
    /// If the future is dropped, the database that it created is dropped.
    pub async fn start(self) -> Result<TestKit<D>, TestKitError> {
        if self.timeout.is_zero() {
            return Err(refused("timeout", "0 s", "longer than 0 s, such as 30 s").into());
        }
        if self.pool.is_some() && self.server.is_some() {
            return Err(ConfigError::Contradictory {
                setting: "server",
                value: "(not shown)".to_owned(),
                other: "the test brings a database with `.pool(…)`".to_owned(),
                remedy: "give one of the two",
            }
            .into());
        }
        let (database, pool) = match self.pool {
            Some(pool) => (None, pool),
            None => {
                let (url, setting) = match self.server {
                    Some(url) => (url, "server"),
                    None => (server_of_environment()?, SERVER_VARIABLE),
                };
                let (database, pool) = Database::create(&url, setting).await?;
                (Some(database), pool)
            }
        };
        crate::postgres::migrate::migrate(&pool).await?;
        for prepare in self.prepare {
            prepare(pool.clone()).await?;
        }
        let marked = Marked::default();
        let dispatcher = Dispatcher::<D>::builder(pool.clone())
            .tenant(self.tenant)
            .build()?
            .marked(marked.clone());
        let horizon = EventLog::new(pool.clone()).horizon().await;
        let since = horizon?.last_position.get();
        let clock = Clock::paused();
        let builder = (self.make_consumer)(&pool, clock.clone());
        if builder.has_schema() {
            return Err(refused("schema", "set", "left alone in a test kit").into());
        }
        let consumer = if builder.has_no_handlers() {
            None
        } else {
            Some(builder.start().await?)
        };
        Ok(TestKit {
            consumer,
            dispatcher,
            pool,
            clock,
            marked,
            since,
            timeout: self.timeout,
            database,
        })
    }
}

fn refused(setting: &'static str, value: &str, expected: &'static str) -> ConfigError {
    ConfigError::Invalid {
        setting,
        value: value.to_owned(),
        expected,
    }
}

fn server_of_environment() -> Result<String, ConfigError> {
    settings::environment(SERVER_VARIABLE).ok_or(ConfigError::Missing {
        setting: SERVER_VARIABLE,
        remedy: "set it to a Postgres server on which tests may create databases, such as \
                 postgres://postgres@localhost/postgres, or call `.server(url)` or `.pool(pool)` on the test kit",
    })
}
