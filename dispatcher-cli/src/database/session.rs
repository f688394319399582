//! A database that was reached.

use std::time::Duration;

use dispatcher_runtime::{KnownContracts, Operator, Registry};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, PgPool};
use tokio::time::timeout;

use super::{Failure, Place, remedy};
use crate::output::Output;
use crate::screen::{document, guarded};

/// How long to wait for the server to answer.
const CONNECT: Duration = Duration::from_secs(10);

/// A database that was reached.
pub(crate) struct Session {
    pub(crate) pool: PgPool,
    pub(crate) operator: Operator,
    pub(crate) place: Place,
    /// Whether the output is for programs.
    pub(crate) json: bool,
}

impl Session {
    /// Reaches the database. One connection is made at once, because a pool would wait for a server that refuses.
    ///
    /// # Errors
    /// It cannot be reached, or refuses the role.
    pub(super) async fn open(
        options: PgConnectOptions,
        place: Place,
        registry: Option<&'static Registry>,
        json: bool,
    ) -> Result<Self, Failure> {
        let connected = timeout(CONNECT, PgConnection::connect_with(&options)).await;
        let connection = match connected {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => return Err(remedy::unreachable(&error, &place)),
            Err(_) => return Err(remedy::silent(CONNECT, &place)),
        };
        let _ = connection.close().await;
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(CONNECT)
            .connect_lazy_with(options);
        let operator = match &place.schema {
            Some(schema) => Operator::in_schema(pool.clone(), schema)?,
            None => Operator::new(pool.clone()),
        };
        let operator = match registry {
            Some(registry) => operator.registry(registry),
            None => operator,
        };
        Ok(Self {
            pool,
            operator,
            place,
            json,
        })
    }

    /// The contracts that `--contracts` names, and those in the database.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn contracts(&self) -> Result<KnownContracts, Failure> {
        Ok(self.operator.known_contracts().await?)
    }

    /// The answer: as JSON with `--json`, and otherwise the text.
    ///
    /// # Errors
    /// The value cannot be written as JSON.
    pub(crate) fn answer(
        &self,
        value: &impl serde::Serialize,
        text: impl FnOnce() -> String,
    ) -> Result<Output, Failure> {
        Ok(Output::success(if self.json {
            document(value)?
        } else {
            guarded(&text())
        }))
    }
}
