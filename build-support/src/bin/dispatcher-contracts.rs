//! Looks at a contracts directory without building anything.
//!
//! ```text
//! dispatcher-contracts check contracts
//! dispatcher-contracts coverage contracts --json --deny-unsupported
//! ```
//!
//! Exits with 0 if all is well, 1 if the contracts have faults, 2 if it was called wrongly.

use std::path::PathBuf;
use std::process::ExitCode;

use dispatcher_build_support::{Contracts, Report};

const USAGE: &str = "\
usage: dispatcher-contracts check DIRECTORY
       dispatcher-contracts coverage DIRECTORY [--json] [--deny-unsupported]

check      says what is wrong with the contracts, all of it, each with its place and remedy
coverage   says of each keyword of each schema whether the generated type holds it or the gate
             --json               for machines
             --deny-unsupported   fails if there is a keyword that nothing enforces";

struct Arguments {
    coverage: bool,
    directory: PathBuf,
    json: bool,
    deny_unsupported: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments
        .iter()
        .any(|argument| argument == "--help" || argument == "-h")
    {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let arguments = match parse(&arguments) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("error: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(code) => code,
        Err(report) => {
            eprintln!("{report}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: &[String]) -> Result<Arguments, String> {
    let mut words = Vec::new();
    let (mut json, mut deny_unsupported) = (false, false);
    for argument in arguments {
        match argument.as_str() {
            "--json" => json = true,
            "--deny-unsupported" => deny_unsupported = true,
            option if option.starts_with('-') => return Err(format!("unknown option {option}")),
            word => words.push(word),
        }
    }
    let (coverage, directory) = match words.as_slice() {
        ["check", directory] if !json && !deny_unsupported => (false, directory),
        ["check", _] => return Err("check takes no options".to_owned()),
        ["coverage", directory] => (true, directory),
        ["check" | "coverage"] => return Err("name the contracts directory".to_owned()),
        [other, ..] if !matches!(*other, "check" | "coverage") => {
            return Err(format!("unknown command {other}"));
        }
        [] => return Err("name a command".to_owned()),
        _ => return Err("name one contracts directory".to_owned()),
    };
    // Cargo runs programs with the directory of a package in the environment, which is not meant.
    let directory = std::path::absolute(directory).map_err(|error| error.to_string())?;
    Ok(Arguments {
        coverage,
        directory,
        json,
        deny_unsupported,
    })
}

fn run(arguments: &Arguments) -> Result<ExitCode, Report> {
    let contracts = Contracts::new(&arguments.directory);
    if !arguments.coverage {
        let model = contracts.check()?;
        println!(
            "{} event types of {} domains: no faults",
            model.events.len(),
            model.domains.len()
        );
        return Ok(ExitCode::SUCCESS);
    }
    let coverage = contracts.coverage()?;
    match serde_json::to_string_pretty(&coverage) {
        Ok(json) if arguments.json => println!("{json}"),
        _ => println!("{coverage}"),
    }
    if arguments.deny_unsupported {
        coverage.deny_unsupported()?;
    }
    Ok(ExitCode::SUCCESS)
}
