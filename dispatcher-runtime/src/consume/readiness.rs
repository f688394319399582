//! What has to hold before a consumer reads: the right server, the tables, the privileges, and cursors
//! that belong to this log. Whatever could lose an event is refused here, with what to do.

use std::time::{Duration, Instant};

use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

use super::partition::Settings;
use super::start_error::StartError;
use super::statements::FindStatements;
use crate::log::{Anchor, EventLog, Mismatch};
use crate::postgres::error::ConfigError;
use crate::postgres::family::Family;
use crate::postgres::migrate::PROGRAM;
use crate::postgres::{transaction, transport};

/// Refuses a database in which a consumer cannot keep what it knows. Returns how long sessions let a statement take.
pub(super) async fn probe(
    pool: &PgPool,
    settings: &Settings,
) -> Result<Option<Duration>, StartError> {
    transport::warn_if_clear(pool).await?;
    let asked_at = Instant::now();
    let row = settings.statements.probe.query().fetch_one(pool).await?;
    settings.clock.set(asked_at, row.try_get("now")?);
    refuse_server(&row)?;
    let needs: i32 = row.try_get("needs_program")?;
    if needs > PROGRAM {
        let value = format!("programs of number {needs} and higher");
        let expected = "number 1, which this program has: upgrade its dispatcher-runtime";
        refuse("what the tables suit", value, expected)?;
    }
    refuse_replicated(&row)?;
    // A privilege that is missing in the middle of a delivery would look like a fault of the handler.
    refuse_missing(&row)?;
    refuse_secured(&row)?;
    let limit: i64 = row.try_get("statement_timeout")?;
    let limit = u64::try_from(limit).ok().filter(|limit| *limit > 0);
    Ok(limit.map(Duration::from_millis))
}

/// Refuses a log from which events could be lost. Returns whether its writers notify.
pub(super) async fn probe_log(log: &EventLog) -> Result<bool, StartError> {
    let row = log.probe().await?;
    refuse_server(&row)?;
    refuse_replicated(&row)?;
    refuse_missing(&row)?;
    refuse_secured(&row)?;
    let cache: i64 = row.try_get("cache")?;
    if cache != 1 {
        refuse(
            "cache of the sequence behind dispatcher_event.position",
            cache.to_string(),
            "1, or events are skipped: `ALTER TABLE dispatcher_event ALTER COLUMN position SET CACHE 1`",
        )?;
    }
    if !row.try_get::<bool, _>("floor")? {
        refuse(
            "trigger dispatcher_event_floor",
            "missing or not ENABLE ALWAYS".to_owned(),
            "in place, or events are skipped: \
             `ALTER TABLE dispatcher_event ENABLE ALWAYS TRIGGER dispatcher_event_floor`",
        )?;
    }
    Ok(row.try_get("notifies")?)
}

fn refuse_server(row: &PgRow) -> Result<(), StartError> {
    let version: i32 = row.try_get("server_version")?;
    if version < 140_000 {
        return refuse(
            "server_version",
            version.to_string(),
            "Postgres 14 or later",
        );
    }
    // There, text is any bytes, and a row that is not UTF-8 could never be read.
    let encoding: String = row.try_get("server_encoding")?;
    if encoding == "SQL_ASCII" {
        return refuse(
            "server_encoding",
            encoding,
            "UTF8, or any other encoding than SQL_ASCII, which accepts bytes that are not text: create the \
             database with `ENCODING 'UTF8' TEMPLATE template0`",
        );
    }
    if row.try_get("standby")? {
        return refuse(
            "pool",
            "a connection to a standby".to_owned(),
            "a connection to the primary: the locks that keep the log gap-safe are only visible there",
        );
    }
    Ok(())
}

fn refuse_missing(row: &PgRow) -> Result<(), StartError> {
    match row.try_get("missing")? {
        Some(missing) => Err(StartError::MissingPrivileges { missing }),
        None => Ok(()),
    }
}

