//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

/// What is said of the arguments.
pub(crate) const USAGE: &str = "usage: conformance --contracts DIR [--samples FILE] [--json]";

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// The contracts directory.
    pub(crate) contracts: PathBuf,
    /// The samples, a JSON object a line.
    pub(crate) samples: Option<PathBuf>,
    /// Whether to print one JSON object.
    pub(crate) json: bool,
}

/// Reads the arguments after the program's name; none where help is asked for.
pub(crate) fn parse(
    mut arguments: impl Iterator<Item = OsString>,
) -> Result<Option<Arguments>, String> {
    let (mut contracts, mut samples, mut json) = (None, None, false);
    while let Some(argument) = arguments.next() {
        let argument = argument.to_string_lossy().into_owned();
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(OsString::from(value))),
            None => (argument, None),
        };
        let mut value = || {
            let value = inline.clone().or_else(|| arguments.next());
            value
                .map(PathBuf::from)
                .ok_or_else(|| format!("{name} needs a path"))
        };
        match name.as_str() {
            "--contracts" => contracts = Some(value()?),
            "--samples" => samples = Some(value()?),
            "--json" => json = true,
            "--help" | "-h" => return Ok(None),
            _ => return Err(format!("unknown argument {name:?}")),
        }
    }
    let contracts = contracts.ok_or("--contracts is missing")?;
    Ok(Some(Arguments {
        contracts,
        samples,
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
        assert!(parsed("--help").unwrap().is_none());
    }
}
