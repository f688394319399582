//! A database for one test, and how it is removed.
//!
//! A name says what made the database: `dispatcher_test_<host>_<pid>_<count>_<random>`. It is
//! dropped when its test is over, on every way out of the test that runs destructors. A process
//! that is killed leaves its database behind on a server that it did not start, so the next process
//! there looks for leftovers. It is careful, because that server may hold anything: the name must
//! have exactly this form, and come from a process on this host that is gone; and the drop is one
//! that the server refuses while a client is connected.

use std::{fmt, fs, io, path::Path, process::Command};

use sqlx::{
    AssertSqlSafe, Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use dispatcher_local_postgres::private::{self as local, random};

use super::LaunchError;

const PREFIX: &str = "dispatcher_test";

/// A database of its own. It is dropped when this value is, together with any open connections;
/// that takes a tenth of a second longer than after the pools are closed.
#[derive(Debug)]
pub struct Database {
    name: String,
    url: String,
    options: PgConnectOptions,
    /// The server, through another of its databases. Taken when this value is dropped.
    server: Option<PgConnectOptions>,
}

impl Database {
    pub(super) async fn create(
        name: String,
        server_url: &str,
        server: &PgConnectOptions,
    ) -> Result<Self, LaunchError> {
        let doing = || format!("create the database {name}");
        let mut connection = local::connect(server)
            .await
            .map_err(LaunchError::statement(doing()))?;
        // `template1` cannot be copied while a client is connected to it; `template0` accepts no
        // connections.
        let create = format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
        );
        sqlx::raw_sql(AssertSqlSafe(create))
            .execute(&mut connection)
            .await
            .map_err(LaunchError::statement(doing()))?;
        _ = connection.close().await;
        Ok(Self {
            url: with_database(server_url, &name),
            options: server.clone().database(&name),
            name,
            server: Some(server.clone()),
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its URL, with the server's user and password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same as options, for pools and connections with their own settings.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Opens a pool of at most `max_connections`.
    ///
    /// # Errors
    ///
    /// If the server does not answer.
    ///
    /// # Cancellation
    ///
    /// Nothing is left behind.
    pub async fn pool(&self, max_connections: u32) -> Result<PgPool, LaunchError> {
        PgPoolOptions::new()
            .max_connections(max_connections)
            .connect_with(self.options.clone())
            .await
            .map_err(LaunchError::statement(format!("connect to {}", self.name)))
    }

    /// Drops the database, together with any open connections. Dropping the value does the same,
    /// but reports no failure.
    ///
    /// # Errors
    ///
    /// If the server does not answer, or holds a prepared transaction of this database.
    ///
    /// # Cancellation
    ///
    /// The database may still be there, until a later process drops it.
    pub async fn close(mut self) -> Result<(), LaunchError> {
        match self.server.take() {
            Some(server) => drop_database(&server, &self.name).await,
            None => Ok(()),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(server) = self.server.take() else {
            return;
        };
        // This may run on a thread of a runtime, which must not block on a future; so it uses a
        // thread of its own. What it fails to drop is left for the next process.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                if let Ok(runtime) = runtime {
                    _ = runtime.block_on(drop_database(&server, &self.name));
                }
            });
        });
    }
}

async fn drop_database(server: &PgConnectOptions, name: &str) -> Result<(), LaunchError> {
    let drop = async {
        let mut connection = local::connect(server).await?;
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        sqlx::raw_sql(AssertSqlSafe(drop))
            .execute(&mut connection)
            .await?;
        connection.close().await
    };
    drop.await
        .map_err(LaunchError::statement(format!("drop the database {name}")))
}

/// Drops the databases that dead processes of this host have left on the server.
pub(super) async fn drop_leftovers(connection: &mut PgConnection) -> Result<(), LaunchError> {
    // The drop itself would wait five seconds for a database in use to become free.
    let unused: Vec<String> = sqlx::query_scalar(
        "SELECT datname FROM pg_database
         WHERE starts_with(datname, $1)
           AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE datid = pg_database.oid)",
    )
    .bind(PREFIX)
    .fetch_all(&mut *connection)
    .await
    .map_err(LaunchError::statement("list the databases of the server"))?;
    let host = this_host();
    let left = |name: &Name| name.host == host && is_gone(name.pid);
    for name in unused
        .iter()
        .filter_map(|name| Name::parse(name))
        .filter(left)
    {
        // Without FORCE. Another process may be doing the same: a failure here is not ours to
        // handle.
        let drop = format!("DROP DATABASE IF EXISTS {name}");
        _ = sqlx::raw_sql(AssertSqlSafe(drop))
            .execute(&mut *connection)
            .await;
    }
    Ok(())
}

