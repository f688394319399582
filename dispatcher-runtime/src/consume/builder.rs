//! The settings and handlers of a consumer, before it starts.
//!
//! Setters only remember what they are given; [`ConsumerBuilder::start`] refuses what makes no sense. Where
//! the same setting is given twice, the later one counts; handlers and observers add up. Nothing that was
//! given is forgotten, whatever the order of the calls.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use sqlx::PgPool;

use crate::consume::SubscriptionOptions;
use crate::consume::clock::Clock;
use crate::consume::handler::Handler;
use crate::consume::retry_policy::{Retry, RetryPolicy};
use crate::consume::subscription::Subscription;
use crate::contract::payload::Domain;
use crate::contract::permission::ConsumedBy;
use crate::log::EventLog;
use crate::observe::{Observer, Observers};
use crate::operate::retention::LogRetention;

/// The consuming side of the domain `D`: its subscriptions are started, watched and stopped together.
///
/// Each partition of a subscription is worked on by a task of its own with its own cursor, so one that is
/// slow or fails does not hold up another. Failures of the database are waited out and logged.
///
/// ```no_run
/// # use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
/// # use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError, RunError, State, subscribe};
/// # #[derive(Clone)] struct App;
/// #[subscribe(credit_locked, name = "hold_slot")]
/// async fn hold_slot(event: EventEnvelope<CreditLocked>, State(app): State<App>) -> Result<(), HandlerError> {
///     Ok(())
/// }
///
/// # async fn example(pool: sqlx::PgPool, app: App, shutdown: impl Future<Output = ()>) -> Result<(), RunError> {
/// Consumer::<Coaching>::builder(pool)
///     .state(app)
///     .subscribe(hold_slot)
///     .run_until(shutdown)
///     .await?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Consumer<D> {
    domain: PhantomData<fn() -> D>,
}

impl<D: Domain> Consumer<D> {
    /// A consumer that reads events, and commits what its handlers do, through `pool`, which needs 4 connections
    /// or more, however many subscriptions there are: one to keep the leases with, one to listen with, one for
    /// short statements, and the others for deliveries.
    ///
    /// A pool of `n` connections handles up to `n - 3` events at the same time in their transactions;
    /// subscriptions take turns. An idle consumer holds two. Handlers that take no transaction hold none while
    /// they run. Add what handlers take from the pool themselves, and what else uses it; a second consumer in the process is
    /// best given a pool of its own.
    pub fn builder(pool: PgPool) -> ConsumerBuilder<D, ()> {
        ConsumerBuilder {
            pool,
            state: (),
            subscriptions: Vec::new(),
            settings: ConsumerSettings::default(),
            domain: PhantomData,
        }
    }
}

/// The settings and handlers of a [`Consumer`]. Finish it with [`run_until`](Self::run_until) or
/// [`start`](Self::start).
///
/// ```no_run
/// # use std::time::Duration;
/// # use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
/// # use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError, StartError, subscribe};
/// # #[subscribe(credit_locked)]
/// # async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> { Ok(()) }
/// # async fn example(pool: sqlx::PgPool) -> Result<(), StartError> {
/// let running = Consumer::<Coaching>::builder(pool)
///     .handler_timeout(Duration::from_secs(30))
///     .retry([1, 10, 100].map(Duration::from_secs))
///     .require_all_handlers(true)
///     .subscribe(hold_slot)
///     .start()
///     .await?;
/// # running.stop().await;
/// # Ok(()) }
/// ```
#[must_use = "call `.start()` or `.run_until(…)`"]
pub struct ConsumerBuilder<D, S> {
    pub(super) pool: PgPool,
    pub(super) state: S,
    pub(super) subscriptions: Vec<Subscription<S>>,
    pub(super) settings: ConsumerSettings,
    pub(super) domain: PhantomData<fn() -> D>,
}

/// As long as Kafka waits for a consumer by default (`max.poll.interval.ms`), which stands still for the same reason.
const HANDLER_TIMEOUT: Duration = Duration::from_secs(300);

