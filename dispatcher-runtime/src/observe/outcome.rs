//! How a publish and an attempt end.

/// What became of a publish.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PublishOutcome {
    /// The events were inserted.
    Published,
    /// An event of that id was there already; nothing was inserted.
    Duplicate,
    /// The payload, the event type or the envelope does not fit the contracts.
    Refused,
    /// The database failed.
    Failed,
}

impl PublishOutcome {
    /// The value of the label `outcome`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Duplicate => "duplicate",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum AttemptOutcome {
    /// The event is handled and its effects are visible.
    Handled,
    /// It failed, and the event will be handled again.
    Retried,
    /// It failed for the last time.
    DeadLettered,
    /// None was made: the event's payload was erased, and the event is skipped.
    Erased,
}

impl AttemptOutcome {
    /// Whether the event is handled.
    pub fn is_handled(self) -> bool {
        matches!(self, Self::Handled)
    }

    /// The value of the label `outcome`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Handled => "handled",
            Self::Retried => "retried",
            Self::DeadLettered => "dead_lettered",
            Self::Erased => "erased",
        }
    }
}
