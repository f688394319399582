//! The statements of a pass, in the order in which it sends them.

use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;
use tracing::Instrument;

use super::{Candidate, Done, Reader};
use crate::event::StoredEvent;
use crate::event_log::READ_COMMITTED;
use crate::handler::DeliveryTx;
use crate::observe::span;

impl<S> Reader<S> {
    pub(super) async fn begin(&self) -> Result<DeliveryTx, sqlx::Error> {
        Ok(DeliveryTx::new(self.pool.begin_with(READ_COMMITTED).await?))
    }

    /// A cursor that cannot be locked is worked on by another replica, or an operator has deleted
    /// it; then the subscription starts at the beginning, and the dedup rows say what was handled.
    pub(super) async fn register_again(&self) -> Result<(), sqlx::Error> {
        let (consumer, subscription) = (self.settings.consumer, self.subscription.name);
        let query = self
            .settings
            .statements
            .cursor_exists
            .query()
            .bind(consumer)
            .bind(subscription);
        if query.fetch_one(&self.pool).await?.try_get(0)? {
            return Ok(());
        }
        tracing::warn!(
            consumer,
            subscription,
            "the cursor was deleted; the log is read from its beginning"
        );
        let query = self
            .settings
            .statements
            .register_cursor
            .query()
            .bind(consumer)
            .bind(subscription);
        query
            .bind(OffsetDateTime::now_utc())
            .execute(&self.pool)
            .await
            .map(drop)
    }

    pub(super) async fn lock_cursor(
        &self,
        tx: &mut DeliveryTx,
    ) -> Result<Option<i64>, sqlx::Error> {
        let row = self
            .settings
            .statements
            .lock_cursor
            .query()
            .bind(self.settings.consumer)
            .bind(self.subscription.name)
            .fetch_optional(&mut **tx)
            .await?;
        row.map(|row| row.try_get("position")).transpose()
    }

    pub(super) async fn horizon(&self, tx: &mut DeliveryTx) -> Result<(i64, i64), sqlx::Error> {
        let row = self
            .settings
            .log
            .read_horizon
            .query()
            .fetch_one(&mut **tx)
            .await?;
        Ok((row.try_get("last_position")?, row.try_get("horizon")?))
    }

    pub(super) async fn due_retries(
        &self,
        tx: &mut DeliveryTx,
        limit: u32,
    ) -> Result<Vec<Candidate>, sqlx::Error> {
        let rows = self
            .settings
            .statements
            .read_due_retries
            .query()
            .bind(self.settings.consumer)
            .bind(self.subscription.name)
            .bind(OffsetDateTime::now_utc())
            .bind(i64::from(limit))
            .fetch_all(&mut **tx)
            .await?;
        rows.iter().map(waiting).collect()
    }

    pub(super) async fn followers(
        &self,
        tx: &mut DeliveryTx,
        subject: &str,
        position: i64,
        limit: u32,
    ) -> Result<Vec<Candidate>, sqlx::Error> {
        let rows = self
            .settings
            .statements
            .read_followers
            .query()
            .bind(self.settings.consumer)
            .bind(self.subscription.name)
            .bind(subject)
            .bind(position)
            .bind(i64::from(limit))
            .fetch_all(&mut **tx)
            .await?;
        rows.iter().map(waiting).collect()
    }

    pub(super) async fn attempts_of(
        &self,
        tx: &mut DeliveryTx,
        position: i64,
    ) -> Result<Option<u32>, sqlx::Error> {
        let query = self.settings.statements.read_retry.query();
        let query = query
            .bind(self.settings.consumer)
            .bind(self.subscription.name)
            .bind(position);
        let row = query.fetch_optional(&mut **tx).await?;
        row.map(|row| attempts(&row)).transpose()
    }

    /// The next events, in a span if there can be any.
    pub(super) async fn receive(
        &self,
        tx: &mut DeliveryTx,
        cursor: i64,
        until: i64,
        limit: u32,
    ) -> Result<Vec<Candidate>, sqlx::Error> {
        if until <= cursor {
            return self.next_events(tx, cursor, until, limit).await;
        }
        let span = span::receive(
            &self.subscription.event_types,
            self.settings.consumer,
            self.subscription.name,
        );
        let read = self.next_events(tx, cursor, until, limit);
        let candidates = read.instrument(span.clone()).await?;
        span::received(&span, candidates.iter().map(|candidate| &candidate.event));
        Ok(candidates)
    }

