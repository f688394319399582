//! What contracts cost at compile time, compared with the same types written by hand.
//!
//! `cargo run --release -p dispatcher-conformance --bin codegen-bench`; docs/benchmarks/compile-time.md has the
//! figures and says what they mean. It needs `sh`, and builds below the target folder.

use std::process::ExitCode;

use dispatcher_conformance::beside::Program;
use dispatcher_conformance::codegen_bench::{Options, run};

const USAGE: &str = "usage: codegen-bench [--types 1,15,250] [--runs 3] [--beside typify] [--json]";

fn main() -> ExitCode {
    let (mut options, beside_typify, json) = match parse(std::env::args().skip(1)) {
        Ok(Some(parsed)) => parsed,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(fault) => {
            eprintln!("error: {fault}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if beside_typify {
        match Program::built(&options.target) {
            Ok(program) => options.typify = Some(program),
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::from(2);
            }
        }
    }
    match run(&options, &|what| eprintln!("{what}")) {
        Ok(report) if json => println!("{}", report.to_json()),
        Ok(report) => print!("{report}"),
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// What to measure, whether typify is compared, and whether to print JSON.
type Parsed = (Options, bool, bool);

/// Reads the arguments; `None` if help is asked for.
fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Parsed>, String> {
    let (mut options, mut beside_typify, mut json) = (Options::default(), false, false);
    while let Some(argument) = arguments.next() {
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        let mut value = |what: &str| {
            let value = inline.clone().or_else(|| arguments.next());
            value.ok_or_else(|| format!("{name} needs a {what}"))
        };
        let mut numbers = || -> Result<Vec<usize>, String> {
            let value = value("number")?;
            let number = |text: &str| match text.trim().parse() {
                Ok(number) if number > 0 => Ok(number),
                _ => Err(format!("{name}: {text:?} is no number from 1 on")),
            };
            value.split(',').map(number).collect()
        };
        match name.as_str() {
            "--types" => options.types = numbers()?,
            "--runs" => match numbers()?.as_slice() {
                [runs] => options.runs = *runs,
                _ => return Err("--runs takes one number".to_owned()),
            },
            "--beside" => match value("name")?.as_str() {
                "typify" => beside_typify = true,
                other => return Err(format!("--beside takes typify, not {other:?}")),
            },
            "--json" => json = true,
            "--help" | "-h" => return Ok(None),
            _ => return Err(format!("unknown argument {name:?}")),
        }
    }
    Ok(Some((options, beside_typify, json)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Option<Parsed>, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn sizes_and_runs_are_numbers() {
        let (options, beside_typify, json) =
            parsed("--types 1,15 --runs=5 --json").unwrap().unwrap();
        assert_eq!((options.types, options.runs, json), (vec![1, 15], 5, true));
        assert!(!beside_typify);
        assert!(parsed("--beside typify").unwrap().unwrap().1);
        assert!(parsed("--help").unwrap().is_none());
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(
            parsed("--types 1,x").unwrap_err(),
            "--types: \"x\" is no number from 1 on"
        );
        assert_eq!(parsed("--runs").unwrap_err(), "--runs needs a number");
        assert_eq!(
            parsed("--beside serde").unwrap_err(),
            "--beside takes typify, not \"serde\""
        );
        assert_eq!(parsed("--run 3").unwrap_err(), "unknown argument \"--run\"");
    }
}
