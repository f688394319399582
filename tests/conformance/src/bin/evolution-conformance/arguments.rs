//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use dispatcher_build_support::compat::Mode;

/// Printed with an error in the arguments.
pub(crate) const USAGE: &str = "\
usage: evolution-conformance FILE.jsonl [--lenient] [--json]
       evolution-conformance --history DIR [--strict] [--json]";

/// The parsed arguments.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// What is compared.
    pub(crate) subject: Subject,
    /// What counts. Defaults to strict for a file, whose counterexamples are strict, and to lenient for a history.
    pub(crate) mode: Mode,
    /// Whether to print one JSON object.
    pub(crate) json: bool,
}

/// What is compared.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Subject {
    /// A file of pairs.
    Pairs(PathBuf),
    /// The versions of a contracts directory.
    History(PathBuf),
}

/// Reads the arguments after the program's name; `None` if help is asked for.
pub(crate) fn parse(
    mut arguments: impl Iterator<Item = OsString>,
) -> Result<Option<Arguments>, String> {
    let (mut subject, mut mode, mut json) = (None, None, false);
    let mut set = |new: Subject| match subject.replace(new) {
        None => Ok(()),
        Some(_) => Err("only one file or directory can be given".to_owned()),
    };
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy().into_owned();
        match text.as_str() {
            "--history" => {
                let directory = arguments.next().ok_or("--history needs a path")?;
                set(Subject::History(PathBuf::from(directory)))?;
            }
            "--strict" => mode = Some(Mode::Strict),
            "--lenient" => mode = Some(Mode::Lenient),
            "--json" => json = true,
            "--help" | "-h" => return Ok(None),
            name if name.starts_with("--history=") => {
                set(Subject::History(PathBuf::from(&name["--history=".len()..])))?;
            }
            name if name.starts_with('-') => return Err(format!("unknown argument {name:?}")),
            _ => set(Subject::Pairs(PathBuf::from(argument)))?,
        }
    }
    let subject = subject.ok_or("a file of pairs is missing")?;
    let default = match subject {
        Subject::Pairs(_) => Mode::Strict,
        Subject::History(_) => Mode::Lenient,
    };
    Ok(Some(Arguments {
        subject,
        mode: mode.unwrap_or(default),
        json,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Option<Arguments>, String> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn a_file_is_strict_and_a_history_lenient_by_default() {
        let file = parsed("a.jsonl --json").unwrap().unwrap();
        assert_eq!(file.subject, Subject::Pairs("a.jsonl".into()));
        assert_eq!((file.mode, file.json), (Mode::Strict, true));
        let history = parsed("--history=contracts").unwrap().unwrap();
        assert_eq!(history.subject, Subject::History("contracts".into()));
        assert_eq!((history.mode, history.json), (Mode::Lenient, false));
        let strict = parsed("--history contracts --strict").unwrap().unwrap();
        assert_eq!(strict.mode, Mode::Strict);
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(parsed("").unwrap_err(), "a file of pairs is missing");
        assert_eq!(parsed("--history").unwrap_err(), "--history needs a path");
        assert_eq!(
            parsed("a --jsno").unwrap_err(),
            "unknown argument \"--jsno\""
        );
        assert_eq!(
            parsed("a --history b").unwrap_err(),
            "only one file or directory can be given"
        );
        assert!(parsed("--help").unwrap().is_none());
    }
}
