//! `dispatcher contracts …`: the commands on a contracts directory.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use dispatcher_build_support::Contracts;

use crate::export;

/// A command on a contracts directory.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Report every fault in the contracts, with its place and remedy
    Check {
        /// The contracts directory
        #[arg(default_value = "contracts")]
        directory: PathBuf,
    },
    /// Write the contracts in a form that other programs read
    #[command(subcommand)]
    Export(export::Command),
}

/// Runs a command. Exits with 0 on success, 1 if there are findings.
#[must_use]
pub fn run(command: &Command) -> ExitCode {
    match command {
        Command::Check { directory } => match Contracts::new(directory).check() {
            Ok(_) => ExitCode::SUCCESS,
            Err(report) => {
                eprintln!("{report}");
                ExitCode::FAILURE
            }
        },
        Command::Export(command) => export::run(command),
    }
}
