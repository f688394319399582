//! What a relay or a mirror has done.

/// What a relay or a mirror has done.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TransferRecord<'a> {
    /// `relay` or `mirror`.
    pub direction: &'static str,
    /// The stream.
    pub stream: &'a str,
    /// What became of the events.
    pub outcome: TransferOutcome,
    /// How many events that became of, or 1 attempt that did not go on.
    pub count: u64,
}

/// What became of events on their way to another log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TransferOutcome {
    /// The stream has confirmed them, or they are committed in the log of the mirror.
    Moved,
    /// It did not go on, and will try again.
    Waits,
    /// They were moved without their payload, because a message of the stream or the log of the mirror has no room for it.
    TooLarge,
    /// A message of the stream is not an event; the log of the mirror has a row that says so.
    Unreadable,
    /// The database refused them as they came, and the log of the mirror has them without their payload, or only their ids.
    Refused,
}

impl<'a> TransferRecord<'a> {
    /// A record.
    pub fn new(
        direction: &'static str,
        stream: &'a str,
        outcome: TransferOutcome,
        count: u64,
    ) -> Self {
        Self {
            direction,
            stream,
            outcome,
            count,
        }
    }
}

impl TransferOutcome {
    /// The value of the label `outcome`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Waits => "waits",
            Self::TooLarge => "too_large",
            Self::Unreadable => "unreadable",
            Self::Refused => "refused",
        }
    }
}
