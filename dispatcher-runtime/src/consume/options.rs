//! The options of one subscription.
//!
//! They are plain values; whether they make sense is decided at the start of the consumer, which refuses
//! those that do not.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::consume::erased_events::ErasedEvents;
use crate::consume::retry_policy::{Retry, RetryPolicy};
use crate::consume::subscription::Subscription;
use crate::contract::id::TenantId;
use crate::log::StartFrom;

/// Options of a subscription, for [`subscribe_with`](super::ConsumerBuilder::subscribe_with).
///
/// ```
/// use std::time::Duration;
/// use dispatcher_runtime::SubscriptionOptions;
///
/// let options = SubscriptionOptions::new()
///     .concurrency(8)
///     .handler_timeout(Duration::from_secs(30))
///     .retry([1, 60, 600].map(Duration::from_secs));
/// ```
#[derive(Clone, Debug)]
#[must_use = "give it to `.subscribe_with(handler, options)`"]
pub struct SubscriptionOptions {
    concurrency: u16,
    partitions: u16,
    tenants: Option<BTreeSet<TenantId>>,
    handler_timeout: Option<Option<Duration>>,
    retry: Option<Retry>,
    holds_subjects: bool,
    erased: ErasedEvents,
    shares_transaction: bool,
    shares_savepoint: bool,
    start: Option<StartFrom>,
    not_renamed_from: Vec<&'static str>,
}

impl Default for SubscriptionOptions {
    fn default() -> Self {
        Self {
            concurrency: 1,
            partitions: 1,
            tenants: None,
            handler_timeout: None,
            retry: None,
            holds_subjects: false,
            erased: ErasedEvents::Skip,
            shares_transaction: false,
            shares_savepoint: false,
            start: None,
            not_renamed_from: Vec::new(),
        }
    }
}

impl SubscriptionOptions {
    /// The options that [`subscribe`](super::ConsumerBuilder::subscribe) uses.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many events of a batch are handled at the same time, each of another subject. Defaults to 1,
    /// which keeps the order of the log.
    ///
    /// Each subject keeps its order; an event without a subject has none to keep. The next batch is
    /// read when all of this one are done. Handlers that take the delivery's transaction are called at the same
    /// time only as far as the [pool](super::Consumer::builder) has connections for them. 0 is refused at the start.
    pub fn concurrency(mut self, events: u16) -> Self {
        self.concurrency = events;
        self
    }

    /// Into how many partitions the subscription is divided by subject, so that as many replicas can
    /// work on it at the same time. Defaults to 1. 0 is refused at the start.
    ///
    /// Each subject keeps its order, because it is always in the same partition; an event without a
    /// subject counts as a subject of its own. The number belongs to the subscription and not to the
    /// process: the replica that starts last decides, and those that run follow. It may be changed at any
    /// time; partitions then start where the slowest of them was, and dedup rows keep what the others
    /// have handled from being handled twice. Each partition reads the whole log past its cursor and
    /// passes over events of the other partitions, so use no more than there are replicas.
    pub fn partitions(mut self, partitions: u16) -> Self {
        self.partitions = partitions;
        self
    }

    /// Takes only the events of these tenants, and passes over those of others like events of other types. Defaults to
    /// the events of every tenant. No tenant is refused at the start.
    ///
    /// The cursor goes past events that are passed over, so a tenant that is added later begins with the events that
    /// are published then; [`Subscriptions::rewind`](crate::Subscriptions::rewind) sets the cursor back. An event that waits
    /// for a retry or is redriven, and whose tenant is no longer taken, becomes a dead letter.
    ///
    /// Replicas have to agree, as they do about event types: while one lives that takes more tenants, those that take fewer
    /// do not work. One that takes every tenant and one that takes some do not run at the same time; the start of the
    /// later one is refused ([`StartError::EventTypesDiffer`](crate::StartError::EventTypesDiffer)).
    ///
    /// This is a filter of what the handler is given, and no right: the role of the consumer reads the whole log.
    ///
    /// ```
    /// use dispatcher_runtime::SubscriptionOptions;
    ///
    /// let options = SubscriptionOptions::new().tenants(["tnt_swim_north".parse()?]);
    /// # drop(options);
    /// # Ok::<(), dispatcher_runtime::IdError>(())
    /// ```
    pub fn tenants(mut self, tenants: impl IntoIterator<Item = TenantId>) -> Self {
        self.tenants = Some(tenants.into_iter().collect());
        self
    }

