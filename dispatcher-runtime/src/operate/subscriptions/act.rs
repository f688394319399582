//! Something that an operator does to subscriptions, with what the audit says of it.
//!
//! What is done stands in the audit in the same transaction. What is refused has changed nothing: its transaction is
//! rolled back, and the audit gets a row of its own, so that of two operators who do the same, both are in it.

use sqlx::{PgConnection, Postgres, Transaction};

use super::{SubscriptionError, Subscriptions};
use crate::operate::actor::{Actor, storable};
use crate::postgres::transaction;

/// An act that has begun.
pub(super) struct SubscriptionAct<'a> {
    subscriptions: &'a Subscriptions,
    /// `None`: the role of the session.
    actor: Option<Actor<'a>>,
    what: String,
    pub(super) tx: Transaction<'static, Postgres>,
}

impl<'a> SubscriptionAct<'a> {
    /// # Errors
    /// The operator cannot be recorded, or the database failed.
    pub(super) async fn begin(
        subscriptions: &'a Subscriptions,
        actor: Option<Actor<'a>>,
        what: String,
    ) -> Result<Self, SubscriptionError> {
        if let Some(actor) = &actor {
            actor.check()?;
        }
        Ok(Self {
            subscriptions,
            actor,
            what,
            tx: transaction::begin(&subscriptions.pool).await?,
        })
    }

    /// Commits what was done, with its outcome, or rolls it back and writes down that it was refused.
    pub(super) async fn end<T>(
        mut self,
        acted: Result<T, SubscriptionError>,
        outcome: impl FnOnce(&T) -> String,
    ) -> Result<T, SubscriptionError> {
        match acted {
            Ok(done) => {
                let outcome = outcome(&done);
                let audit = Audit::of(&self, &outcome);
                audit.write(&mut self.tx).await?;
                self.tx.commit().await?;
                Ok(done)
            }
            Err(error @ SubscriptionError::Database(_)) => Err(error),
            Err(refused) => {
                let audit = Audit::of(&self, &format!("refused: {refused}"));
                self.tx.rollback().await?;
                let mut connection = transaction::acquire(&self.subscriptions.pool).await?;
                audit.write(&mut connection).await?;
                Err(refused)
            }
        }
    }
}

/// A row of the audit.
struct Audit<'a> {
    subscriptions: &'a Subscriptions,
    actor: Option<Actor<'a>>,
    what: String,
    outcome: String,
}

impl<'a> Audit<'a> {
    fn of(act: &SubscriptionAct<'a>, outcome: &str) -> Self {
        Self {
            subscriptions: act.subscriptions,
            actor: act.actor,
            what: storable(&act.what),
            outcome: storable(outcome),
        }
    }

    async fn write(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let actor = self.actor;
        let audit = self.subscriptions.statements.insert_audit.query();
        audit
            .bind(actor.map(|actor| actor.name))
            .bind(actor.map_or("api", |actor| actor.way))
            .bind(self.what)
            .bind(actor.and_then(|actor| actor.why).unwrap_or_default())
            .bind(self.outcome)
            .bind(actor.and_then(|actor| actor.claimed))
            .execute(connection)
            .await
            .map(drop)
    }
}
