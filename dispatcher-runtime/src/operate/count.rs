//! Numbers that are counted up to a limit, so that a large one costs no more than a small one.

use std::fmt;

use serde::Serialize;

/// A number that was counted up to a limit. Its text is `1,204`, or `10,000+` where there are more.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Count {
    /// How many were counted.
    pub count: u64,
    /// Whether there are more.
    pub at_least: bool,
}

impl Count {
    /// Up to where operators' lists count.
    pub(crate) const LIMIT: u64 = 10_000;

    /// This many, where at most [`LIMIT`](Self::LIMIT) and one more were counted.
    pub(crate) fn of(counted: u64) -> Self {
        Self {
            count: counted.min(Self::LIMIT),
            at_least: counted > Self::LIMIT,
        }
    }
}

impl Count {
    /// The number that [`of`](Self::of) was given, up to one more than the limit.
    pub(crate) fn counted(self) -> u64 {
        self.count + u64::from(self.at_least)
    }

    /// The number with what is counted: `1 event`, `10,000+ events`.
    pub(crate) fn of_things(self, one: &str, many: &str) -> String {
        let things = if self.count == 1 && !self.at_least {
            one
        } else {
            many
        };
        format!("{self} {things}")
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.count.to_string();
        let mut text = String::new();
        for (index, digit) in digits.char_indices() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        if self.at_least {
            text.push('+');
        }
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart_and_more_is_said() {
        for (counted, text) in [
            (0, "0"),
            (999, "999"),
            (1_204, "1,204"),
            (10_000, "10,000"),
            (10_001, "10,000+"),
        ] {
            assert_eq!(Count::of(counted).to_string(), text);
        }
    }
}
