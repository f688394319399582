//! Where in the log a subscription begins.

use time::OffsetDateTime;

/// A place in the log.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum StartFrom {
    /// The first event that is there.
    #[default]
    Beginning,
    /// Behind the last: only what is published from now on.
    End,
    /// The first event that was inserted then or later, by the clock of the database. Some that were
    /// inserted up to 10 s earlier may be among them, because events do not come into the log in the
    /// order of their clocks.
    At(OffsetDateTime),
}
