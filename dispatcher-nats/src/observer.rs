//! What happens in relays and mirrors, for metrics. Observers are told after the commit; what failed is not counted.

use dispatcher_runtime::observe::{Observer, TransferOutcome, TransferRecord};

use crate::TransferDirection;

/// Receives what relays and mirrors have done. The methods are called in their tasks, and should return soon.
pub trait TransferObserver: Send + Sync + 'static {
    /// The stream has confirmed a batch.
    fn relayed(&self, relayed: &Relayed<'_>) {
        let _ = relayed;
    }

    /// A batch is committed in the log.
    fn mirrored(&self, mirrored: &Mirrored<'_>) {
        let _ = mirrored;
    }

    /// It does not go on, and will try again.
    fn waiting(&self, waiting: &Waiting<'_>) {
        let _ = waiting;
    }
}

/// A batch that the stream has confirmed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Relayed<'a> {
    /// The stream.
    pub stream: &'a str,
    /// How many events it had. 0 where a session begins: the stream may have confirmed more than the relay had heard of.
    pub events: usize,
    /// The sequence of the last one.
    pub sequence: i64,
    /// Every event of the log up to this position is in the stream.
    pub position: i64,
}

/// A batch that is committed in the log of the mirror.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Mirrored<'a> {
    /// The stream.
    pub stream: &'a str,
    /// How many messages it had.
    pub events: usize,
    /// The sequence of the last one.
    pub sequence: i64,
    /// How many messages for this mirror the stream has after it.
    pub pending: u64,
}

/// Why a relay or a mirror does not go on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Waiting<'a> {
    /// Which of the two.
    pub direction: TransferDirection,
    /// The stream.
    pub stream: &'a str,
    /// The error.
    pub reason: &'a str,
}

/// Counts what relays and mirrors do with an observer of the runtime, such as `MetricsObserver` or
/// `OpenTelemetryObserver`: the counter `dispatcher.transfer.count`.
///
/// ```
/// use dispatcher_nats::Recorded;
/// use dispatcher_runtime::observe::{Observer, TransferRecord};
///
/// struct Print;
///
/// impl Observer for Print {
///     fn transferred(&self, transfer: &TransferRecord<'_>) {
///         println!("{} {}: {}", transfer.direction, transfer.stream, transfer.count);
///     }
/// }
///
/// # fn example(pool: sqlx::PgPool, client: async_nats::Client) {
/// dispatcher_nats::Relay::builder(pool, client, "north").observer(Recorded(Print));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Recorded<O>(pub O);

impl<O: Observer> Recorded<O> {
    fn record(
        &self,
        direction: TransferDirection,
        stream: &str,
        outcome: TransferOutcome,
        count: usize,
    ) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let record = TransferRecord::new(direction.as_str(), stream, outcome, count);
        self.0.transferred(&record);
    }
}

impl<O: Observer> TransferObserver for Recorded<O> {
    fn relayed(&self, relayed: &Relayed<'_>) {
        let direction = TransferDirection::Relay;
        let moved = TransferOutcome::Moved;
        self.record(direction, relayed.stream, moved, relayed.events);
    }

    fn mirrored(&self, mirrored: &Mirrored<'_>) {
        let direction = TransferDirection::Mirror;
        let moved = TransferOutcome::Moved;
        self.record(direction, mirrored.stream, moved, mirrored.events);
    }

    fn waiting(&self, waiting: &Waiting<'_>) {
        let waits = TransferOutcome::Waits;
        self.record(waiting.direction, waiting.stream, waits, 1);
    }
}

pub(crate) struct Unobserved;

impl TransferObserver for Unobserved {}
