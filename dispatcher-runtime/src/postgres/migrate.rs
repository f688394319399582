//! Brings a table family to the version that this crate needs.
//!
//! The statements are the files of `migrations/`, applied by sqlx's migrator under a table of our
//! own (`dispatcher_migration`), so that they never meet the migrations of the service itself.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{PgPool, SqlSafeStr};

use crate::postgres::config::Family;
use crate::postgres::error::MigrateError;

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "create event log",
        include_str!("../../migrations/0001_create_event_log.sql"),
    ),
    (
        2,
        "create delivery tables",
        include_str!("../../migrations/0002_create_delivery_tables.sql"),
    ),
    (
        3,
        "create publish function",
        include_str!("../../migrations/0003_create_publish_function.sql"),
    ),
    (
        4,
        "add leases",
        include_str!("../../migrations/0004_add_leases.sql"),
    ),
    (
        5,
        "read another log",
        include_str!("../../migrations/0005_read_another_log.sql"),
    ),
    (
        6,
        "hold subjects",
        include_str!("../../migrations/0006_hold_subjects.sql"),
    ),
    (
        7,
        "retain",
        include_str!("../../migrations/0007_retain.sql"),
    ),
    (
        8,
        "cost less",
        include_str!("../../migrations/0008_cost_less.sql"),
    ),
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
    let mut migrator = Migrator::with_migrations(
        MIGRATIONS
            .iter()
            .map(|&(version, description, sql)| {
                let kind = MigrationType::Simple;
                Migration::new(
                    version,
                    Cow::Borrowed(description),
                    kind,
                    sql.into_sql_str(),
                    false,
                )
            })
            .collect(),
    );
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
