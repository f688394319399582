//! `dispatcher completions`: what a shell completes.

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use crate::output::Output;

/// The arguments of `completions`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher completions bash
  dispatcher completions zsh")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &Completions, command: &mut Command) -> Output {
    let mut script = Vec::new();
    generate(arguments.shell, command, "dispatcher", &mut script);
    match String::from_utf8(script) {
        Ok(script) => Output::success(script),
        Err(error) => Output::wrong_call(error),
    }
}
