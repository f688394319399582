//! Parses the command line and runs the command.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dispatcher_cli::contracts;

/// Checks, compares and exports contracts.
#[derive(Parser)]
#[command(name = "dispatcher", version, propagate_version = true, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  success
  1  there are findings, or the contracts have faults
  2  the command was called wrongly, or could not do its work";

#[derive(Subcommand)]
enum Command {
    /// Commands on a contracts directory
    #[command(subcommand, after_help = EXIT_CODES)]
    Contracts(contracts::Command),
}

fn main() -> ExitCode {
    // clap exits with 2 where the command line is wrong.
    match Arguments::parse().command {
        Command::Contracts(command) => contracts::run(&command),
    }
}
