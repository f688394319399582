//! A consumer: the subscriptions of one domain, started, watched and stopped together.
//!
//! Each partition of a subscription is a task of its own with its own cursor; a slow or failing one
//! does not hold up another. The keeper leases partitions and runs their tasks; what the database does
//! to them is waited out, and it is logged.

#[cfg(feature = "testing")]
mod idle;
mod keeper;
mod options;
mod partitions;
mod readiness;
mod running;
mod standstill;

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::config::Family;
use crate::delivery::Subscription;
use crate::error::{ConfigError, DatabaseError, StartError};
use crate::event_log::EventLog;
use crate::handler::Handler;
use crate::observe::{Observer, Observers};
use crate::payload::Domain;
use crate::private::ConsumedBy;
use crate::retry::RetryPolicy;
use crate::sql::{ConsumeStatements, LogStatements};
use crate::subscription::{Bound, Settings};
use crate::wake::Wake;
use keeper::Keeper;
use partitions::register;
use readiness::{find_family, probe, refuse_cursors_ahead};

pub use options::SubscriptionOptions;
pub use running::RunningConsumer;
pub(crate) use standstill::Standstill;

/// A shorter one would be lost to every hiccup of the network.
const SHORTEST_LEASE: Duration = Duration::from_millis(100);

/// The consuming side of the domain `D`.
#[derive(Debug)]
pub struct Consumer<D> {
    domain: PhantomData<fn() -> D>,
}

impl<D: Domain> Consumer<D> {
    /// Events are read, and what handlers do is committed, through `pool`. It needs a connection
    /// for each subscription (times its partitions and its concurrency), one to listen with, and one
    /// to keep the leases with.
    pub fn builder(pool: PgPool) -> ConsumerBuilder<D, ()> {
        ConsumerBuilder {
            pool,
            state: (),
            subscriptions: Vec::new(),
            schema: None,
            batch_size: 50,
            poll_interval: Duration::from_secs(5),
            handler_timeout: None,
            lease: Duration::from_secs(10),
            retry: RetryPolicy::default(),
            require_all_handlers: false,
            observers: Observers::default(),
            clock: Clock::default(),
            domain: PhantomData,
        }
    }
}

/// The settings and handlers of a [`Consumer`].
#[must_use = "call `.start()` or `.run_until(…)`"]
pub struct ConsumerBuilder<D, S> {
    pool: PgPool,
    state: S,
    subscriptions: Vec<Subscription<S>>,
    schema: Option<String>,
    batch_size: u32,
    poll_interval: Duration,
    handler_timeout: Option<Duration>,
    lease: Duration,
    retry: RetryPolicy,
    require_all_handlers: bool,
    observers: Observers,
    clock: Clock,
    domain: PhantomData<fn() -> D>,
}

impl<D, S> fmt::Debug for ConsumerBuilder<D, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self
            .subscriptions
            .iter()
            .map(|subscription| subscription.name)
            .collect();
        f.debug_struct("ConsumerBuilder")
            .field("subscriptions", &names)
            .finish_non_exhaustive()
    }
}

impl<D: Domain> ConsumerBuilder<D, ()> {
    /// The application's state, for handlers that take `State<S>`. Give it before the handlers.
    pub fn state<S: Clone + Send + Sync + 'static>(self, state: S) -> ConsumerBuilder<D, S> {
        ConsumerBuilder {
            pool: self.pool,
            state,
            subscriptions: Vec::new(),
            schema: self.schema,
            batch_size: self.batch_size,
            poll_interval: self.poll_interval,
            handler_timeout: self.handler_timeout,
            lease: self.lease,
            retry: self.retry,
            require_all_handlers: self.require_all_handlers,
            observers: self.observers,
            clock: self.clock,
            domain: PhantomData,
        }
    }
}

