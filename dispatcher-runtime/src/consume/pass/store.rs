//! The statements of a pass in the consumer's own database, in the order in which it sends them.

use std::collections::{HashMap, HashSet};

use sqlx::Postgres;
use sqlx::Row;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use time::OffsetDateTime;

use super::done::Done;
use super::{Candidate, Lane};
use crate::consume::delivery::{self, Abandoned};
use crate::consume::handler::DeliveryTx;
use crate::contract::id::DeadLetterId;
use crate::log::Anchor;
use crate::log::stored_event::StoredEvent;
use crate::operate::dead_letter;
use crate::postgres::sql::{ConsumeStatements, Statement};
use crate::postgres::transaction;

/// What L2 says.
pub(super) struct Leased {
    pub(super) position: i64,
    /// Events of the subscription wait.
    pub(super) has_waiting: bool,
    /// One of them may be due.
    pub(super) is_due: bool,
    /// R1 and R2, where the log is in the same database.
    pub(super) horizon: Option<(i64, i64)>,
}

/// A row of `dispatcher_retry`.
pub(super) struct Waits {
    pub(super) position: i64,
    pub(super) event_id: String,
    pub(super) subject: Option<String>,
    pub(super) attempts: u32,
    pub(super) failures: Vec<serde_json::Value>,
    /// A dedup row says that it was handled all the same.
    pub(super) handled: bool,
}

impl<S> Lane<S> {
    pub(super) async fn begin(&self) -> Result<DeliveryTx, sqlx::Error> {
        let tx = transaction::begin(&self.bound.pool).await?;
        Ok(DeliveryTx::new(tx))
    }

    /// For handlers that are to run in it.
    pub(super) async fn begin_deliveries(&self) -> Result<DeliveryTx, sqlx::Error> {
        delivery::begin(&self.bound.pool, self.bound.handler_timeout()).await
    }

    fn statements(&self) -> &ConsumeStatements {
        &self.bound.settings.statements
    }

