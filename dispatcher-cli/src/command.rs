//! The command line as a whole.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

#[cfg(feature = "database")]
use crate::{
    audit, dlq, doctor, events, migrate, overview, redrives, roles, subscriptions, transfers,
};
use crate::{completions, contracts, man};

/// Contracts, and everything that an operator of Dispatcher does
#[derive(Parser)]
#[command(name = "dispatcher", version, propagate_version = true, term_width = 80, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[cfg(feature = "database")]
const AFTER_HELP: &str = "\
Start here:
  dispatcher overview              what is late, why, and what to type
  dispatcher doctor                whether the database is as it should be
  dispatcher events show EVENT_ID  what became of it in each subscription
  dispatcher dlq groups            what failed, and how often

Name the database with DATABASE_URL or --database-url. Times are in UTC.

Exit codes:
  0    done
  1    the answer is no: findings, not found, refused, too late
  2    called wrongly; a command on contracts also where it could not work
  3    the database could not be asked
  4    it stopped half way, and some of it was done
  130  it was interrupted";

#[cfg(not(feature = "database"))]
const AFTER_HELP: &str = "\
Exit codes:
  0  success
  1  there are findings, or the contracts have faults
  2  the command was called wrongly, or could not do its work";

const EXIT_CODES_OF_CONTRACTS: &str = "\
Exit codes:
  0  success
  1  there are findings, or the contracts have faults
  2  the command was called wrongly, or could not do its work";

#[derive(Subcommand)]
enum Command {
    /// What is late, why, and what to type
    #[cfg(feature = "database")]
    Overview(overview::OverviewArguments),
    /// Subscriptions: how far they are; pause, resume, rewind, remove
    #[cfg(feature = "database")]
    #[command(subcommand, visible_alias = "consumers")]
    Subscriptions(subscriptions::Command),
    /// Events: find them, follow them, see what became of them
    #[cfg(feature = "database")]
    #[command(subcommand)]
    Events(events::Command),
    /// Dead letters: what failed for good
    #[cfg(feature = "database")]
    #[command(subcommand)]
    Dlq(dlq::Command),
    /// Redrives: many dead letters handled again
    #[cfg(feature = "database")]
    #[command(subcommand)]
    Redrives(redrives::Command),
    /// Relays and mirrors: how far they are, and what they wait for
    #[cfg(feature = "database")]
    #[command(subcommand)]
    Transfers(transfers::Command),
    /// What operators did
    #[cfg(feature = "database")]
    #[command(subcommand)]
    Audit(audit::Command),
    /// Commands on a contracts directory
    #[command(subcommand, after_help = EXIT_CODES_OF_CONTRACTS)]
    Contracts(contracts::Command),
    /// Create the tables, or bring them up to date
    #[cfg(feature = "database")]
    Migrate(migrate::Migrate),
    /// Print or apply the SQL roles of the tables
    #[cfg(feature = "database")]
    Roles(roles::RolesArguments),
    /// Look at everything around the tables that the dispatcher depends on
    #[cfg(feature = "database")]
    Doctor(doctor::Doctor),
    /// Serve the operator's routes over HTTP
    #[cfg(feature = "serve")]
    Serve(crate::serve::Serve),
    /// Relay the log of this database into a NATS stream, until told to end
    #[cfg(feature = "nats")]
    Relay(crate::nats::RelayArguments),
    /// Mirror a NATS stream into the log of this database, until told to end
    #[cfg(feature = "nats")]
    Mirror(crate::nats::MirrorArguments),
    /// Streams of relays: plan them, make them, compare them with the log
    #[cfg(feature = "nats")]
    #[command(subcommand)]
    Nats(crate::nats::Command),
    /// Print what a shell completes
    Completions(completions::Completions),
    /// Print a manual page, or write all of them
    Man(man::ManArguments),
}

/// The command line, for tests and for what is generated from it.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    // clap exits with 2 where the command line is wrong.
    match Arguments::parse().command {
        Command::Contracts(command) => contracts::run(&command),
        Command::Completions(arguments) => completions::run(&arguments, &mut command()).print(),
        Command::Man(arguments) => man::run(&arguments, &mut command()).print(),
        #[cfg(feature = "database")]
        Command::Overview(arguments) => overview::run(&arguments).print(),
        #[cfg(feature = "database")]
        Command::Subscriptions(command) => subscriptions::run(&command).print(),
        #[cfg(feature = "database")]
        Command::Events(command) => events::run(&command).print(),
        #[cfg(feature = "database")]
        Command::Dlq(command) => dlq::run(&command).print(),
        #[cfg(feature = "database")]
        Command::Redrives(command) => redrives::run(&command).print(),
        #[cfg(feature = "database")]
        Command::Transfers(command) => transfers::run(&command).print(),
        #[cfg(feature = "database")]
        Command::Audit(command) => audit::run(&command).print(),
        #[cfg(feature = "database")]
        Command::Migrate(arguments) => migrate::run(&arguments).print(),
        #[cfg(feature = "database")]
        Command::Roles(arguments) => roles::run(&arguments).print(),
        #[cfg(feature = "database")]
        Command::Doctor(arguments) => doctor::run(&arguments).print(),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => crate::serve::run(&arguments).print(),
        #[cfg(feature = "nats")]
        Command::Relay(arguments) => crate::nats::relay(&arguments).print(),
        #[cfg(feature = "nats")]
        Command::Mirror(arguments) => crate::nats::mirror(&arguments).print(),
        #[cfg(feature = "nats")]
        Command::Nats(command) => crate::nats::run(&command).print(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
