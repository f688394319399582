//! Writes down what a pass has done: L3, then dead letters and retries.
//!
//! Nothing counts unless L3 finds the lease; without it the transaction is rolled back. Dedup rows come
//! with L3, after the handlers, so a handler that commits against the rules causes a second delivery and
//! never a lost event.

use std::collections::HashSet;
use std::time::Instant;

use sqlx::Postgres;
use sqlx::Row;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use time::OffsetDateTime;

use super::error::AbortCause;
use super::record::{Advance, PassRecord, RetryRow};
use crate::consume::delivery::{BeginDelivery, DeliveryTx};
use crate::consume::partition::Partition;
use crate::contract::id::DeadLetterId;
use crate::log::Anchor;
use crate::operate::dead_letter;
use crate::postgres::error::sql_state;
use crate::postgres::sql::Statement;

/// How the transaction of one event is committed.
pub(super) struct CommitDelivery {
    /// A handler has changed the role of its transaction before.
    pub(super) restores_role: bool,
    /// How the transaction of the next event begins.
    pub(super) next: Option<BeginDelivery>,
}

/// Records what was done in a partition.
pub(super) struct Recorder<'a, S> {
    partition: &'a Partition<S>,
}

impl<'a, S> Recorder<'a, S> {
    pub(super) fn new(partition: &'a Partition<S>) -> Self {
        Self { partition }
    }

    /// Writes down what was done. Without `advance`, another transaction moves the cursor.
    pub(super) async fn record(
        &self,
        tx: &mut DeliveryTx,
        record: &PassRecord,
        advance: Option<Advance>,
    ) -> Result<(), AbortCause> {
        let confirmed = self.confirm_record(tx, record, advance, false).await;
        if !confirmed.map_err(of_the_record)? {
            return Err(AbortCause::LeaseLost);
        }
        let written = self.write_down(tx, record).await;
        written.map_err(AbortCause::Commit)
    }

    /// Records, commits and tells what became of one event, in the transaction that is this event's alone.
    /// Returns the transaction of the next event, if there is one.
    pub(super) async fn commit_delivery(
        &self,
        mut tx: DeliveryTx,
        record: &mut PassRecord,
        advance: Option<Advance>,
        how: CommitDelivery,
    ) -> Result<Option<DeliveryTx>, AbortCause> {
        let asked_at = Instant::now();
        let recorded = self.record_delivery(&mut tx, record, advance, how.restores_role);
        if let Err(cause) = recorded.await {
            if matches!(cause, AbortCause::TransactionEnded) {
                tx.abandon().await;
            } else {
                // The connection may be gone; what counts is that nothing was committed.
                let _ = tx.give_up(&self.partition.bound.pool).await;
            }
            return Err(cause);
        }
        let next = if let Some(begin) = how.next {
            if let Err(error) = tx.commit_and_begin(&begin).await {
                // It ends a transaction that was begun.
                let _ = tx.rollback().await;
                return Err(AbortCause::Commit(error));
            }
            Some(tx)
        } else {
            let committed = tx.commit().await;
            committed.map_err(AbortCause::Commit)?;
            None
        };
        self.extend_lease(asked_at, advance);
        self.tell(record);
        Ok(next)
    }

    async fn record_delivery(
        &self,
        tx: &mut DeliveryTx,
        record: &PassRecord,
        advance: Option<Advance>,
        restores_role: bool,
    ) -> Result<(), AbortCause> {
        if restores_role {
            tx.restore_role().await.map_err(of_the_handler)?;
        }
        let confirmed = self.confirm_record(tx, record, advance, true).await;
        let is_ours = match confirmed {
            Ok(is_ours) => is_ours,
            // insufficient_privilege
            Err(error) if sql_state(&error).as_deref() == Some("42501") => {
                // In a transaction that is aborted now, this fails.
                let has_mark = tx.has_mark(self.partition.lease.fence).await;
                return Err(match has_mark {
                    Ok(false) => AbortCause::TransactionEnded,
                    _ => AbortCause::NotPermitted(error),
                });
            }
            Err(error) => return Err(of_the_handler(error)),
        };
        if !is_ours {
            let has_mark = tx.has_mark(self.partition.lease.fence).await;
            return Err(match has_mark {
                Ok(false) => AbortCause::TransactionEnded,
                Ok(true) => AbortCause::LeaseLost,
                Err(error) => error.into(),
            });
        }
        let written = self.write_down(tx, record).await;
        written.map_err(AbortCause::Commit)
    }

