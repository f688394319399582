//! The time limit of a handler, as the server knows it.
//!
//! A statement whose future is dropped at the handler's limit goes on in the server, and the connection waits
//! for it. So the server gives the statements of a handler the same limit.
//!
//! A limit of the handler's statements alone costs a round trip for each event, to take it back before L3. A long one is
//! left to the consumer's own statements too, which never take as long, and costs none.

use std::time::Duration;

/// From here on a limit is one of all statements of the transaction.
const LONG: Duration = Duration::from_secs(60);

/// The limit of statements in the transaction of a delivery.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum StatementLimit {
    /// The session's.
    Session,
    /// Of all statements; it is set as the transaction begins.
    Transaction(Duration),
    /// Of the handler's statements alone.
    Handler(Duration),
}

impl StatementLimit {
    /// Of a handler that may take so long, in a session with that `statement_timeout`: the shorter of the two.
    pub(crate) fn new(handler: Option<Duration>, session: Option<Duration>) -> Self {
        match handler {
            None => Self::Session,
            Some(limit) if session.is_some_and(|session| session <= limit) => Self::Session,
            Some(limit) if limit >= LONG => Self::Transaction(limit),
            Some(limit) => Self::Handler(limit),
        }
    }

    /// What BEGIN is followed by.
    pub(crate) fn beginning(self) -> String {
        match self {
            Self::Transaction(limit) => format!("; {}", set_limit(limit)),
            Self::Session | Self::Handler(_) => String::new(),
        }
    }

    /// What is set before a handler, and taken back after it.
    pub(crate) fn of_handler(self) -> Option<Duration> {
        match self {
            Self::Handler(limit) => Some(limit),
            Self::Session | Self::Transaction(_) => None,
        }
    }
}

/// Gives statements a limit.
pub(crate) fn set_limit(limit: Duration) -> String {
    let limit = limit.as_millis().clamp(1, i32::MAX as u128);
    format!("SET LOCAL statement_timeout = {limit}")
}

/// Gives the session's limit back to the consumer's own statements.
pub(crate) const NO_LIMIT: &str = "SET LOCAL statement_timeout TO DEFAULT";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_limit_counts_and_a_long_one_is_left_to_the_whole_transaction() {
        let seconds = Duration::from_secs;
        let limit = |handler: Option<u64>, session: Option<u64>| {
            StatementLimit::new(handler.map(seconds), session.map(seconds))
        };
        assert_eq!(limit(None, Some(1)), StatementLimit::Session);
        assert_eq!(limit(Some(30), Some(10)), StatementLimit::Session);
        assert_eq!(limit(Some(300), Some(60)), StatementLimit::Session);
        let shorter = StatementLimit::Handler(seconds(30));
        assert_eq!(limit(Some(30), None), shorter);
        assert_eq!(limit(Some(30), Some(40)), shorter);
        let longer = StatementLimit::Transaction(seconds(300));
        assert_eq!(limit(Some(300), None), longer);
        assert_eq!(longer.beginning(), "; SET LOCAL statement_timeout = 300000");
    }
}
