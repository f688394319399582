//! The Postgres that is measured: a cluster of its own, with settings that the report states.
//!
//! They are read back from the server, so the report states the actual settings, not the intended
//! ones.

use std::fmt;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use super::arguments::Fsync;
use super::slow_disk::SlowDisk;
use super::{Error, database};
use dispatcher_test_launcher::{Cluster, Server, Settings};

/// What differs from Postgres' own defaults, and why.
const SETTINGS: [(&str, &str); 5] = [
    ("synchronous_commit", "on"),
    // Everything that is measured fits into memory, so reading slows down neither side.
    ("shared_buffers", "512MB"),
    // A checkpoint in the middle of a round would affect one side only.
    ("max_wal_size", "8GB"),
    ("checkpoint_timeout", "1h"),
    ("max_connections", "200"),
];

/// The settings that the report states.
const STATED: [&str; 9] = [
    "fsync",
    "synchronous_commit",
    "wal_sync_method",
    "full_page_writes",
    "shared_buffers",
    "max_wal_size",
    "checkpoint_timeout",
    "autovacuum",
    "max_connections",
];

/// The cluster of a run; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Measured {
    cluster: Cluster,
    /// Held because the server's processes load it.
    slow_disk: Option<SlowDisk>,
    version: String,
    settings: Vec<(&'static str, String)>,
}

impl Measured {
    pub(super) async fn start(fsync: Fsync) -> Result<Self, Error> {
        let mut settings = Settings::default().fsync(fsync != Fsync::Off);
        for (name, value) in SETTINGS {
            settings = settings.set(name, value);
        }
        let slow_disk = match fsync {
            Fsync::Delayed(delay) => Some(SlowDisk::compile(delay)?),
            Fsync::On | Fsync::Off => None,
        };
        if let Some(slow_disk) = &slow_disk {
            settings = settings.environment("LD_PRELOAD", slow_disk.library());
        }
        let cluster = Cluster::start_with(settings).await?;
        let mut connection = PgConnection::connect(&cluster.url("postgres")).await?;
        let version = show(&mut connection, "server_version").await?;
        let mut settings = Vec::new();
        for name in STATED {
            settings.push((name, show(&mut connection, name).await?));
        }
        connection.close().await?;
        Ok(Self {
            cluster,
            slow_disk,
            version,
            settings,
        })
    }

    pub(super) fn server(&self) -> Server {
        self.cluster.server()
    }

    /// The median of 50 commits of one client, in milliseconds.
    pub(super) async fn commit_ms(&self) -> Result<f64, Error> {
        let database = self.server().create_database().await?;
        let pool = database.pool(1).await?;
        let took = database::commit_ms(&pool).await?;
        pool.close().await;
        database.close().await?;
        Ok(took)
    }

    pub(super) fn to_json(&self) -> Value {
        let settings = self.settings.iter();
        let settings: serde_json::Map<_, _> = settings
            .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
            .collect();
        json!({
            "version": self.version,
            "settings": settings,
            "fsync_delay_ms": self.slow_disk.as_ref().map(|it| it.delay().as_millis() as u64),
        })
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Postgres {} with", self.version)?;
        for (index, (name, value)) in self.settings.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma} {name} {value}")?;
        }
        if let Some(slow_disk) = &self.slow_disk {
            let delay = slow_disk.delay().as_millis();
            write!(f, ", each fsync made longer by {delay} ms")?;
        }
        Ok(())
    }
}

async fn show(connection: &mut PgConnection, setting: &'static str) -> Result<String, Error> {
    let row = sqlx::query(AssertSqlSafe(format!("SHOW {setting}")))
        .fetch_one(connection)
        .await?;
    Ok(row.try_get(0)?)
}
