//! A warning in the log where a program publishes a version that is deprecated: one for each version and process.
//!
//! It is not left to the compiler. The contracts crate has to name the older version in its upcast, and rustc could
//! not tell that mention from a producer's.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::contract::registry::Status;

/// A version that is deprecated, and what to publish instead.
pub(super) struct Deprecated<'a> {
    reason: &'a str,
    replacement: Option<&'a str>,
    /// The current version, if it is another one.
    current: Option<u32>,
}

impl<'a> Deprecated<'a> {
    /// None for a version that is not deprecated.
    pub(super) fn of(status: &Status<&'a str>, version: u32, current: Option<u32>) -> Option<Self> {
        match *status {
            Status::Deprecated {
                reason,
                replacement,
                ..
            } => Some(Self {
                reason,
                replacement,
                current: current.filter(|current| *current != version),
            }),
            _ => None,
        }
    }

    /// Logs the warning, unless this process has done so before.
    pub(super) fn warn(&self, event_type: &str, schema_version: u32) {
        static WARNED: Mutex<BTreeSet<(String, u32)>> = Mutex::new(BTreeSet::new());
        let mut warned = WARNED.lock().unwrap_or_else(PoisonError::into_inner);
        if !warned.insert((event_type.to_owned(), schema_version)) {
            return;
        }
        drop(warned);
        let instead = match (self.replacement, self.current) {
            (Some(replacement), _) => format!("; publish {replacement} instead"),
            (None, Some(current)) => format!("; publish version {current} instead"),
            (None, None) => String::new(),
        };
        tracing::warn!(
            event_type,
            schema_version,
            reason = self.reason,
            "a deprecated version is published{instead}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_current_version_is_named_where_it_is_another_one() {
        let status = Status::Deprecated {
            reason: "It says less.",
            replacement: None,
            since: None,
        };
        let current = |version| Deprecated::of(&status, version, Some(2)).and_then(|of| of.current);
        assert_eq!((current(1), current(2)), (Some(2), None));
        assert!(Deprecated::of(&Status::Active, 1, Some(2)).is_none());
    }
}
