//! A database for one test, and what becomes of it.
//!
//! Its name says what it is and when it was created, by the clock of the server:
//! `dispatcher_kit_<seconds>_<pid>_<random>`. The process that holds a [`Database`] stays connected to it,
//! so a database without connections is abandoned.
//!
//! **Invariant:** it is dropped with its value, on every way out of a test that runs destructors. A
//! process that is killed leaves it behind, and the next kit on that server drops it if the name is exactly
//! of this form, it was created an hour ago or earlier, and there is no connection; without FORCE, so that
//! the server refuses if a connection is opened meanwhile. Other databases on the server are left alone.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, Row};

use crate::postgres::error::{ConfigError, DatabaseError};
use crate::postgres::family::Family;
use crate::testing::error::TestKitError;
use crate::testing::statements::KitStatements;

const PREFIX: &str = "dispatcher_kit_";

/// A process that is alive is connected. The hour is for what stands between it and the server, such as a
/// pooler that closes idle connections.
const ABANDONED_AFTER: i64 = 3600;

/// More than the handlers of a test need; connections are opened when they are used.
const CONNECTIONS: u32 = 32;

/// A server that does not answer must not hang a destructor.
const PATIENCE: Duration = Duration::from_secs(10);

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A database of its own, dropped when this is.
pub(super) struct Database {
    name: String,
    /// The server, by way of a database that is not this one. Taken when this one is dropped.
    server: Option<PgConnectOptions>,
    /// Shows other kits that this process is alive.
    presence: Option<PgConnection>,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({})", self.name)
    }
}

impl Database {
    /// Creates one on the server of that URL, and a pool for it. `setting` is where the URL comes from.
    pub(super) async fn create(
        url: &str,
        setting: &'static str,
    ) -> Result<(Self, PgPool), TestKitError> {
        let is_url = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme));
        let server = PgConnectOptions::from_str(url).ok().filter(|_| is_url);
        let server = server.ok_or_else(|| ConfigError::Invalid {
            setting,
            // It may hold a password.
            value: "(not shown)".to_owned(),
            expected: "a URL such as `postgres://user:password@localhost/postgres`",
        })?;
        let place = format!("{}:{}", server.get_host(), server.get_port());
        let mut connection = PgConnection::connect_with(&server)
            .await
            .map_err(failed(|| {
                format!("connect to the server of {setting}, {place}")
            }))?;
        let now = drop_abandoned(&mut connection)
            .await
            .map_err(failed(|| format!("look at the databases of {place}")))?;
        let name = Name::new(now).to_string();
        // `template1` cannot be copied while there is a connection to it; to `template0` there can be none.
        let create = format!("CREATE DATABASE {name} TEMPLATE template0");
        sqlx::raw_sql(AssertSqlSafe(create))
            .execute(&mut connection)
            .await
            .map_err(failed(|| format!("create a database on {place}")))?;
        let mut database = Self {
            name,
            server: Some(server.clone()),
            presence: None,
        };
        let _ = connection.close().await;
        let options = server.database(&database.name);
        let connected = || format!("connect to {}", database.name);
        let presence = PgConnection::connect_with(&options).await;
        let presence = presence.map_err(failed(connected))?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect_with(options)
            .await
            .map_err(failed(connected))?;
        database.presence = Some(presence);
        Ok((database, pool))
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Drops it now, with whatever is still connected to it.
    pub(super) async fn close(mut self) -> Result<(), TestKitError> {
        if let Some(presence) = self.presence.take() {
            let _ = presence.close().await;
        }
        let Some(server) = self.server.take() else {
            return Ok(());
        };
        drop_database(&server, &self.name)
            .await
            .map_err(failed(|| format!("drop the database {}", self.name)))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(server) = self.server.take() else {
            return;
        };
        // This may run on a thread of a runtime, which must not block on a future; so a thread of its
        // own does. What it fails to drop is left for a later kit.
        let dropped: Result<(), BoxError> = std::thread::scope(|scope| {
            let run = || -> Result<(), BoxError> {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                // A timeout has to be made inside its runtime.
                let drop = async {
                    let drop = drop_database(&server, &self.name);
                    tokio::time::timeout(PATIENCE, drop).await
                };
                Ok(runtime.block_on(drop)??)
            };
            let thread = std::thread::Builder::new().spawn_scoped(scope, run)?;
            thread.join().unwrap_or(Ok(()))
        });
        if let Err(error) = dropped {
            tracing::warn!(
                database = self.name,
                %error,
                "the database of a test could not be dropped; a later test kit drops it"
            );
        }
    }
}

async fn drop_database(server: &PgConnectOptions, name: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(server).await?;
    let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    sqlx::raw_sql(AssertSqlSafe(drop))
        .execute(&mut connection)
        .await?;
    connection.close().await
}

/// Drops what killed processes have left behind. Returns the time by the server's clock.
async fn drop_abandoned(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let list = KitStatements::new(&Family::default()).list_kit_databases;
    let row = list
        .query()
        .bind(PREFIX)
        .fetch_one(&mut *connection)
        .await?;
    let now: i64 = row.try_get("now")?;
    let unused: Vec<String> = row.try_get("unused")?;
    let unused = unused.iter().filter_map(|name| Name::parse(name));
    for name in unused.filter(|name| name.created_at <= now - ABANDONED_AFTER) {
        // It belongs to another role, or another kit drops it at the same time: a failure is no fault here.
        let drop = format!("DROP DATABASE IF EXISTS {name}");
        let _ = sqlx::raw_sql(AssertSqlSafe(drop))
            .execute(&mut *connection)
            .await;
    }
    Ok(now)
}

fn failed(doing: impl FnOnce() -> String) -> impl FnOnce(sqlx::Error) -> TestKitError {
    |error| TestKitError::Server {
        doing: doing(),
        database: DatabaseError::from(error),
    }
}

/// The parts of a database's name.
#[derive(Debug, PartialEq)]
struct Name {
    /// In seconds since 1970.
    created_at: i64,
    pid: u32,
    random: u64,
}

impl Name {
    fn new(created_at: i64) -> Self {
        Self {
            created_at,
            pid: std::process::id(),
            random: fastrand::u64(..),
        }
    }

    /// The parts of `name`, if it is one that [`fmt::Display`] writes, to the letter.
    fn parse(name: &str) -> Option<Self> {
        let mut parts = name.strip_prefix(PREFIX)?.split('_');
        let parsed = Self {
            created_at: parts.next()?.parse().ok()?,
            pid: parts.next()?.parse().ok()?,
            random: u64::from_str_radix(parts.next()?, 16).ok()?,
        };
        (parsed.to_string() == name).then_some(parsed)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (created_at, pid, random) = (self.created_at, self.pid, self.random);
        write!(f, "{PREFIX}{created_at}_{pid}_{random:016x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_to_the_letter() {
        let name = Name::new(1_795_000_000);
        let text = name.to_string();
        assert!(text.len() < 64, "Postgres would cut {text}");
        assert_eq!(Name::parse(&text), Some(name));
        for other in [
            "dispatcher_kit_",
            "dispatcher_kit_mine",
            "dispatcher_kit_1000000000_+12_000000000000000b",
            "dispatcher_kit_1000000000_12_000000000000000B",
            "dispatcher_kit_1000000000_12_000000000000000b_backup",
            "dispatcher_kit_1000000000_12_b",
        ] {
            assert_eq!(Name::parse(other), None, "{other}");
        }
    }
}