impl<D: Domain, S: Clone + Send + Sync + 'static> ConsumerBuilder<D, S> {
    /// Registers a handler: the name of an async function under `#[subscribe]`.
    ///
    /// The function's name is the subscription's, to which the cursor belongs. A subscription that
    /// is new, or renamed, starts at the beginning of the log.
    pub fn subscribe<H>(mut self, handler: H) -> Self
    where
        H: Handler<S>,
        H::EventType: ConsumedBy<D>,
    {
        self.subscriptions.push(Subscription::new(handler));
        self
    }

    /// Like [`subscribe`](Self::subscribe), with options of this subscription.
    ///
    /// ```no_run
    /// # use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
    /// # use dispatcher_runtime::{Consumer, DeliveryTx, EventEnvelope, HandlerError, subscribe};
    /// # #[subscribe(credit_locked)]
    /// # async fn hold_slot(event: EventEnvelope<CreditLocked>, tx: &mut DeliveryTx) -> Result<(), HandlerError> { Ok(()) }
    /// # fn example(pool: sqlx::PgPool) {
    /// let consumer = Consumer::<Coaching>::builder(pool)
    ///     .subscribe_with(hold_slot, |options| options.concurrency(8).partitions(4));
    /// # }
    /// ```
    pub fn subscribe_with<H>(
        mut self,
        handler: H,
        options: impl FnOnce(SubscriptionOptions) -> SubscriptionOptions,
    ) -> Self
    where
        H: Handler<S>,
        H::EventType: ConsumedBy<D>,
    {
        let mut subscription = Subscription::new(handler);
        options(SubscriptionOptions::default()).apply(&mut subscription);
        self.subscriptions.push(subscription);
        self
    }

    /// For how long a replica keeps its partitions without a sign of life. 10 s unless told.
    ///
    /// A replica renews its leases every third of that. One that dies, or is cut off, is replaced
    /// within the lease and a third of it. One that was only paused and comes back finds its lease
    /// gone: nothing that it does counts any more, and it waits for another.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// The Postgres schema of the table family. Without it the connection's search path counts.
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// How many events are handled in one transaction at most. 50 unless told; past 64 Postgres'
    /// subtransaction cache overflows and every reader pays for it.
    pub fn batch_size(mut self, events: u32) -> Self {
        self.batch_size = events;
        self
    }

    /// How long to wait before looking again when no notification comes. 5 s unless told.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }

    /// How long a handler may take before the attempt counts as failed. Unlimited unless told.
    pub fn handler_timeout(mut self, limit: Duration) -> Self {
        self.handler_timeout = Some(limit);
        self
    }

    /// The delays after which a failed event is tried again, one for each retry. 1 s, 5 s and 15 s
    /// unless told; with none, the first failure makes a dead letter.
    pub fn retry_delays(mut self, delays: impl IntoIterator<Item = Duration>) -> Self {
        self.retry.set_delays(delays.into_iter().collect());
        self
    }

    /// By how much of itself a delay is lengthened at random at most. 0.3 unless told.
    pub fn jitter(mut self, jitter: f64) -> Self {
        self.retry.set_jitter(jitter);
        self
    }

    /// Refuses to start while the registry binds this consumer to an event type that has no
    /// handler. Without it that is a warning.
    pub fn require_all_handlers(mut self) -> Self {
        self.require_all_handlers = true;
        self
    }

    /// Is told what is handled, such as the adapters in [`observe`](crate::observe). May be given
    /// more than once; each is told.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observers.add(observer);
        self
    }

    /// Another clock than the system's decides when a retry is due.
    #[cfg(feature = "testing")]
    pub(crate) fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Whether there is nothing to run.
    #[cfg(feature = "testing")]
    pub(crate) fn has_no_handlers(&self) -> bool {
        self.subscriptions.is_empty()
    }

    /// Checks the settings and the database, registers the cursors and starts the subscriptions.
    ///
    /// # Errors
    /// A setting is wrong, a handler is missing, or the database cannot be used; see
    /// [`StartError`].
    ///
    /// # Cancellation
    /// If the future is dropped nothing runs; cursors may have been registered.
    pub async fn start(self) -> Result<RunningConsumer, StartError> {
        self.check()?;
        let family = match &self.schema {
            Some(schema) => Family::new(schema)?,
            None => find_family(&self.pool).await?,
        };
        let settings = Arc::new(Settings {
            consumer: D::NAME,
            batch_size: self.batch_size,
            poll_interval: self.poll_interval,
            handler_timeout: self.handler_timeout,
            lease: self.lease,
            retry: self.retry,
            observers: self.observers,
            clock: self.clock,
            statements: ConsumeStatements::new(&family),
            log: LogStatements::new(&family),
            standstill: Standstill::new(EventLog::of(self.pool.clone(), &family)),
        });
        probe(&self.pool, &settings.statements).await?;
        let names: Vec<_> = self
            .subscriptions
            .iter()
            .map(|subscription| subscription.name)
            .collect();
        for subscription in &self.subscriptions {
            let (name, partitions) = (subscription.name, subscription.partitions);
            register(&self.pool, &settings, name, partitions)
                .await
                .map_err(database)?;
            let query = settings.statements.release_stranded.query();
            let query = query.bind(D::NAME).bind(name).bind(settings.clock.now());
            query.execute(&self.pool).await.map_err(database)?;
        }
        refuse_cursors_ahead(&self.pool, &settings, &names).await?;

        let (stop, stopping) = watch::channel(false);
        let (passes, passed) = watch::channel(0_u64);
        let state = Arc::new(self.state);
        let (wake, sleepers, alarm) = Wake::new();
        let subscriptions = self.subscriptions.into_iter().map(|subscription| {
            Arc::new(Bound {
                settings: Arc::clone(&settings),
                subscription,
                state: Arc::clone(&state),
                pool: self.pool.clone(),
            })
        });
        let keeper = Keeper::new(
            Arc::clone(&settings),
            self.pool.clone(),
            subscriptions.collect(),
            sleepers,
            passes,
            stopping,
        );
        let mut tasks = JoinSet::new();
        tasks.spawn(keeper.run());
        // Ends by itself when the keeper and its workers are gone.
        tasks.spawn(wake.run(self.pool.clone()));
        tracing::info!(consumer = D::NAME, subscriptions = ?names, "the consumer has started");
        Ok(RunningConsumer {
            pool: self.pool,
            settings,
            names,
            alarm,
            stop,
            passed,
            tasks,
        })
    }

    /// Runs the consumer until `until` resolves, then finishes what is in flight and returns.
    ///
    /// ```no_run
    /// # use acme_contracts::Coaching;
    /// # use dispatcher_runtime::{Consumer, StartError};
    /// # async fn example(pool: sqlx::PgPool, until: impl Future<Output = ()>) -> Result<(), StartError> {
    /// Consumer::<Coaching>::builder(pool).run_until(until).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`start`](Self::start).
    ///
    /// # Cancellation
    /// If the future is dropped, subscriptions stop after the event that they are at.
    pub async fn run_until<F: Future>(self, until: F) -> Result<(), StartError> {
        let running = self.start().await?;
        until.await;
        running.stop().await;
        Ok(())
    }

    fn check(&self) -> Result<(), StartError> {
        let consumer = D::NAME;
        if self.subscriptions.is_empty() {
            return Err(StartError::NoHandlers { consumer });
        }
        let mut names = HashSet::new();
        for subscription in &self.subscriptions {
            if !names.insert(subscription.name) {
                return Err(StartError::DuplicateSubscription {
                    consumer,
                    subscription: subscription.name,
                });
            }
        }
        let invalid = |setting, value: String, expected| ConfigError::Invalid {
            setting,
            value,
            expected,
        };
        if self.batch_size == 0 {
            return Err(invalid("batch_size", "0".to_owned(), "at least 1 event").into());
        }
        if self.poll_interval.is_zero() {
            return Err(invalid(
                "poll_interval",
                "0 s".to_owned(),
                "longer than nothing, such as 5 s",
            )
            .into());
        }
        let connections = self.pool.options().get_max_connections();
        if self.lease < SHORTEST_LEASE {
            return Err(invalid(
                "lease",
                format!("{:?}", self.lease),
                "at least 100 ms, and long enough for a slow connection, such as 10 s",
            )
            .into());
        }
        let workers = self.subscriptions.iter().map(|subscription| {
            u32::from(subscription.concurrency) * u32::from(subscription.partitions)
        });
        let needed = workers.fold(2, u32::saturating_add);
        if connections < needed {
            return Err(StartError::PoolTooSmall {
                consumer,
                connections,
                needed,
            });
        }
        self.retry.check()?;
        let handled: HashSet<_> = self
            .subscriptions
            .iter()
            .flat_map(|subscription| subscription.event_types.iter().copied())
            .collect();
        let event_types: Vec<_> = D::registry()
            .consumed_by(consumer)
            .map(|event| event.event_type)
            .filter(|event_type| !handled.contains(event_type))
            .collect();
        if event_types.is_empty() {
            return Ok(());
        }
        if self.require_all_handlers {
            return Err(StartError::MissingHandlers {
                consumer,
                event_types,
            });
        }
        tracing::warn!(
            consumer,
            event_types = event_types.join(", "),
            "the registry binds this consumer to event types that have no handler; \
             register one with `.subscribe(…)`, or take the consumer off their \"consumers\""
        );
        Ok(())
    }
}

fn database(error: sqlx::Error) -> StartError {
    StartError::Database(DatabaseError(error))
}
