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

    /// Events of a batch that was relayed or mirrored have lost their payload on the way, or all but their ids. Each becomes
    /// a dead letter of each subscription that takes its type.
    fn incomplete(&self, incomplete: &Incomplete<'_>) {
        let _ = incomplete;
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

/// Events that are not whole in the stream or in the log of the mirror.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Incomplete<'a> {
    /// Which of the two found them so. A mirror does not count again what a relay has counted.
    pub direction: TransferDirection,
    /// The stream.
    pub stream: &'a str,
    /// Why.
    pub reason: IncompleteReason,
    /// How many: at least 1.
    pub events: usize,
}

/// Why an event is not whole behind a relay or a mirror.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum IncompleteReason {
    /// A message of the stream, or the log of the mirror, has no room for the payload.
    TooLarge,
    /// The message is not an event.
    Unreadable,
    /// The database of the mirror refused the row.
    Refused,
}

impl IncompleteReason {
    fn outcome(self) -> TransferOutcome {
        match self {
            Self::TooLarge => TransferOutcome::TooLarge,
            Self::Unreadable => TransferOutcome::Unreadable,
            Self::Refused => TransferOutcome::Refused,
        }
    }
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

    fn incomplete(&self, incomplete: &Incomplete<'_>) {
        let outcome = incomplete.reason.outcome();
        self.record(
            incomplete.direction,
            incomplete.stream,
            outcome,
            incomplete.events,
        );
    }

    fn waiting(&self, waiting: &Waiting<'_>) {
        let waits = TransferOutcome::Waits;
        self.record(waiting.direction, waiting.stream, waits, 1);
    }
}

/// Reports each number of events that is not 0.
pub(crate) fn tell_incomplete(
    observer: &dyn TransferObserver,
    direction: TransferDirection,
    stream: &str,
    lost: impl IntoIterator<Item = (IncompleteReason, usize)>,
) {
    for (reason, events) in lost.into_iter().filter(|(_, events)| *events > 0) {
        observer.incomplete(&Incomplete {
            direction,
            stream,
            reason,
            events,
        });
    }
}

pub(crate) struct Unobserved;

impl TransferObserver for Unobserved {}
