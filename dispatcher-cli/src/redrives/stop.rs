//! `dispatcher redrives stop`.

use clap::Args;
use dispatcher_runtime::RedriveId;

use super::{counts, state};
use crate::database::{Connection, OperatorName};
use crate::output::Output;

/// The arguments of `stop`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher redrives stop rdr_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e --as mia")]
pub(crate) struct Stop {
    /// The redrive
    #[arg(value_name = "REDRIVE_ID")]
    id: RedriveId,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &Stop) -> Output {
    arguments.connection.run(async |session| {
        let name = arguments.operator.name()?;
        let redrives = session.operator.redrives();
        let actor = arguments.operator.actor(&name);
        let stopped = redrives.stop(&arguments.id, actor).await?;
        session.answer(&stopped, || {
            let id = &stopped.redrive_id;
            format!("{id} is {}: {}", state(&stopped), counts(&stopped))
        })
    })
}
