//! The database of `dispatcher dev`: in a Postgres of its own, or one that is there.

use std::net::IpAddr;
use std::time::Duration;

use dispatcher_local_postgres::{Cluster, KeptFolder, LocalPostgresError, Settings, Shutdown};
use dispatcher_runtime::MigrateError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};

use super::Dev;
use super::folder::{DataFolder, random};
use crate::database::{Failure, Place, parsed};
use crate::screen::{note, plain, seconds};

/// The role and the database, with short names so that the URL fits a line.
const NAME: &str = "dev";

/// How often to look whether the server still runs.
const LOOK: Duration = Duration::from_secs(1);

/// The database that is worked on.
pub(super) struct Database {
    options: PgConnectOptions,
    key: String,
    own: Option<Own>,
}

/// A Postgres of its own.
struct Own {
    cluster: Cluster,
    folder: DataFolder,
}

impl Database {
    /// Starts a Postgres, or takes the database that was named.
    ///
    /// # Errors
    /// There is no Postgres, the folder cannot be used, or the database is not on this machine and there is no `--yes`.
    pub(super) async fn bring(arguments: &Dev) -> Result<Self, Failure> {
        if let Some(url) = &arguments.database_url {
            let options = parsed(url)?;
            let place = Place::of(&options, None);
            if !arguments.yes && !is_loopback(&options) {
                return Err(Failure::Usage(format!(
                    "the {place} is not on this machine, and its tables would be created or changed\n  help: add \
                     `--yes` if it is meant, or leave `--database-url` out for a Postgres of its own"
                )));
            }
            return Ok(Self {
                options,
                key: random(),
                own: None,
            });
        }
        if std::env::var_os("DATABASE_URL").is_some_and(|url| !url.is_empty()) {
            note("DATABASE_URL is set and not used: `--database-url` names a database");
        }
        let folder = DataFolder::take(&arguments.data)?;
        if arguments.fresh {
            folder.clear()?;
        }
        let is_kept = folder.postgres().exists();
        let key = folder.secret("key")?;
        let kept = KeptFolder::new(folder.postgres(), NAME, &folder.secret("password")?);
        let kept = kept.port(arguments.postgres_port);
        note("starting Postgres …");
        // The data is kept, so it has to survive a crash of the machine.
        let settings = Settings::default().fsync(true);
        let mut cluster = Cluster::keep(kept, settings)
            .await
            .map_err(|error| of_cluster(&error))?;
        if let Err(error) = create(&cluster).await {
            let _ = cluster.stop(Shutdown::Fast).await;
            return Err(error.into());
        }
        note(&format!(
            "{}, started in {}; the data is in {}",
            cluster.source(),
            seconds(cluster.started_in().as_secs_f64()),
            arguments.data.display()
        ));
        if is_kept {
            note("it goes on with the data of the last run; `--fresh` begins anew");
        }
        Ok(Self {
            options: cluster.options().database(NAME),
            key,
            own: Some(Own { cluster, folder }),
        })
    }

    /// How to connect.
    pub(super) fn options(&self) -> PgConnectOptions {
        self.options.clone().application_name("dispatcher dev")
    }

    /// Which database it is, for messages.
    pub(super) fn place(&self) -> Place {
        Place::of(&self.options, None)
    }

    /// Whether it was made here.
    pub(super) fn is_own(&self) -> bool {
        self.own.is_some()
    }

    /// Its URL, if it was made here.
    pub(super) fn own_url(&self) -> Option<String> {
        self.own.as_ref().map(|own| own.cluster.url(NAME))
    }

    /// What proves a session of the page.
    pub(super) fn key(&self) -> String {
        self.key.clone()
    }

    /// What to do about tables that cannot be brought up to date.
    pub(super) fn of_migration(&self, error: MigrateError) -> Failure {
        match error {
            MigrateError::Database(_) | MigrateError::Config(_) => error.into(),
            other if self.is_own() => Failure::No(format!(
                "{other}\n  help: `dispatcher dev --fresh` removes the data and begins again"
            )),
            other => Failure::No(other.to_string()),
        }
    }

    /// Waits until the server has ended by itself. With a database that was there, it waits for ever.
    pub(super) async fn ended(&mut self) -> Failure {
        let Some(Own { cluster, .. }) = &mut self.own else {
            return std::future::pending().await;
        };
        loop {
            tokio::time::sleep(LOOK).await;
            match cluster.has_ended() {
                Ok(false) => {}
                Ok(true) => {
                    return Failure::NotAsked(format!(
                        "postgres has ended; the end of its log:\n{}\n  help: start `dispatcher dev` again",
                        cluster.log_tail()
                    ));
                }
                Err(error) => return Failure::NotAsked(error.to_string()),
            }
        }
    }

