//! A horizon that stands still: noticed by the passes, reported, and taken back when it moves.
//!
//! All subscriptions of a consumer read the same log, so they share one watcher, and one of them asks for
//! the transaction that holds the horizon. A report is repeated while the standstill lasts, so that a
//! gauge stays true. Without the watcher no event is lost, but nothing says why events are not delivered.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::event_log::EventLog;
use super::horizon::Blocker;

/// How long the horizon has to stand still before it is reported, and how often it is reported then.
const PATIENCE: Duration = Duration::from_secs(5);

/// Watches the horizon of one log.
#[derive(Debug)]
pub(crate) struct StandstillWatcher {
    log: EventLog,
    observation: Mutex<Observation>,
}

#[derive(Debug, Default)]
struct Observation {
    /// Where the horizon stands, and since when.
    standing: Option<(i64, Instant)>,
    reported_at: Option<Instant>,
    /// The transaction that was named, in the log and to observers.
    named: Option<Blocker>,
}

/// A transaction that holds the horizon, or held it until now.
#[derive(Debug)]
pub(crate) struct StandstillReport {
    pub(crate) blocker: Blocker,
    /// Zero when the transaction has ended.
    pub(crate) standing_for: Duration,
    /// How many positions cannot be read because of it.
    pub(crate) positions: u64,
}

/// What a pass has to do about the horizon that it found.
#[derive(Debug, PartialEq)]
enum Duty {
    Nothing,
    /// Report the transaction that holds the horizon: it has stood still for this long.
    Report(Duration),
    /// This transaction was reported, and the horizon moves again.
    TakeBack(Blocker),
}

impl StandstillWatcher {
    pub(crate) fn new(log: EventLog) -> Self {
        Self {
            log,
            observation: Mutex::default(),
        }
    }

    /// Takes note of a horizon and the last position, after a pass that found nothing to do. What comes
    /// back is for the consumer's observers.
    pub(crate) async fn seen(
        &self,
        horizon: i64,
        last_position: i64,
        consumer: &'static str,
    ) -> Vec<StandstillReport> {
        match self.duty(horizon, last_position, Instant::now()) {
            Duty::Nothing => Vec::new(),
            Duty::TakeBack(blocker) => {
                tracing::info!(consumer, "{blocker} has ended; events can be read again");
                vec![StandstillReport::end(blocker)]
            }
            Duty::Report(standing_for) => self.report(standing_for, consumer).await,
        }
    }

    fn duty(&self, horizon: i64, last_position: i64, now: Instant) -> Duty {
        let mut observation = self.lock();
        let is_standing = horizon < last_position;
        let since = match observation.standing {
            Some((position, since)) if is_standing && position == horizon => since,
            _ => {
                let named = observation.named.take();
                *observation = Observation {
                    standing: is_standing.then_some((horizon, now)),
                    ..Observation::default()
                };
                return named.map_or(Duty::Nothing, Duty::TakeBack);
            }
        };
        let last = observation.reported_at.unwrap_or(since);
        if now.duration_since(last) < PATIENCE {
            return Duty::Nothing;
        }
        observation.reported_at = Some(now);
        Duty::Report(now.duration_since(since))
    }

    async fn report(
        &self,
        standing_for: Duration,
        consumer: &'static str,
    ) -> Vec<StandstillReport> {
        let Ok(horizon) = self.log.horizon().await else {
            return Vec::new(); // The next pass fails as well, and logs the error.
        };
        let Some(blocker) = horizon.blocker else {
            return Vec::new();
        };
        let positions = horizon.last_position.distance_from(horizon.position);
        let mut reports = Vec::new();
        let before = self.name(&blocker);
        if !before
            .as_ref()
            .is_some_and(|before| is_same(before, &blocker))
        {
            reports.extend(before.map(StandstillReport::end));
            tracing::warn!(
                consumer,
                pid = blocker.pid,
                prepared = blocker.prepared,
                role = blocker.role,
                may_publish = blocker.may_publish,
                application = blocker.application,
                state = blocker.state,
                age_seconds = blocker.age.as_secs(),
                positions,
                "events past position {} cannot be read until {blocker} ends, because it has published",
                horizon.position
            );
        }
        reports.push(StandstillReport {
            blocker,
            standing_for,
            positions,
        });
        reports
    }

    /// Remembers the transaction that is named now; returns the one that was named before.
    fn name(&self, blocker: &Blocker) -> Option<Blocker> {
        self.lock().named.replace(blocker.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Observation> {
        let observation = self.observation.lock();
        observation.unwrap_or_else(PoisonError::into_inner)
    }
}

impl StandstillReport {
    fn end(blocker: Blocker) -> Self {
        Self {
            blocker,
            standing_for: Duration::ZERO,
            positions: 0,
        }
    }
}

fn is_same(one: &Blocker, other: &Blocker) -> bool {
    (one.pid, &one.prepared) == (other.pid, &other.prepared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::postgres::PgPoolOptions;

    #[tokio::test]
    async fn it_is_reported_after_five_seconds_and_every_five_and_taken_back() {
        let nowhere = PgPoolOptions::new()
            .connect_lazy("postgres://127.0.0.1:1/nowhere")
            .unwrap();
        let watcher = StandstillWatcher::new(EventLog::new(nowhere));
        let blocker = Blocker {
            pid: Some(17),
            prepared: None,
            role: Some("importer".to_owned()),
            may_publish: Some(true),
            application: Some("importer".to_owned()),
            state: None,
            age: Duration::from_secs(9),
            since: None,
        };
        let start = Instant::now();
        let duties: Vec<_> = [
            (0, 7, 9),
            (4, 7, 12),
            (5, 7, 12),
            (6, 7, 12),
            (10, 7, 12),
            (11, 12, 12),
            (12, 12, 13),
            (13, 13, 13),
        ]
        .iter()
        .map(|&(seconds, horizon, last_position)| {
            let now = start + Duration::from_secs(seconds);
            let duty = watcher.duty(horizon, last_position, now);
            if matches!(duty, Duty::Report(_)) {
                watcher.name(&blocker);
            }
            duty
        })
        .collect();
        let reported = |seconds| Duty::Report(Duration::from_secs(seconds));
        assert_eq!(
            duties,
            [
                Duty::Nothing,
                Duty::Nothing,
                reported(5),
                Duty::Nothing,
                reported(10),
                Duty::TakeBack(blocker.clone()),
                Duty::Nothing,
                Duty::Nothing,
            ]
        );
    }
}
