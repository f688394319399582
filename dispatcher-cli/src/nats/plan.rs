//! `dispatcher nats plan`.

use clap::Args;

use super::report::{Plans, text};
use super::run::on_this_thread;
use super::streams::Streams;
use crate::output::{End, Output};
use crate::screen::{document, guarded};

/// The arguments of `plan`.
#[derive(Args, Debug)]
#[command(after_help = "\
It ends with 1 if a stream differs. `+` marks what `dispatcher nats apply` would change, and `!` what it refuses.

Examples:
  dispatcher nats plan --stream north
  dispatcher nats plan --contracts contracts --json
  dispatcher nats plan --stream north --replicas 3 --max-age 30d")]
pub(crate) struct Plan {
    #[command(flatten)]
    streams: Streams,
}

pub(super) fn run(arguments: &Plan) -> Output {
    on_this_thread(async {
        let (_, plans) = arguments.streams.plans().await?;
        let differs = plans.iter().any(|plan| !plan.differences.is_empty());
        let output = if arguments.streams.json {
            let streams = &plans;
            document(&Plans {
                streams,
                is_applied: false,
            })?
        } else {
            guarded(&text(&plans, false))
        };
        let end = if differs { End::Findings } else { End::Success };
        Ok(Output::success(output).ending(end))
    })
}
