//! `dispatcher contracts pushed`: the contracts in the database.

use clap::Args;
use dispatcher_runtime::{KnownContract, KnownVersion};
use serde::Serialize;

use crate::database::{Connection, Failure};
use crate::output::{End, Output};
use crate::screen::{Table, block, document, plain, plural};

/// The arguments of `pushed`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher contracts pushed
  dispatcher contracts pushed credit.locked")]
pub struct Pushed {
    /// Show one event type, with the schemas of its versions
    #[arg(value_name = "EVENT")]
    event: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Serialize)]
struct Listed<'a> {
    contracts: &'a [KnownContract],
}

pub(super) fn run(arguments: &Pushed) -> Output {
    let output = arguments.connection.run(async |session| {
        let contracts = session.contracts().await?;
        let Some(event_type) = &arguments.event else {
            let mut listed = contracts.list();
            listed.retain(|it| it.versions.iter().any(|version| version.is_stored));
            let document = Listed { contracts: &listed };
            return session.answer(&document, || list(&listed));
        };
        let found = contracts.get(event_type).ok_or_else(|| {
            Failure::No(format!(
                "no program has pushed the event type {} to the {}\n  help: `dispatcher contracts pushed` lists what \
                 there is, and `dispatcher contracts push` writes it",
                plain(event_type),
                session.place
            ))
        })?;
        session.answer(&found, || one(&found))
    });
    // The commands on contracts have no other exit codes than 0, 1 and 2.
    match output.end {
        End::NotAsked => output.ending(End::CalledWrongly),
        _ => output,
    }
}

fn list(contracts: &[KnownContract]) -> String {
    if contracts.is_empty() {
        return "nothing was pushed: `dispatcher contracts push` writes the contracts of a directory".to_owned();
    }
    let mut table = Table::new(&["EVENT TYPE", "VERSIONS", "PRODUCER", "CONSUMERS"]);
    for contract in contracts {
        let versions: Vec<_> = contract.versions.iter().map(version).collect();
        table.row([
            contract.event_type.clone(),
            versions.join(" "),
            contract.producer.clone(),
            contract.consumers.join(", "),
        ]);
    }
    let count = u64::try_from(contracts.len()).unwrap_or(u64::MAX);
    table.text() + &plural(count, "event type")
}

/// `v2-upcoming`; an active one is `v1`.
fn version(version: &KnownVersion) -> String {
    match version.status.as_str() {
        "active" => format!("v{}", version.schema_version),
        status => format!("v{}-{status}", version.schema_version),
    }
}

fn one(contract: &KnownContract) -> String {
    let mut text = block(
        0,
        &format!(
            "{} ({}), of {}, for {}",
            plain(&contract.event_type),
            plain(&contract.status),
            plain(&contract.producer),
            plain(&contract.consumers.join(", "))
        ),
    );
    text += &block(2, &plain(&contract.description));
    for known in &contract.versions {
        text += &format!("\n{}\n", plain(&version(known)));
        let schema = known.schema.as_ref().map(document);
        if let Some(Ok(schema)) = schema {
            text += &format!("{schema}\n");
        }
    }
    text
}
