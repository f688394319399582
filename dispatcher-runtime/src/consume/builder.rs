//! A consumer: the subscriptions of one domain, started, watched and stopped together.
//!
//! Each partition of a subscription is a task of its own with its own cursor; a slow or failing one
//! does not hold up another. The keeper leases partitions and runs their tasks; what the database does
//! to them is waited out, and it is logged.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use sqlx::PgPool;

use crate::consume::SubscriptionOptions;
use crate::consume::clock::Clock;
use crate::consume::handler::Handler;
use crate::consume::retry::RetryPolicy;
use crate::consume::subscription::Subscription;
use crate::contract::payload::Domain;
use crate::contract::permission::ConsumedBy;
use crate::log::EventLog;
use crate::observe::{Observer, Observers};
use crate::operate::retention::Retention;

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
            log: None,
            retention: None,
            batch_size: 50,
            batch_bytes: 8 << 20,
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
    pub(super) pool: PgPool,
    pub(super) state: S,
    pub(super) subscriptions: Vec<Subscription<S>>,
    pub(super) schema: Option<String>,
    pub(super) log: Option<EventLog>,
    pub(super) retention: Option<Retention>,
    pub(super) batch_size: u32,
    pub(super) batch_bytes: u64,
    pub(super) poll_interval: Duration,
    pub(super) handler_timeout: Option<Duration>,
    pub(super) lease: Duration,
    pub(super) retry: RetryPolicy,
    pub(super) require_all_handlers: bool,
    pub(super) observers: Observers,
    pub(super) clock: Clock,
    pub(super) domain: PhantomData<fn() -> D>,
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
            log: self.log,
            retention: self.retention,
            batch_size: self.batch_size,
            batch_bytes: self.batch_bytes,
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
        H::EventTypes: ConsumedBy<D>,
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
        H::EventTypes: ConsumedBy<D>,
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
    ///
    /// A handler that blocks its thread for that long on a runtime that has no other keeps the lease
    /// from being renewed: use `tokio::task::spawn_blocking`.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// The Postgres schema of the table family. Without it the connection's search path counts.
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// Reads the events from a log of another database (or of another table family), and keeps what the
    /// consumer knows, its effects and its dead letters in its own.
    ///
    /// The tables have to be there in both. The log's pool needs a connection to listen with and one
    /// for each that reads at the same time, at least two, and its role may `SELECT` from
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
        self.log = Some(log);
        self
    }

    /// Removes rows of this table family that are older than their windows, once a minute, on one replica
    /// at a time. Without it nothing is removed.
    pub fn retention(mut self, retention: Retention) -> Self {
        self.retention = Some(retention);
        self
    }

    /// How many events are handled in one transaction at most. 50 unless told; past 64 Postgres'
    /// subtransaction cache overflows and every reader pays for it, unless events
    /// [share their savepoint](SubscriptionOptions::share_savepoint).
    pub fn batch_size(mut self, events: u32) -> Self {
        self.batch_size = events;
        self
    }

    /// How many bytes of payloads are read before they are handled. 8 MiB unless told; the payload that
    /// reaches it is the last, so a read has at least one and comes to at most one more than this.
    /// Retries and new events share it. Each partition that this replica works on has a batch of its own.
    ///
    /// It bounds the texts of the payloads, not the process's memory, which also holds what is made of
    /// the one that is being handled. Lower it where payloads are large.
    pub fn batch_bytes(mut self, bytes: u64) -> Self {
        self.batch_bytes = bytes;
        self
    }

    /// How long to wait before looking again when no notification comes. 5 s unless told.
    ///
    /// Where notifications work, an idle subscription waits up to four times as long. Where they do
    /// not (LISTEN is down, a transaction pooler is in between, or the trigger
    /// `dispatcher_event_notify` is disabled because producers use `PREPARE TRANSACTION`), this is how
    /// late an event is handled at most.
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
}
