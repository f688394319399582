//! One server for each process, and databases on it.
//!
//! A database costs a third of what a cluster does, so the tests of one process share a server,
//! which the first test that asks for it starts. It is a static, so it is never dropped: the
//! watchdog ends a private cluster when the process ends.

use std::{
    str::FromStr,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use sqlx::{Connection, postgres::PgConnectOptions};
use tokio::sync::OnceCell;

use dispatcher_local_postgres::private::{Search, connect_within};

use super::{Cluster, Database, LaunchError, database};

/// The oldest server that Dispatcher supports, as `server_version_num`.
const OLDEST: i32 = 140_000;

/// How long a server behind `DATABASE_URL` may still be starting.
const STARTING: Duration = Duration::from_secs(5);

/// A server on which databases can be created: the one of `DATABASE_URL`, or a private [`Cluster`],
/// see [`Cluster::server`]. It does not keep the cluster alive.
#[derive(Clone, Debug)]
pub struct Server {
    url: String,
    options: PgConnectOptions,
    source: String,
}

impl Server {
    /// The server that all tests of this process share. The first call starts it, or connects to it
    /// if `DATABASE_URL` is set.
    ///
    /// # Errors
    ///
    /// See [`Server::at`] and [`Cluster::start`]. The next call tries again.
    ///
    /// # Cancellation
    ///
    /// Another waiting call takes over.
    pub async fn shared() -> Result<&'static Self, LaunchError> {
        static SHARED: OnceCell<(Server, Option<Cluster>)> = OnceCell::const_new();
        let start = async || {
            let url = std::env::var("DATABASE_URL").unwrap_or_default();
            if url.is_empty() || Search::from_environment()?.is_forced() {
                let cluster = Cluster::start().await?;
                Ok((cluster.server(), Some(cluster)))
            } else {
                Ok((Self::at(&url).await?, None))
            }
        };
        SHARED
            .get_or_try_init(start)
            .await
            .map(|(server, _)| server)
    }

    pub(super) fn new(url: String, options: PgConnectOptions, source: String) -> Self {
        Self {
            url,
            options,
            source,
        }
    }

    /// The server behind a URL, which was not started here. It has 5 seconds to start.
    ///
    /// Databases that an earlier process of this machine made there and could not drop are dropped
    /// now, if that process is gone and they have no connections.
    ///
    /// # Errors
    ///
    /// If the URL is malformed, or the server does not answer or is older than 14.
    ///
    /// # Cancellation
    ///
    /// Nothing is left behind.
    pub async fn at(url: &str) -> Result<Self, LaunchError> {
        let mut place = "a malformed URL".to_owned();
        let unusable = |place: &str, reason: String| LaunchError::DatabaseUrl {
            place: place.to_owned(),
            reason,
        };
        if !["postgres://", "postgresql://"]
            .iter()
            .any(|it| url.starts_with(it))
        {
            let reason = "it must begin with postgres://".to_owned();
            return Err(unusable(&place, reason));
        }
        let options =
            PgConnectOptions::from_str(url).map_err(|error| unusable(&place, error.to_string()))?;
        place = format!("{}:{}", options.get_host(), options.get_port());

        let mut connection = connect_within(&options, STARTING)
            .await
            .map_err(|error| unusable(&place, error.to_string()))?;
        let (version, number): (String, i32) = sqlx::query_as(
            "SELECT current_setting('server_version'), current_setting('server_version_num')::int",
        )
        .fetch_one(&mut connection)
        .await
        .map_err(LaunchError::statement("ask the server for its version"))?;
        if number < OLDEST {
            return Err(unusable(
                &place,
                format!("version {version} is older than 14"),
            ));
        }
        database::drop_leftovers(&mut connection).await?;
        _ = connection.close().await;

        let version = version.split(' ').next().unwrap_or_default();
        let source = format!("Postgres {version} at DATABASE_URL ({place})");
        Ok(Self::new(url.to_owned(), options, source))
    }

    /// Its URL, for callers that create their own databases on it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What is running, such as `Postgres 17.2 at DATABASE_URL (127.0.0.1:5432)`.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Creates an empty database, in UTF-8 and with the C locale's sort order.
    ///
    /// # Errors
    ///
    /// If the server does not answer, or the user of `DATABASE_URL` may not create databases.
    ///
    /// # Cancellation
    ///
    /// The database may have been created; a later process drops it, see [`Server::at`].
    pub async fn create_database(&self) -> Result<Database, LaunchError> {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let name = database::Name::new(COUNT.fetch_add(1, Ordering::Relaxed)).to_string();
        Database::create(name, &self.url, &self.options).await
    }
}