    /// Stops the server that was started here, and waits for its end.
    ///
    /// # Errors
    /// It does not end.
    pub(super) async fn end(self) -> Result<(), Failure> {
        let Some(Own {
            mut cluster,
            folder,
        }) = self.own
        else {
            return Ok(());
        };
        let stopped = cluster.stop(Shutdown::Fast).await;
        // Only now may another process take the folder.
        drop(cluster);
        drop(folder);
        stopped.map_err(|error| Failure::NotAsked(error.to_string()))
    }
}

/// Creates the database, if it is not there.
async fn create(cluster: &Cluster) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(&cluster.options()).await?;
    let exists = "SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'dev')";
    if !sqlx::query_scalar(exists)
        .fetch_one(&mut connection)
        .await?
    {
        sqlx::raw_sql("CREATE DATABASE dev")
            .execute(&mut connection)
            .await?;
    }
    connection.close().await
}

/// A socket, or an address of this machine alone.
fn is_loopback(options: &PgConnectOptions) -> bool {
    // A URL has an IPv6 address in brackets.
    let host = options.get_host().trim_matches(['[', ']']);
    let is_address = || host.parse::<IpAddr>().is_ok_and(|host| host.is_loopback());
    options.get_socket().is_some()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || is_address()
}

/// What to do where no Postgres could be started.
fn of_cluster(error: &LocalPostgresError) -> Failure {
    match error {
        LocalPostgresError::NotFound { looked_at } => Failure::Usage(format!(
            "found no Postgres 14 or later to run. looked at:\n{looked_at}\n\ninstall it with one of these:\n{}\n\nor, in \
             a checkout of Dispatcher, run the quick start once, which brings one:\n  cargo run --example \
             quickstart\n\nor use a database that is there:\n  dispatcher dev --database-url postgres://…",
            LocalPostgresError::packages()
        )),
        LocalPostgresError::OtherMajor { .. } => Failure::Usage(format!(
            "{}\n  help: or remove the data and begin again: `dispatcher dev --fresh`",
            plain_lines(error)
        )),
        LocalPostgresError::PortTaken { port, source } => Failure::Usage(format!(
            "the port {port} of 127.0.0.1 is in use: {source}\n  help: end what has it, or leave `--postgres-port` out \
             for a free one"
        )),
        LocalPostgresError::Exited { .. }
        | LocalPostgresError::Late { .. }
        | LocalPostgresError::Initdb { .. } => Failure::NotAsked(plain_lines(error)),
        other => Failure::Usage(plain_lines(other)),
    }
}

/// The text with its line breaks.
fn plain_lines(error: &LocalPostgresError) -> String {
    let text = error.to_string();
    let lines: Vec<_> = text.lines().map(plain).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_postgres_is_told_what_to_install() {
        let looked_at = "  POSTGRES_BIN: not set\n  PATH: no postgres there".to_owned();
        let output = of_cluster(&LocalPostgresError::NotFound { looked_at }).output();
        assert_eq!(output.end.code(), 2);
        assert_eq!(
            output.stderr,
            "\
error: found no Postgres 14 or later to run. looked at:
  POSTGRES_BIN: not set
  PATH: no postgres there

install it with one of these:
  Debian, Ubuntu:  sudo apt-get update && sudo apt-get install -y postgresql
  Fedora:          sudo dnf install -y postgresql-server
  macOS:           brew install postgresql@17

or, in a checkout of Dispatcher, run the quick start once, which brings one:
  cargo run --example quickstart

or use a database that is there:
  dispatcher dev --database-url postgres://…
"
        );
    }

    #[test]
    fn only_this_machine_needs_no_consent() {
        for (url, expected) in [
            ("postgres://localhost/a", true),
            ("postgres://127.0.0.1:1/a", true),
            ("postgres://[::1]/a", true),
            ("postgres://%2Frun%2Fpostgresql/a", true),
            ("postgres://db.example/a", false),
            ("postgres://10.0.0.1/a", false),
            ("postgres://localhost.example/a", false),
        ] {
            assert_eq!(is_loopback(&parsed(url).unwrap()), expected, "{url}");
        }
    }
}
