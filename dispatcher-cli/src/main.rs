//! The command `dispatcher`.

use std::process::ExitCode;

fn main() -> ExitCode {
    dispatcher_cli::run()
}
