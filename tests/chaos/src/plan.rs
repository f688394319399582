//! Which faults are injected and when: a function of the seed and of their number.
//!
//! They come in rounds. Each round has every kind once, in random order, so even a short run meets
//! all kinds.

use std::time::Duration;

use fastrand::Rng;

use super::process::End;
use super::replica::LEASE;
use super::{REPLICAS, WRITERS};
use dispatcher_test_fixtures::chance::{For, numbers};
use dispatcher_test_launcher::Shutdown;

/// A process: the replicas come first, then the writers.
pub(super) type Number = usize;

/// Something that goes wrong.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// kill -9, and another process in its place.
    Kill(Number),
    /// SIGSTOP, and SIGCONT after longer than a lease.
    Pause { replica: Number, lasting: Duration },
    /// `pg_terminate_backend` of several connections, each drawn from those that are open.
    Terminate { draws: Vec<u64> },
    /// Postgres stops and is started again.
    Restart { how: Shutdown, down: Duration },
    /// The connection of a process is closed, and new ones are refused.
    Cut { process: Number, lasting: Duration },
    /// The connection of a process forwards nothing, and is cut or restored after that.
    Silence {
        process: Number,
        lasting: Duration,
        then_cut: bool,
    },
    /// From its next COMMIT on, answers to a process are lost; then its connection is cut.
    LoseAnswers { process: Number, lasting: Duration },
    /// The replicas are replaced by the other version, one after the other.
    Roll { ends: [End; REPLICAS] },
    /// The replicas are replaced by ones in which a handler has its other name.
    Rename { ends: [End; REPLICAS] },
    /// A replica is replaced by one whose clock is wrong.
    SetClock {
        replica: Number,
        end: End,
        by: Option<&'static str>,
    },
    /// A replica is told to stop while its connections forward nothing; another one comes in its place.
    StopUnheard { replica: Number },
    /// An operator pauses a subscription, and resumes it after a while.
    PauseSubscription { draw: u64, lasting: Duration },
    /// An operator redrives all open dead letters, one redrive for each subscription, and may stop these after a while.
    Redrive {
        per_second: u32,
        stops_after: Option<Duration>,
    },
}

impl Fault {
    /// Its kind, by the name that the report uses.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Kill(process) if *process < REPLICAS => "kill -9 of a replica",
            Self::Kill(_) => "kill -9 of a writer",
            Self::Pause { .. } => "SIGSTOP and SIGCONT of a replica",
            Self::Terminate { .. } => "connections terminated",
            Self::Restart {
                how: Shutdown::Fast,
                ..
            } => "Postgres restarted fast",
            Self::Restart { .. } => "Postgres restarted immediate",
            Self::Cut { .. } => "path cut",
            Self::Silence { .. } => "path silent",
            Self::LoseAnswers { .. } => "answers lost",
            Self::Roll { .. } => "other version rolled out",
            Self::Rename { .. } => "handler renamed",
            Self::SetClock { .. } => "clock of a replica set wrong",
            Self::StopUnheard { .. } => "stop on a dead network",
            Self::PauseSubscription { .. } => "subscription paused and resumed",
            Self::Redrive { .. } => "dead letters redriven",
        }
    }
}

/// A fault, and how long after the previous one it comes.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) after: Duration,
    pub(super) fault: Fault,
}

pub(super) const KINDS: usize = 15;

/// How far a clock is off.
const CLOCKS: [Option<&str>; 5] = [Some("+10m"), Some("-10m"), Some("+40d"), Some("-40d"), None];

/// How many events a redrive hands over in a second.
const PACES: [u32; 3] = [3, 10, 200];

/// How many faults a run of that many events has.
pub(super) fn faults_for(events: u64) -> usize {
    usize::try_from(events / 60)
        .unwrap_or(usize::MAX)
        .clamp(KINDS, 400)
}

/// The faults of a run.
pub(super) fn plan(seed: u64, faults: usize) -> Vec<Planned> {
    let mut numbers = numbers(seed, For::Faults, &[]);
    let mut round = Vec::new();
    let mut draw = || {
        if round.is_empty() {
            round = (0..KINDS).collect();
            numbers.shuffle(&mut round);
        }
        let kind = round.pop().unwrap_or_default();
        let after = millis(&mut numbers, 200, 1_200);
        Planned {
            after,
            fault: fault(kind, &mut numbers),
        }
    };
    (0..faults).map(|_| draw()).collect()
}

fn fault(kind: usize, numbers: &mut Rng) -> Fault {
    let replica = numbers.usize(0..REPLICAS);
    let writer = REPLICAS + numbers.usize(0..WRITERS);
    let process = numbers.usize(0..REPLICAS + WRITERS);
    match kind {
        0 => Fault::Kill(replica),
        1 => Fault::Kill(writer),
        2 => Fault::Pause {
            replica,
            lasting: LEASE + millis(numbers, 300, 1_500),
        },
        3 => {
            let connections = numbers.usize(1..=4);
            Fault::Terminate {
                draws: (0..connections).map(|_| numbers.u64(..)).collect(),
            }
        }
        4 => Fault::Restart {
            how: Shutdown::Immediate,
            down: millis(numbers, 0, 400),
        },
        5 => Fault::Restart {
            how: Shutdown::Fast,
            down: millis(numbers, 0, 400),
        },
        6 => Fault::Cut {
            process,
            lasting: millis(numbers, 0, 800),
        },
        7 => Fault::Silence {
            process,
            lasting: millis(numbers, 300, 2_500),
            then_cut: numbers.bool(),
        },
        8 => Fault::LoseAnswers {
            process,
            lasting: millis(numbers, 200, 900),
        },
        9 => Fault::Roll {
            ends: std::array::from_fn(|_| end(numbers)),
        },
        10 => Fault::Rename {
            ends: std::array::from_fn(|_| end(numbers)),
        },
        11 => Fault::SetClock {
            replica,
            end: end(numbers),
            by: CLOCKS[numbers.usize(0..CLOCKS.len())],
        },
        12 => Fault::StopUnheard { replica },
        13 => Fault::PauseSubscription {
            draw: numbers.u64(..),
            lasting: millis(numbers, 200, 2_500),
        },
        _ => Fault::Redrive {
            // Slow ones meet other faults.
            per_second: PACES[numbers.usize(0..PACES.len())],
            stops_after: numbers.bool().then(|| millis(numbers, 0, 2_000)),
        },
    }
}

fn end(numbers: &mut Rng) -> End {
    if numbers.bool() { End::Stop } else { End::Kill }
}

fn millis(numbers: &mut Rng, least: u64, most: u64) -> Duration {
    Duration::from_millis(numbers.u64(least..=most))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_same_seed_plans_the_same_and_each_round_has_every_kind() {
        let first = plan(3, 3 * KINDS);
        assert_eq!(format!("{first:?}"), format!("{:?}", plan(3, 3 * KINDS)));
        assert_ne!(format!("{first:?}"), format!("{:?}", plan(4, 3 * KINDS)));
        for round in first.chunks(KINDS) {
            let kinds: BTreeSet<_> = round.iter().map(|it| it.fault.kind()).collect();
            assert_eq!(kinds.len(), KINDS);
        }
    }
}
