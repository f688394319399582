//! Reads one job from standard input and prints the Rust that typify generates from it. The
//! conformance program starts it, once for each document.
//!
//! Exits with 1 and the reason if typify refuses the document, and with 101 if typify panics.

use std::process::ExitCode;

use beside_typify::{Error, generate};

fn main() -> ExitCode {
    match serde_json::from_reader(std::io::stdin().lock())
        .map_err(Error::from)
        .and_then(|job| generate(&job))
    {
        Ok(rust) => {
            print!("{rust}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
