//! Problems: what is wrong, since when, and the command that ends it or shows more.

use serde::Serialize;
use time::OffsetDateTime;

use super::command::{quoted, sql_literal};
use crate::log::Blocker;
use crate::operate::count::Count;
use crate::operate::retention::RetentionHeld;
use crate::operate::subscriptions::SubscriptionProgress;
use crate::operate::transfers::{READER, TransferDirection, TransferProgress, TransferState};

/// Something that has to be done.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// What kind of problem.
    pub kind: ProblemKind,
    /// The consumer, if it is one of a subscription.
    pub consumer: Option<String>,
    /// The subscription.
    pub subscription: Option<String>,
    /// The relay or mirror, such as `relay/north`, if it is one of that.
    pub transfer: Option<String>,
    /// Since when, as far as it is known.
    #[serde(with = "time::serde::rfc3339::option")]
    pub since: Option<OffsetDateTime>,
    /// The cause, as a sentence without a full stop. It has no ages, so it stays the same while nothing changes: for how long
    /// is told from `since`.
    pub text: String,
    /// The command that ends it, or shows more.
    pub command: String,
}

/// Kinds of [`Problem`]s, the worst first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProblemKind {
    /// A transaction that publishes is open for longer than 10 s, and no reader sees what was published after it.
    Blocked,
    /// A relay or a mirror does not go on, or no process works on it.
    Stuck,
    /// No replica runs a subscription.
    NoHolder,
    /// The oldest undelivered event of a subscription is older than a minute, or that of a relay or a mirror.
    Behind,
    /// Subjects are held by dead letters, or wait for versions.
    Held,
    /// Events wait for their next attempt.
    Retrying,
    /// Dead letters are open.
    DeadLetters,
    /// A subscription is paused.
    Paused,
    /// Events are kept beyond their window, because a subscription has not read them.
    RetentionHeld,
}

/// How old the oldest unread event may be, in seconds.
const LATE: f64 = 60.0;

impl Problem {
    fn new(kind: ProblemKind, text: String, command: String) -> Self {
        Self {
            kind,
            consumer: None,
            subscription: None,
            transfer: None,
            since: None,
            text,
            command,
        }
    }

    /// The cause, and for how long as of a moment, where that is known.
    pub(crate) fn with_age(&self, now: OffsetDateTime) -> String {
        match self.since {
            Some(since) => format!(
                "{} (for {})",
                self.text,
                spoken((now - since).as_seconds_f64())
            ),
            None => self.text.clone(),
        }
    }

    pub(super) fn of_blocker(blocker: &Blocker, positions: u64) -> Self {
        let text = format!(
            "{positions} positions cannot be read until {} ends, because it has published",
            blocker.without_age()
        );
        let command = match (&blocker.prepared, blocker.pid) {
            (Some(prepared), _) => format!("ROLLBACK PREPARED {}", sql_literal(prepared)),
            (None, Some(pid)) => format!("SELECT pg_terminate_backend({pid})"),
            (None, None) => "dispatcher doctor".to_owned(),
        };
        Self {
            since: blocker.since,
            ..Self::new(ProblemKind::Blocked, text, command)
        }
    }

    /// What is wrong with a subscription.
    pub(super) fn of_subscription(progress: &SubscriptionProgress) -> Vec<Self> {
        let name = quoted(&format!("{}/{}", progress.consumer, progress.subscription));
        let examined = Examined { progress, name };
        let problems = [
            examined.work(),
            examined.held(),
            examined.retrying(),
            examined.dead_letters(),
        ];
        problems.into_iter().flatten().collect()
    }

    /// What is wrong with a relay or a mirror.
    pub(super) fn of_transfer(transfer: &TransferProgress) -> Option<Self> {
        let late = transfer.behind_since;
        let left = unsent(transfer);
        let (kind, since, text) = match transfer.state {
            TransferState::Running => return None,
            TransferState::Stuck => {
                let reason = transfer.waits_for.as_deref().unwrap_or_default();
                let text = format!("it does not go on: {reason}; {left}");
                (ProblemKind::Stuck, transfer.waits_since, text)
            }
            TransferState::NoHolder => {
                let text = format!("no process works on it; {left}");
                (ProblemKind::Stuck, late, text)
            }
            TransferState::Behind => (ProblemKind::Behind, late, left),
        };
        let name = transfer.name();
        let command = format!("dispatcher transfers show {}", quoted(&name));
        Some(Self {
            transfer: Some(name),
            since,
            ..Self::new(kind, text, command)
        })
    }

    /// Dead letters whose subscription was removed.
    pub(super) fn of_left_over(letters: Count) -> Self {
        let text = letters.of_things(
            "dead letter of a subscription that was removed is open",
            "dead letters of subscriptions that were removed are open",
        );
        Self::new(
            ProblemKind::DeadLetters,
            text,
            "dispatcher dlq groups".to_owned(),
        )
    }

