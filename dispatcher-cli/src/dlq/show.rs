//! `dispatcher dlq show`.

use clap::Args;
use dispatcher_runtime::{DeadLetter, DeadLetterId, DeadLetterState, RedriveId};
use serde_json::value::RawValue;

use crate::database::{Connection, OperatorName};
use crate::output::Output;
use crate::screen::{block, name, number, plain, plural, quoted, time};

/// The arguments of `show`.
#[derive(Args, Debug)]
#[command(after_help = "\
Values that the contracts mark with \"x-sensitive\" are masked, and so is the whole payload of what they do not have.
Contracts are those that were pushed to the database, and those of --contracts.

Examples:
  dispatcher dlq show dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e
  dispatcher dlq show dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e --reveal")]
pub(crate) struct Show {
    /// The dead letter
    #[arg(value_name = "DEAD_LETTER_ID")]
    id: DeadLetterId,
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
        let mut letter = session.operator.dead_letters().get(&arguments.id).await?;
        if arguments.reveal {
            let name = arguments.operator.name()?;
            let actor = arguments.operator.actor(&name);
            let audit = session.operator.audit();
            audit.reveal(arguments.id.as_str(), actor).await?;
        } else if !contracts.is_empty() {
            letter = letter.masked_by(&contracts);
        }
        session.answer(&letter, || text(&letter))
    })
}

/// `open`, or what is done with it, and by whom.
pub(super) fn state(
    state: DeadLetterState,
    redrive: Option<&RedriveId>,
    by: Option<&str>,
) -> String {
    match (state, redrive, by) {
        (DeadLetterState::Open, ..) => "open".to_owned(),
        (DeadLetterState::Redriving, Some(redrive), _) => format!("redriving in {redrive}"),
        (DeadLetterState::Redriving, None, _) => "redriving".to_owned(),
        (DeadLetterState::Resolved, Some(redrive), _) => format!("resolved by {redrive}"),
        (DeadLetterState::Resolved, None, Some(by)) => format!("resolved by {}", plain(by)),
        _ => "resolved".to_owned(),
    }
}

fn text(letter: &DeadLetter) -> String {
    let id = &letter.dead_letter_id;
    let mut text = block(
        0,
        &format!(
            "{id} of {}: {}",
            time(letter.created_at),
            state(
                letter.state,
                letter.redrive_id.as_ref(),
                letter.resolved_by.as_deref()
            )
        ),
    );
    if let Some(note) = &letter.resolution_note {
        text += &block(2, &plain(note));
    }
    text += &block(
        2,
        &format!(
            "{}: {} after {}: {}",
            name(&letter.consumer, &letter.subscription),
            letter.reason,
            plural(u64::from(letter.attempts), "attempt"),
            quoted(&letter.error)
        ),
    );
    let subject = match &letter.subject {
        Some(subject) => format!(", subject {}", plain(subject)),
        None => String::new(),
    };
    text += &block(
        2,
        &format!(
            "{} v{}, {} at position {}, tenant {}{subject}",
            plain(&letter.event_type),
            letter.schema_version,
            plain(&letter.event_id),
            number(letter.position.get().unsigned_abs()),
            plain(&letter.tenant_id)
        ),
    );
    text += "\nATTEMPTS\n";
    for attempt in &letter.failures {
        text += &block(
            0,
            &format!(
                "{}  {}  {}",
                attempt.attempt,
                time(attempt.failed_at),
                plain(&attempt.error)
            ),
        );
    }
    text += &format!("\nEVENT\n{}\n", envelope(&letter.envelope));
    if letter.state == DeadLetterState::Open {
        text +=
            &format!("Next: dispatcher dlq redrive {id}, or\n      dispatcher dlq resolve {id}\n");
    }
    text
}

/// As it is stored, in lines.
pub(crate) fn envelope(envelope: &RawValue) -> String {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(envelope.get()) else {
        return plain(envelope.get());
    };
    crate::screen::document(&value).unwrap_or_else(|_| plain(envelope.get()))
}
