//! The options that every command on a database has.

use std::path::PathBuf;

use clap::Args;
use dispatcher_runtime::Registry;
use sqlx::postgres::PgConnectOptions;

use super::{Failure, Place, Session, remedy};
use crate::contract_files::registry_of;
use crate::output::Output;

/// The database, and the form of the output.
#[derive(Args, Clone, Debug)]
pub(crate) struct Connection {
    /// The database. Defaults to the environment variable DATABASE_URL, or to PGHOST, PGDATABASE and so on
    #[arg(
        long,
        alias = "database",
        value_name = "URL",
        help_heading = "Database"
    )]
    database_url: Option<String>,
    /// The Postgres schema of the tables. Defaults to the search path of the connection
    #[arg(long, value_name = "NAME", help_heading = "Database")]
    schema: Option<String>,
    /// A contracts directory, beside the contracts that were pushed to the database: for masking and for the gate
    #[arg(long, value_name = "DIRECTORY", help_heading = "Database")]
    contracts: Option<PathBuf>,
    /// Print JSON: one document, or one on each line where the output has no end
    #[arg(long)]
    json: bool,
}

/// Variables of which one is enough to say where the database is.
const VARIABLES: [&str; 4] = ["PGHOST", "PGHOSTADDR", "PGDATABASE", "PGPORT"];

impl Connection {
    /// Reaches the database and does something with it, on this thread.
    pub(crate) fn run<A>(&self, act: A) -> Output
    where
        A: AsyncFnOnce(&Session) -> Result<Output, Failure>,
    {
        self.try_run(act).unwrap_or_else(Failure::output)
    }

    /// The same. What the database says is explained.
    ///
    /// # Errors
    /// The database could not be reached, or what was done with it failed.
    pub(crate) fn try_run<A>(&self, act: A) -> Result<Output, Failure>
    where
        A: AsyncFnOnce(&Session) -> Result<Output, Failure>,
    {
        let (options, place) = self.options()?;
        let registry = self.registry()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::NotAsked(format!("the command cannot run: {error}")))?;
        runtime.block_on(async {
            let session = Session::open(options, place, registry, self.json).await?;
            match act(&session).await {
                Err(Failure::Database(error)) => Err(remedy::explained(&error, &session).await),
                answer => answer,
            }
        })
    }

    /// The Postgres schema, if one was named.
    pub(crate) fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The contracts that `--contracts` names.
    ///
    /// # Errors
    /// They have faults.
    pub(crate) fn registry(&self) -> Result<Option<&'static Registry>, Failure> {
        let Some(path) = &self.contracts else {
            return Ok(None);
        };
        registry_of(path).map(Some).map_err(Failure::Usage)
    }

    fn options(&self) -> Result<(PgConnectOptions, Place), Failure> {
        let url = match &self.database_url {
            Some(url) => Some(url.clone()),
            None => std::env::var("DATABASE_URL")
                .ok()
                .filter(|url| !url.trim().is_empty()),
        };
        let options = match url {
            // The text may hold a password, so no message shows it.
            Some(url) => url.parse().map_err(|error| {
                Failure::Usage(format!(
                    "the address of the database is invalid: {error}\n  help: write it as \
                     postgres://role:password@host:5432/database"
                ))
            })?,
            None if VARIABLES.iter().any(|it| std::env::var_os(it).is_some()) => {
                PgConnectOptions::new()
            }
            None => {
                return Err(Failure::Usage(
                    "no database was named\n  help: give it as `--database-url postgres://…`, or set DATABASE_URL"
                        .to_owned(),
                ));
            }
        };
        let place = Place::of(&options, self.schema());
        Ok((options.application_name("dispatcher"), place))
    }
}
