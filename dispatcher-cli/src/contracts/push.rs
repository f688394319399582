//! `dispatcher contracts push`: writes the contracts into the database.

use clap::Args;
use dispatcher_runtime::ContractsCatalog;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::directory::Directory;
use super::error::Error;
use super::registry::registry;
use crate::output::Output;

/// The arguments of `push`.
#[derive(Args, Debug)]
pub struct Push {
    #[command(flatten)]
    directory: Directory,
    /// The database. Defaults to the environment variable DATABASE_URL
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The Postgres schema of the tables. Defaults to the search path of the connection
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
}

pub(super) fn run(arguments: &Push) -> Result<Output, Error> {
    let model = arguments.directory.contracts()?.check()?;
    let url = match &arguments.database {
        Some(url) => url.clone(),
        None => std::env::var("DATABASE_URL").map_err(|_| {
            Error::Call(
                "no database was named\n  help: give it as `--database postgres://…`, or set DATABASE_URL"
                    .to_owned(),
            )
        })?,
    };
    // The text may hold a password, so no message shows it.
    let options: PgConnectOptions = url
        .parse()
        .map_err(|error| Error::Call(format!("the address of the database is invalid: {error}")))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let place = format!("{}:{}", options.get_host(), options.get_port());
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await
            .map_err(|error| Error::Call(format!("cannot connect to {place}: {error}")))?;
        let failed = |error: &dyn std::error::Error| {
            Error::Call(format!("the contracts were not pushed: {}", chain(error)))
        };
        let catalog = match &arguments.schema {
            Some(schema) => {
                ContractsCatalog::in_schema(pool, schema).map_err(|error| failed(&error))?
            }
            None => ContractsCatalog::new(pool),
        };
        let registry = registry(&model);
        catalog
            .push(registry)
            .await
            .map_err(|error| failed(&error))?;
        let mut text = match registry.events().len() {
            1 => "pushed 1 event type".to_owned(),
            count => format!("pushed {count} event types"),
        };
        let differences = catalog.differences(registry).await;
        for difference in differences.map_err(|error| failed(&error))? {
            text.push_str(&format!("\nstill differs: {difference}"));
        }
        Ok(Output::success(text))
    })
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| {
        let cause = cause.to_string();
        if text.contains(&cause) {
            text
        } else {
            format!("{text}: {cause}")
        }
    })
}