/// The settings of a consumer, apart from its handlers and their state.
pub(super) struct ConsumerSettings {
    pub(super) schema: Option<String>,
    pub(super) log: Option<EventLog>,
    pub(super) retention: Option<LogRetention>,
    pub(super) batch_size: u32,
    pub(super) batch_bytes: u64,
    pub(super) poll_interval: Duration,
    pub(super) sample_interval: Duration,
    pub(super) handler_timeout: Option<Duration>,
    pub(super) lease: Duration,
    pub(super) stop_timeout: Duration,
    pub(super) retry: Retry,
    pub(super) jitter: f64,
    pub(super) require_all_handlers: bool,
    pub(super) observers: Observers,
    pub(super) clock: Clock,
}

impl Default for ConsumerSettings {
    fn default() -> Self {
        Self {
            schema: None,
            log: None,
            retention: None,
            batch_size: 50,
            batch_bytes: 8 << 20,
            poll_interval: Duration::from_secs(5),
            sample_interval: Duration::from_secs(15),
            handler_timeout: Some(HANDLER_TIMEOUT),
            lease: Duration::from_secs(10),
            stop_timeout: Duration::from_secs(30),
            retry: Retry::default(),
            jitter: 0.3,
            require_all_handlers: false,
            observers: Observers::default(),
            clock: Clock::default(),
        }
    }
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
    /// The application's state, for handlers that take `State<S>`; those are registered after it. Handlers
    /// that take no state may be registered before or after.
    pub fn state<S: Clone + Send + Sync + 'static>(self, state: S) -> ConsumerBuilder<D, S> {
        let subscriptions = self.subscriptions.into_iter();
        ConsumerBuilder {
            pool: self.pool,
            state,
            subscriptions: subscriptions.map(Subscription::with_state).collect(),
            settings: self.settings,
            domain: PhantomData,
        }
    }
}

