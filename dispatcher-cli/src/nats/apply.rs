//! `dispatcher nats apply`.

use clap::Args;

use super::report::{Plans, text};
use super::run::on_this_thread;
use super::streams::Streams;
use crate::database::Failure;
use crate::output::Output;
use crate::screen::{document, guarded};

/// The arguments of `apply`.
#[derive(Args, Debug)]
#[command(after_help = "\
It makes a stream keep more, and never less: fewer replicas, a shorter age or less room are refused, and so is what a server
cannot change. Nothing is changed then, and it ends with 1.

Examples:
  dispatcher nats apply --stream north
  dispatcher nats apply --contracts contracts --max-age 30d")]
pub(crate) struct Apply {
    #[command(flatten)]
    streams: Streams,
}

pub(super) fn run(arguments: &Apply) -> Output {
    on_this_thread(async {
        let (client, plans) = arguments.streams.plans().await?;
        let refused: Vec<_> = plans
            .iter()
            .flat_map(|plan| plan.refused().map(move |it| (plan, it)))
            .map(|(plan, it)| format!("stream {}: {it}", plan.stream))
            .collect();
        if !refused.is_empty() {
            return Err(Failure::No(format!(
                "nothing was changed\n  {}",
                refused.join("\n  ")
            )));
        }
        for (index, plan) in plans.iter().enumerate() {
            let applied = plan.apply(&client).await.map_err(Failure::from);
            applied.map_err(|failure| failure.after(index, &plan.stream))?;
        }
        Ok(Output::success(if arguments.streams.json {
            document(&Plans {
                streams: &plans,
                is_applied: true,
            })?
        } else {
            guarded(&text(&plans, true))
        }))
    })
}
