//! `dispatcher events show`.

use clap::Args;
use dispatcher_runtime::EventDetail;

use super::delivery;
use crate::database::{Connection, OperatorName};
use crate::dlq::envelope;
use crate::output::Output;
use crate::screen::{block, number, plain, time};

/// The arguments of `show`.
#[derive(Args, Debug)]
#[command(after_help = "\
Values that the contracts mark with \"x-sensitive\" are masked, and so is the whole payload of what they do not have.
Contracts are those that were pushed to the database, and those of --contracts.

Examples:
  dispatcher events show evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e
  dispatcher events show evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e --envelope")]
pub(crate) struct Show {
    /// The event
    #[arg(value_name = "EVENT_ID")]
    id: String,
    /// Print the envelope too, with the payload. `--json` always has it
    #[arg(long)]
    envelope: bool,
    /// Show it without masks. The audit says that you have seen it
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &Show) -> Output {
    arguments.connection.run(async |session| {
        let contracts = session.contracts().await?;
        let mut event = session.operator.events().get(&arguments.id).await?;
        if arguments.reveal {
            let name = arguments.operator.name()?;
            let actor = arguments.operator.actor(&name);
            let audit = session.operator.audit();
            // As the log has it, not as it was typed.
            audit.reveal(&plain(&event.event.event_id), actor).await?;
        } else if !contracts.is_empty() {
            event = event.masked(&contracts);
        }
        session.answer(&event, || text(&event, arguments.envelope))
    })
}

fn text(detail: &EventDetail, with_envelope: bool) -> String {
    let event = &detail.event;
    let subject = match &event.subject {
        Some(subject) => format!(", subject {}", plain(subject)),
        None => String::new(),
    };
    let mut text = block(
        0,
        &format!(
            "{} v{} of {}{subject}, published {} at position {}",
            plain(&event.event_type),
            event.schema_version,
            plain(&event.producer),
            time(event.inserted_at),
            number(event.position.get().unsigned_abs())
        ),
    );
    if let Some(at) = detail.erased_at {
        text += &block(2, &format!("its payload was erased at {}", time(at)));
    }
    if detail.deliveries.is_empty() {
        text += "  no subscription takes it\n";
    }
    text += &delivery::lines(detail);
    if with_envelope {
        text += &format!("\n{}\n", envelope(&detail.envelope));
    }
    text
}
