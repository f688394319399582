//! What needs NATS: `dispatcher relay`, `dispatcher mirror`, and `dispatcher nats …` on streams.

mod apply;
#[cfg(feature = "nats-credentials")]
mod credentials;
#[cfg(feature = "serve")]
mod health;
mod log;
mod mirror;
mod plan;
mod refusal;
mod relay;
mod report;
mod run;
mod server;
mod streams;
mod verify;

use clap::Subcommand;

use crate::output::Output;
pub(crate) use mirror::MirrorArguments;
pub(crate) use relay::RelayArguments;

/// A command on streams.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show how the streams differ from what the relays need
    Plan(plan::Plan),
    /// Make the streams, or change them, without weakening any
    Apply(apply::Apply),
    /// Compare the log with its stream: positions, ids, envelopes, payloads
    Verify(verify::Verify),
}

pub(crate) fn run(command: &Command) -> Output {
    match command {
        Command::Plan(arguments) => plan::run(arguments),
        Command::Apply(arguments) => apply::run(arguments),
        Command::Verify(arguments) => verify::run(arguments),
    }
}

pub(crate) fn relay(arguments: &RelayArguments) -> Output {
    relay::run(arguments)
}

pub(crate) fn mirror(arguments: &MirrorArguments) -> Output {
    mirror::run(arguments)
}
