//! Checks a contracts directory without building anything.
//!
//! ```text
//! dispatcher-contracts check contracts
//! dispatcher-contracts coverage contracts --json --deny-unsupported
//! ```
//!
//! Exits with 0 on success, 1 if the contracts have faults, and 2 for invalid arguments.

use std::path::PathBuf;
use std::process::ExitCode;

use dispatcher_build_support::{Contracts, Report};

const USAGE: &str = "\
usage: dispatcher-contracts check DIRECTORY
       dispatcher-contracts coverage DIRECTORY [--json] [--deny-unsupported]

check      reports every fault in the contracts, with its place and remedy
coverage   reports what enforces each keyword of each schema: the generated type or the gate
             --json               prints the report as JSON
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
        ["check" | "coverage"] => return Err("missing argument DIRECTORY".to_owned()),
        [other, ..] if !matches!(*other, "check" | "coverage") => {
            return Err(format!("unknown command {other}"));
        }
        [] => return Err("missing command: check or coverage".to_owned()),
        _ => return Err("expected exactly one DIRECTORY".to_owned()),
    };
    // `cargo run` sets CARGO_MANIFEST_DIR, to which `Contracts` would take the path as relative.
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
            "no faults in {} event types of {} domains",
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