    /// L3, in the transaction of one event or not.
    async fn confirm_record(
        &self,
        tx: &mut DeliveryTx,
        record: &PassRecord,
        advance: Option<Advance>,
        is_one_events: bool,
    ) -> Result<bool, sqlx::Error> {
        match (advance, &record.over[..]) {
            (Some(advance), [event_id]) if is_one_events => {
                self.confirm_delivery(tx, advance, record.anchor.as_ref(), event_id)
                    .await
            }
            (Some(advance), over) => {
                // In the transaction of one event something else is over too, or nothing is: a dead letter
                // was passed over, say. Then its mark is looked at by itself.
                if is_one_events && !tx.has_mark(self.partition.lease.fence).await? {
                    return Ok(false);
                }
                self.confirm(tx, advance, record.anchor.as_ref(), over)
                    .await
            }
            (None, over) => self.confirm_lane(tx, over, is_one_events).await,
        }
    }

    /// Records, commits and tells; or rolls back where the record cannot be written.
    pub(super) async fn commit(
        &self,
        mut tx: DeliveryTx,
        record: &mut PassRecord,
        advance: Option<Advance>,
    ) -> Result<(), AbortCause> {
        let asked_at = Instant::now();
        if let Err(cause) = self.record(&mut tx, record, advance).await {
            // The connection may be gone; what counts is that nothing was committed.
            let _ = tx.give_up(&self.partition.bound.pool).await;
            return Err(cause);
        }
        let committed = tx.commit().await;
        committed.map_err(AbortCause::Commit)?;
        self.extend_lease(asked_at, advance);
        self.tell(record);
        Ok(())
    }

    /// L3 has extended the lease, if it moved the cursor. The keeper may find the row locked each time that it
    /// renews, where small handlers follow each other.
    fn extend_lease(&self, asked_at: Instant, advance: Option<Advance>) {
        if advance.is_some() {
            let validity = &self.partition.lease.validity;
            validity.extend(asked_at, self.partition.settings().lease);
        }
    }

    /// Moves the cursor in a transaction of its own, where every event up to there is recorded.
    pub(super) async fn advance(
        &self,
        advance: Advance,
        anchor: Option<&Anchor>,
    ) -> Result<(), AbortCause> {
        let mut tx = self.partition.begin().await?;
        let asked_at = Instant::now();
        let confirmed = self.confirm(&mut tx, advance, anchor, &[]).await;
        if matches!(confirmed, Ok(true)) {
            tx.commit().await?;
            self.extend_lease(asked_at, Some(advance));
            return Ok(());
        }
        let _ = tx.rollback().await;
        confirmed?;
        Err(AbortCause::LeaseLost)
    }

    /// L3: moves the cursor, if the lease is still ours, and writes down which events are over.
    async fn confirm(
        &self,
        tx: &mut DeliveryTx,
        advance: Advance,
        anchor: Option<&Anchor>,
        over: &[String],
    ) -> Result<bool, sqlx::Error> {
        let statement = &self.partition.statements().confirm_lease;
        let confirm = self.confirmation(statement, advance, anchor).bind(over);
        Ok(confirm.fetch_optional(&mut **tx).await?.is_some())
    }

    /// The same for one event in its own transaction.
    async fn confirm_delivery(
        &self,
        tx: &mut DeliveryTx,
        advance: Advance,
        anchor: Option<&Anchor>,
        event_id: &str,
    ) -> Result<bool, sqlx::Error> {
        let statement = &self.partition.statements().confirm_delivery;
        let confirm = self.confirmation(statement, advance, anchor).bind(event_id);
        match confirm.fetch_optional(&mut **tx).await? {
            None => Ok(false),
            // Of a connection that the handler has left out of step, it could be the answer to another statement.
            Some(row) => match row.try_get::<i64, _>("confirmed") {
                Ok(position) if position == advance.to => Ok(true),
                _ => Err(sqlx::Error::Protocol(
                    "L3 got the answer to another statement".to_owned(),
                )),
            },
        }
    }

