//! The savepoint of a delivery whose transaction other events share: what is undone if its handler fails.
//!
//! A round trip is what costs, so the first event's savepoint is made with BEGIN, the next one's together
//! with the release of the one before; and one that nothing was sent through is left for the next event,
//! and for COMMIT. Where events share it, only the last one releases it, which also shows whether a handler
//! has swallowed an error or ended the transaction.
//!
//! ```text
//!            open                    release, Next::Apart (one round trip)
//!   none ───────────▶ open, unused ◀────────────────────┐
//!    ▲                    │ a handler sends something   │
//!    │                    ▼                             │
//!    │   close, or    open, used ───────────────────────┘
//!    └────────────────    │    release, Next::Sharing: it holds earlier writes from then on
//!        release,         │    roll_back: open, and what was written is undone
//!        Next::Nothing
//! ```
//!
//! The limit of a handler's statements (`time_limit.rs`) is set outside the savepoint, and so outlives a rollback
//! to it; the consumer's own statements have the session's.
//!
//! Nothing changes here until the statements have succeeded. If they fail, the transaction cannot go on,
//! and the pass is abandoned.

use std::borrow::Cow;
use std::time::Duration;

use sqlx::PgConnection;

use super::out_of_step::send_in_step;
use super::time_limit::{NO_LIMIT, set_limit};
use crate::postgres::error::is_transient;

/// Makes the savepoint of an event.
pub(crate) const SAVEPOINT: &str = "SAVEPOINT dispatcher_delivery";
const RELEASE: &str = "RELEASE SAVEPOINT dispatcher_delivery";
const ROLL_BACK: &str = "ROLLBACK TO SAVEPOINT dispatcher_delivery";
const ROLL_BACK_AND_RELEASE: &str =
    "ROLLBACK TO SAVEPOINT dispatcher_delivery; RELEASE SAVEPOINT dispatcher_delivery";

/// The savepoint of one transaction, over all of its events.
#[derive(Debug, Default)]
pub(crate) struct Savepoint {
    /// The limit of a handler, which its statements have too.
    timeout: Option<Duration>,
    open: Option<OpenSavepoint>,
    /// Something may have been sent through the transaction since the current event began.
    is_used: bool,
    next: Next,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct OpenSavepoint {
    /// It is older than the marker of L6, which a rollback to it therefore takes away.
    is_before_marker: bool,
    /// Events before this one have written under it.
    holds_earlier: bool,
}

/// What may follow an event in its transaction.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Next {
    /// Only the consumer's own statements.
    #[default]
    Nothing,
    /// An event with a savepoint of its own.
    Apart,
    /// An event under the same savepoint.
    Sharing,
}

/// What a rollback to the savepoint took with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RolledBack {
    /// Only what the handler wrote.
    Writes,
    /// The marker of L6 as well, which has to be set again.
    WritesAndMarker,
}

/// Statements to send, and what is open once they have succeeded.
#[derive(Debug, Eq, PartialEq)]
struct Step {
    statements: Option<Cow<'static, str>>,
    open: Option<OpenSavepoint>,
}

impl Savepoint {
    /// There is none yet.
    pub(crate) fn none(timeout: Option<Duration>) -> Self {
        Self {
            timeout,
            ..Self::default()
        }
    }

    /// It was made with BEGIN.
    pub(crate) fn from_begin() -> Self {
        Self {
            open: Some(OpenSavepoint {
                is_before_marker: true,
                holds_earlier: false,
            }),
            ..Self::default()
        }
    }

    /// Something may be sent through the transaction now.
    pub(crate) fn mark_used(&mut self) {
        self.is_used = true;
    }

    /// What was sent until now was the consumer's own.
    pub(crate) fn disregard_use(&mut self) {
        self.is_used = false;
    }

    /// What may follow the event that is handled next.
    pub(crate) fn expect(&mut self, next: Next) {
        self.next = next;
    }

    /// Whether a rollback would undo what events before this one wrote, together with what it wrote.
    pub(crate) fn is_shared(&self) -> bool {
        self.is_used && self.holds_earlier()
    }

    /// Whether events before this one have written under it.
    pub(crate) fn holds_earlier(&self) -> bool {
        self.open.is_some_and(|open| open.holds_earlier)
    }

    /// Before a handler.
    pub(crate) async fn open(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let step = self.opening();
        self.take(step, connection).await?;
        self.is_used = false;
        Ok(())
    }