    async fn next_events(
        &self,
        tx: &mut DeliveryTx,
        cursor: i64,
        until: i64,
        limit: u32,
    ) -> Result<Vec<Candidate>, sqlx::Error> {
        let rows = self
            .settings
            .statements
            .read_events
            .query()
            .bind(self.settings.consumer)
            .bind(self.subscription.name)
            .bind(&self.subscription.event_types)
            .bind(cursor)
            .bind(until)
            .bind(i64::from(limit))
            .fetch_all(&mut **tx)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Candidate {
                    event: StoredEvent::from_row(row)?,
                    handled: row.try_get("handled")?,
                    held: row.try_get("held")?,
                    is_retry: false,
                    attempts: 0,
                    failures: Vec::new(),
                })
            })
            .collect()
    }

    pub(super) async fn next_retry(
        &self,
        tx: &mut DeliveryTx,
    ) -> Result<Option<OffsetDateTime>, sqlx::Error> {
        self.settings
            .statements
            .next_retry
            .query()
            .bind(self.settings.consumer)
            .bind(self.subscription.name)
            .fetch_one(&mut **tx)
            .await?
            .try_get("due_at")
    }

    pub(super) async fn put_retry(
        &self,
        tx: &mut DeliveryTx,
        event: &StoredEvent,
        attempts: u32,
        due_at: Option<OffsetDateTime>,
        failures: &[serde_json::Value],
    ) -> Result<(), sqlx::Error> {
        self.settings
            .statements
            .put_retry
            .query()
            .bind(self.settings.consumer)
            .bind(self.subscription.name)
            .bind(event.position)
            .bind(&event.subject)
            .bind(i32::try_from(attempts).unwrap_or(i32::MAX))
            .bind(due_at)
            .bind(serde_json::Value::from(failures).to_string())
            .execute(&mut **tx)
            .await
            .map(drop)
    }

    /// Writes down what was done. Whether there was anything to write.
    pub(super) async fn record(
        &self,
        tx: &mut DeliveryTx,
        done: &Done,
        cursor: i64,
    ) -> Result<bool, sqlx::Error> {
        let now = OffsetDateTime::now_utc();
        let statements = &self.settings.statements;
        let (consumer, subscription) = (self.settings.consumer, self.subscription.name);
        if !done.handled.is_empty() {
            let query = statements.record_handled.query();
            query
                .bind(consumer)
                .bind(subscription)
                .bind(now)
                .bind(&done.handled)
                .execute(&mut **tx)
                .await?;
        }
        if !done.settled.is_empty() {
            let query = statements.remove_retries.query();
            query
                .bind(consumer)
                .bind(subscription)
                .bind(&done.settled)
                .execute(&mut **tx)
                .await?;
        }
        let released: Vec<_> = done
            .released
            .iter()
            .map(|(subject, _)| subject)
            .filter(|subject| !done.blocked.contains(*subject))
            .collect();
        if !released.is_empty() {
            let query = statements.release_followers.query();
            query
                .bind(consumer)
                .bind(subscription)
                .bind(now)
                .bind(&released)
                .execute(&mut **tx)
                .await?;
        }
        if done.cursor > cursor {
            let query = statements.move_cursor.query();
            let query = query
                .bind(consumer)
                .bind(subscription)
                .bind(done.cursor)
                .bind(now);
            if query.execute(&mut **tx).await?.rows_affected() != 1 {
                // The row that we hold the lock of: whatever this was written to, it is not ours.
                return Err(sqlx::Error::Protocol(
                    "the cursor's row is not where it was".to_owned(),
                ));
            }
        }
        Ok(done.cursor > cursor || done.candidates > 0)
    }
}

fn waiting(row: &PgRow) -> Result<Candidate, sqlx::Error> {
    let failures = serde_json::from_str(row.try_get("failures")?).unwrap_or_default();
    Ok(Candidate {
        event: StoredEvent::from_row(row)?,
        handled: row.try_get("handled")?,
        held: false,
        is_retry: true,
        attempts: attempts(row)?,
        failures,
    })
}

fn attempts(row: &PgRow) -> Result<u32, sqlx::Error> {
    Ok(u32::try_from(row.try_get::<i32, _>("attempts")?).unwrap_or_default())
}
