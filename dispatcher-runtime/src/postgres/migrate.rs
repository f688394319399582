//! Brings a table family to the version that this crate needs.
//!
//! The statements are the files of `migrations/`, applied by sqlx's means under a table of our own
//! (`dispatcher_migration`), so that they never meet the migrations of the service itself. All of them are one
//! transaction, and nothing is left in the session. What is there is looked at before rights are asked for.
//!
//! Replicas that start at the same time wait for each other with a lock on `dispatcher_migration`, which only a role
//! with rights on it can take. The one that creates it makes the others fail, and they look again.

use std::borrow::Cow;

use sqlx::migrate::{Migrate, Migration, MigrationType};
use sqlx::{Connection, PgConnection, PgPool, SqlSafeStr};

use crate::postgres::error::{DatabaseError, MigrateError, sql_state};
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
    "0006_create_audit",
    "0007_create_contracts",
    "0008_create_samples",
    "0009_create_redrives",
    "0010_create_transfers",
];

/// The number of this program. A migration that programs of lower numbers cannot live with raises what
/// `dispatcher_needs_program` returns.
pub(crate) const PROGRAM: i32 = 1;

/// The last migration of this program.
#[cfg(feature = "http")]
pub(crate) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Creates the dispatcher's tables where the connection's search path points, or brings them up
/// to date, as the role that owns them. Applying it again does nothing; replicas may start it at the same time.
///
/// Where nothing is to be done, the role needs no more rights than to read `dispatcher_migration`. Tables of
/// a newer version of this crate are left as they are, if they suit this one too. It may go through a transaction
/// pooler: it leaves nothing in a session.
///
/// # Errors
/// The database cannot be reached; the role may not create tables; a migration that was applied is not the
/// one of this crate; [`MigrateError::Newer`]; [`MigrateError::Foreign`]; or [`MigrateError::NotOwner`].
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
    let mut rounds = 1..=ROUNDS;
    loop {
        rounds.next();
        let mut tx = connection.begin().await?;
        match claim(&mut tx, family, &table).await {
            // Another replica has created the table or the schema since.
            Err(MigrateError::Database(error)) if is_taken(&error) && !rounds.is_empty() => {
                tx.rollback().await?;
                continue;
            }
            claimed => claimed?,
        }
        // Another replica may have come first.
        for migration in look(&mut tx, family, &table, &migrations).await? {
            tx.apply(&table, migration).await?;
        }
        return Ok(tx.commit().await?);
    }
}

/// How many migrations are to be applied.
///
/// # Errors
/// As [`migrate`], but for rights: nothing is changed.
#[cfg(feature = "consume")]
pub(crate) async fn pending(
    connection: &mut PgConnection,
    family: &Family,
) -> Result<usize, MigrateError> {
    let migrations: Vec<_> = MIGRATIONS
        .iter()
        .map(|(name, sql)| migration(name, sql))
        .collect();
    let table = family.qualify("dispatcher_migration");
    let missing = look(connection, family, &table, &migrations).await?;
    Ok(missing.len())
}

/// How often to look again. A second time is enough, but for one who creates and drops tables of that name.
const ROUNDS: u8 = 5;

/// Makes the transaction the only one that migrates this family. Nothing is left in the session: behind a
/// transaction pooler it then serves another client.
async fn claim(tx: &mut PgConnection, family: &Family, table: &str) -> Result<(), MigrateError> {
    let path = "SELECT pg_catalog.set_config('search_path', coalesce($1, pg_catalog.current_setting('search_path')), true)";
    sqlx::query(path)
        .bind(family.quoted_schema())
        .execute(&mut *tx)
        .await?;
    if let (Some(schema), false) = (family.quoted_schema(), has_schema(tx, family).await?) {
        send(tx, format!("CREATE SCHEMA {schema}")).await?;
    }
    if !exists(tx, table).await? {
        let created = tx.ensure_migrations_table(table).await;
        return created.map_err(|error| match error {
            sqlx::migrate::MigrateError::Execute(error) => error.into(),
            error => error.into(),
        });
    }
    refuse_stranger(tx, table).await?;
    // It conflicts with itself and not with readers, and taking it requires a right to write here.
    let lock = format!("LOCK TABLE {table} IN SHARE UPDATE EXCLUSIVE MODE");
    Ok(send(tx, lock).await?)
}

/// Triggers and policies of a table run as the role that writes, so the owner of the tables could run code as a
/// role that migrates them.
async fn refuse_stranger(tx: &mut PgConnection, table: &str) -> Result<(), MigrateError> {
    let owner = "SELECT owner.rolname::text
                   FROM pg_catalog.pg_class AS relation
                   JOIN pg_catalog.pg_roles AS owner ON owner.oid = relation.relowner
                   JOIN pg_catalog.pg_roles AS ours ON ours.rolname = current_user
                  WHERE relation.oid = $1::text::regclass::oid
                    AND owner.oid <> ours.oid AND NOT owner.rolsuper
                    AND (ours.rolsuper OR NOT pg_catalog.pg_has_role(owner.oid, 'USAGE'))";
    let owner = sqlx::query_scalar(owner).bind(table);
    match owner.fetch_optional(tx).await? {
        None => Ok(()),
        Some(owner) => Err(MigrateError::NotOwner {
            table: table.to_owned(),
            owner,
        }),
    }
}

/// unique_violation, of a catalog; duplicate_schema; duplicate_table
fn is_taken(error: &DatabaseError) -> bool {
    matches!(
        sql_state(error.get()).as_deref(),
        Some("23505" | "42P06" | "42P07")
    )
}

async fn send(tx: &mut PgConnection, statement: String) -> Result<(), sqlx::Error> {
    let statement = sqlx::raw_sql(sqlx::AssertSqlSafe(statement));
    statement.execute(tx).await.map(drop)
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
