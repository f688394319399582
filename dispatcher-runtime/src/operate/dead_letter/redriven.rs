//! What became of a redriven event (D4 of `migrations/0009_create_redrives.sql`), written by the pass that settles it.
//!
//! The letter is resolved, or open again, in the transaction of the event's effects or of its failure; so there is never an
//! event that was handled whose letter is open, nor one that failed whose letter is gone.

use serde_json::Value;
use sqlx::PgConnection;

use super::FailedAttempt;
use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::postgres::sql::Statement;

/// That an event is redriven, with what its letter has from before.
#[derive(Clone, Debug)]
pub(crate) struct Redriven {
    pub(crate) redrive_id: String,
    pub(crate) dead_letter_id: String,
    /// How many attempts were made before the redrive.
    pub(crate) attempts: u32,
    /// Those that the letter lists.
    pub(crate) failures: Vec<Value>,
}

/// What became of a redriven event.
#[derive(Clone, Debug)]
pub(crate) struct Settled {
    pub(crate) redriven: Redriven,
    pub(crate) outcome: RedriveOutcome,
}

#[derive(Clone, Debug)]
pub(crate) enum RedriveOutcome {
    /// It was handled: the letter is resolved.
    Handled,
    /// An attempt failed, and there will be another. `is_first`: it was the first of the redrive.
    Retried { is_first: bool },
    /// It was given up: the letter is open again.
    Failed(FailedAgain),
    /// There is nothing to handle any more: the letter is open again.
    LeftOut,
}

/// The attempts of a redrive after which the event was given up again.
#[derive(Clone, Debug)]
pub(crate) struct FailedAgain {
    pub(crate) reason: DeadLetterReason,
    pub(crate) error: String,
    pub(crate) attempts: u32,
    pub(crate) failures: Vec<Value>,
    pub(crate) fingerprint: String,
    /// There was one attempt only.
    pub(crate) is_first: bool,
}

impl Redriven {
    /// The failures of the letter with those of the redrive appended, whose attempts are counted on; of many, the first and
    /// the last ones.
    pub(crate) fn with_failures(&self, failures: &[Value]) -> Vec<Value> {
        let mut all = self.failures.clone();
        all.extend(failures.iter().cloned().map(|mut failure| {
            let attempt = failure.get("attempt").and_then(Value::as_u64);
            if let (Some(attempt), Some(entry)) = (attempt, failure.get_mut("attempt")) {
                *entry = Value::from(attempt.saturating_add(self.attempts.into()));
            }
            failure
        }));
        let too_many = all.len().saturating_sub(FailedAttempt::MOST_KEPT);
        all.drain(1..=too_many);
        all
    }
}

/// How the attempts of one redrive went, in their order: whether an event was handled, and how many failed at their first
/// attempt since.
struct Streak<'a> {
    redrive_id: &'a str,
    any_handled: bool,
    failed_since: i32,
}

impl<'a> Streak<'a> {
    fn of_each(settled: &'a [Settled]) -> Vec<Self> {
        let mut streaks: Vec<Self> = Vec::new();
        for one in settled {
            let redrive_id = one.redriven.redrive_id.as_str();
            let at = streaks
                .iter()
                .position(|streak| streak.redrive_id == redrive_id);
            let at = at.unwrap_or_else(|| {
                streaks.push(Self {
                    redrive_id,
                    any_handled: false,
                    failed_since: 0,
                });
                streaks.len() - 1
            });
            let streak = &mut streaks[at];
            match &one.outcome {
                RedriveOutcome::Handled => {
                    streak.any_handled = true;
                    streak.failed_since = 0;
                }
                RedriveOutcome::Retried { is_first: true } => streak.failed_since += 1,
                RedriveOutcome::Failed(failed) if failed.is_first => streak.failed_since += 1,
                RedriveOutcome::Retried { .. }
                | RedriveOutcome::Failed(_)
                | RedriveOutcome::LeftOut => {}
            }
        }
        streaks
    }
}

/// Writes down what became of redriven events. `statement` is `settle_redriven.sql`.
pub(crate) async fn settle(
    statement: &Statement,
    connection: &mut PgConnection,
    (consumer, subscription): (&str, &str),
    settled: &[Settled],
) -> Result<(), sqlx::Error> {
    if settled.is_empty() {
        return Ok(());
    }
    let streaks = Streak::of_each(settled);
    let over: Vec<(&Redriven, &str, Option<&FailedAgain>)> = settled
        .iter()
        .filter_map(|one| match &one.outcome {
            RedriveOutcome::Handled => Some((&one.redriven, "handled", None)),
            RedriveOutcome::Failed(failed) => Some((&one.redriven, "failed", Some(failed))),
            RedriveOutcome::LeftOut => Some((&one.redriven, "left_out", None)),
            RedriveOutcome::Retried { .. } => None,
        })
        .collect();
    fn column<'a, T: 'a, U>(rows: &'a [T], of: impl Fn(&'a T) -> U) -> Vec<U> {
        rows.iter().map(of).collect()
    }
    let attempts = |failed: &FailedAgain| i32::try_from(failed.attempts).unwrap_or(i32::MAX);
    let failures = |failed: &FailedAgain| Value::from(&failed.failures[..]).to_string();
    statement
        .query()
        .bind(consumer)
        .bind(subscription)
        .bind(column(&over, |one| one.0.redrive_id.as_str()))
        .bind(column(&over, |one| one.0.dead_letter_id.as_str()))
        .bind(column(&over, |one| one.1))
        .bind(column(&over, |one| {
            one.2.map(|failed| failed.reason.as_str())
        }))
        .bind(column(&over, |one| {
            one.2.map(|failed| failed.error.as_str())
        }))
        .bind(column(&over, |one| one.2.map(attempts)))
        .bind(column(&over, |one| one.2.map(failures)))
        .bind(column(&over, |one| {
            one.2.map(|failed| failed.fingerprint.as_str())
        }))
        .bind(column(&streaks, |streak| streak.redrive_id))
        .bind(column(&streaks, |streak| streak.any_handled))
        .bind(column(&streaks, |streak| streak.failed_since))
        .execute(connection)
        .await
        .map(drop)
}
