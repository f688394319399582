//! `dispatcher migrate`: the dispatcher's tables, at the version of this command.

use clap::Args;
use dispatcher_runtime::{migrate, migrate_schema};
use serde::Serialize;

use crate::database::Connection;
use crate::output::Output;

/// The arguments of `migrate`.
#[derive(Args, Debug)]
#[command(after_help = "\
Run it as the role that owns the tables. Applying it again does nothing.

Examples:
  dispatcher migrate
  dispatcher migrate --schema dispatcher")]
pub(crate) struct Migrate {
    #[command(flatten)]
    connection: Connection,
}

#[derive(Serialize)]
struct Migrated<'a> {
    database: &'a str,
    schema: Option<&'a str>,
}

pub(crate) fn run(arguments: &Migrate) -> Output {
    arguments.connection.run(async |session| {
        match arguments.connection.schema() {
            Some(schema) => migrate_schema(&session.pool, schema).await?,
            None => migrate(&session.pool).await?,
        }
        let place = &session.place;
        let migrated = Migrated {
            database: &place.database,
            schema: place.schema.as_deref(),
        };
        session.answer(&migrated, || {
            format!("the {place} has the tables of this version")
        })
    })
}