impl<D: Domain, S: Clone + Send + Sync + 'static> ConsumerBuilder<D, S> {
    /// Registers a handler: the name of an async function under `#[subscribe]`.
    ///
    /// The subscription's name is its identity: the cursor belongs to it. It is the function's name, or
    /// what `#[subscribe(…, name = "…")]` says, which survives a renamed function. A subscription with a new
    /// name starts at the beginning of the log, and is refused where it looks like a
    /// [renamed](crate::StartError::Renamed) one.
    pub fn subscribe<H>(mut self, handler: H) -> Self
    where
        H: Handler<S>,
        H::EventTypes: ConsumedBy<D>,
    {
        self.subscriptions.push(Subscription::new(handler));
        self
    }

    /// Like [`subscribe`](Self::subscribe), with options for this subscription.
    ///
    /// ```no_run
    /// # use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
    /// # use dispatcher_runtime::{Consumer, DeliveryTx, EventEnvelope, HandlerError, SubscriptionOptions, subscribe};
    /// # #[subscribe(credit_locked)]
    /// # async fn hold_slot(event: EventEnvelope<CreditLocked>, tx: &mut DeliveryTx) -> Result<(), HandlerError> { Ok(()) }
    /// # fn example(pool: sqlx::PgPool) {
    /// let consumer = Consumer::<Coaching>::builder(pool)
    ///     .subscribe_with(hold_slot, SubscriptionOptions::new().concurrency(8).partitions(4));
    /// # }
    /// ```
    pub fn subscribe_with<H>(mut self, handler: H, options: SubscriptionOptions) -> Self
    where
        H: Handler<S>,
        H::EventTypes: ConsumedBy<D>,
    {
        let mut subscription = Subscription::new(handler);
        options.apply(&mut subscription);
        self.subscriptions.push(subscription);
        self
    }

    /// For how long a replica keeps its partitions without a sign of life. Defaults to 10 s; less than
    /// 100 ms is refused at the start.
    ///
    /// A replica renews its leases every third of that. One that dies, or is cut off, is replaced
    /// within the lease and a third of it. One that was only paused and comes back finds its lease
    /// gone: nothing that it does counts any more, and it waits for another.
    ///
    /// A handler that blocks its thread for that long on a runtime that has no other keeps the lease
    /// from being renewed: use `tokio::task::spawn_blocking`.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease;
        self
    }

    /// The Postgres schema of the table family. Defaults to the schema that the connection's search path
    /// leads to.
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.settings.schema = Some(schema.into());
        self
    }

    /// Reads the events from a log of another database (or of another table family), and keeps what the
    /// consumer knows, its effects and its dead letters in its own.
    ///
    /// The tables have to be there in both. The log's pool needs a connection to listen with and one
    /// for each task that reads at the same time, at least two, and its role may `SELECT` from
    /// `dispatcher_event`. What a handler publishes through `DeliveryTx` goes to the consumer's own log.
    ///
    /// ```no_run
    /// # use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
    /// # use dispatcher_runtime::{Consumer, DeliveryTx, EventEnvelope, EventLog, HandlerError, subscribe};
    /// # #[subscribe(credit_locked)]
    /// # async fn hold_slot(event: EventEnvelope<CreditLocked>, tx: &mut DeliveryTx) -> Result<(), HandlerError> { Ok(()) }
    /// # fn example(coaching: sqlx::PgPool, revenue: sqlx::PgPool) {
    /// let consumer = Consumer::<Coaching>::builder(coaching)
    ///     .events_from(EventLog::new(revenue))
    ///     .subscribe(hold_slot);
    /// # }
    /// ```
    pub fn events_from(mut self, log: EventLog) -> Self {
        self.settings.log = Some(log);
        self
    }

    /// Removes old rows of **all consumers** of this consumer's table family, once a minute, on one replica at a time:
    /// events of the log, and dedup rows and resolved dead letters of every subscription. Defaults to removing
    /// nothing. Where the consumer reads [another log](Self::events_from), that one is not touched.
    ///
    /// It is a setting of the log and not of this consumer, so one consumer should have it. Where several do, each
    /// removes what is older than its own windows, so that the shortest window counts; a consumer whose windows differ
    /// from those of another one that runs logs a warning at its start.
    pub fn log_retention(mut self, retention: LogRetention) -> Self {
        self.settings.retention = Some(retention);
        self
    }

    /// How many events are read at a time at most. Defaults to 50; 0 is refused at the start.
    ///
    /// Where events [share a transaction](SubscriptionOptions::share_transaction) it is also how many are
    /// handled in one. Past 64, Postgres' subtransaction cache overflows then and every reader pays for it,
    /// unless they [share their savepoint](SubscriptionOptions::share_savepoint) as well.
    pub fn batch_size(mut self, events: u32) -> Self {
        self.settings.batch_size = events;
        self
    }

    /// How many bytes of events are read before they are handled: their payloads and the texts of their envelopes.
    /// Defaults to 8 MiB; 0 is refused at the start. The event that reaches the limit is the last one, so a read
    /// holds at least one event and exceeds the limit by at most one. Retries and new events share it. Each partition that this replica
    /// works on has a batch of its own.
    ///
    /// It limits the text of the events, not the process's memory, which also holds what is made of
    /// the one that is being handled. Lower it where payloads are large.
    pub fn batch_bytes(mut self, bytes: u64) -> Self {
        self.settings.batch_bytes = bytes;
        self
    }

    /// How often this replica samples how all subscriptions are, for the gauges of its
    /// [observers](crate::observe::Observer::sampled). Defaults to 15 s; zero is refused at the start. Once a minute one of
    /// the replicas writes the samples that [`Operator::samples`](crate::Operator::samples) returns; above a minute, they
    /// have gaps.
    pub fn sample_interval(mut self, interval: Duration) -> Self {
        self.settings.sample_interval = interval;
        self
    }

    /// How long to wait before looking again when no notification comes. Defaults to 5 s; zero is refused
    /// at the start.
    ///
    /// Where notifications work, an idle subscription waits up to four times as long. Where they do
    /// not (LISTEN is down, a transaction pooler is in between, or the trigger
    /// `dispatcher_event_notify` is disabled because producers use `PREPARE TRANSACTION`), this is how
    /// late an event is handled at most.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.settings.poll_interval = interval;
        self
    }

    /// How long a handler may take before it is cancelled and the attempt counts as failed; `None` for as long as it
    /// likes. Defaults to 5 minutes; zero is refused at the start. [`SubscriptionOptions::handler_timeout`] sets it
    /// for one subscription.
    ///
    /// A handler that hangs would hold its partition for ever, because the lease is renewed while it runs. No handler of
    /// an event takes minutes unless it hangs; 5 minutes is also for how long Kafka waits for a consumer by default.
    /// What the handler wrote through its delivery's transaction is rolled back, the
    /// event is retried like after any other error, and the error, which dead letters show, names the limit.
    ///
    /// The handler's future is dropped at its next `await`, so a handler that blocks its thread is not cancelled.
    /// The server has the same limit for each of its statements, as `statement_timeout`, unless the session's is shorter.
    /// So one that was begun just before the end of the limit may hold the connection for as long again.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
    /// # use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError, SubscriptionOptions, subscribe};
    /// # #[subscribe(credit_locked)]
    /// # async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> { Ok(()) }
    /// # #[subscribe(credit_locked)]
    /// # async fn rebuild_report(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> { Ok(()) }
    /// # fn example(pool: sqlx::PgPool) {
    /// let consumer = Consumer::<Coaching>::builder(pool)
    ///     .handler_timeout(Duration::from_secs(30))
    ///     .subscribe(hold_slot)
    ///     .subscribe_with(rebuild_report, SubscriptionOptions::new().handler_timeout(None));
    /// # }
    /// ```
    pub fn handler_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.settings.handler_timeout = limit.into();
        self
    }

    /// How long [`stop`](super::RunningConsumer::stop) and [`run_until`](Self::run_until) let handlers finish
    /// before they are cancelled. Defaults to 30 s, which is how long Kubernetes waits; zero cancels them at
    /// once. What a cancelled handler wrote through its delivery's transaction is rolled back, and its event is
    /// handled again.
    pub fn stop_timeout(mut self, limit: Duration) -> Self {
        self.settings.stop_timeout = limit;
        self
    }

    /// When an event that failed is handled again, and how often: the delays, one for each retry, or a
    /// [`RetryPolicy`] of your own. Defaults to 1 s, 5 s and 15 s; without any delay, the first failure
    /// makes a dead letter. [`SubscriptionOptions::retry`] sets it for one subscription.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use acme_contracts::Coaching;
    /// # use dispatcher_runtime::Consumer;
    /// # fn example(pool: sqlx::PgPool) {
    /// let consumer = Consumer::<Coaching>::builder(pool).retry([1, 60, 3600].map(Duration::from_secs));
    /// # }
    /// ```
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.settings.retry = Retry::new(policy);
        self
    }

    /// By how much of itself a retry's delay is lengthened at random at most, whatever policy it comes
    /// from, so that events that failed together are not all handled again together. From 0.0 (not at all)
    /// to 1.0 (up to twice the delay). Defaults to 0.3.
    pub fn jitter(mut self, jitter: f64) -> Self {
        self.settings.jitter = jitter;
        self
    }

    /// Whether to refuse to start while the registry binds this consumer to an event type that has no
    /// handler. Defaults to `false`: it is a warning.
    pub fn require_all_handlers(mut self, require: bool) -> Self {
        self.settings.require_all_handlers = require;
        self
    }

    /// Adds an observer, such as one of the adapters in [`observe`](crate::observe). It may be called more
    /// than once; each observer receives everything.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.settings.observers.add(observer);
        self
    }

    /// Another clock than the system's decides when a retry is due.
    #[cfg(feature = "testing")]
    pub(crate) fn clock(mut self, clock: Clock) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Whether there is nothing to run.
    #[cfg(feature = "testing")]
    pub(crate) fn has_no_handlers(&self) -> bool {
        self.subscriptions.is_empty()
    }

    /// Whether the tables are looked for elsewhere than on the search path.
    #[cfg(feature = "testing")]
    pub(crate) fn has_schema(&self) -> bool {
        self.settings.schema.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_that_the_setters_document() {
        let ConsumerSettings {
            schema,
            log,
            retention,
            batch_size,
            batch_bytes,
            poll_interval,
            sample_interval,
            handler_timeout,
            lease,
            stop_timeout,
            retry: _, // src/consume/retry_policy.rs
            jitter,
            require_all_handlers,
            observers: _,
            clock: _,
        } = ConsumerSettings::default();
        assert_eq!((batch_size, batch_bytes), (50, 8 * 1024 * 1024));
        assert_eq!(poll_interval, Duration::from_secs(5));
        assert_eq!(sample_interval, Duration::from_secs(15));
        assert_eq!(lease, Duration::from_secs(10));
        assert_eq!(stop_timeout, Duration::from_secs(30));
        assert!((jitter - 0.3).abs() < f64::EPSILON, "{jitter}");
        assert!(schema.is_none() && log.is_none() && retention.is_none());
        assert_eq!(handler_timeout, Some(Duration::from_secs(300)));
        assert!(!require_all_handlers);
    }
}
