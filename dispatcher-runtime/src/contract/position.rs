//! A place in the log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An event's place in the log of one database.
///
/// Positions start at 1 and grow in the order in which they are handed out. There are gaps, where a
/// transaction rolled back, so the distance between two positions is not a number of events. 0 is the
/// place before the first event. As JSON it is a number.
///
/// ```
/// use dispatcher_runtime::Position;
///
/// let position = Position::from(41);
/// assert!(position < Position::from(42));
/// assert_eq!(position.to_string(), "41");
/// assert_eq!(position.get(), 41);
/// ```
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(transparent)]
pub struct Position(i64);

impl Position {
    /// The number that Postgres stores.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// How many positions lie after `earlier`, up to this one. 0 if this one is not later.
    ///
    /// ```
    /// use dispatcher_runtime::Position;
    ///
    /// assert_eq!(Position::from(5).distance_from(Position::from(2)), 3);
    /// assert_eq!(Position::from(2).distance_from(Position::from(5)), 0);
    /// ```
    pub fn distance_from(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or_default()
    }
}

impl From<i64> for Position {
    fn from(position: i64) -> Self {
        Self(position)
    }
}

impl From<Position> for i64 {
    fn from(position: Position) -> Self {
        position.0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
