//! `dispatcher transfers remove`.

use clap::Args;
use dispatcher_runtime::TransferDirection;
use serde::Serialize;

use super::name::{TransferName, find};
use crate::database::{Connection, Consent, OperatorName, Question};
use crate::output::Output;

/// The arguments of `remove`.
#[derive(Args, Debug)]
#[command(after_help = "\
The stream keeps its messages and the log its events. Retention keeps no events for a relay that is removed. A relay that is
started afterwards goes on behind what its stream has; a mirror reads its stream from the first message, and inserts what the
log does not have.

Examples:
  dispatcher transfers remove relay/former --dry-run
  dispatcher transfers remove relay/former --yes")]
pub(crate) struct Remove {
    /// The relay or the mirror
    #[arg(value_name = "relay|mirror/STREAM")]
    name: TransferName,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Serialize)]
struct Removed<'a> {
    direction: TransferDirection,
    stream: &'a str,
    sequence: i64,
    is_removed: bool,
}

pub(super) fn run(arguments: &Remove) -> Output {
    let wanted = &arguments.name;
    arguments.connection.run(async |session| {
        let name = arguments.operator.name()?;
        let found = find(wanted, session).await?;
        let is_dry_run = arguments.consent.is_dry_run();
        if !is_dry_run {
            let act = format!("Remove {wanted}, which is at sequence {},", found.sequence);
            let answer = wanted.to_string();
            let question = Question {
                act: &act,
                answer: &answer,
            };
            arguments.consent.ask(&question, &session.place)?;
            let actor = arguments.operator.actor(&name);
            let transfers = session.operator.transfers();
            transfers
                .remove_as(wanted.direction, &wanted.stream, actor)
                .await?;
        }
        let removed = Removed {
            direction: wanted.direction,
            stream: &wanted.stream,
            sequence: found.sequence,
            is_removed: !is_dry_run,
        };
        session.answer(&removed, || {
            let at = format!("at sequence {}", found.sequence);
            if is_dry_run {
                format!("{wanted} would be removed, {at}")
            } else {
                format!("{wanted} is removed, {at}")
            }
        })
    })
}