    pub(super) fn of_retention(held: &RetentionHeld) -> Self {
        let by = &held.by;
        let text = format!(
            "events are kept beyond their window, because it has read only up to position {}",
            by.position
        );
        if by.consumer == READER {
            let name = format!("relay/{}", by.subscription);
            let command = format!("dispatcher transfers show {}", quoted(&name));
            return Self {
                transfer: Some(name),
                since: held.since,
                ..Self::new(ProblemKind::RetentionHeld, text, command)
            };
        }
        let name = quoted(&format!("{}/{}", by.consumer, by.subscription));
        let command = format!("dispatcher subscriptions show {name}");
        Self {
            consumer: Some(by.consumer.clone()),
            subscription: Some(by.subscription.clone()),
            since: held.since,
            ..Self::new(ProblemKind::RetentionHeld, text, command)
        }
    }
}

/// A subscription that is looked at.
struct Examined<'a> {
    progress: &'a SubscriptionProgress,
    /// As a word of a command.
    name: String,
}

impl Examined<'_> {
    fn problem(
        &self,
        kind: ProblemKind,
        since: Option<OffsetDateTime>,
        text: String,
        command: String,
    ) -> Problem {
        Problem {
            consumer: Some(self.progress.consumer.clone()),
            subscription: Some(self.progress.subscription.clone()),
            since,
            ..Problem::new(kind, text, command)
        }
    }

    fn show(&self) -> String {
        format!("dispatcher subscriptions show {}", self.name)
    }

    /// Whether something works on it, and keeps up. That it is late is no problem beside its cause.
    fn work(&self) -> Option<Problem> {
        let progress = self.progress;
        let unread = unread(progress);
        let since = progress.since.oldest_unread;
        if let Some(pause) = &progress.pause {
            let why = match &pause.reason {
                Some(reason) => format!(": {reason}"),
                None => String::new(),
            };
            let text = format!("{} paused it{why}; {unread}", pause.paused_by);
            // A move is under way: it alone ends the pause.
            let resume = if pause.is_of_a_move() {
                format!(
                    "dispatcher move-out plan --consumer {}",
                    quoted(&progress.consumer)
                )
            } else {
                format!("dispatcher subscriptions resume {}", self.name)
            };
            let since = Some(pause.paused_at);
            return Some(self.problem(ProblemKind::Paused, since, text, resume));
        }
        if progress.replicas == 0 {
            let text = format!("no replica runs it; {unread}");
            return Some(self.problem(ProblemKind::NoHolder, since, text, self.show()));
        }
        let is_late = progress.lag_seconds.is_some_and(|seconds| seconds > LATE);
        is_late.then(|| self.problem(ProblemKind::Behind, since, unread, self.show()))
    }

    fn held(&self) -> Option<Problem> {
        let held = self.progress.held_subjects;
        let text = held.of_things(
            "subject is held by a dead letter, or waits for a version",
            "subjects are held by dead letters, or wait for versions",
        );
        (held.count > 0).then(|| self.problem(ProblemKind::Held, None, text, self.show()))
    }

    fn retrying(&self) -> Option<Problem> {
        let since = self.progress.since.oldest_waiting?;
        let waiting = Count {
            count: self.progress.waiting,
            at_least: false,
        };
        let text = waiting.of_things("event waits after a failure", "events wait after failures");
        Some(self.problem(ProblemKind::Retrying, Some(since), text, self.show()))
    }

    fn dead_letters(&self) -> Option<Problem> {
        let open = self.progress.open_dead_letters;
        let since = self.progress.since.oldest_dead_letter;
        let text = open.of_things("dead letter is open", "dead letters are open");
        let groups = format!("dispatcher dlq groups --subscription {}", self.name);
        (open.count > 0).then(|| self.problem(ProblemKind::DeadLetters, since, text, groups))
    }
}

/// How much a relay or a mirror has not moved yet.
fn unsent(transfer: &TransferProgress) -> String {
    let (count, of_one, of_many) = match transfer.direction {
        TransferDirection::Relay => (
            Some(transfer.positions_behind),
            "position of the log is not sent",
            "positions of the log are not sent",
        ),
        TransferDirection::Mirror => (
            transfer.messages_behind,
            "message of the stream is not inserted, as far as it was read",
            "messages of the stream are not inserted, as far as it was read",
        ),
    };
    let Some(count) = count else {
        return "how many messages the stream has for it is unknown".to_owned();
    };
    let count = Count {
        count: count.unsigned_abs(),
        at_least: false,
    };
    count.of_things(of_one, of_many)
}

/// How many events are unread.
fn unread(progress: &SubscriptionProgress) -> String {
    match progress.lag {
        None => "how many events are unread is unknown".to_owned(),
        Some(Count { count: 0, .. }) => "no event is unread".to_owned(),
        Some(lag) => lag.of_things("event is unread", "events are unread"),
    }
}

/// A time as an operator says it.
pub(crate) fn spoken(seconds: f64) -> String {
    match seconds {
        _ if seconds < 90.0 => format!("{seconds:.0} s"),
        _ if seconds < 90.0 * 60.0 => format!("{:.0} min", seconds / 60.0),
        _ if seconds < 36.0 * 3600.0 => format!("{:.0} h", seconds / 3600.0),
        _ => format!("{:.0} days", seconds / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_unit_that_fits() {
        for (seconds, text) in [
            (0.4, "0 s"),
            (89.0, "89 s"),
            (90.0, "2 min"),
            (3_000.0, "50 min"),
            (7_200.0, "2 h"),
            (200_000.0, "2 days"),
        ] {
            assert_eq!(spoken(seconds), text);
        }
    }
}
