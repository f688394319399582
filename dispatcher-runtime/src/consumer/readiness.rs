//! What has to hold before a consumer reads: the right server, the tables, the rights, and cursors
//! that belong to this log. Whatever could lose an event is refused here, with what to do.

use sqlx::{PgPool, Row};

use super::database;
use crate::config::Family;
use crate::error::{ConfigError, StartError};
use crate::sql::{ConsumeStatements, FindStatements};
use crate::subscription::Settings;

/// Refuses a database from which events could be lost.
pub(super) async fn probe(pool: &PgPool, statements: &ConsumeStatements) -> Result<(), StartError> {
    let row = statements
        .probe
        .query()
        .fetch_one(pool)
        .await
        .map_err(database)?;
    let refuse = |setting, value: String, expected| -> Result<(), StartError> {
        Err(ConfigError::Invalid {
            setting,
            value,
            expected,
        }
        .into())
    };
    let version: i32 = row.try_get("server_version").map_err(database)?;
    if version < 140_000 {
        return refuse(
            "server_version",
            version.to_string(),
            "Postgres 14 or later",
        );
    }
    if row.try_get("standby").map_err(database)? {
        return refuse(
            "pool",
            "a connection to a standby".to_owned(),
            "a connection to the primary: the locks that keep the log gap-safe are only visible there",
        );
    }
    // Missing in the middle of a delivery it would look like a fault of the handler.
    if let Some(missing) = row
        .try_get::<Option<String>, _>("missing")
        .map_err(database)?
    {
        return Err(StartError::MissingPrivileges { missing });
    }
    let cache: i64 = row.try_get("cache").map_err(database)?;
    if cache != 1 {
        return refuse(
            "cache of the sequence behind dispatcher_event.position",
            cache.to_string(),
            "1, or events are skipped: `ALTER TABLE dispatcher_event ALTER COLUMN position SET CACHE 1`",
        );
    }
    if !row.try_get::<bool, _>("floor").map_err(database)? {
        return refuse(
            "trigger dispatcher_event_floor",
            "missing or not ENABLE ALWAYS".to_owned(),
            "in place, or events are skipped: \
             `ALTER TABLE dispatcher_event ENABLE ALWAYS TRIGGER dispatcher_event_floor`",
        );
    }
    Ok(())
}

/// The schema that the search path leads to. From then on it is named: a handler may change the
/// search path of its delivery's transaction, and that must not lead to another family's cursor.
pub(super) async fn find_family(pool: &PgPool) -> Result<Family, StartError> {
    let row = FindStatements::new(&Family::default())
        .find_family
        .query()
        .fetch_one(pool)
        .await
        .map_err(database)?;
    let schema: String = row.try_get("schema").map_err(database)?;
    Ok(Family::new(&schema)?)
}

pub(super) async fn refuse_cursors_ahead(
    pool: &PgPool,
    settings: &Settings,
    names: &[&'static str],
) -> Result<(), StartError> {
    let query = settings
        .statements
        .cursor_ahead
        .query()
        .bind(settings.consumer)
        .bind(names);
    let Some(row) = query.fetch_optional(pool).await.map_err(database)? else {
        return Ok(());
    };
    Err(StartError::CursorAhead {
        consumer: settings.consumer,
        subscription: row.try_get("subscription").map_err(database)?,
        position: row.try_get("position").map_err(database)?,
        last_position: row.try_get("last_position").map_err(database)?,
    })
}
