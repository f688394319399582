//! `dispatcher events publish`.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use crate::database::{Connection, Consent, Failure, OperatorName, Question, Session};
use crate::output::Output;
use crate::screen::{line, number, plain, plural, print};

/// The arguments of `publish`.
#[derive(Args, Debug)]
#[command(after_help = "\
Each line is an event: {\"event_type\", \"schema_version\", \"tenant_id\", \"payload\"}, and any other field of the envelope.
With an \"event_id\", a second call publishes nothing twice. It stops at the first line that is refused.

Examples:
  dispatcher events publish events.jsonl --dry-run
  dispatcher events publish events.jsonl --why 'a partner asked for it' --yes
  dispatcher events publish - --yes < events.jsonl")]
pub(crate) struct Publish {
    /// A file of JSON Lines, or `-` for standard input
    file: PathBuf,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &Publish) -> Output {
    arguments.connection.run(async |session| {
        let events = read(&arguments.file)?;
        let count = u64::try_from(events.len()).unwrap_or(u64::MAX);
        if arguments.consent.is_dry_run() {
            let text = format!("{} would be put before the gate", plural(count, "event"));
            return Ok(Output::success(text));
        }
        let name = arguments.operator.name()?;
        let question = Question {
            act: &format!("Publish {}", plural(count, "event")),
            answer: &number(count),
        };
        arguments.consent.ask(&question, &session.place)?;
        publish(&events, session, &arguments.operator, &name).await
    })
}

/// The events with the numbers of their lines.
fn read(path: &Path) -> Result<Vec<(usize, Value)>, Failure> {
    let unreadable = |error: io::Error| {
        Failure::Usage(format!(
            "{}: {error}\n  help: name a file of JSON Lines, or `-` for standard input",
            path.display()
        ))
    };
    let lines: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(path).map_err(unreadable)?))
    };
    let mut events = Vec::new();
    for (index, text) in lines.lines().enumerate() {
        let text = text.map_err(unreadable)?;
        if text.trim().is_empty() {
            continue;
        }
        let event = serde_json::from_str(&text).map_err(|error| {
            Failure::Usage(format!(
                "line {} of {} is not valid JSON: {error}\n  help: write one event on each line; nothing was published",
                index + 1,
                path.display()
            ))
        })?;
        events.push((index + 1, event));
    }
    if events.is_empty() {
        return Err(Failure::Usage(format!(
            "{} has no event\n  help: write one event on each line",
            path.display()
        )));
    }
    Ok(events)
}

async fn publish(
    events: &[(usize, Value)],
    session: &Session,
    operator: &OperatorName,
    name: &str,
) -> Result<Output, Failure> {
    let contracts = session.contracts().await?;
    for (done, (number, event)) in events.iter().enumerate() {
        let actor = operator.actor(name);
        let published = session.operator.events().publish(event, &contracts, actor);
        let published = match published.await {
            Ok(published) => published,
            Err(error) if done == 0 => return Err(error.into()),
            Err(error) => {
                return Err(Failure::HalfWay(format!(
                    "line {number}: {error}\n  help: {done} of {} events were published; correct the line, and go \
                     on with it",
                    events.len()
                )));
            }
        };
        print(&if session.json {
            line(&published)?
        } else {
            format!(
                "{} published at position {}",
                plain(&published.event_id),
                published.position
            )
        })?;
    }
    Ok(Output::success(""))
}
