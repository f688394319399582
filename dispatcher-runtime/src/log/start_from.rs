//! Where reading starts.

use time::OffsetDateTime;

/// A place in the log from which events are read.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum StartFrom {
    /// The first event of the log. This is the default.
    #[default]
    Beginning,
    /// After the last event: only what is published from now on.
    End,
    /// The first event that was inserted at this time or later, by the clock of the database. Some that
    /// were inserted up to 10 s earlier may be among them, because events do not enter the log in the
    /// order of their clocks.
    At(OffsetDateTime),
}