/// Rows that logical replication inserts come in the order of commits and hold no floor locks: events would be
/// skipped. <https://www.postgresql.org/docs/current/logical-replication.html>
fn refuse_replicated(row: &PgRow) -> Result<(), StartError> {
    match row.try_get::<Option<String>, _>("replicated")? {
        Some(tables) => refuse(
            "source of the rows",
            format!("a subscription of logical replication, for {tables}"),
            "the programs that publish: connect the consumer to the primary that they write to, \
             or drop the subscription once this database takes its place",
        ),
        None => Ok(()),
    }
}

/// What a policy hides from the role looks like what is not there: events would be skipped.
/// <https://www.postgresql.org/docs/current/ddl-rowsecurity.html>
fn refuse_secured(row: &PgRow) -> Result<(), StartError> {
    match row.try_get::<Option<String>, _>("secured")? {
        Some(tables) => Err(secured(&tables).into()),
        None => Ok(()),
    }
}

fn secured(tables: &str) -> ConfigError {
    ConfigError::Invalid {
        setting: "row-level security",
        value: format!("active for this role on {tables}"),
        expected: "inactive or hide no rows, or events are skipped in silence: \
             `CREATE POLICY … FOR SELECT USING (true)`, `ALTER TABLE … DISABLE ROW LEVEL SECURITY`, \
             or `ALTER ROLE … BYPASSRLS`",
    }
}

fn refuse(setting: &'static str, value: String, expected: &'static str) -> Result<(), StartError> {
    Err(ConfigError::Invalid {
        setting,
        value,
        expected,
    }
    .into())
}

/// The schema that the search path resolves to. From then on it is named: a handler may change the
/// search path of its delivery's transaction, and that must not lead to another family's cursor.
pub(super) async fn find_family(pool: &PgPool) -> Result<Family, StartError> {
    let row = FindStatements::new(&Family::default())
        .find_family
        .query()
        .fetch_one(pool)
        .await?;
    let schema: String = row.try_get("schema")?;
    Ok(Family::new(&schema)?)
}

/// Refuses a log that is not the one that these subscriptions have read.
pub(super) async fn verify_cursors(
    pool: &PgPool,
    settings: &Settings,
    names: &[&'static str],
) -> Result<(), StartError> {
    let consumer = settings.consumer;
    let cursors = settings
        .statements
        .read_cursors
        .query()
        .bind(consumer)
        .bind(names)
        .bind(None::<i32>)
        .fetch_all(pool)
        .await?;
    let mut log = settings.log.begin().await?;
    for cursor in &cursors {
        let subscription: String = cursor.try_get("subscription")?;
        let position: i64 = cursor.try_get("position")?;
        let anchor = Anchor::of_cursor(cursor)?;
        let verified = settings.log.verify(&mut log, position, anchor.as_ref());
        if let Err(mismatch) = verified.await? {
            return Err(refuse_log(mismatch, consumer, subscription));
        }
    }
    log.rollback().await?;
    let mut connection = transaction::acquire(pool).await?;
    settings
        .statements
        .mark_remote
        .query()
        .bind(consumer)
        .bind(names)
        .bind(settings.is_remote)
        .execute(&mut *connection)
        .await?;
    Ok(())
}

fn refuse_log(mismatch: Mismatch, consumer: &'static str, subscription: String) -> StartError {
    match mismatch {
        Mismatch::Hidden => secured("dispatcher_event").into(),
        Mismatch::CursorAhead {
            cursor,
            last_position,
        } => StartError::CursorAhead {
            consumer,
            subscription,
            position: cursor.into(),
            last_position: last_position.into(),
        },
        Mismatch::Replaced {
            position,
            passed,
            found,
        } => StartError::LogReplaced {
            consumer,
            subscription,
            position: position.into(),
            passed,
            found,
        },
        Mismatch::SequenceBehind {
            last_event,
            last_position,
            sequence,
        } => StartError::SequenceBehind {
            last_event: last_event.into(),
            last_position: last_position.into(),
            sequence,
        },
    }
}
