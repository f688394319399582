//! How far the log may be read, and the transaction that holds that back.
//!
//! Only a transaction that has published holds readers back, until it ends: what it inserted could
//! still become visible.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use crate::contract::position::Position;

/// How far the log may be read, at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Horizon {
    /// The last position that was handed out.
    pub last_position: Position,
    /// Every event up to here is committed or never will be. Consumers read no further.
    pub position: Position,
    /// What holds it below [`last_position`](Self::last_position): of the transactions that have
    /// published and are still open, the one that published first.
    pub blocker: Option<Blocker>,
}

/// A transaction that has published and is still open.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Blocker {
    /// Its server process, for `pg_terminate_backend`. A prepared transaction has none.
    pub pid: Option<i32>,
    /// The name that `PREPARE TRANSACTION` gave it, for `COMMIT PREPARED` or `ROLLBACK PREPARED`.
    pub prepared: Option<String>,
    /// The role that its session connected as, which every role may see. `None` for a prepared transaction.
    pub role: Option<String>,
    /// Whether that role may insert into the log by a right of its own. One that may not has published as
    /// another role (`SET ROLE`, a `SECURITY DEFINER` function, a view), or has only taken the lock, as any role
    /// can that has USAGE on the schema. `None` for a prepared transaction.
    pub may_publish: Option<bool>,
    /// The `application_name` of its session. `None` also where the role may not see it: sessions of
    /// other roles need `pg_read_all_stats`.
    pub application: Option<String>,
    /// What its session does, such as `idle in transaction`; `None` as for the application.
    pub state: Option<String>,
    /// For how long it has been open, by the clock of the database; zero where the role may not see it.
    /// As JSON it is `age_seconds`, a number.
    #[serde(rename = "age_seconds", serialize_with = "seconds")]
    pub age: Duration,
    /// Since when it has been open; `None` where the role may not see it.
    #[serde(skip)]
    pub(crate) since: Option<OffsetDateTime>,
}

fn seconds<S: Serializer>(age: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(age.as_secs_f64())
}

impl Blocker {
    pub(super) fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            pid: row.try_get("pid")?,
            prepared: row.try_get("prepared")?,
            role: row.try_get("role")?,
            may_publish: row.try_get("may_publish")?,
            application: row.try_get("application")?,
            state: row.try_get("state")?,
            age: Duration::try_from_secs_f64(row.try_get("age")?).unwrap_or_default(),
            since: row.try_get("started_at")?,
        })
    }
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.told(Some(self.age)))
    }
}

impl Blocker {
    /// What it is, without for how long it has been open.
    pub(crate) fn without_age(&self) -> impl fmt::Display + '_ {
        self.told(None)
    }

    fn told(&self, age: Option<Duration>) -> impl fmt::Display + '_ {
        Told { blocker: self, age }
    }
}

/// A blocker in words.
struct Told<'b> {
    blocker: &'b Blocker,
    age: Option<Duration>,
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { blocker, age } = self;
        match (&blocker.prepared, blocker.pid) {
            (Some(prepared), _) => write!(f, "the prepared transaction {prepared:?}")?,
            (None, Some(pid)) => write!(f, "the transaction of process {pid}")?,
            (None, None) => f.write_str("a transaction")?,
        }
        if let Some(application) = &blocker.application {
            write!(f, " of {application:?}")?;
        }
        if let Some(role) = &blocker.role {
            write!(f, ", role {role:?}")?;
        }
        if blocker.may_publish == Some(false) {
            f.write_str(", which has no right of its own to publish")?;
        }
        if let Some(age) = age {
            write!(f, ", open for {:.1} s", age.as_secs_f64())?;
        }
        if let Some(state) = &blocker.state {
            write!(f, " ({state})")?;
        }
        Ok(())
    }
}
