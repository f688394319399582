//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

/// Printed with an error in the arguments.
pub(crate) const USAGE: &str = "\
usage: conformance --contracts DIR [--samples FILE] [--random COUNT] [--beside typify [--runs 3]] [--json]";

/// The parsed arguments.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// The contracts directory.
    pub(crate) contracts: PathBuf,
    /// The samples, a JSON object a line.
    pub(crate) samples: Option<PathBuf>,
    /// How many random samples of each version of each event type are judged as well.
    pub(crate) random: usize,
    /// How often both sides' costs are measured, if typify is to be compared.
    pub(crate) beside_typify: Option<usize>,
    /// Whether to print one JSON object.
    pub(crate) json: bool,
}

/// Reads the arguments after the program's name; `None` if help is asked for.
pub(crate) fn parse(
    mut arguments: impl Iterator<Item = OsString>,
) -> Result<Option<Arguments>, String> {
    let (mut contracts, mut samples, mut json) = (None, None, false);
    let (mut random, mut runs, mut beside) = (0, None, false);
    while let Some(argument) = arguments.next() {
        let argument = argument.to_string_lossy().into_owned();
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(OsString::from(value))),
            None => (argument, None),
        };
        let mut value = || {
            let value = inline.clone().or_else(|| arguments.next());
            let what = match name.as_str() {
                "--random" | "--runs" => "number",
                "--beside" => "name",
                _ => "path",
            };
            value.ok_or_else(|| format!("{name} needs a {what}"))
        };
        let number = |value: OsString| {
            let text = value.to_string_lossy();
            text.parse()
                .map_err(|_| format!("{name}: {text:?} is not a number"))
        };
        match name.as_str() {
            "--contracts" => contracts = Some(PathBuf::from(value()?)),
            "--samples" => samples = Some(PathBuf::from(value()?)),
            "--random" => random = number(value()?)?,
            "--runs" => runs = Some(number(value()?)?),
            "--beside" => {
                let with = value()?;
                if with != "typify" {
                    return Err(format!("--beside takes typify, not {with:?}"));
                }
                beside = true;
            }
            "--json" => json = true,
            "--help" | "-h" => return Ok(None),
            _ => return Err(format!("unknown argument {name:?}")),
        }
    }
    let contracts = contracts.ok_or("--contracts is missing")?;
    if runs.is_some() && !beside {
        return Err("--runs is of use only with --beside typify".to_owned());
    }
    Ok(Some(Arguments {
        contracts,
        samples,
        random,
        beside_typify: beside.then(|| runs.unwrap_or(3)),
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
    fn both_spellings_of_a_value_are_taken() {
        let arguments = parsed("--contracts a --samples=b --json").unwrap().unwrap();
        assert_eq!(arguments.contracts, PathBuf::from("a"));
        assert_eq!(arguments.samples, Some(PathBuf::from("b")));
        assert!(arguments.json);
        assert_eq!((arguments.random, arguments.beside_typify), (0, None));
    }

    #[test]
    fn the_comparison_is_asked_for_by_name() {
        let arguments = parsed("--contracts a --beside typify --random=9")
            .unwrap()
            .unwrap();
        assert_eq!((arguments.random, arguments.beside_typify), (9, Some(3)));
        let arguments = parsed("--contracts a --beside=typify --runs 1")
            .unwrap()
            .unwrap();
        assert_eq!(arguments.beside_typify, Some(1));
        assert_eq!(
            parsed("--contracts a --beside serde").unwrap_err(),
            "--beside takes typify, not \"serde\""
        );
        assert!(parsed("--contracts a --runs 1").is_err());
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(parsed("").unwrap_err(), "--contracts is missing");
        assert_eq!(
            parsed("--contracts").unwrap_err(),
            "--contracts needs a path"
        );
        assert_eq!(
            parsed("--sample x").unwrap_err(),
            "unknown argument \"--sample\""
        );
        assert_eq!(
            parsed("--random x").unwrap_err(),
            "--random: \"x\" is not a number"
        );
        assert!(parsed("--help").unwrap().is_none());
    }
}
