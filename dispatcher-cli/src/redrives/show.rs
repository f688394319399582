//! `dispatcher redrives show`.

use clap::Args;
use dispatcher_runtime::{Redrive, RedriveId, RedriveItem, RedriveState};
use serde::Serialize;

use super::{counts, state, stopped};
use crate::database::Connection;
use crate::output::Output;
use crate::screen::{block, name, plain, time};

/// The arguments of `show`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher redrives show rdr_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e")]
pub(crate) struct Show {
    /// The redrive
    #[arg(value_name = "REDRIVE_ID")]
    id: RedriveId,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    redrive: &'a Redrive,
    items: &'a [RedriveItem],
}

pub(super) fn run(arguments: &Show) -> Output {
    arguments.connection.run(async |session| {
        let redrives = session.operator.redrives();
        let redrive = redrives.get(&arguments.id).await?;
        let items = redrives.items(&arguments.id).await?;
        let shown = Shown {
            redrive: &redrive,
            items: &items,
        };
        session.answer(&shown, || text(&redrive, &items))
    })
}

fn text(redrive: &Redrive, items: &[RedriveItem]) -> String {
    let id = &redrive.redrive_id;
    let mut text = block(
        0,
        &format!(
            "{id}  {}: {}{}",
            state(redrive),
            counts(redrive),
            stopped(redrive)
        ),
    );
    let why = match &redrive.why {
        Some(why) => format!(": {}", plain(why)),
        None => String::new(),
    };
    let ended = match redrive.ended_at {
        Some(at) => format!(", ended at {}", time(at)),
        None => String::new(),
    };
    text += &block(
        2,
        &format!(
            "{}, {} a second, started by {} at {}{ended}{why}",
            plain(&redrive.selection),
            redrive.per_second,
            plain(&redrive.started_by),
            time(redrive.started_at)
        ),
    );
    for item in items {
        text += &block(
            2,
            &format!(
                "{}  {}  {}",
                plain(&item.dead_letter_id),
                plain(&item.outcome),
                name(&item.consumer, &item.subscription)
            ),
        );
    }
    let listed = u64::try_from(items.len()).unwrap_or(u64::MAX);
    if listed < redrive.total {
        text += &format!("  the first {listed} of {}\n", redrive.total);
    }
    if redrive.state == RedriveState::Running {
        text += &block(
            0,
            &format!("Next: dispatcher redrives watch {id}, or dispatcher redrives stop {id}"),
        );
    }
    text
}