    /// After a handler that succeeded.
    pub(crate) async fn release(
        &mut self,
        connection: &mut PgConnection,
    ) -> Result<(), sqlx::Error> {
        let step = self.releasing();
        self.take(step, connection).await
    }

    /// After a handler that failed.
    pub(crate) async fn roll_back(
        &mut self,
        connection: &mut PgConnection,
    ) -> Result<RolledBack, sqlx::Error> {
        let rolled_back = self.rolled_back();
        let step = self.rolling_back();
        if let Some(statements) = &step.statements {
            send_in_step(connection, statements).await?;
        }
        self.open = step.open;
        Ok(rolled_back)
    }

    /// After the last handler, before the consumer's own statements.
    pub(crate) async fn close(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let step = self.closing();
        self.take(step, connection).await
    }

    async fn take(&mut self, step: Step, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        if let Some(statements) = &step.statements {
            send(connection, statements).await?;
        }
        self.open = step.open;
        Ok(())
    }

    fn opening(&self) -> Step {
        match self.open {
            Some(_) => self.stay(),
            None => Step {
                statements: Some(self.opening_statements()),
                open: Some(OpenSavepoint::default()),
            },
        }
    }

    fn releasing(&self) -> Step {
        match self.next {
            _ if !self.is_used => self.stay(),
            Next::Nothing => self.closing(),
            Next::Apart => Step {
                statements: Some(format!("{RELEASE}; {}", self.opening_statements()).into()),
                open: Some(OpenSavepoint::default()),
            },
            Next::Sharing => Step {
                statements: None,
                open: self.open.map(|open| OpenSavepoint {
                    holds_earlier: true,
                    ..open
                }),
            },
        }
    }

    fn rolling_back(&self) -> Step {
        if !self.is_used {
            return self.stay();
        }
        match self.rolled_back() {
            RolledBack::Writes => Step {
                statements: Some(ROLL_BACK.into()),
                open: self.open,
            },
            // The marker is set again outside the savepoint, so the next event needs another.
            RolledBack::WritesAndMarker => Step {
                statements: Some(ROLL_BACK_AND_RELEASE.into()),
                open: None,
            },
        }
    }

    fn rolled_back(&self) -> RolledBack {
        let is_before_marker = self.open.is_some_and(|open| open.is_before_marker);
        if self.is_used && is_before_marker {
            RolledBack::WritesAndMarker
        } else {
            RolledBack::Writes
        }
    }

    fn closing(&self) -> Step {
        let statements = match (self.open, self.timeout) {
            (None, _) => return self.stay(),
            (Some(open), None) if !self.is_used && !open.holds_earlier => return self.stay(),
            (Some(_), None) => RELEASE.into(),
            (Some(_), Some(_)) => format!("{RELEASE}; {NO_LIMIT}").into(),
        };
        Step {
            statements: Some(statements),
            open: None,
        }
    }

    fn stay(&self) -> Step {
        Step {
            statements: None,
            open: self.open,
        }
    }

    fn opening_statements(&self) -> Cow<'static, str> {
        match self.timeout {
            None => SAVEPOINT.into(),
            Some(timeout) => format!("{}; {SAVEPOINT}", set_limit(timeout)).into(),
        }
    }
}

pub(crate) async fn send(
    connection: &mut PgConnection,
    statements: &str,
) -> Result<(), sqlx::Error> {
    // The text consists of the constants above and a number.
    let statements = sqlx::AssertSqlSafe(statements.to_owned());
    sqlx::raw_sql(statements)
        .execute(connection)
        .await
        .map(drop)
}

