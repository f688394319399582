//! Whether the types of a contracts directory accept what its schemas accept, and nothing else.
//!
//! `docs/conformance.md` says what the figures mean. The exit code is 0 if no error was found, 1 if
//! one was found, and 2 if the arguments, the directory or the samples cannot be used.

mod arguments;

use std::process::ExitCode;

use dispatcher_conformance::beside::{self, Program};
use dispatcher_conformance::{Error, Options, random, read_samples, run};
use serde_json::Value;

use arguments::{Arguments, USAGE};

/// The random samples are the same each time.
const SEED: u64 = 1;

fn main() -> ExitCode {
    let arguments = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(fault) => {
            eprintln!("error: {fault}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match report(&arguments) {
        Ok((text, clean)) => {
            print!("{text}");
            ExitCode::from(u8::from(!clean))
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(if error.is_usage() { 2 } else { 1 })
        }
    }
}

/// The output, and whether our generator made no error; typify's errors do not count.
fn report(arguments: &Arguments) -> Result<(String, bool), Error> {
    let options = Options::new();
    // Before anything is built, so that an impossible run fails at once.
    let typify = match arguments.beside_typify {
        Some(runs) => Some((Program::built(&options.target)?, runs)),
        None => None,
    };
    let contracts = &arguments.contracts;
    let mut samples = match &arguments.samples {
        Some(path) => read_samples(path)?,
        None => Vec::new(),
    };
    if arguments.random > 0 {
        let random = random::samples(contracts, arguments.random, SEED);
        samples.extend(random.map_err(|error| Error::Contracts(error.to_string()))?);
    }
    let printed = |text: String, json: Value| {
        if arguments.json {
            format!("{json}\n")
        } else {
            text
        }
    };
    Ok(match typify {
        Some((program, runs)) => {
            let comparison = beside::run(contracts, &samples, &options, &program, runs)?;
            let text = printed(comparison.to_string(), comparison.to_json());
            (text, comparison.dispatcher.is_clean())
        }
        None => {
            let report = run(contracts, &samples, &options)?;
            (
                printed(report.to_string(), report.to_json()),
                report.is_clean(),
            )
        }
    })
}
