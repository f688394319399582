//! Which faults are injected and when: a function of the seed, of their number, and of the number of servers.
//!
//! They come in rounds. Each round has every kind once, in random order.

use std::time::Duration;

use dispatcher_test_fixtures::chance::{For, numbers};
use fastrand::Rng;

use super::role::{LEASE, Role};

/// Something that goes wrong. Processes and servers are numbered from 0.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// kill -9, and another process in its place.
    Kill { role: Role, number: usize },
    /// SIGSTOP, and SIGCONT after longer than a lease.
    Pause {
        role: Role,
        number: usize,
        lasting: Duration,
    },
    /// kill -9 of the postmaster, and a restart that recovers.
    KillPostgres { database: Database, down: Duration },
    /// The paths of a process to all NATS servers are closed, and new connections refused.
    Cut {
        role: Role,
        number: usize,
        lasting: Duration,
    },
    /// The paths of a process to all NATS servers forward nothing, and are cut or restored after that.
    Silence {
        role: Role,
        number: usize,
        lasting: Duration,
        then_cut: bool,
    },
    /// From the end of the next batch on, what NATS answers to a relay is lost; then its connections are reset.
    LoseConfirmations { number: usize, lasting: Duration },
    /// From the next COMMIT on, what Postgres answers to a mirror is lost; then its connections are reset.
    LoseCommits { number: usize, lasting: Duration },
    /// The stream has no room for more, until it is given some.
    Full { lasting: Duration },
    /// kill -9 of a server, or of the one that leads the stream.
    KillServer { server: Server, down: Duration },
    /// SIGSTOP of a server, and SIGCONT.
    PauseServer { server: Server, lasting: Duration },
    /// kill -9 of all servers, for longer than the duplicate window.
    Outage { down: Duration },
    /// The stores of all servers are set back to what they were some messages ago.
    SetBack,
    /// The store of one server is set back; the others have what it has lost. Raft does not allow for it.
    SetBackOne { server: usize },
    /// A server is cut off from the others, though not from its clients.
    Isolate {
        server: Server,
        lasting: Duration,
        is_silent: bool,
    },
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Database {
    Producer,
    Consumer,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Server {
    Number(usize),
    Leader,
}

impl Fault {
    /// Its kind, by the name that the report uses.
    pub(super) fn kind(&self) -> &'static str {
        use Role::{Consumer, Mirror, Relay};
        match self {
            Self::Kill { role: Relay, .. } => "kill -9 of a relay",
            Self::Kill { role: Mirror, .. } => "kill -9 of a mirror",
            Self::Kill { role: Consumer, .. } => "kill -9 of a consumer",
            Self::Pause { role: Relay, .. } => "SIGSTOP and SIGCONT of a relay",
            Self::Pause { .. } => "SIGSTOP and SIGCONT of a mirror",
            Self::KillPostgres {
                database: Database::Producer,
                ..
            } => "kill -9 of the producing Postgres",
            Self::KillPostgres { .. } => "kill -9 of the consuming Postgres",
            Self::Cut { role: Relay, .. } => "relay cut off from NATS",
            Self::Cut { .. } => "mirror cut off from NATS",
            Self::Silence { role: Relay, .. } => "silence between relay and NATS",
            Self::Silence { .. } => "silence between mirror and NATS",
            Self::LoseConfirmations { .. } => "confirmations of a batch lost",
            Self::LoseCommits { .. } => "answers to COMMIT of a mirror lost",
            Self::Full { .. } => "stream full",
            Self::KillServer {
                server: Server::Leader,
                ..
            } => "kill -9 of the leading NATS server",
            Self::KillServer { .. } => "kill -9 of a NATS server",
            Self::PauseServer { .. } => "SIGSTOP and SIGCONT of a NATS server",
            Self::Outage { .. } => "all NATS servers down",
            Self::SetBack => "stores set back",
            Self::SetBackOne { .. } => "store of one server set back",
            Self::Isolate {
                is_silent: true, ..
            } => "silence between NATS servers",
            Self::Isolate { .. } => "NATS server cut off from the others",
        }
    }
}

impl Fault {
    /// Whether the stream has to have more messages while it lasts.
    pub(super) fn asks_for_messages(&self) -> bool {
        matches!(self, Self::SetBack | Self::SetBackOne { .. })
    }
}

/// A fault, and how long after the previous one it comes.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) after: Duration,
    pub(super) fault: Fault,
}

/// How many kinds a round has with one server.
const OF_ONE: usize = 18;

/// How many kinds a round has with several.
const OF_SEVERAL: usize = 21;

