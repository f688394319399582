//! What one subscription can be told.

use crate::consume::subscription::Subscription;
use crate::log::StartFrom;

/// Options of a subscription, for [`subscribe_with`](super::ConsumerBuilder::subscribe_with).
#[derive(Clone, Debug)]
#[must_use]
pub struct SubscriptionOptions {
    concurrency: u16,
    partitions: u16,
    holds_subjects: bool,
    shares_savepoint: bool,
    start: StartFrom,
}

impl Default for SubscriptionOptions {
    fn default() -> Self {
        Self {
            concurrency: 1,
            partitions: 1,
            holds_subjects: false,
            shares_savepoint: false,
            start: StartFrom::Beginning,
        }
    }
}

impl SubscriptionOptions {
    /// How many events of a batch are handled at the same time, each of another subject. 1 unless
    /// told: in the order of the log.
    ///
    /// Each subject keeps its order; an event without a subject has none to keep. The next batch is
    /// read when all of this one are done. It needs so many connections.
    pub fn concurrency(mut self, events: u16) -> Self {
        self.concurrency = events.max(1);
        self
    }

    /// Into how many parts the subscription is divided by subject, so that as many replicas can work
    /// on it at the same time. 1 unless told.
    ///
    /// Each subject keeps its order, because it is always in the same partition; an event without a
    /// subject counts as one of its own. The number belongs to the subscription and not to the
    /// process: whoever starts last decides, and replicas that run follow. It may be changed at any
    /// time; partitions then start where the slowest of them was, and dedup rows keep what the others
    /// have handled from being handled twice. Each partition reads the whole log past its cursor and
    /// passes over what is not its own, so use no more than replicas are to share them.
    pub fn partitions(mut self, partitions: u16) -> Self {
        self.partitions = partitions.max(1);
        self
    }

    /// Where a subscription that is new begins. At the beginning of the log unless told. One that has a
    /// cursor goes on from there; [`Subscriptions::rewind`](crate::Subscriptions::rewind) sets it back.
    pub fn start_from(mut self, start: StartFrom) -> Self {
        self.start = start;
        self
    }

    /// Holds a subject whose event has become a dead letter: its later events wait until somebody
    /// resolves the dead letter, or redrives it and it succeeds. Without this they go on.
    ///
    /// For handlers that must not see a later event without the earlier ones, such as an account whose
    /// opening failed. Other subjects go on in any case; an event without a subject holds nothing.
    pub fn hold_subject_of_dead_letter(mut self) -> Self {
        self.holds_subjects = true;
        self
    }

    /// Gives the events of a batch one savepoint instead of one each. It saves a round trip for each event
    /// that writes, and Postgres its subtransactions, so that batches may be larger than 64; see
    /// [`batch_size`](super::ConsumerBuilder::batch_size).
    ///
    /// An event that fails then takes those with it that have used the transaction before it in its batch:
    /// all of them are rolled back and handled again, each under a savepoint of its own. What they write
    /// through the delivery's transaction is applied once all the same; whatever else they do happens once
    /// more. So this is for handlers that seldom fail and only write to the database. It changes nothing for
    /// a handler that takes no transaction.
    ///
    /// A handler that ends its delivery's transaction, which none may, is noticed at the end of the batch
    /// only: what later events of the batch wrote until then is applied twice. After that the savepoint is
    /// not shared any more until the consumer starts again or the partition changes hands.
    pub fn share_savepoint(mut self) -> Self {
        self.shares_savepoint = true;
        self
    }

    pub(super) fn apply<S>(&self, subscription: &mut Subscription<S>) {
        subscription.concurrency = self.concurrency;
        subscription.partitions = self.partitions;
        subscription.holds_subjects = self.holds_subjects;
        subscription.shares_savepoint = self.shares_savepoint;
        subscription.start = self.start;
    }
}
