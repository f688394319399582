//! Brings a table family to the version that this crate needs.
//!
//! The statements are the files of `migrations/`, applied by sqlx's means under a table of our own
//! (`dispatcher_migration`), so that they never meet the migrations of the service itself. All of them are one
//! transaction, and nothing is left in the session. What is there is looked at before rights are asked for.

use std::borrow::Cow;

use sqlx::migrate::{Migrate, Migration, MigrationType};
use sqlx::{Connection, PgConnection, PgPool, SqlSafeStr};

use crate::postgres::error::MigrateError;
use crate::postgres::family::Family;
use crate::postgres::transport;

/// The files of `migrations/`, by name. A test holds the list and the folder together.
macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../migrations/", $name, ".sql")))),+]
    };
}

const MIGRATIONS: &[(&str, &str)] = migrations![
    "0001_create_event_log",
    "0002_create_wake_up",
    "0003_create_publish_functions",
    "0004_create_leases",
    "0005_create_delivery_tables",
];

/// The number of this program. A migration that programs of lower numbers cannot live with raises what
/// `dispatcher_needs_program` returns.
pub(crate) const PROGRAM: i32 = 1;

/// Creates the dispatcher's tables where the connection's search path points, or brings them up
/// to date. Applying it again does nothing; replicas may start it at the same time.
///
/// Where nothing is to be done, the role needs no more rights than to read `dispatcher_migration`. Tables of
/// a newer version of this crate are left as they are, if they suit this one too. It may go through a transaction
/// pooler: it leaves nothing in a session.
///
/// # Errors
/// The database cannot be reached; the role may not create tables; a migration that was applied is not the
/// one of this crate; [`MigrateError::Newer`]; or [`MigrateError::Foreign`].
///
/// # Cancellation
/// It is one transaction: if the future is dropped, all is done or nothing.
pub async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    run(pool, &Family::default()).await
}

/// Like [`migrate`], for a table family in the Postgres schema of that name, which is created if
/// it does not exist.
///
/// # Errors
/// As [`migrate`], and [`MigrateError::Config`] for a name that cannot be a Postgres schema.
///
/// # Cancellation
/// As [`migrate`].
pub async fn migrate_schema(pool: &PgPool, schema: &str) -> Result<(), MigrateError> {
    run(pool, &Family::new(schema)?).await
}

async fn run(pool: &PgPool, family: &Family) -> Result<(), MigrateError> {
    let migrations: Vec<_> = MIGRATIONS
        .iter()
        .map(|(name, sql)| migration(name, sql))
        .collect();
    let table = family.qualify("dispatcher_migration");
    transport::warn_if_clear(pool).await?;
    let mut connection = pool.acquire().await?;
    let missing = look(&mut connection, family, &table, &migrations).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let mut tx = connection.begin().await?;
    // Only until the transaction ends: behind a transaction pooler the session then serves another client.
    let lock = "SELECT pg_advisory_xact_lock(1146311763, 0), set_config('search_path', coalesce($1, current_setting('search_path')), true)";
    sqlx::query(lock)
        .bind(family.quoted_schema())
        .execute(&mut *tx)
        .await?;
    if let (Some(schema), false) = (family.quoted_schema(), has_schema(&mut tx, family).await?) {
        let create = format!("CREATE SCHEMA {schema}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(create))
            .execute(&mut *tx)
            .await?;
    }
    // Another replica may have come first.
    for migration in look(&mut tx, family, &table, &migrations).await? {
        tx.ensure_migrations_table(&table).await?;
        tx.apply(&table, migration).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The migrations that are to be applied.
async fn look<'m>(
    connection: &mut PgConnection,
    family: &Family,
    table: &str,
    migrations: &'m [Migration],
) -> Result<Vec<&'m Migration>, MigrateError> {
    if !exists(connection, table).await? {
        let event = family.qualify("dispatcher_event");
        if exists(connection, &event).await? {
            return Err(MigrateError::Foreign { table: event });
        }
        return Ok(migrations.iter().collect());
    }
    if let Some(version) = connection.dirty_version(table).await? {
        return Err(sqlx::migrate::MigrateError::Dirty(version).into());
    }
    let applied = connection.list_applied_migrations(table).await?;
    let mut missing = Vec::new();
    for migration in migrations {
        match applied.iter().find(|it| it.version == migration.version) {
            None => missing.push(migration),
            Some(it) if it.checksum == migration.checksum => {}
            Some(it) => return Err(sqlx::migrate::MigrateError::VersionMismatch(it.version).into()),
        }
    }
    if applied.len() + missing.len() > migrations.len() {
        let needs = sqlx::AssertSqlSafe(format!(
            "SELECT {}()",
            family.qualify("dispatcher_needs_program")
        ));
        let needs: i32 = sqlx::query_scalar(needs).fetch_one(connection).await?;
        if needs > PROGRAM {
            return Err(MigrateError::Newer {
                needs,
                program: PROGRAM,
            });
        }
    }
    Ok(missing)
}

async fn exists(connection: &mut PgConnection, table: &str) -> Result<bool, sqlx::Error> {
    let exists = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL");
    exists.bind(table).fetch_one(connection).await
}

async fn has_schema(connection: &mut PgConnection, family: &Family) -> Result<bool, sqlx::Error> {
    let exists = sqlx::query_scalar("SELECT to_regnamespace($1) IS NOT NULL");
    let schema = family.quoted_schema();
    exists.bind(schema).fetch_one(connection).await
}

/// The name begins with the version, as sqlx's own migrator reads it.
fn migration(name: &'static str, sql: &'static str) -> Migration {
    let (version, description) = name.split_once('_').unwrap_or((name, name));
    Migration::new(
        version.parse().unwrap_or_default(),
        Cow::Owned(description.replace('_', " ")),
        MigrationType::Simple,
        sql.into_sql_str(),
        false,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_applied_in_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let listed: Vec<_> = MIGRATIONS
            .iter()
            .map(|(name, _)| format!("{name}.sql"))
            .collect();
        assert_eq!(listed, files);
        let versions = MIGRATIONS
            .iter()
            .map(|(name, sql)| migration(name, sql).version);
        assert!(versions.eq(1..=i64::try_from(MIGRATIONS.len()).unwrap()));
    }
}
