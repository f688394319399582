//! `dispatcher dev`: what development needs, in one terminal.
//!
//! | file | what it owns |
//! |---|---|
//! | `folder` | the data folder: one process at a time, and the secrets in it |
//! | `database` | a Postgres of its own in that folder, or a database that is there |
//! | `contracts` | the contracts directory: watched, checked, loaded |
//! | `page` | the operator's page, for a browser of this machine |
//! | `tail` | a line for each event, and for what becomes of it |
//!
//! What happens goes to standard output, and everything else to standard error. A failure of one part ends all of them,
//! and Postgres with them. Contracts with faults do not end it.

mod contracts;
mod database;
mod folder;
mod page;
mod tail;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use dispatcher_runtime::http::Notice;
use dispatcher_runtime::{migrate, shutdown_signal};
use tokio::net::TcpListener;

use self::contracts::Loader;
use self::database::Database;
use self::page::Page;
use crate::database::{Failure, OperatorName, Session};
use crate::output::Output;
use crate::screen::note;
use crate::serve::sample;

/// The arguments of `dev`.
#[derive(Args, Debug)]
#[command(after_help = "\
It starts a Postgres that listens on 127.0.0.1 alone, creates the tables, loads the contracts and loads them again when a
file changes, serves the operator's page, and prints each event and what becomes of it. The first lines say what your
program needs. The data is kept in the folder of --data, until --fresh. Ctrl-C or SIGTERM ends it, and Postgres with it.

The programs `postgres` and `initdb` are those of POSTGRES_BIN, of PATH, of the usual folders, or of the user's cache.
Contracts that have faults are reported here and on the page; the ones loaded last stay in use.

The smallest contracts are two files. contracts/event-types-registry.json:
  {\"registry_version\": 1, \"event_types\": [{
    \"event_type\": \"parcel.shipped\", \"description\": \"A parcel left.\",
    \"contract\": \"shipping\", \"status\": \"active\", \"subject\": \"/parcel_id\",
    \"producer\": \"warehouse\", \"consumers\": [\"tracking\"],
    \"versions\": [{\"schema_version\": 1, \"status\": \"active\",
                  \"payload_schema\": \"shipping/parcel-shipped-v1.json\"}]}]}
and contracts/shipping/parcel-shipped-v1.json, a JSON Schema of the payload:
  {\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",
   \"title\": \"ParcelShipped\", \"type\": \"object\", \"required\": [\"parcel_id\"],
   \"properties\": {\"parcel_id\": {\"type\": \"string\", \"minLength\": 1}}}

Examples:
  dispatcher dev
  dispatcher dev --contracts contracts --listen 127.0.0.1:0
  dispatcher dev --fresh")]
pub(crate) struct Dev {
    /// The contracts directory
    #[arg(long, value_name = "DIRECTORY", default_value = "contracts")]
    contracts: PathBuf,
    /// The folder in which the data is kept. It is made, with a .gitignore
    #[arg(long, value_name = "DIRECTORY", default_value = ".dispatcher")]
    data: PathBuf,
    /// Remove the data of former runs first
    #[arg(long)]
    fresh: bool,
    /// The address of the page, a loopback one. Port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7070")]
    listen: SocketAddr,
    /// The port of Postgres. Defaults to the one of the last time, or to a free one
    #[arg(long, value_name = "PORT", conflicts_with = "database_url")]
    postgres_port: Option<u16>,
    /// A database that is there, instead of a Postgres of its own. DATABASE_URL is not read
    #[arg(long, value_name = "URL", conflicts_with_all = ["data", "fresh"])]
    database_url: Option<String>,
    /// Use the database also if it is not on this machine
    #[arg(long, requires = "database_url")]
    yes: bool,
    #[command(flatten)]
    operator: OperatorName,
}

pub(crate) fn run(arguments: &Dev) -> Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime
            .block_on(develop(arguments))
            .unwrap_or_else(Failure::output),
        Err(error) => Failure::NotAsked(format!("the command cannot run: {error}")).output(),
    }
}

async fn develop(arguments: &Dev) -> Result<Output, Failure> {
    // What can be refused is refused before anything is started.
    // In a container there may be no name, and nothing here is worth a refusal.
    let name = arguments.operator.name();
    let name = name.unwrap_or_else(|_| "developer".to_owned());
    let listener = page::listen(arguments.listen).await?;
    let stop = shutdown_signal();
    tokio::pin!(stop);
    let database = tokio::select! {
        biased;
        () = &mut stop => return Ok(Output::success("")),
        database = Database::bring(arguments) => database,
    };
    let mut database = database?;
    let outcome = tokio::select! {
        biased;
        () = &mut stop => Ok(()),
        outcome = work(arguments, &name, listener, &mut database) => outcome,
    };
    let ended = database.end().await;
    outcome?;
    ended?;
    Ok(Output::success(""))
}

/// Everything, until a part of it fails.
async fn work(
    arguments: &Dev,
    name: &str,
    listener: TcpListener,
    database: &mut Database,
) -> Result<(), Failure> {
    let place = database.place();
    let session = Session::open(database.options(), place, None, false).await?;
    let together = together(arguments, name, listener, database, &session).await;
    match together {
        Err(failure) => Err(session.explained(failure).await),
        done => done,
    }
}

async fn together(
    arguments: &Dev,
    name: &str,
    listener: TcpListener,
    database: &mut Database,
    session: &Session,
) -> Result<(), Failure> {
    migrate(&session.pool)
        .await
        .map_err(|error| database.of_migration(error))?;
    let notice = Notice::default();
    let mut loader = Loader::new(
        &arguments.contracts,
        &session.pool,
        database.is_own(),
        &notice,
    )?;
    let example = loader.look().await?;
    let page = Page::new(listener, name, &database.key(), session, &notice)?;
    // Before anything is said: who reads it may publish at once.
    let end = tail::end(session).await?;
    welcome(database, &page, example.as_deref());
    let served = page.serve();
    let watched = async {
        let mut is_told = example.is_some();
        loop {
            tokio::time::sleep(contracts::INTERVAL).await;
            let example = loader.look().await?;
            if let Some(example) = example.filter(|_| !is_told) {
                note(&format!("\n{}", how_to_publish(&example)));
                is_told = true;
            }
        }
    };
    tokio::select! {
        served = served => served,
        watched = watched => watched,
        tailed = tail::follow(session, end) => tailed,
        ended = database.ended() => Err(ended),
        () = sample(&session.operator) => Ok(()),
    }
}

/// What to type next.
fn welcome(database: &Database, page: &Page, example: Option<&str>) {
    let mut text = format!("\nThe page: {}\n", page.link());
    if let Some(url) = database.own_url() {
        text += &format!(
            "\nFor your program, and for commands in another terminal:\n  export DATABASE_URL={url}\n"
        );
    }
    if let Some(example) = example {
        text += &format!("\n{}", how_to_publish(example));
    }
    text += if database.is_own() {
        "\nCtrl-C ends it; the data stays."
    } else {
        "\nCtrl-C ends it."
    };
    note(&(text + "\n"));
}

fn how_to_publish(example: &str) -> String {
    format!("To publish an example:\n  dispatcher events publish --yes --example {example}\n")
}