    /// What both bind.
    fn confirmation(
        &self,
        statement: &Statement,
        advance: Advance,
        anchor: Option<&Anchor>,
    ) -> Query<'static, Postgres, PgArguments> {
        let settings = self.partition.settings();
        let now = settings.clock.now();
        self.partition
            .query_of_lease(statement)
            .bind(advance.from)
            .bind(advance.to)
            .bind(now)
            .bind(settings.lease.as_secs_f64())
            .bind(anchor.map(|anchor| anchor.position))
            .bind(anchor.map(|anchor| anchor.event_id.as_str()))
            .bind(anchor.map(|anchor| anchor.inserted_at))
            .bind(now)
    }

    /// The same, where another transaction moves the cursor.
    async fn confirm_lane(
        &self,
        tx: &mut DeliveryTx,
        over: &[String],
        is_one_events: bool,
    ) -> Result<bool, sqlx::Error> {
        let confirmed = self
            .partition
            .query_of_lease(&self.partition.statements().confirm_lane)
            .bind(self.partition.settings().clock.now())
            .bind(over)
            .bind(is_one_events)
            .fetch_optional(&mut **tx)
            .await?;
        Ok(confirmed.is_some())
    }

    async fn write_down(
        &self,
        tx: &mut DeliveryTx,
        record: &PassRecord,
    ) -> Result<(), sqlx::Error> {
        let statements = self.partition.statements();
        for new in &record.dead_letters {
            dead_letter::insert(&statements.insert_dead_letter, tx, new).await?;
        }
        let of = (
            self.partition.settings().consumer,
            self.partition.subscription().name,
        );
        dead_letter::settle(&statements.settle_redriven, tx, of, &record.redriven).await?;
        self.put_retries(tx, &record.waiting).await?;
        if !record.settled.is_empty() {
            self.partition
                .query(&statements.remove_retries)
                .bind(&record.settled[..])
                .execute(&mut **tx)
                .await?;
        }
        // Also the subjects of those that wait from now on. An operator may have ended what one was to queue
        // behind, or redriven an earlier event; and where the cursor was set back, a later one may be due.
        let waiting = record.waiting.iter();
        let released: HashSet<_> = waiting
            .filter_map(|row| row.subject.as_ref())
            .chain(&record.released)
            .collect();
        if !released.is_empty() {
            let released: Vec<_> = released.into_iter().cloned().collect();
            self.partition
                .query(&statements.release_followers)
                .bind(self.partition.settings().clock.now())
                .bind(released)
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }

    async fn put_retries(&self, tx: &mut DeliveryTx, rows: &[RetryRow]) -> Result<(), sqlx::Error> {
        if rows.is_empty() {
            return Ok(());
        }
        fn column<'a, T>(rows: &'a [RetryRow], of: impl Fn(&'a RetryRow) -> T) -> Vec<T> {
            rows.iter().map(of).collect()
        }
        let attempts = |row: &RetryRow| i32::try_from(row.attempts).unwrap_or(i32::MAX);
        let failures = |row: &RetryRow| serde_json::Value::from(&row.failures[..]).to_string();
        let held_by = |row: &RetryRow| row.held_by.as_ref().map(DeadLetterId::to_string);
        self.partition
            .query(&self.partition.statements().put_retries)
            .bind(!self.partition.settings().is_remote)
            .bind(column(rows, |row| row.position))
            .bind(column(rows, |row| row.event_id.as_str()))
            .bind(column(rows, |row| row.subject.as_deref()))
            .bind(column(rows, attempts))
            .bind(column(rows, |row| row.due_at))
            .bind(column(rows, failures))
            .bind(column(rows, held_by))
            .bind(column(rows, |row| row.is_begun))
            .bind(column(rows, |row| {
                row.awaits.as_ref().map(|awaits| awaits.event_type.as_str())
            }))
            .bind(column(rows, |row| {
                row.awaits.as_ref().map(|awaits| awaits.schema_version)
            }))
            .execute(&mut **tx)
            .await
            .map(drop)
    }

    /// What was done is committed: it is logged, and observers receive it.
    fn tell(&self, record: &mut PassRecord) {
        for log_line in record.log_lines.drain(..) {
            log_line();
        }
        std::mem::take(&mut record.report).tell(
            &self.partition.settings().observers,
            self.partition.settings().consumer,
            self.partition.subscription().name,
            &self.partition.subscription().event_types,
            OffsetDateTime::now_utc,
        );
    }
}

/// Of the consumer's first statement after a handler, which shows what the handler has left behind.
fn of_the_handler(error: sqlx::Error) -> AbortCause {
    match sql_state(&error).as_deref() {
        // in_failed_sql_transaction
        Some("25P02") => AbortCause::StatementFailed,
        _ => of_the_record(error),
    }
}

/// Of L3.
fn of_the_record(error: sqlx::Error) -> AbortCause {
    let constraint = error
        .as_database_error()
        .and_then(|error| error.constraint());
    if constraint == Some("dispatcher_dedup_pkey") {
        AbortCause::HandledBefore
    } else {
        AbortCause::Commit(error)
    }
}
