//! `dispatcher events publish`.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use clap::Args;
use dispatcher_runtime::{EventFault, EventsError, KnownContract, KnownContracts, RefusedEvent};
use serde::Serialize;
use serde_json::{Value, json};

use crate::database::{Connection, Consent, Failure, OperatorName, Question, Session};
use crate::output::{End, Output};
use crate::screen::{block, line, number, plain, plural, print};

/// The arguments of `publish`.
#[derive(Args, Debug)]
#[command(after_help = "\
Each line is an event: {\"event_type\", \"schema_version\", \"tenant_id\", \"payload\"}, and any other field of the envelope.
With an \"event_id\", a second call publishes nothing twice. It stops at the first line that is refused. --dry-run puts
each line before the gate, reports all faults, one on each line, and publishes nothing.

Examples:
  dispatcher events publish --example credit.locked --yes
  dispatcher events publish events.jsonl --dry-run
  dispatcher events publish events.jsonl --why 'a partner asked for it' --yes
  dispatcher events publish - --yes < events.jsonl")]
pub(crate) struct Publish {
    /// A file of JSON Lines, or `-` for standard input
    #[arg(required_unless_present = "example")]
    file: Option<PathBuf>,
    /// Publish an example of this event type instead, as `dispatcher contracts example` prints it
    #[arg(long, value_name = "EVENT_TYPE", conflicts_with = "file")]
    example: Option<String>,
    /// The tenant of the example
    #[arg(
        long,
        value_name = "TENANT_ID",
        default_value = "tnt_example",
        requires = "example"
    )]
    tenant: String,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &Publish) -> Output {
    arguments.connection.run(async |session| {
        let contracts = session.contracts().await?;
        let events = match (&arguments.example, &arguments.file) {
            (Some(event_type), _) => {
                let event = example(event_type, &arguments.tenant, &contracts)?;
                vec![(1, event)]
            }
            (None, Some(file)) => read(file)?,
            // clap demands one of them.
            (None, None) => Vec::new(),
        };
        let count = u64::try_from(events.len()).unwrap_or(u64::MAX);
        let name = arguments.operator.name()?;
        if arguments.consent.is_dry_run() {
            return tried(&events, session, &contracts, (&arguments.operator, &name));
        }
        let question = Question {
            act: &format!("Publish {}", plural(count, "event")),
            answer: &number(count),
        };
        arguments.consent.ask(&question, &session.place)?;
        publish(&events, session, &contracts, (&arguments.operator, &name)).await
    })
}

/// An event of that type, with an example as its payload.
fn example(event_type: &str, tenant: &str, contracts: &KnownContracts) -> Result<Value, Failure> {
    let name = plain(event_type);
    let known = contracts.get(event_type).ok_or_else(|| {
        Failure::No(format!(
            "no contracts in the database, and none of `--contracts`, have the event type {name}\n  help: `dispatcher \
             contracts pushed` lists what there is"
        ))
    })?;
    let version = current(&known)
        .ok_or_else(|| Failure::No(format!("{name} is retired: nothing of it can be published")))?;
    let payload = contracts.example(event_type, version).ok_or_else(|| {
        Failure::No(format!(
            "no example of {name} v{version} could be made\n  help: add one to the schema, as `\"examples\": [{{…}}]`"
        ))
    })?;
    Ok(json!({
        "event_type": event_type,
        "schema_version": version,
        "tenant_id": tenant,
        "payload": payload,
    }))
}

/// The newest version that is in use; otherwise the newest that can be published.
fn current(contract: &KnownContract) -> Option<u32> {
    let newest = |statuses: &[&str]| {
        let versions = contract.versions.iter();
        let versions = versions.filter(|version| statuses.contains(&version.status.as_str()));
        versions.map(|version| version.schema_version).max()
    };
    newest(&["active"]).or_else(|| newest(&["upcoming", "deprecated"]))
}

/// What the gate says of each event, with all faults.
#[derive(Serialize)]
struct Tried {
    events: u64,
    refused: u64,
    faults: Vec<Fault>,
    /// How many faults there are at least beside these.
    further: u64,
}

#[derive(Serialize)]
struct Fault {
    line: usize,
    #[serde(flatten)]
    fault: EventFault,
}

fn tried(
    events: &[(usize, Value)],
    session: &Session,
    contracts: &KnownContracts,
    (operator, name): (&OperatorName, &str),
) -> Result<Output, Failure> {
    let mut tried = Tried {
        events: u64::try_from(events.len()).unwrap_or(u64::MAX),
        refused: 0,
        faults: Vec::new(),
        further: 0,
    };
    for (line, event) in events {
        let checked = session
            .operator
            .events()
            .check(event, contracts, operator.actor(name));
        let refusal = match checked {
            Ok(()) => continue,
            Err(EventsError::Refused(refusal)) => refusal,
            Err(error) => return Err(error.into()),
        };
        tried.refused += 1;
        tried.further += refusal.further;
        let faults = refusal.faults.into_iter();
        let faults = faults.map(|fault| Fault { line: *line, fault });
        tried.faults.extend(faults);
    }
    let output = session.answer(&tried, || text(&tried))?;
    Ok(if tried.refused == 0 {
        output
    } else {
        output.ending(End::Findings)
    })
}

fn text(tried: &Tried) -> String {
    let faults = tried.faults.iter();
    let mut text: String = faults
        .map(|Fault { line, fault }| block(0, &format!("line {line}: {fault}")))
        .collect();
    if tried.further > 0 {
        text += &format!("and at least {}\n", plural(tried.further, "more fault"));
    }
    text += &match tried.refused {
        0 => format!("the gate accepts {}", plural(tried.events, "event")),
        refused => format!(
            "the gate refuses {} of {}",
            number(refused),
            plural(tried.events, "event")
        ),
    };
    text + "; nothing was published\n"
}

/// What the gate says of an event that was to be published: a line for each fault.
fn in_lines(refusal: &RefusedEvent) -> String {
    let mut text = "the gate refuses the event".to_owned();
    for fault in &refusal.faults {
        text += &format!("\n  {fault}");
    }
    if refusal.further > 0 {
        text += &format!("\n  and at least {}", plural(refusal.further, "more fault"));
    }
    text
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
    contracts: &KnownContracts,
    (operator, name): (&OperatorName, &str),
) -> Result<Output, Failure> {
    for (done, (number, event)) in events.iter().enumerate() {
        let actor = operator.actor(name);
        let published = session.operator.events().publish(event, contracts, actor);
        let published = match published.await {
            Ok(published) => published,
            Err(error) => {
                let text = match &error {
                    EventsError::Refused(refusal) => in_lines(refusal),
                    error if done > 0 => error.to_string(),
                    _ => return Err(error.into()),
                };
                return Err(stopped(
                    done,
                    events.len(),
                    &format!("line {number}: {text}"),
                ));
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

/// What it says where it stops at a line.
fn stopped(done: usize, all: usize, problem: &str) -> Failure {
    if done == 0 {
        return Failure::No(format!(
            "{problem}\n  help: nothing was published; `--dry-run` puts every line before the gate"
        ));
    }
    Failure::HalfWay(format!(
        "{problem}\n  help: {done} of {all} events were published; correct the line, and go on with it"
    ))
}
