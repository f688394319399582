//! Subscriptions under a new name, with all that is known of them.
//!
//! A rename is one statement for each subscription. Nobody may run it meanwhile: a replica that finds its
//! cursor gone would begin at the beginning of the log. A pause and the samples go with it.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::act::SubscriptionAct;
use super::{SubscriptionError, Subscriptions};
use crate::operate::actor::Actor;

impl Subscriptions {
    /// Gives a subscription the name that its handler has now. It goes on where it was: its cursors, what it has
    /// handled, its pause, the events that wait and its dead letters have the new name. Stop its replicas first. The
    /// audit names the role of the session.
    ///
    /// Without this, keep the old name: `#[subscribe(…, name = "…")]`.
    ///
    /// # Errors
    /// [`SubscriptionError::NotFound`]; [`SubscriptionError::Running`]; [`SubscriptionError::Exists`]; or the
    /// database failed. Nothing has changed then.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, the subscription may or may not have been renamed.
    pub async fn rename(
        &self,
        consumer: &str,
        subscription: &str,
        to: &str,
    ) -> Result<(), SubscriptionError> {
        self.rename_by((consumer, subscription), to, None).await
    }

    /// [`rename`](Self::rename), where the audit says who did it.
    ///
    /// # Errors
    /// As [`rename`](Self::rename); [`SubscriptionError::Actor`].
    ///
    /// # Cancellation
    /// As [`rename`](Self::rename).
    pub async fn rename_as(
        &self,
        consumer: &str,
        subscription: &str,
        to: &str,
        actor: Actor<'_>,
    ) -> Result<(), SubscriptionError> {
        self.rename_by((consumer, subscription), to, Some(actor))
            .await
    }

    async fn rename_by(
        &self,
        (consumer, subscription): (&str, &str),
        to: &str,
        actor: Option<Actor<'_>>,
    ) -> Result<(), SubscriptionError> {
        let what = format!("rename subscription {consumer}/{subscription} to {consumer}/{to}");
        let mut act = SubscriptionAct::begin(self, actor, what).await?;
        let renamed = self.rename_in(&mut act.tx, (consumer, subscription), (consumer, to));
        let renamed = renamed.await;
        act.end(renamed, |()| "renamed".to_owned()).await
    }

    /// Gives all subscriptions of a domain to a domain that has a new name, as [`rename`](Self::rename) does.
    /// Returns how many there were.
    ///
    /// # Errors
    /// As [`rename`](Self::rename); [`SubscriptionError::NoneOf`] if the domain has no subscription.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, all of them or none may have been renamed.
    pub async fn rename_consumer(
        &self,
        consumer: &str,
        to: &str,
    ) -> Result<usize, SubscriptionError> {
        let what = format!("rename the subscriptions of {consumer} to those of {to}");
        let mut act = SubscriptionAct::begin(self, None, what).await?;
        let renamed = self.rename_all_in(&mut act.tx, consumer, to).await;
        act.end(renamed, |count| format!("renamed {count}")).await
    }

    async fn rename_all_in(
        &self,
        connection: &mut PgConnection,
        consumer: &str,
        to: &str,
    ) -> Result<usize, SubscriptionError> {
        let list = self.statements.list_names.query().bind(consumer);
        let rows = list.fetch_all(&mut *connection).await?;
        for row in &rows {
            let name: String = row.try_get("subscription")?;
            self.rename_in(&mut *connection, (consumer, &name), (to, &name))
                .await?;
        }
        match rows.len() {
            0 => Err(SubscriptionError::NoneOf {
                consumer: consumer.to_owned(),
            }),
            renamed => Ok(renamed),
        }
    }

    async fn rename_in(
        &self,
        connection: &mut PgConnection,
        (consumer, subscription): (&str, &str),
        (new_consumer, new_name): (&str, &str),
    ) -> Result<(), SubscriptionError> {
        // A redrive that starts at this moment comes before, and is seen, or after.
        let lock = self.statements.lock_cursors.query().bind(consumer);
        lock.bind(subscription).execute(&mut *connection).await?;
        let rename = self.statements.rename_subscription.query();
        let row = rename
            .bind(consumer)
            .bind(subscription)
            .bind(new_consumer)
            .bind(new_name)
            .fetch_one(connection)
            .await?;
        refuse_running(&row, consumer, subscription)?;
        if row.try_get("taken")? {
            return Err(SubscriptionError::Exists {
                consumer: new_consumer.to_owned(),
                subscription: new_name.to_owned(),
            });
        }
        match row.try_get::<i64, _>("renamed")? {
            0 => Err(SubscriptionError::not_found(consumer, subscription)),
            _ => Ok(()),
        }
    }
}

pub(super) fn refuse_running(
    row: &PgRow,
    consumer: &str,
    subscription: &str,
) -> Result<(), SubscriptionError> {
    match row.try_get::<i64, _>("replicas")? {
        0 => Ok(()),
        replicas => Err(SubscriptionError::Running {
            consumer: consumer.to_owned(),
            subscription: subscription.to_owned(),
            replicas: u64::try_from(replicas).unwrap_or_default(),
        }),
    }
}
