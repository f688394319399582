//! A horizon that stands still: noticed by the passes, named once, and taken back when it moves.
//!
//! All subscriptions of a consumer read the same log, so they share one of these, and one of them
//! asks for the name. What is told is told again while it lasts, so that a gauge stays true.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::consume::pass::Idle;
use crate::log::{Blocker, EventLog};
use crate::observe::Observers;

/// For how long the horizon has to stand still before anybody is told, and how often after that.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Standstill {
    log: EventLog,
    watched: Mutex<Watched>,
}

#[derive(Debug, Default)]
struct Watched {
    /// Where it stands, and since when.
    at: Option<(i64, Instant)>,
    /// When it was told last.
    told_at: Option<Instant>,
    /// Who was named, in the log and to observers.
    named: Option<Blocker>,
}

/// What a pass has to do about it.
#[derive(Debug, PartialEq)]
enum Duty {
    Nothing,
    /// It stands still for so long.
    Tell(Duration),
    /// It was told that this one holds it, and it moves again.
    TakeBack(Blocker),
}

impl Standstill {
    pub(crate) fn new(log: EventLog) -> Self {
        Self {
            log,
            watched: Mutex::default(),
        }
    }

    /// To be called after each pass that found nothing to do.
    pub(crate) async fn seen(&self, idle: &Idle, consumer: &'static str, observers: &Observers) {
        match self.watch(idle, Instant::now()) {
            Duty::Nothing => {}
            Duty::TakeBack(blocker) => {
                tracing::info!(consumer, "events can be read again: {blocker} has ended");
                observers.held_back(consumer, &blocker, Duration::ZERO, 0);
            }
            Duty::Tell(standing_for) => {
                let Ok(horizon) = self.log.horizon().await else {
                    return; // The next pass fails as well, and says so.
                };
                let Some(blocker) = horizon.blocker else {
                    return;
                };
                let positions = horizon.last_position.distance_from(horizon.position);
                let before = self.name(&blocker);
                if !before.as_ref().is_some_and(|before| same(before, &blocker)) {
                    if let Some(before) = before {
                        observers.held_back(consumer, &before, Duration::ZERO, 0);
                    }
                    tracing::warn!(
                        consumer,
                        pid = blocker.pid,
                        prepared = blocker.prepared,
                        application = blocker.application,
                        state = blocker.state,
                        age_seconds = blocker.age.as_secs(),
                        positions,
                        "events cannot be read past position {}, because {blocker} has published and not ended",
                        horizon.position
                    );
                }
                observers.held_back(consumer, &blocker, standing_for, positions);
            }
        }
    }

    fn watch(&self, idle: &Idle, now: Instant) -> Duty {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let standing = idle.horizon < idle.last_position;
        let since = match watched.at {
            Some((position, since)) if standing && position == idle.horizon => since,
            _ => {
                let named = watched.named.take();
                *watched = Watched {
                    at: standing.then_some((idle.horizon, now)),
                    ..Watched::default()
                };
                return named.map_or(Duty::Nothing, Duty::TakeBack);
            }
        };
        let last = watched.told_at.unwrap_or(since);
        if now.duration_since(last) < PATIENCE {
            return Duty::Nothing;
        }
        watched.told_at = Some(now);
        Duty::Tell(now.duration_since(since))
    }

    /// Remembers who was named; who was before.
    fn name(&self, blocker: &Blocker) -> Option<Blocker> {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.named.replace(blocker.clone())
    }
}

fn same(one: &Blocker, other: &Blocker) -> bool {
    (one.pid, &one.prepared) == (other.pid, &other.prepared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::postgres::PgPoolOptions;

    fn idle(horizon: i64, last_position: i64) -> Idle {
        Idle {
            last_position,
            horizon,
            next_retry: None,
        }
    }

    #[tokio::test]
    async fn it_is_told_after_five_seconds_and_every_five_and_taken_back() {
        let nowhere = PgPoolOptions::new()
            .connect_lazy("postgres://127.0.0.1:1/nowhere")
            .unwrap();
        let standstill = Standstill::new(EventLog::new(nowhere));
        let blocker = Blocker {
            pid: Some(17),
            prepared: None,
            application: Some("importer".to_owned()),
            state: None,
            age: Duration::from_secs(9),
        };
        let start = Instant::now();
        let duties: Vec<_> = [
            (0, idle(7, 9)),
            (4, idle(7, 12)),
            (5, idle(7, 12)),
            (6, idle(7, 12)),
            (10, idle(7, 12)),
            (11, idle(12, 12)),
            (12, idle(12, 13)),
            (13, idle(13, 13)),
        ]
        .iter()
        .map(|(seconds, idle)| {
            let duty = standstill.watch(idle, start + Duration::from_secs(*seconds));
            if matches!(duty, Duty::Tell(_)) {
                standstill.name(&blocker);
            }
            duty
        })
        .collect();
        let told = |seconds| Duty::Tell(Duration::from_secs(seconds));
        assert_eq!(
            duties,
            [
                Duty::Nothing,
                Duty::Nothing,
                told(5),
                Duty::Nothing,
                told(10),
                Duty::TakeBack(blocker.clone()),
                Duty::Nothing,
                Duty::Nothing,
            ]
        );
    }
}
