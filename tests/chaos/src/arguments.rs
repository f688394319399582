//! The command line, of the run and of the processes that it starts.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;

use super::manner::Manner;
use super::rule::Rules;
use super::{replica, writer};

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The seed of everything random.
    pub seed: u64,
    /// How many events are committed.
    pub events: u64,
    /// How many faults are injected; by default derived from the number of events.
    pub faults: Option<usize>,
    /// The report is printed as JSON.
    pub json: bool,
}

/// Printed with an error in the arguments.
pub const USAGE: &str =
    "usage: chaos --seed N [--events M] [--faults K] [--json]    (M defaults to 2000)";

/// What a command line asks for.
#[derive(Debug)]
pub(super) enum Command {
    Help,
    Run(Options),
    Writer {
        options: Box<PgConnectOptions>,
        task: writer::Task,
    },
    Replica {
        options: Box<PgConnectOptions>,
        task: replica::Task,
    },
}

/// Reads a command line without the program's name.
pub(super) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut events = 2_000;
    let (mut seed, mut faults, mut json) = (None, None, false);
    while let Some(argument) = arguments.next() {
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let mut number = || {
            let value = inline.clone().or_else(|| arguments.next());
            let value = value.ok_or_else(|| format!("{name} needs a number"))?;
            value
                .parse::<u64>()
                .map_err(|_| format!("{name}: {value:?} is no number"))
        };
        match name {
            "writer" | "replica" => return process(name, arguments.collect()),
            "--seed" => seed = Some(number()?),
            "--events" => events = number()?,
            "--faults" => faults = Some(usize::try_from(number()?).unwrap_or(usize::MAX)),
            "--json" => json = true,
            "--help" | "-h" => return Ok(Command::Help),
            _ => return Err(format!("unknown argument {argument:?}")),
        }
    }
    let seed = seed.ok_or("--seed is missing: a run that cannot be repeated shows nothing")?;
    if events == 0 {
        return Err("--events: at least one".to_owned());
    }
    Ok(Command::Run(Options {
        seed,
        events,
        faults,
        json,
    }))
}

/// The line that a process is started with, written by [`writer`] and [`replica`].
fn process(mode: &str, words: Vec<String>) -> Result<Command, String> {
    let understood = || {
        let (url, numbers) = words.split_first()?;
        let options = Box::new(PgConnectOptions::from_str(url).ok()?);
        let numbers: Vec<u64> = numbers
            .iter()
            .map(|it| it.parse().ok())
            .collect::<Option<_>>()?;
        match (mode, &numbers[..]) {
            ("replica", &[seed, aborts, life, version @ 1..=2, is_renamed @ 0..=1]) => {
                let rules = Rules {
                    seed,
                    aborts_per_million: u32::try_from(aborts).ok()?,
                };
                let manner = Manner {
                    takes_more: version == 2,
                    is_renamed: is_renamed == 1,
                    clock: None,
                };
                let task = replica::Task {
                    rules,
                    life,
                    manner,
                };
                Some(Command::Replica { options, task })
            }
            ("writer", [seed, events, writer, from, pace]) => {
                let (seed, events, writer, from) = (*seed, *events, *writer, *from);
                let pace = Duration::from_micros(*pace);
                let task = writer::Task {
                    seed,
                    events,
                    writer,
                    from,
                    pace,
                };
                Some(Command::Writer { options, task })
            }
            _ => None,
        }
    };
    understood().ok_or_else(|| format!("`{mode}` is how a run starts its own processes"))
}

pub(super) fn writer(url: &str, task: writer::Task) -> Vec<String> {
    let writer::Task {
        seed,
        events,
        writer,
        from,
        pace,
    } = task;
    let pace = u64::try_from(pace.as_micros()).unwrap_or(u64::MAX);
    let numbers = [seed, events, writer, from, pace].map(|it| it.to_string());
    ["writer".to_owned(), url.to_owned()]
        .into_iter()
        .chain(numbers)
        .collect()
}

pub(super) fn replica(url: &str, task: replica::Task) -> Vec<String> {
    let replica::Task {
        rules,
        life,
        manner,
    } = task;
    let numbers = [
        rules.seed,
        u64::from(rules.aborts_per_million),
        life,
        1 + u64::from(manner.takes_more),
        u64::from(manner.is_renamed),
    ];
    ["replica".to_owned(), url.to_owned()]
        .into_iter()
        .chain(numbers.map(|it| it.to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_run_is_asked_for() {
        let Ok(Command::Run(options)) = parsed("--seed 7 --events=50 --json") else {
            panic!("it is a run");
        };
        assert_eq!((options.seed, options.events, options.json), (7, 50, true));
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
            ("--seed x", "--seed: \"x\" is no number"),
            ("--seed 1 --events 0", "--events: at least one"),
            ("--sed 1", "unknown argument \"--sed\""),
            (
                "writer nowhere",
                "`writer` is how a run starts its own processes",
            ),
        ] {
            assert_eq!(parsed(line).unwrap_err(), fault);
        }
    }

    #[test]
    fn a_process_reads_what_it_is_started_with() {
        let url = "postgres://postgres@127.0.0.1:1/postgres";
        let pace = Duration::from_millis(3);
        let task = writer::Task {
            seed: 1,
            events: 2,
            writer: 3,
            from: 4,
            pace,
        };
        let Ok(Command::Writer { task, .. }) = parse(writer(url, task).into_iter()) else {
            panic!("it is a writer");
        };
        assert_eq!((task.from, task.pace), (4, pace));
        let written = replica::Task {
            rules: Rules::of(9, 100),
            life: 3,
            manner: Manner {
                takes_more: true,
                ..Manner::default()
            },
        };
        let Ok(Command::Replica { task, .. }) = parse(replica(url, written).into_iter()) else {
            panic!("it is a replica");
        };
        assert_eq!(task, written);
    }
}
