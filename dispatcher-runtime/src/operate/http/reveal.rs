//! The audit of values that were shown although the contracts mark them as sensitive.

use sqlx::PgPool;

use super::caller::Caller;
use super::problem::Problem;
use super::reply::from_database;
use crate::operate::operator::Operator;
use crate::operate::statements::RevealStatements;
use crate::postgres::transaction;

/// Writes down who has seen what.
pub(super) struct Revealed {
    pool: PgPool,
    statements: RevealStatements,
}

impl Revealed {
    pub(super) fn new(operator: &Operator) -> Self {
        Self {
            pool: operator.pool().clone(),
            statements: RevealStatements::new(operator.family()),
        }
    }

    /// Commits a row of the audit, so that nothing is shown that it does not have.
    ///
    /// # Errors
    /// The database failed. Then nothing may be shown.
    pub(super) async fn record(&self, caller: &Caller, what: &str) -> Result<(), Problem> {
        self.insert(caller, what)
            .await
            .map_err(|error| from_database(&error.into()))
    }

    async fn insert(&self, caller: &Caller, what: &str) -> Result<(), sqlx::Error> {
        let mut tx = transaction::begin(&self.pool).await?;
        self.statements
            .insert_audit
            .query()
            .bind(caller.name())
            .bind("http")
            .bind(format!("reveal {what}"))
            .bind("")
            .bind("shown without masks")
            .bind(None::<&str>)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        tracing::info!(session = ?caller.name(), what, "sensitive values were shown over HTTP");
        Ok(())
    }
}