    /// With the subscription bound, which every statement begins with.
    fn query(&self, statement: &Statement) -> Query<'static, Postgres, PgArguments> {
        statement
            .query()
            .bind(self.bound.settings.consumer)
            .bind(self.bound.subscription.name)
    }

    /// With the lease bound as well.
    fn of_lease(&self, statement: &Statement) -> Query<'static, Postgres, PgArguments> {
        self.query(statement)
            .bind(self.lease.partition)
            .bind(self.lease.fence)
    }

    /// L2, if the lease is still ours. `to_read`: the log will be read after it, so how far is asked in
    /// the same breath.
    pub(super) async fn read_lease(
        &self,
        tx: &mut DeliveryTx,
        to_read: bool,
    ) -> Result<Option<Leased>, sqlx::Error> {
        let settings = &self.bound.settings;
        let query = self.of_lease(&self.statements().read_lease);
        let query = query
            .bind(settings.clock.now())
            .bind(to_read && !settings.is_remote);
        let row = query.fetch_optional(&mut **tx).await?;
        row.map(|row| {
            let last_position: Option<i64> = row.try_get("last_position")?;
            let horizon: Option<i64> = row.try_get("horizon")?;
            Ok(Leased {
                position: row.try_get("position")?,
                has_waiting: row.try_get("waiting")?,
                is_due: row.try_get("due")?,
                horizon: last_position.zip(horizon),
            })
        })
        .transpose()
    }

    /// The cursor, and an event that it has passed.
    pub(super) async fn read_cursor(
        &self,
        tx: &mut DeliveryTx,
    ) -> Result<Option<(i64, Option<Anchor>)>, sqlx::Error> {
        let query = self.statements().read_cursors.query();
        let row = query
            .bind(self.bound.settings.consumer)
            .bind([self.bound.subscription.name])
            .bind(self.lease.partition)
            .fetch_optional(&mut **tx)
            .await?;
        row.map(|row| Ok((row.try_get("position")?, Anchor::of_cursor(&row)?)))
            .transpose()
    }

    /// L3: moves the cursor, if the lease is still ours, and writes down which events are over.
    pub(super) async fn confirm(
        &self,
        tx: &mut DeliveryTx,
        from: i64,
        to: i64,
        anchor: Option<&Anchor>,
        over: &[String],
    ) -> Result<bool, sqlx::Error> {
        let query = self.of_lease(&self.statements().confirm_lease);
        let moved = query
            .bind(from)
            .bind(to)
            .bind(OffsetDateTime::now_utc())
            .bind(self.bound.settings.lease.as_secs_f64())
            .bind(anchor.map(|anchor| anchor.position))
            .bind(anchor.map(|anchor| anchor.event_id.as_str()))
            .bind(anchor.map(|anchor| anchor.inserted_at))
            .bind(self.bound.settings.clock.now())
            .bind(over)
            .fetch_optional(&mut **tx)
            .await?;
        Ok(moved.is_some())
    }

    /// The same, where another transaction moves the cursor.
    async fn confirm_lane(
        &self,
        tx: &mut DeliveryTx,
        over: &[String],
    ) -> Result<bool, sqlx::Error> {
        let query = self.of_lease(&self.statements().confirm_lane);
        let query = query.bind(self.bound.settings.clock.now()).bind(over);
        Ok(query.fetch_optional(&mut **tx).await?.is_some())
    }

    /// L5. Whoever cannot be told sees it expire.
    pub(crate) async fn release(&self) {
        let query = self.of_lease(&self.statements().release_lease);
        let released = async {
            let mut connection = transaction::acquire(&self.bound.pool).await?;
            query.execute(&mut *connection).await
        };
        if let Err(error) = released.await {
            tracing::debug!(%error, "a lease could not be released and expires");
        }
    }

    pub(super) async fn due_retries(
        &self,
        tx: &mut DeliveryTx,
        limit: u32,
    ) -> Result<Vec<Waits>, sqlx::Error> {
        let rows = self
            .query(&self.statements().read_due_retries)
            .bind(self.bound.settings.clock.now())
            .bind(i64::from(limit))
            .bind(self.lease.partitions)
            .bind(self.lease.partition)
            .fetch_all(&mut **tx)
            .await?;
        rows.iter().map(waits).collect()
    }

    /// What queues up behind the first waiting events of these subjects.
    pub(super) async fn followers(
        &self,
        tx: &mut DeliveryTx,
        first: &[(String, i64)],
        limit: u32,
    ) -> Result<Vec<Waits>, sqlx::Error> {
        let (subjects, positions): (Vec<_>, Vec<_>) = first.iter().cloned().unzip();
        let rows = self
            .query(&self.statements().read_followers)
            .bind(subjects)
            .bind(positions)
            .bind(i64::from(limit))
            .fetch_all(&mut **tx)
            .await?;
        rows.iter().map(waits).collect()
    }

    pub(super) async fn attempts_of(
        &self,
        tx: &mut DeliveryTx,
        position: i64,
    ) -> Result<Option<u32>, sqlx::Error> {
        let query = self.query(&self.statements().read_retry).bind(position);
        let row = query.fetch_optional(&mut **tx).await?;
        row.map(|row| attempts(&row)).transpose()
    }

    /// Events of the log, with what this subscription knows about them.
    pub(super) async fn mark(
        &self,
        tx: &mut DeliveryTx,
        events: Vec<StoredEvent>,
        fresh_after: i64,
    ) -> Result<Vec<Candidate>, sqlx::Error> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let of = || events.iter();
        let rows = self
            .query(&self.statements().read_marks)
            .bind(of().map(|event| event.position).collect::<Vec<_>>())
            .bind(
                of().map(|event| event.event_id.as_str())
                    .collect::<Vec<_>>(),
            )
            .bind(
                of().map(|event| event.subject.as_deref())
                    .collect::<Vec<_>>(),
            )
            .bind(fresh_after)
            .fetch_all(&mut **tx)
            .await?;
        let mut marks = HashMap::with_capacity(rows.len());
        for row in &rows {
            let position: i64 = row.try_get("position")?;
            let (handled, held): (bool, bool) = (row.try_get("handled")?, row.try_get("held")?);
            let waiting: bool = row.try_get("waiting")?;
            marks.insert(position, (!waiting).then_some((handled, held)));
        }
        let candidates = events.into_iter().filter_map(|event| {
            let (handled, held) = marks.remove(&event.position).flatten()?;
            Some(Candidate {
                handled,
                held,
                ..Candidate::fresh(event)
            })
        });
        Ok(candidates.collect())
    }

    pub(super) async fn next_retry(
        &self,
        tx: &mut DeliveryTx,
    ) -> Result<Option<OffsetDateTime>, sqlx::Error> {
        self.query(&self.statements().next_retry)
            .bind(self.lease.partitions)
            .bind(self.lease.partition)
            .fetch_one(&mut **tx)
            .await?
            .try_get("due_at")
    }

    /// Writes down what was done. `advance` moves the cursor; without it, another transaction does.
    pub(super) async fn record(
        &self,
        tx: &mut DeliveryTx,
        done: &Done,
        advance: Option<(i64, i64)>,
    ) -> Result<(), Abandoned> {
        let confirmed = match advance {
            Some((from, to)) => {
                let anchor = done.anchor.as_ref();
                self.confirm(tx, from, to, anchor, &done.over).await
            }
            None => self.confirm_lane(tx, &done.over).await,
        };
        if !confirmed.map_err(Abandoned::Commit)? {
            return Err(Abandoned::LeaseLost);
        }
        self.write_down(tx, done).await.map_err(Abandoned::Commit)
    }

    async fn write_down(&self, tx: &mut DeliveryTx, done: &Done) -> Result<(), sqlx::Error> {
        let now = self.bound.settings.clock.now();
        let statements = self.statements();
        for new in &done.dead_letters {
            dead_letter::insert(&statements.insert_dead_letter, tx, new).await?;
        }
        if !done.waiting.is_empty() {
            let waiting = || done.waiting.iter();
            let attempts = |attempts: u32| i32::try_from(attempts).unwrap_or(i32::MAX);
            let failures =
                |failures: &[serde_json::Value]| serde_json::Value::from(failures).to_string();
            self.query(&statements.put_retries)
                .bind(!self.bound.settings.is_remote)
                .bind(waiting().map(|one| one.position).collect::<Vec<_>>())
                .bind(
                    waiting()
                        .map(|one| one.event_id.as_str())
                        .collect::<Vec<_>>(),
                )
                .bind(
                    waiting()
                        .map(|one| one.subject.as_deref())
                        .collect::<Vec<_>>(),
                )
                .bind(
                    waiting()
                        .map(|one| attempts(one.attempts))
                        .collect::<Vec<_>>(),
                )
                .bind(waiting().map(|one| one.due_at).collect::<Vec<_>>())
                .bind(
                    waiting()
                        .map(|one| failures(&one.failures))
                        .collect::<Vec<_>>(),
                )
                .bind(
                    waiting()
                        .map(|one| one.held_by.as_ref().map(DeadLetterId::to_string))
                        .collect::<Vec<_>>(),
                )
                .execute(&mut **tx)
                .await?;
        }
        if !done.settled.is_empty() {
            let query = self.query(&statements.remove_retries);
            query.bind(&done.settled[..]).execute(&mut **tx).await?;
        }
        // Also those that queue up here: an operator may have ended what they were to wait for.
        let queued = done.waiting.iter().filter(|one| one.due_at.is_none());
        let released: HashSet<_> = queued
            .filter_map(|one| one.subject.as_ref())
            .chain(&done.released)
            .collect();
        if !released.is_empty() {
            let released: Vec<_> = released.into_iter().cloned().collect();
            let query = self.query(&statements.release_followers).bind(now);
            query.bind(released).execute(&mut **tx).await?;
        }
        Ok(())
    }
}

fn waits(row: &PgRow) -> Result<Waits, sqlx::Error> {
    Ok(Waits {
        position: row.try_get("position")?,
        event_id: row.try_get("event_id")?,
        subject: row.try_get("subject")?,
        attempts: attempts(row)?,
        failures: serde_json::from_str(row.try_get("failures")?).unwrap_or_default(),
        handled: row.try_get("handled")?,
    })
}

fn attempts(row: &PgRow) -> Result<u32, sqlx::Error> {
    Ok(u32::try_from(row.try_get::<i32, _>("attempts")?).unwrap_or_default())
}
