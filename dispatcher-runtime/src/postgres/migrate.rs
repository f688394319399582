//! Brings a table family to the version that this crate needs.
//!
//! The statements are the files of `migrations/`, applied by sqlx's migrator under a table of our
//! own (`dispatcher_migration`), so that they never meet the migrations of the service itself.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{PgPool, SqlSafeStr};

use crate::postgres::error::MigrateError;
use crate::postgres::family::Family;

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

/// Creates the dispatcher's tables where the connection's search path points, or brings them up
/// to date. Applying it again does nothing; replicas may start it at the same time.
///
/// # Errors
/// The database cannot be reached, the role may not create tables, or the tables were made by a
/// newer or a changed version of this crate.
///
/// # Cancellation
/// Each migration is a transaction: dropping the future leaves whole migrations only.
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
    let migrations = MIGRATIONS.iter().map(|(name, sql)| migration(name, sql));
    let mut migrator = Migrator::with_migrations(migrations.collect());
    migrator.dangerous_set_table_name(family.qualify("dispatcher_migration"));
    // Not from the pool for long, and never back into it: the search path is changed.
    let mut connection = pool.acquire().await?.detach();
    if let Some(schema) = family.quoted_schema() {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
            // IF NOT EXISTS alone does not keep two sessions from creating it at once.
            "BEGIN; SELECT pg_advisory_xact_lock(1146311763, 0); \
             CREATE SCHEMA IF NOT EXISTS {schema}; COMMIT; SET search_path = {schema}"
        )))
        .execute(&mut connection)
        .await?;
    }
    migrator.run(&mut connection).await?;
    sqlx::Connection::close(connection).await?;
    Ok(())
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
