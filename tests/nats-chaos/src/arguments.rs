//! The command line, of the run and of the processes that it starts.

use std::time::Duration;

use super::role::{Role, Task};

/// What to run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The seed of everything random.
    pub seed: u64,
    /// How many events are committed, at least.
    pub events: u64,
    /// How many faults are injected.
    pub faults: usize,
    /// How many NATS servers there are, and replicas of the stream: 1 or 3.
    pub replicas: usize,
    /// The duplicate window of the stream.
    pub window: Duration,
    /// How many confirmed messages a store loses that is set back.
    pub set_back: i64,
    /// For how long events stay in both logs once they are handled or relayed.
    pub retention: Duration,
    /// With several servers, the store of one is set back too, which Raft's rules do not allow.
    pub set_back_one: bool,
    /// Faults, and what the processes say, are printed as they come.
    pub trace: bool,
    /// The report is printed as JSON.
    pub json: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            events: 5_000,
            faults: 40,
            replicas: 1,
            window: Duration::from_secs(1),
            set_back: 200,
            retention: Duration::from_secs(45),
            set_back_one: false,
            trace: false,
            json: false,
        }
    }
}

/// Printed with an error in the arguments.
pub const USAGE: &str = "usage: nats-chaos --seed N [--events M] [--faults K] [--replicas 1|3]
                  [--window SECONDS] [--set-back MESSAGES] [--retention SECONDS] [--set-back-one]
                  [--trace] [--json]";

/// What a command line asks for.
#[derive(Debug)]
pub(super) enum Command {
    Help,
    Run(Options),
    Process(Task),
}

/// Reads a command line without the program's name.
pub(super) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut options = Options::default();
    let mut seed = None;
    while let Some(argument) = arguments.next() {
        if let Some(role) = Role::named(&argument) {
            return process(role, arguments).map(Command::Process);
        }
        let mut number = || {
            let value = arguments.next();
            let value = value.ok_or_else(|| format!("{argument} needs a number"))?;
            value
                .parse::<u64>()
                .map_err(|_| format!("{argument}: {value:?} is not a number"))
        };
        match argument.as_str() {
            "--seed" => seed = Some(number()?),
            "--events" => options.events = number()?.max(1),
            "--faults" => options.faults = usize::try_from(number()?).unwrap_or(usize::MAX),
            "--replicas" => {
                options.replicas = match number()? {
                    1 => 1,
                    3 => 3,
                    other => return Err(format!("--replicas: 1 or 3, and not {other}")),
                }
            }
            "--window" => options.window = Duration::from_secs(number()?),
            "--set-back" => options.set_back = i64::try_from(number()?).unwrap_or(i64::MAX),
            "--retention" => options.retention = Duration::from_secs(number()?),
            "--set-back-one" => options.set_back_one = true,
            "--trace" => options.trace = true,
            "--json" => options.json = true,
            "--help" | "-h" => return Ok(Command::Help),
            _ => return Err(format!("unknown argument {argument:?}")),
        }
    }
    options.seed = seed.ok_or("--seed is missing: a run that cannot be repeated shows nothing")?;
    Ok(Command::Run(options))
}

fn process(role: Role, mut arguments: impl Iterator<Item = String>) -> Result<Task, String> {
    let mut next = || {
        let problem = || format!("`{}` is how a run starts its own processes", role.name());
        arguments.next().ok_or_else(problem)
    };
    let (postgres, nats, seed) = (next()?, next()?, next()?);
    Ok(Task {
        role,
        postgres,
        nats: nats.split(',').map(str::to_owned).collect(),
        seed: seed.parse().map_err(|_| USAGE.to_owned())?,
    })
}

impl Task {
    /// The line that a process is started with.
    pub(super) fn arguments(&self) -> [String; 4] {
        [
            self.role.name().to_owned(),
            self.postgres.clone(),
            self.nats.join(","),
            self.seed.to_string(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_run_is_asked_for() {
        let line = "--seed 7 --events 50 --replicas 3 --window 120 --json";
        let Ok(Command::Run(options)) = parsed(line) else {
            panic!("it is a run");
        };
        assert_eq!((options.seed, options.events, options.replicas), (7, 50, 3));
        assert_eq!(options.window, Duration::from_secs(120));
        assert!(options.json);
        assert!(matches!(parsed("--help"), Ok(Command::Help)));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, fault) in [
            (
                "--events 5",
                "--seed is missing: a run that cannot be repeated shows nothing",
            ),
            ("--seed", "--seed needs a number"),
            ("--seed x", "--seed: \"x\" is not a number"),
            ("--seed 1 --replicas 2", "--replicas: 1 or 3, and not 2"),
            ("--sed 1", "unknown argument \"--sed\""),
            (
                "relay nowhere",
                "`relay` is how a run starts its own processes",
            ),
        ] {
            assert_eq!(parsed(line).unwrap_err(), fault);
        }
    }

    #[test]
    fn a_process_reads_what_it_is_started_with() {
        let task = Task {
            role: Role::Mirror,
            postgres: "postgres://127.0.0.1:1/postgres".to_owned(),
            nats: vec![
                "nats://127.0.0.1:2".to_owned(),
                "nats://127.0.0.1:3".to_owned(),
            ],
            seed: 9,
        };
        let Ok(Command::Process(read)) = parse(task.arguments().into_iter()) else {
            panic!("it is a process");
        };
        assert_eq!(read, task);
    }
}