/// What the faults of a plan happen to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) servers: usize,
    /// The duplicate window of the stream.
    pub(super) window: Duration,
    /// Of several servers, one is set back alone too.
    pub(super) set_back_one: bool,
}

/// How many kinds there are.
pub(super) fn kinds(setting: Setting) -> usize {
    match setting.servers {
        1 => OF_ONE,
        _ => OF_SEVERAL + usize::from(setting.set_back_one),
    }
}

/// The faults of a run.
pub(super) fn plan(seed: u64, faults: usize, setting: Setting) -> Vec<Planned> {
    let Setting {
        servers, window, ..
    } = setting;
    let mut numbers = numbers(seed, For::Faults, &[]);
    // A cluster needs seconds to choose a leader, and makes progress between two faults only then.
    let most = if servers == 1 { 1_000 } else { 2_500 };
    let mut round = Vec::new();
    let mut draw = || {
        if round.is_empty() {
            round = (0..kinds(setting)).collect();
            numbers.shuffle(&mut round);
        }
        let kind = round.pop().unwrap_or_default();
        let after = millis(&mut numbers, 200, most);
        let fault = match kind {
            ..OF_ONE => fault(kind, &mut numbers, servers, window),
            _ => fault_of_a_cluster(kind, &mut numbers, servers),
        };
        Planned { after, fault }
    };
    (0..faults).map(|_| draw()).collect()
}

fn fault(kind: usize, numbers: &mut Rng, servers: usize, window: Duration) -> Fault {
    use Role::{Consumer, Mirror, Relay};
    let number = numbers.usize(0..super::EACH);
    let server = Server::Number(numbers.usize(0..servers));
    let longer_than_the_lease = LEASE + millis(numbers, 300, 1_500);
    let lasting = millis(numbers, 0, 1_200);
    let then_cut = numbers.bool();
    match kind {
        0..=2 => Fault::Kill {
            role: [Relay, Mirror, Consumer][kind],
            number,
        },
        3 | 4 => Fault::Pause {
            role: if kind == 3 { Relay } else { Mirror },
            number,
            lasting: longer_than_the_lease,
        },
        5 | 6 => Fault::KillPostgres {
            database: if kind == 5 {
                Database::Producer
            } else {
                Database::Consumer
            },
            down: lasting,
        },
        7 | 8 => Fault::Cut {
            role: if kind == 7 { Relay } else { Mirror },
            number,
            lasting: if then_cut { Duration::ZERO } else { lasting },
        },
        9 | 10 => Fault::Silence {
            role: if kind == 9 { Relay } else { Mirror },
            number,
            lasting: longer_than_the_lease,
            then_cut,
        },
        11 => Fault::LoseConfirmations { number, lasting },
        12 => Fault::LoseCommits { number, lasting },
        13 => Fault::Full {
            lasting: longer_than_the_lease,
        },
        14 => Fault::KillServer {
            server,
            down: lasting,
        },
        15 => Fault::Outage {
            down: window + lasting,
        },
        16 => Fault::PauseServer {
            server: if then_cut { Server::Leader } else { server },
            lasting: longer_than_the_lease,
        },
        _ => Fault::SetBack,
    }
}

fn fault_of_a_cluster(kind: usize, numbers: &mut Rng, servers: usize) -> Fault {
    let lasting = millis(numbers, 500, 8_000);
    let number = numbers.usize(0..servers);
    let server = if numbers.bool() {
        Server::Leader
    } else {
        Server::Number(number)
    };
    match kind {
        18 => Fault::KillServer {
            server: Server::Leader,
            down: lasting,
        },
        19 | 20 => Fault::Isolate {
            server,
            lasting,
            is_silent: kind == 19,
        },
        _ => Fault::SetBackOne { server: number },
    }
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
        for (servers, set_back_one) in [(1, false), (3, false), (3, true)] {
            let setting = Setting {
                servers,
                window: Duration::from_secs(1),
                set_back_one,
            };
            let planned = |seed| plan(seed, 3 * kinds(setting), setting);
            let first = planned(3);
            assert_eq!(format!("{first:?}"), format!("{:?}", planned(3)));
            assert_ne!(format!("{first:?}"), format!("{:?}", planned(4)));
            for round in first.chunks(kinds(setting)) {
                let kinds: BTreeSet<_> = round.iter().map(|it| it.fault.kind()).collect();
                assert_eq!(kinds.len(), round.len());
                assert_eq!(kinds.contains("store of one server set back"), set_back_one);
            }
        }
    }
}
