//! Parses the command line and runs the command.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dispatcher_cli::contracts;

/// Checks, compares and exports contracts.
#[derive(Parser)]
#[command(name = "dispatcher", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Commands on a contracts directory
    #[command(subcommand)]
    Contracts(contracts::Command),
}

fn main() -> ExitCode {
    // clap exits with 2 where the command line is wrong.
    match Arguments::parse().command {
        Command::Contracts(command) => contracts::run(&command),
    }
}