/// Whether the consumer's own statement or commit failed because of what a handler did: it broke a
/// deferred constraint, changed its role, left a statement behind, or left its connection in the middle of a COPY.
pub(crate) fn is_handlers_fault(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(_) => !is_transient(error),
        sqlx::Error::Protocol(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Option<OpenSavepoint> = Some(OpenSavepoint {
        is_before_marker: false,
        holds_earlier: false,
    });

    /// Takes a step as if its statements had succeeded, and says what they were.
    fn take(savepoint: &mut Savepoint, step: Step) -> Option<String> {
        savepoint.open = step.open;
        step.statements.map(Cow::into_owned)
    }

    fn open(savepoint: &mut Savepoint) -> Option<String> {
        let step = savepoint.opening();
        savepoint.is_used = false;
        take(savepoint, step)
    }

    fn handle(savepoint: &mut Savepoint, next: Next) -> Option<String> {
        savepoint.expect(next);
        assert_eq!(open(savepoint), None, "it is there already");
        savepoint.mark_used();
        let step = savepoint.releasing();
        take(savepoint, step)
    }

    #[test]
    fn events_with_a_savepoint_each_cost_one_round_trip_each() {
        let mut savepoint = Savepoint::from_begin();
        let apart = "RELEASE SAVEPOINT dispatcher_delivery; SAVEPOINT dispatcher_delivery";
        for _ in 0..2 {
            assert_eq!(handle(&mut savepoint, Next::Apart).as_deref(), Some(apart));
            assert_eq!(savepoint.open, OPEN);
        }
        let last = handle(&mut savepoint, Next::Nothing);
        assert_eq!(last.as_deref(), Some(RELEASE));
        let step = savepoint.closing();
        assert_eq!(take(&mut savepoint, step), None, "the last one closed it");
    }

    #[test]
    fn a_savepoint_that_nothing_was_sent_through_is_left_for_the_next_event_and_for_the_commit() {
        let mut savepoint = Savepoint::from_begin();
        savepoint.expect(Next::Apart);
        for _ in 0..2 {
            assert_eq!(open(&mut savepoint), None);
            let step = savepoint.releasing();
            assert_eq!(take(&mut savepoint, step), None);
            let step = savepoint.rolling_back();
            assert_eq!(take(&mut savepoint, step), None);
        }
        assert_eq!(savepoint.rolled_back(), RolledBack::Writes);
        let step = savepoint.closing();
        assert_eq!(take(&mut savepoint, step), None);
    }

    #[test]
    fn what_the_consumer_sent_before_the_first_event_does_not_count_as_used() {
        let mut savepoint = Savepoint::from_begin();
        savepoint.mark_used();
        savepoint.disregard_use();
        let step = savepoint.closing();
        assert_eq!(take(&mut savepoint, step), None);
    }

    #[test]
    fn a_rollback_to_the_first_savepoint_takes_the_marker_and_the_next_event_opens_another() {
        let mut savepoint = Savepoint::from_begin();
        open(&mut savepoint);
        savepoint.mark_used();
        assert_eq!(savepoint.rolled_back(), RolledBack::WritesAndMarker);
        let step = savepoint.rolling_back();
        let sent = take(&mut savepoint, step);
        assert_eq!(sent.as_deref(), Some(ROLL_BACK_AND_RELEASE));
        assert_eq!(open(&mut savepoint).as_deref(), Some(SAVEPOINT));
        savepoint.mark_used();
        assert_eq!(savepoint.rolled_back(), RolledBack::Writes);
        let step = savepoint.rolling_back();
        assert_eq!(take(&mut savepoint, step).as_deref(), Some(ROLL_BACK));
        assert_eq!(savepoint.open, OPEN, "it can be rolled back to again");
    }

    #[test]
    fn a_shared_savepoint_is_released_once_and_a_failure_after_the_first_event_undoes_others() {
        let mut savepoint = Savepoint::from_begin();
        assert!(!savepoint.is_shared());
        assert_eq!(handle(&mut savepoint, Next::Sharing), None);
        assert!(savepoint.is_shared());
        open(&mut savepoint);
        assert!(!savepoint.is_shared(), "this event has written nothing");
        let step = savepoint.closing();
        assert_eq!(take(&mut savepoint, step).as_deref(), Some(RELEASE));
        assert!(!savepoint.holds_earlier());
    }

    #[test]
    fn the_server_gets_the_handlers_limit_outside_the_savepoint_and_loses_it_at_the_end() {
        let mut savepoint = Savepoint::none(Some(Duration::from_millis(250)));
        let opening = "SET LOCAL statement_timeout = 250; SAVEPOINT dispatcher_delivery".to_owned();
        assert_eq!(open(&mut savepoint), Some(opening.clone()));
        savepoint.mark_used();
        savepoint.expect(Next::Apart);
        let step = savepoint.releasing();
        let sent = take(&mut savepoint, step);
        assert_eq!(sent, Some(format!("{RELEASE}; {opening}")));
        let step = savepoint.closing();
        let sent = take(&mut savepoint, step);
        let end = format!("{RELEASE}; SET LOCAL statement_timeout TO DEFAULT");
        assert_eq!(sent, Some(end));
        let step = savepoint.closing();
        assert_eq!(take(&mut savepoint, step), None);
    }

    #[test]
    fn a_limit_of_less_than_a_millisecond_is_not_the_servers_word_for_none() {
        let savepoint = Savepoint::none(Some(Duration::from_micros(1)));
        let statements = savepoint.opening_statements();
        assert!(statements.starts_with("SET LOCAL statement_timeout = 1;"));
    }
}
