//! What a test kit is made of, and its start: the database first, then the tables, then the test's own
//! preparation, then the state, then the consumer.

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

/// Where a server is looked for that the test did not name.
const SERVER_VARIABLE: &str = "DATABASE_URL";

type Prepare =
    Box<dyn FnOnce(PgPool) -> BoxFuture<'static, Result<(), TestKitError>> + Send + 'static>;
type MakeState<S> = Box<dyn FnOnce(&PgPool) -> S + Send>;
type Step<D, S> = Box<dyn FnOnce(ConsumerBuilder<D, S>) -> ConsumerBuilder<D, S> + Send>;

/// The database, settings and handlers of a [`TestKit`].
#[must_use = "call `.start()`"]
pub struct TestKitBuilder<D, S> {
    server: Option<String>,
    pool: Option<PgPool>,
    tenant: String,
    timeout: Duration,
    prepare: Vec<Prepare>,
    state: MakeState<S>,
    /// What is done to the consumer's builder, once there is a pool to make one with.
    steps: Vec<Step<D, S>>,
    /// Handlers were given before the state that they take.
    state_came_late: bool,
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
            state: Box::new(|_| ()),
            steps: Vec::new(),
            state_came_late: false,
            domain: PhantomData,
        }
    }

    /// The application's state, for handlers that take `State<S>`. Give it before the handlers.
    pub fn state<S: Clone + Send + Sync + 'static>(self, state: S) -> TestKitBuilder<D, S> {
        self.state_with(|_| state)
    }

    /// The application's state, where it needs the database: a pool, or a `Dispatcher` to publish with.
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
        TestKitBuilder {
            server: self.server,
            pool: self.pool,
            tenant: self.tenant,
            timeout: self.timeout,
            prepare: self.prepare,
            state: Box::new(state),
            state_came_late: !self.steps.is_empty(),
            steps: Vec::new(),
            domain: PhantomData,
        }
    }
}

impl<D: Domain, S: Clone + Send + Sync + 'static> TestKitBuilder<D, S> {
    /// The server to make the database on, as a URL. Without it `DATABASE_URL` counts. The role has to
    /// have CREATEDB; no database of the server is touched but those that test kits have made.
    pub fn server(mut self, url: impl Into<String>) -> Self {
        self.server = Some(url.into());
        self
    }

    /// A database that the test brings itself, such as that of `#[sqlx::test]`; none is made, and this
    /// one is not dropped. The dispatcher's tables are made in it if they are missing. The pool has to
    /// have a connection for each handler and two more, times what
    /// [`subscribe_with`](Self::subscribe_with) asks for.
    pub fn pool(mut self, pool: PgPool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// Is called with the database before the consumer starts: for the service's own tables. May be
    /// given more than once.
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

    /// The tenant of what the kit publishes. `tnt_test` unless told.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant = tenant_id.into();
        self
    }

    /// How long [`wait_caught_up`](TestKit::wait_caught_up) and [`idle`](TestKit::idle) wait before they fail
    /// and say what is left to do. 30 s unless told.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Registers a handler, as [`ConsumerBuilder::subscribe`] does.
    pub fn subscribe<H>(self, handler: H) -> Self
    where
        H: Handler<S>,
        H::EventTypes: ConsumedBy<D>,
    {
        self.configure(|consumer| consumer.subscribe(handler))
    }

    /// Registers a handler with options, as [`ConsumerBuilder::subscribe_with`] does.
    pub fn subscribe_with<H>(
        self,
        handler: H,
        options: impl FnOnce(SubscriptionOptions) -> SubscriptionOptions,
    ) -> Self
    where
        H: Handler<S>,
        H::EventTypes: ConsumedBy<D>,
    {
        let options = options(SubscriptionOptions::default());
        self.configure(|consumer| consumer.subscribe_with(handler, |_| options))
    }

    /// Settings of the consumer, such as its retries. Without it they are those of production, except
    /// that there is no jitter: a retry is due when its delay is over, and not by up to a third later.
    /// The kit looks for the tables on the search path, so leave `schema` alone.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use acme_contracts::Coaching;
    /// # use dispatcher_runtime::testing::TestKit;
    /// let kit = TestKit::<Coaching>::builder()
    ///     .configure(|consumer| consumer.retry_delays([Duration::from_secs(60)]));
    /// ```
    pub fn configure(
        mut self,
        configure: impl FnOnce(ConsumerBuilder<D, S>) -> ConsumerBuilder<D, S> + Send + 'static,
    ) -> Self {
        self.steps.push(Box::new(configure));
        self
    }

    /// Makes the database and the tables, and starts the consumer. Without a handler none is started:
    /// the kit is for code that publishes, then.
    ///
    /// # Errors
    /// There is no server, or it does not let this role make databases; the preparation failed; or the
    /// consumer cannot start, see [`ConsumerBuilder::start`].
    ///
    /// # Cancellation
    /// The database is dropped, if it was made.
    pub async fn start(self) -> Result<TestKit<D>, TestKitError> {
        if self.state_came_late {
            return Err(ConfigError::Invalid {
                setting: "state",
                value: "given after handlers or settings of the consumer".to_owned(),
                expected: "given before them",
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
        let since = horizon.map_err(TestKitError::Database)?.last_position;
        let clock = Clock::paused();
        let state = (self.state)(&pool);
        let builder = Consumer::<D>::builder(pool.clone())
            .state(state)
            .clock(clock.clone())
            .jitter(0.0);
        let builder = self
            .steps
            .into_iter()
            .fold(builder, |builder, step| step(builder));
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

fn server_of_environment() -> Result<String, ConfigError> {
    settings::environment(SERVER_VARIABLE).ok_or(ConfigError::Missing {
        setting: SERVER_VARIABLE,
        remedy: "set it to a Postgres server on which tests may make databases, such as \
                 postgres://postgres@localhost/postgres, or call `.server(url)` or `.pool(pool)` on the test kit",
    })
}