    /// How long this handler may take before the attempt counts as failed; `None` for as long as it likes. Defaults
    /// to the [consumer's limit](super::ConsumerBuilder::handler_timeout), which says what happens then. Zero is
    /// refused at the start.
    pub fn handler_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.handler_timeout = Some(limit.into());
        self
    }

    /// When an event of this subscription is handled again after a failure, and how often. Defaults to the
    /// [consumer's policy](super::ConsumerBuilder::retry).
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.retry = Some(Retry::new(policy));
        self
    }

    /// Where a new subscription starts. Defaults to the beginning of the log; where that is not empty, the
    /// consumer logs a warning that says so, unless this was called. One that has a cursor goes on from there; [`Subscriptions::rewind`](crate::Subscriptions::rewind) sets it back.
    pub fn start_from(mut self, start: StartFrom) -> Self {
        self.start = Some(start);
        self
    }

    /// Says that this subscription is a new one and not that other one under a new name, although it takes the
    /// same event types. It may be called more than once. A subscription of another consumer is written
    /// `consumer.subscription`.
    ///
    /// The cursor of a subscription belongs to its name. So a consumer does not start with a new
    /// subscription that takes the event types of one which it no longer has: if that is the same handler
    /// under a new name, it would handle everything again. See
    /// [`StartError::Renamed`](crate::StartError::Renamed).
    pub fn not_renamed_from(mut self, subscription: &'static str) -> Self {
        self.not_renamed_from.push(subscription);
        self
    }

    /// Whether a dead letter holds its subject: later events of the subject wait until an operator
    /// resolves the dead letter, or redrives it and it succeeds. Defaults to `false`: they go on.
    ///
    /// For handlers that must not see a later event without the earlier ones, such as those of an account
    /// whose opening failed. Other subjects go on in any case; an event without a subject holds nothing.
    pub fn hold_subject_of_dead_letter(mut self, hold: bool) -> Self {
        self.holds_subjects = hold;
        self
    }

    /// What happens to an event whose payload was [erased](crate::Erasure) before it was handled. Defaults to
    /// [`ErasedEvents::Skip`].
    ///
    /// ```
    /// use dispatcher_runtime::{ErasedEvents, SubscriptionOptions};
    ///
    /// let options = SubscriptionOptions::new().erased_events(ErasedEvents::DeadLetter);
    /// ```
    pub fn erased_events(mut self, erased: ErasedEvents) -> Self {
        self.erased = erased;
        self
    }

    /// Whether the events of a batch are handled in one transaction, each under a savepoint of its own.
    /// Defaults to `false`: each event has a transaction of its own. It changes nothing for a handler that
    /// takes no transaction.
    ///
    /// It saves a commit for each event, and so multiplies the rate of handlers that are done in a
    /// millisecond. What it costs:
    ///
    /// * What a handler does to the transaction, later events of the batch see: `SET LOCAL`, the role, a
    ///   temporary table or a cursor of that name, and `now()`, which is the time of the first.
    /// * Locks of an event are held until the last event of its batch is handled, and handlers can
    ///   deadlock with each other. A handler that publishes keeps all consumers of the log waiting as long.
    /// * Where the transaction is lost, because the process or the connection ends, all of its events are
    ///   handled again.
    pub fn share_transaction(mut self, share: bool) -> Self {
        self.shares_transaction = share;
        self
    }

    /// Whether the events of a batch share one savepoint instead of having one each. Defaults to `false`.
    /// It includes [`share_transaction`](Self::share_transaction).
    ///
    /// It saves a round trip for each event that writes, and Postgres its subtransactions, so that batches
    /// may be larger than 64; see [`batch_size`](super::ConsumerBuilder::batch_size).
    ///
    /// An event that fails then takes with it the events that have used the transaction before it in its
    /// batch: all of them are rolled back and handled again, each under a savepoint of its own. What they
    /// write through the delivery's transaction is still applied once; whatever else they do happens once
    /// more. So this is for handlers that seldom fail and only write to the database. It changes nothing
    /// for a handler that takes no transaction.
    ///
    /// A handler that ends its delivery's transaction, which it must not do, is noticed only at the end of
    /// the batch: what later events of the batch wrote until then is applied twice. After that the
    /// savepoint is not shared until the consumer starts again or the partition changes hands.
    pub fn share_savepoint(mut self, share: bool) -> Self {
        self.shares_savepoint = share;
        self
    }

    pub(super) fn apply<S>(self, subscription: &mut Subscription<S>) {
        subscription.concurrency = self.concurrency;
        subscription.partitions = self.partitions;
        let tenants = self.tenants.as_ref();
        subscription.tenants =
            tenants.map(|tenants| tenants.iter().map(|one| one.as_str().to_owned()).collect());
        subscription.handler_timeout = self.handler_timeout;
        subscription.retry = self.retry;
        subscription.holds_subjects = self.holds_subjects;
        subscription.erased = self.erased;
        subscription.shares_transaction = self.shares_transaction || self.shares_savepoint;
        subscription.shares_savepoint = self.shares_savepoint;
        subscription.start = self.start;
        subscription.not_renamed_from = self.not_renamed_from;
    }
}
