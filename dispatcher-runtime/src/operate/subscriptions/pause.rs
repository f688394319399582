//! Pausing and resuming a subscription.
//!
//! A pause is a row in `dispatcher_subscription`, so it outlasts restarts, holds for replicas that start later, and goes
//! with the subscription where that is renamed or removed. It locks the cursors and takes their fences in the transaction
//! that writes the row: what is being handled then finds another fence when it is about to commit, and no replica that has
//! read the cursors before gets a lease (`migrations/0004_create_leases.sql`).

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::act::SubscriptionAct;
use super::state::Pause;
use super::{SubscriptionError, Subscriptions};
use crate::operate::actor::Actor;

impl Subscriptions {
    /// Pauses a subscription, until [`resume`](Self::resume): no replica works on it, also after restarts. What is being
    /// handled is rolled back: a handler that has begun may still run to its end, but what it writes through its
    /// delivery's transaction does not count, and the event is handled again after the pause. Pausing again changes
    /// who, when and why.
    ///
    /// Events are kept for it meanwhile, also beyond their [retention](crate::LogRetention).
    ///
    /// # Errors
    /// [`SubscriptionError::NotFound`]; [`SubscriptionError::Moving`]; [`SubscriptionError::Actor`]; or the database failed.
    /// Nothing has changed then.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, it may or may not be paused.
    pub async fn pause(
        &self,
        consumer: &str,
        subscription: &str,
        actor: Actor<'_>,
    ) -> Result<Pause, SubscriptionError> {
        let what = format!("pause subscription {consumer}/{subscription}");
        let mut act = SubscriptionAct::begin(self, Some(actor), what).await?;
        let paused = self.pause_in(&mut act.tx, (consumer, subscription), actor);
        let paused = paused.await;
        let (_, pause) = act
            .end(paused, |(before, _)| match before {
                None => "paused".to_owned(),
                Some(before) => format!("paused; it was paused by {} before", before.paused_by),
            })
            .await?;
        tracing::info!(
            consumer,
            subscription,
            paused_by = pause.paused_by,
            "a subscription was paused"
        );
        Ok(pause)
    }

    async fn pause_in(
        &self,
        connection: &mut PgConnection,
        (consumer, subscription): (&str, &str),
        actor: Actor<'_>,
    ) -> Result<(Option<Pause>, Pause), SubscriptionError> {
        self.lock_cursors(connection, (consumer, subscription))
            .await?;
        let before = self.read_pause(connection, consumer, subscription).await?;
        refuse_moving(before.as_ref(), (consumer, subscription))?;
        let void = self.statements.void_all_leases.query().bind(consumer);
        void.bind(subscription).execute(&mut *connection).await?;
        let set = self.statements.set_pause.query().bind(consumer);
        let set = set.bind(subscription).bind(actor.name).bind(actor.why);
        let row = set.fetch_one(&mut *connection).await?;
        let pause = Pause::of_row(&row)?.ok_or(sqlx::Error::RowNotFound)?;
        Ok((before, pause))
    }

    /// Ends a pause. Returns it, or `None` if the subscription was not paused. Replicas that run take it up again within
    /// a third of their lease.
    ///
    /// # Errors
    /// As [`pause`](Self::pause).
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, it may or may not be resumed.
    pub async fn resume(
        &self,
        consumer: &str,
        subscription: &str,
        actor: Actor<'_>,
    ) -> Result<Option<Pause>, SubscriptionError> {
        let what = format!("resume subscription {consumer}/{subscription}");
        let mut act = SubscriptionAct::begin(self, Some(actor), what).await?;
        let resumed = self.resume_in(&mut act.tx, consumer, subscription).await;
        act.end(resumed, |before| match before {
            Some(_) => "resumed".to_owned(),
            None => "nothing was changed: it was not paused".to_owned(),
        })
        .await
    }

    async fn resume_in(
        &self,
        connection: &mut PgConnection,
        consumer: &str,
        subscription: &str,
    ) -> Result<Option<Pause>, SubscriptionError> {
        // So that of two operators, one comes first.
        self.lock_cursors(connection, (consumer, subscription))
            .await?;
        let before = self.read_pause(connection, consumer, subscription).await?;
        refuse_moving(before.as_ref(), (consumer, subscription))?;
        if before.is_some() {
            let clear = self.statements.clear_pause.query().bind(consumer);
            clear.bind(subscription).execute(connection).await?;
        }
        Ok(before)
    }

    async fn read_pause(
        &self,
        connection: &mut PgConnection,
        consumer: &str,
        subscription: &str,
    ) -> Result<Option<Pause>, sqlx::Error> {
        let read = self.statements.read_pause.query().bind(consumer);
        let row = read.bind(subscription).fetch_optional(connection).await?;
        Ok(row.as_ref().map(Pause::of_row).transpose()?.flatten())
    }
}

/// It would work in two databases, or the move would not know it any more.
fn refuse_moving(
    pause: Option<&Pause>,
    (consumer, subscription): (&str, &str),
) -> Result<(), SubscriptionError> {
    match pause.filter(|pause| pause.is_of_a_move()) {
        None => Ok(()),
        Some(pause) => Err(SubscriptionError::Moving {
            consumer: consumer.to_owned(),
            subscription: subscription.to_owned(),
            reason: pause.reason.clone().unwrap_or_default(),
        }),
    }
}

impl Pause {
    /// Of a row that has the columns of a pause, which are NULL where there is none.
    pub(crate) fn of_row(row: &PgRow) -> Result<Option<Self>, sqlx::Error> {
        let Some(paused_at) = row.try_get("paused_at")? else {
            return Ok(None);
        };
        Ok(Some(Self {
            paused_at,
            paused_by: row.try_get("paused_by")?,
            reason: row.try_get("pause_reason")?,
        }))
    }
}
