//! The command `dispatcher`, for the tests beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    dispatcher_cli::run()
}