/// The parts of a name that this process assigns.
#[derive(Debug, PartialEq)]
pub(super) struct Name {
    host: u32,
    pid: u32,
    count: u32,
    random: u32,
}

impl Name {
    pub(super) fn new(count: u32) -> Self {
        Self {
            host: this_host(),
            pid: std::process::id(),
            count,
            random: random() as u32,
        }
    }

    /// The parts of `name`, if it is exactly one that [`fmt::Display`] writes.
    fn parse(name: &str) -> Option<Self> {
        let mut parts = name.strip_prefix(PREFIX)?.strip_prefix('_')?.split('_');
        let parsed = Self {
            host: u32::from_str_radix(parts.next()?, 16).ok()?,
            pid: parts.next()?.parse().ok()?,
            count: parts.next()?.parse().ok()?,
            random: u32::from_str_radix(parts.next()?, 16).ok()?,
        };
        (parsed.to_string() == name).then_some(parsed)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, pid, count, random) = (self.host, self.pid, self.count, self.random);
        write!(f, "{PREFIX}_{host:08x}_{pid}_{count}_{random:08x}")
    }
}

/// A number for the machine that process ids belong to. Two containers on one machine differ.
fn this_host() -> u32 {
    let name = fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| {
            let output = Command::new("uname").arg("-n").output()?;
            Ok::<_, io::Error>(String::from_utf8_lossy(&output.stdout).into_owned())
        })
        .unwrap_or_default();
    let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let text = format!("{} {}", name.trim(), namespace.display());
    // FNV-1a: the hashes of `std` may change with the compiler, and this one becomes part of a
    // name.
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// Whether no process has this number, as far as can be determined.
fn is_gone(pid: u32) -> bool {
    if Path::new("/proc/self").exists() {
        return !Path::new("/proc").join(pid.to_string()).exists();
    }
    Command::new("ps")
        .args(["-p", &pid.to_string()])
        .output()
        .is_ok_and(|output| !output.status.success())
}

/// The URL of another database on the same server.
fn with_database(url: &str, name: &str) -> String {
    let (rest, query) = url.split_once('?').unwrap_or((url, ""));
    let authority = rest.find("://").map_or(0, |at| at + 3);
    let path = rest[authority..]
        .find('/')
        .map_or(rest.len(), |at| authority + at);
    let mut url = format!("{}/{name}", &rest[..path]);
    let parameters = query.split('&').filter(|it| !it.is_empty());
    for (index, parameter) in parameters
        .filter(|it| !it.starts_with("dbname="))
        .enumerate()
    {
        url.push(if index == 0 { '?' } else { '&' });
        url.push_str(parameter);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_path_of_a_url_changes() {
        for (url, expected) in [
            ("postgres://u:p@h:1/old", "postgres://u:p@h:1/new"),
            ("postgres://h", "postgres://h/new"),
            (
                "postgresql://h/?sslmode=disable",
                "postgresql://h/new?sslmode=disable",
            ),
            (
                "postgres://%2Frun%2Fpg/old?user=u&dbname=old&password=a/b",
                "postgres://%2Frun%2Fpg/new?user=u&password=a/b",
            ),
        ] {
            assert_eq!(with_database(url, "new"), expected);
        }
    }

    #[test]
    fn a_name_is_read_to_the_letter() {
        let name = Name::new(7);
        let text = name.to_string();
        assert!(text.len() < 64, "Postgres would cut {text}");
        assert_eq!(Name::parse(&text), Some(name));
        for other in [
            "dispatcher_test",
            "dispatcher_test_mine",
            "dispatcher_test_0000000a_+12_1_0000000b",
            "dispatcher_test_0000000A_12_1_0000000b",
            "dispatcher_test_0000000a_12_1_0000000b_backup",
            "dispatcher_test_a_12_1_b",
        ] {
            assert_eq!(Name::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_process_that_runs_is_not_gone() {
        assert!(!is_gone(std::process::id()));
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        assert!(is_gone(child.id()));
    }
}
