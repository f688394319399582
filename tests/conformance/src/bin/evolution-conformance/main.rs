//! Whether the comparison of contracts says what is true, over a file of pairs or the history of contracts.
//!
//! The exit code is 0 if no verdict is false and few comparisons are undecided: at most 2 % of a file, none of a
//! history. It is 1 otherwise, and 2 if the arguments, the file or the directory cannot be used.

mod arguments;

use std::process::ExitCode;

use dispatcher_conformance::Error;
use dispatcher_conformance::evolution::{history, judge, read};

use arguments::{Arguments, Subject, USAGE};

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
            ExitCode::from(2)
        }
    }
}

/// The output, and whether all is well.
fn report(arguments: &Arguments) -> Result<(String, bool), Error> {
    let mode = arguments.mode;
    let (text, json, is_clean) = match &arguments.subject {
        Subject::Pairs(file) => {
            let report = judge(&read(file)?, mode);
            (report.to_string(), report.to_json(), report.is_clean())
        }
        Subject::History(directory) => {
            let history = history(directory, mode)?;
            (history.to_string(), history.to_json(), history.is_clean())
        }
    };
    let text = if arguments.json {
        format!("{json}\n")
    } else {
        text
    };
    Ok((text, is_clean))
}
