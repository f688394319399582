//! Which database, and as which role.

use std::fmt;

use sqlx::postgres::PgConnectOptions;

use crate::screen::plain;

/// Which database a command works on. It never holds a password.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    /// Host and port, or the path of the socket.
    pub(crate) server: String,
    pub(crate) database: String,
    pub(crate) role: String,
    /// The Postgres schema, if one was named.
    pub(crate) schema: Option<String>,
}

impl Place {
    pub(crate) fn of(options: &PgConnectOptions, schema: Option<&str>) -> Self {
        let host = match options.get_socket() {
            Some(path) => path.to_string_lossy().into_owned(),
            None => options.get_host().to_owned(),
        };
        let role = options.get_username();
        Self {
            server: plain(&format!("{host}:{}", options.get_port())),
            // As libpq: the database of the role's name, where none is named.
            database: plain(options.get_database().unwrap_or(role)),
            role: plain(role),
            schema: schema.map(plain),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "database \"{}\"", self.database)?;
        if let Some(schema) = &self.schema {
            write!(f, ", schema \"{schema}\",")?;
        }
        write!(f, " at {}", self.server)
    }
}
