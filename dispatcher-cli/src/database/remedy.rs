//! What to do about an error of the database: where, what, and the command or the grant that helps.

use std::io::ErrorKind;
use std::time::Duration;

use dispatcher_runtime::DatabaseError;

use super::{Failure, Place, Session};
use crate::screen::{plain, seconds};

/// The database could not be reached.
pub(super) fn unreachable(error: &sqlx::Error, place: &Place) -> Failure {
    let Place {
        server,
        database,
        role,
        ..
    } = place;
    let state = state(error);
    let message = match (error, state.as_deref()) {
        (sqlx::Error::Io(error), _) if error.kind() == ErrorKind::ConnectionRefused => format!(
            "no server answers at {server}: the connection was refused\n  help: start Postgres, or correct host and \
             port in `--database-url` or DATABASE_URL"
        ),
        (_, Some("28P01")) => format!(
            "the server at {server} refuses the password of the role \"{role}\"\n  help: correct the password in \
             `--database-url`, DATABASE_URL, PGPASSWORD or ~/.pgpass"
        ),
        (_, Some("28000")) => format!(
            "the server at {server} refuses the role \"{role}\": {}\n  help: correct the role in `--database-url` or \
             DATABASE_URL, or have it created and allowed in pg_hba.conf",
            said(error)
        ),
        (_, Some("3D000")) => format!(
            "the server at {server} has no database \"{database}\"\n  help: correct its name in `--database-url` or \
             DATABASE_URL, or create it: `createdb {database}`"
        ),
        (_, Some("53300")) => format!(
            "the server at {server} has no free connection: {}\n  help: end idle sessions, or raise max_connections",
            said(error)
        ),
        (sqlx::Error::Tls(error), _) if !cfg!(feature = "tls") => format!(
            "the server at {server} asks for TLS, and this command was built without it: {error}\n  help: install it \
             with `--features tls`"
        ),
        (sqlx::Error::Tls(error), _) => format!(
            "the connection to {server} cannot be encrypted: {error}\n  help: have the server's certificate signed by \
             an authority of this system, or name it with `sslrootcert=`"
        ),
        _ => format!(
            "cannot connect to {server}: {}\n  help: check host, port and network, and whether Postgres is up",
            said(error)
        ),
    };
    Failure::NotAsked(message)
}

/// The server did not answer.
pub(super) fn silent(waited: Duration, place: &Place) -> Failure {
    Failure::NotAsked(format!(
        "{} did not answer within {}\n  help: check host and port, and whether a firewall drops the packets",
        place.server,
        seconds(waited.as_secs_f64())
    ))
}

/// What an error of a statement means.
pub(super) async fn explained(error: &DatabaseError, session: &Session) -> Failure {
    let place = &session.place;
    let said = said(error.get());
    let message = match state(error.get()).as_deref() {
        Some("42P01" | "42883" | "42703" | "3F000") => match has_tables(session).await {
            Ok(false) => format!(
                "the {place} does not have the dispatcher's tables\n  help: create them with `dispatcher migrate`{}",
                match place.schema {
                    Some(_) => "",
                    None => ", or name their Postgres schema with `--schema`",
                }
            ),
            _ => format!(
                "the tables in the {place} are of another version than this command: {said}\n  help: `dispatcher \
                 migrate` brings older tables up to date; for newer ones, install the newer command"
            ),
        },
        Some("42501") => format!(
            "the role \"{role}\" may not do this in the {place}: {said}\n  help: grant it what operators may do: `GRANT \
             dispatcher_operator TO \"{role}\"`; `dispatcher roles --apply` creates that role",
            role = place.role
        ),
        Some("57014") => format!(
            "the {place} cancelled the statement: {said}\n  help: narrow the filter, or raise statement_timeout for \
             this role"
        ),
        Some("25006") => format!(
            "the {place} is read-only, which a standby is: {said}\n  help: name the primary in `--database-url`"
        ),
        _ if error.is_transient() => format!(
            "the {place} failed while it was asked: {said}\n  help: look whether the server is up, and call the \
             command again: what it had not confirmed was not done, or can be done again"
        ),
        _ => format!("the {place} failed: {said}"),
    };
    Failure::NotAsked(message)
}

/// Whether a log is where the command looks for it.
async fn has_tables(session: &Session) -> Result<bool, sqlx::Error> {
    let table = match &session.place.schema {
        Some(schema) => format!("\"{schema}\".dispatcher_event"),
        None => "dispatcher_event".to_owned(),
    };
    let exists = sqlx::query_scalar("SELECT pg_catalog.to_regclass($1) IS NOT NULL").bind(table);
    exists.fetch_one(&session.pool).await
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn state(error: &sqlx::Error) -> Option<String> {
    let code = error.as_database_error()?.code()?;
    Some(code.into_owned())
}

fn said(error: &sqlx::Error) -> String {
    match error.as_database_error() {
        Some(error) => plain(error.message()),
        None => plain(&error.to_string()),
    }
}
