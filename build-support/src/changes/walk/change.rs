//! One change of a schema.

use crate::changes::rule::{self, Rule};
use crate::schema::Location;

/// In which direction a set of values changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::changes) enum Direction {
    /// More is allowed.
    Widened,
    /// Less is allowed.
    Narrowed,
    /// Neither of these, or it is not known.
    Changed,
}

impl Direction {
    /// From "the new allows what the old does" and the reverse.
    pub(super) fn of(allows_old: bool, allowed_by_old: bool) -> Self {
        match (allows_old, allowed_by_old) {
            (true, false) => Self::Widened,
            (false, true) => Self::Narrowed,
            _ => Self::Changed,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Widened => "widened",
            Self::Narrowed => "narrowed",
            Self::Changed => "changed",
        }
    }
}

/// What a change may break.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::changes) struct Breaks {
    /// The new schema may refuse old data.
    pub(in crate::changes) backward: bool,
    /// The old schema may refuse new data.
    pub(in crate::changes) forward: bool,
}

impl Breaks {
    pub(super) const NOTHING: Self = Self {
        backward: false,
        forward: false,
    };
    pub(super) const BACKWARD: Self = Self {
        backward: true,
        forward: false,
    };
    pub(super) const FORWARD: Self = Self {
        backward: false,
        forward: true,
    };
}

impl From<Direction> for Breaks {
    fn from(direction: Direction) -> Self {
        Self {
            backward: direction != Direction::Widened,
            forward: direction != Direction::Narrowed,
        }
    }
}

/// One change of a schema.
#[derive(Clone, Debug)]
pub(in crate::changes) struct Change {
    pub(in crate::changes) rule: &'static Rule,
    /// The keyword, or the schema that lacks it, in the old schema.
    pub(in crate::changes) old: Option<Location>,
    /// The same in the new one.
    pub(in crate::changes) new: Option<Location>,
    /// Where in a payload it matters: a JSON pointer with `*` for any property or item.
    pub(in crate::changes) at: String,
    /// What changed, in half a sentence.
    pub(in crate::changes) says: String,
    /// What it may break; a comparison decides whether it does.
    pub(in crate::changes) breaks: Breaks,
    /// Two schemas whose comparison decides that for this change alone.
    pub(in crate::changes) alone: Option<(Location, Location)>,
}

/// The rule of a family, such as `type`, and a direction.
pub(super) fn rule_of(family: &str, direction: Direction) -> &'static Rule {
    rule::named_or_undecided(&format!("{family}-{}", direction.as_str()))
}
