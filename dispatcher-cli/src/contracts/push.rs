//! `dispatcher contracts push`: writes the contracts into the database.

use clap::Args;
use dispatcher_runtime::ContractsCatalog;

use super::directory::Directory;
use super::error::Error;
use crate::contract_files::registry;
use crate::database::{Connection, Failure};
use crate::output::{End, Output};

/// The arguments of `push`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher contracts push contracts")]
pub struct Push {
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &Push) -> Result<Output, Error> {
    let model = arguments.directory.contracts()?.check()?;
    let output = arguments.connection.run(async |session| {
        let catalog = match arguments.connection.schema() {
            Some(schema) => ContractsCatalog::in_schema(session.pool.clone(), schema)?,
            None => ContractsCatalog::new(session.pool.clone()),
        };
        let registry = registry(&model);
        catalog.push(registry).await?;
        let differences = catalog.differences(registry).await?;
        let mut text = match registry.events().len() {
            1 => "pushed 1 event type".to_owned(),
            count => format!("pushed {count} event types"),
        };
        for difference in differences {
            text.push_str(&format!("\nstill differs: {difference}"));
        }
        Ok::<_, Failure>(Output::success(crate::screen::guarded(&text)))
    });
    // The commands on contracts have no other exit codes than 0, 1 and 2.
    Ok(match output.end {
        End::NotAsked => output.ending(End::CalledWrongly),
        _ => output,
    })
}
