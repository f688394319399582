//! The command line.

use std::time::Duration;

use super::section;

/// The usage line.
pub const USAGE: &str = "usage: bench [--only NAME[,NAME]] [--rounds N] [--quick] [--json] [--write] \
[--fsync-delay MS | --no-fsync]
             [--kept N] [--day-minutes N]
       bench --plot

  --only NAME[,NAME]  only these sections
  --rounds N          rounds that count, after one that does not (5; 3 with --quick)
  --quick             short rounds of few events: shows that it works, and measures nothing well
  --json              one JSON object for each section, on a line
  --write             replaces the sections that were run in docs/benchmarks; those of another disk have
                      places of their own
  --plot              only makes the images of docs/benchmarks anew, from the tables there; measures nothing
  --fsync-delay MS    makes each fsync of the server longer by that many milliseconds; needs a C compiler
  --no-fsync          the server does not wait for its disk
  --kept N            how many events are kept, and wait, where many are (10000000; 200000 with --quick)
  --day-minutes N     how long the simulated day takes (8; 1 with --quick)";

/// What a commit waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fsync {
    /// The machine's disk.
    On,
    /// The machine's disk, and so much longer.
    Delayed(Duration),
    /// Nothing.
    Off,
}

impl Fsync {
    /// The name in the markers of a section in docs/benchmarks, with this setting.
    pub(super) fn place(self, section: &str) -> String {
        match self {
            Self::On => section.to_owned(),
            Self::Delayed(_) => format!("{section}-slow-disk"),
            Self::Off => format!("{section}-no-disk"),
        }
    }

    /// What is added to a section's title.
    pub(super) fn title(self) -> String {
        match self {
            Self::On => String::new(),
            Self::Delayed(delay) => format!(", each fsync {} ms longer", delay.as_millis()),
            Self::Off => ", without fsync".to_owned(),
        }
    }
}

/// A run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Names of sections; empty means all.
    pub only: Vec<String>,
    /// Measured rounds, if given.
    pub rounds: Option<usize>,
    /// Short rounds of few events.
    pub quick: bool,
    /// JSON instead of tables.
    pub json: bool,
    /// Whether to write the figures into docs/benchmarks.
    pub write: bool,
    /// Whether only the images in docs/benchmarks are made anew.
    pub plot: bool,
    /// What a commit waits for.
    pub fsync: Fsync,
    /// The number of events in a large log, if given.
    pub kept: Option<usize>,
    /// Minutes of the simulated day, if given.
    pub day_minutes: Option<usize>,
}

impl Options {
    /// Measured rounds.
    pub fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 3 } else { 5 })
    }
}

/// A run, or `None` if help is asked for.
pub(super) fn parse(
    mut arguments: impl Iterator<Item = String>,
) -> Result<Option<Options>, String> {
    let mut options = Options {
        only: Vec::new(),
        rounds: None,
        quick: false,
        json: false,
        write: false,
        plot: false,
        fsync: Fsync::On,
        kept: None,
        day_minutes: None,
    };
    while let Some(argument) = arguments.next() {
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        let mut value = |what: &str| {
            let value = inline.clone().or_else(|| arguments.next());
            value.ok_or_else(|| format!("{name} needs {what}"))
        };
        match name.as_str() {
            "--only" => options.only = sections(&value("the name of a section")?)?,
            "--kept" => options.kept = Some(number(&name, &value("a number")?)?),
            "--day-minutes" => options.day_minutes = Some(number(&name, &value("a number")?)?),
            "--rounds" => options.rounds = Some(number(&name, &value("a number")?)?),
            "--fsync-delay" => {
                let delay = number(&name, &value("a number of milliseconds")?)?;
                let delay = u64::try_from(delay).unwrap_or(u64::MAX);
                set_fsync(
                    &mut options.fsync,
                    Fsync::Delayed(Duration::from_millis(delay)),
                )?;
            }
            "--no-fsync" => set_fsync(&mut options.fsync, Fsync::Off)?,
            "--quick" => options.quick = true,
            "--json" => options.json = true,
            "--write" => options.write = true,
            "--plot" => options.plot = true,
            "--help" | "-h" => return Ok(None),
            _ => return Err(format!("unknown argument {name:?}")),
        }
    }
    Ok(Some(options))
}

fn set_fsync(fsync: &mut Fsync, to: Fsync) -> Result<(), String> {
    if *fsync != Fsync::On {
        return Err("--fsync-delay and --no-fsync: one of them, once".to_owned());
    }
    *fsync = to;
    Ok(())
}

fn number(name: &str, text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!("{name}: {text:?} is no number from 1 on")),
    }
}

fn sections(list: &str) -> Result<Vec<String>, String> {
    let known = |name: &&str| section::ALL.iter().any(|(known, _)| known == name);
    let names: Vec<_> = list.split(',').map(str::trim).collect();
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        return Err(format!(
            "--only: there is no section {unknown:?}; there are {}",
            section::names()
        ));
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Option<Options>, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_run_is_asked_for() {
        let options = parsed("--only publish --quick --fsync-delay=1");
        let options = options.unwrap().unwrap();
        assert_eq!(options.only, ["publish"]);
        assert_eq!(options.rounds(), 3);
        assert_eq!(options.fsync, Fsync::Delayed(Duration::from_millis(1)));
        assert!(parsed("--help").unwrap().is_none());
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, fault) in [
            ("--rounds 0", "--rounds: \"0\" is no number from 1 on"),
            ("--rounds", "--rounds needs a number"),
            ("--round 3", "unknown argument \"--round\""),
            (
                "--no-fsync --fsync-delay 1",
                "--fsync-delay and --no-fsync: one of them, once",
            ),
        ] {
            assert_eq!(parsed(line).unwrap_err(), fault);
        }
        let fault = parsed("--only publish,pubish").unwrap_err();
        let names = section::names();
        assert_eq!(
            fault,
            format!("--only: there is no section \"pubish\"; there are {names}")
        );
    }
}
