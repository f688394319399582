//! Whether the types of a contracts directory take what its schemas take, and nothing else.
//!
//! `docs/conformance.md` says what the figures mean. The exit code is 0 where no error was found, 1
//! where one was, and 2 where the arguments, the directory or the samples cannot be used.

mod arguments;

use std::process::ExitCode;

use dispatcher_conformance::{Error, Options, Report, read_samples, run};

use arguments::{Arguments, USAGE};

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
        Ok(report) => {
            if arguments.json {
                println!("{}", report.to_json());
            } else {
                print!("{report}");
            }
            ExitCode::from(u8::from(!report.is_clean()))
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(if error.is_usage() { 2 } else { 1 })
        }
    }
}

fn report(arguments: &Arguments) -> Result<Report, Error> {
    let samples = match &arguments.samples {
        Some(path) => read_samples(path)?,
        None => Vec::new(),
    };
    run(&arguments.contracts, &samples, &Options::new())
}
