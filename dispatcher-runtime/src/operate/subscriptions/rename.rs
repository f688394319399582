//! Subscriptions under a new name, with all that is known of them.
//!
//! A rename is one statement for each subscription. Nobody may run it meanwhile: a replica that finds its
//! cursor gone would begin at the beginning of the log.

use sqlx::postgres::PgRow;
use sqlx::{Postgres, Row, Transaction};

use super::{SubscriptionError, Subscriptions};
use crate::postgres::transaction;

impl Subscriptions {
    /// Gives a subscription the name that its handler has now. It goes on where it was: its cursors, what it has
    /// handled, the events that wait and its dead letters have the new name. Stop its replicas first.
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
        let mut tx = transaction::begin(&self.pool).await?;
        self.rename_in(&mut tx, (consumer, subscription), (consumer, to))
            .await?;
        Ok(tx.commit().await?)
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
        let mut tx = transaction::begin(&self.pool).await?;
        let list = self.statements.list_subscriptions.query();
        let rows = list.bind(consumer).fetch_all(&mut *tx).await?;
        for row in &rows {
            let name: String = row.try_get("subscription")?;
            self.rename_in(&mut tx, (consumer, &name), (to, &name))
                .await?;
        }
        if rows.is_empty() {
            return Err(SubscriptionError::NoneOf {
                consumer: consumer.to_owned(),
            });
        }
        tx.commit().await?;
        Ok(rows.len())
    }

    async fn rename_in(
        &self,
        tx: &mut Transaction<'static, Postgres>,
        (consumer, subscription): (&str, &str),
        (new_consumer, new_name): (&str, &str),
    ) -> Result<(), SubscriptionError> {
        let rename = self.statements.rename_subscription.query();
        let row = rename
            .bind(consumer)
            .bind(subscription)
            .bind(new_consumer)
            .bind(new_name)
            .fetch_one(&mut **tx)
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
