//! The statements of a pass, in the order in which it sends them.

use sqlx::Postgres;
use sqlx::Row;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use time::OffsetDateTime;
use tracing::Instrument;

use super::lane::Done;
use super::{Candidate, Lane};
use crate::dead_letter;
use crate::delivery::Abandoned;
use crate::event::StoredEvent;
use crate::event_log::READ_COMMITTED;
use crate::handler::DeliveryTx;
use crate::observe::span;
use crate::sql::{ConsumeStatements, Statement};

impl<S> Lane<S> {
    pub(super) async fn begin(&self) -> Result<DeliveryTx, sqlx::Error> {
        let tx = self.bound.pool.begin_with(READ_COMMITTED).await?;
        Ok(DeliveryTx::new(tx))
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

    /// L2: the cursor, if the lease is still ours.
    pub(super) async fn read_lease(&self, tx: &mut DeliveryTx) -> Result<Option<i64>, sqlx::Error> {
        let query = self.of_lease(&self.statements().read_lease);
        let row = query.fetch_optional(&mut **tx).await?;
        row.map(|row| row.try_get("position")).transpose()
    }

    /// L3: moves the cursor, if the lease is still ours.
    pub(super) async fn confirm(
        &self,
        tx: &mut DeliveryTx,
        from: i64,
        to: i64,
    ) -> Result<bool, sqlx::Error> {
        let query = self.of_lease(&self.statements().confirm_lease);
        let moved = query
            .bind(from)
            .bind(to)
            .bind(OffsetDateTime::now_utc())
            .bind(self.bound.settings.lease.as_secs_f64())
            .execute(&mut **tx)
            .await?;
        Ok(moved.rows_affected() == 1)
    }

    /// L5. Whoever cannot be told sees it expire.
    pub(crate) async fn release(&self) {
        let query = self.of_lease(&self.statements().release_lease);
        if let Err(error) = query.execute(&self.bound.pool).await {
            tracing::debug!(%error, "a lease could not be released and expires");
        }
    }

    pub(super) async fn horizon(&self, tx: &mut DeliveryTx) -> Result<(i64, i64), sqlx::Error> {
        let query = self.bound.settings.log.read_horizon.query();
        let row = query.fetch_one(&mut **tx).await?;
        Ok((row.try_get("last_position")?, row.try_get("horizon")?))
    }

    pub(super) async fn due_retries(
        &self,
        tx: &mut DeliveryTx,
        limit: u32,
    ) -> Result<Vec<Candidate>, sqlx::Error> {
        let rows = self
            .query(&self.statements().read_due_retries)
            .bind(self.bound.settings.clock.now())
            .bind(i64::from(limit))
            .bind(self.lease.partitions)
            .bind(self.lease.partition)
            .fetch_all(&mut **tx)
            .await?;
        rows.iter().map(waiting).collect()
    }

    /// What queues up behind the first waiting events of these subjects.
    pub(super) async fn followers(
        &self,
        tx: &mut DeliveryTx,
        first: &[(String, i64)],
        limit: u32,
    ) -> Result<Vec<Candidate>, sqlx::Error> {
        let (subjects, positions): (Vec<_>, Vec<_>) = first.iter().cloned().unzip();
        let rows = self
            .query(&self.statements().read_followers)
            .bind(subjects)
            .bind(positions)
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
        let query = self.query(&self.statements().read_retry).bind(position);
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
            return Ok(Vec::new());
        }
        let subscription = &self.bound.subscription;
        let span = span::receive(
            &subscription.event_types,
            self.bound.settings.consumer,
            subscription.name,
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
            .query(&self.statements().read_events)
            .bind(self.bound.subscription.event_types.clone())
            .bind(cursor)
            .bind(until)
            .bind(i64::from(limit))
            .bind(self.lease.partitions)
            .bind(self.lease.partition)
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
            Some((from, to)) => self.confirm(tx, from, to).await,
            None => {
                let query = self.of_lease(&self.statements().confirm_lane);
                let row = query.fetch_optional(&mut **tx).await;
                row.map(|row| row.is_some())
            }
        };
        if !confirmed.map_err(Abandoned::Commit)? {
            return Err(Abandoned::LeaseLost);
        }
        self.write_down(tx, done).await.map_err(Abandoned::Commit)
    }

    async fn write_down(&self, tx: &mut DeliveryTx, done: &Done) -> Result<(), sqlx::Error> {
        let now = self.bound.settings.clock.now();
        let statements = self.statements();
        if !done.over.is_empty() {
            let query = self.query(&statements.record_handled).bind(now);
            query.bind(done.over.clone()).execute(&mut **tx).await?;
        }
        for new in &done.dead_letters {
            dead_letter::insert(&statements.insert_dead_letter, tx, new).await?;
        }
        if !done.waiting.is_empty() {
            let waiting = || done.waiting.iter();
            let attempts = |attempts: u32| i32::try_from(attempts).unwrap_or(i32::MAX);
            let failures =
                |failures: &[serde_json::Value]| serde_json::Value::from(failures).to_string();
            self.query(&statements.put_retries)
                .bind(waiting().map(|one| one.position).collect::<Vec<_>>())
                .bind(
                    waiting()
                        .map(|one| one.event_id.clone())
                        .collect::<Vec<_>>(),
                )
                .bind(waiting().map(|one| one.subject.clone()).collect::<Vec<_>>())
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
                .execute(&mut **tx)
                .await?;
        }
        if !done.settled.is_empty() {
            let query = self.query(&statements.remove_retries);
            query.bind(done.settled.clone()).execute(&mut **tx).await?;
        }
        let released: Vec<_> = done
            .released
            .iter()
            .filter(|subject| !done.blocked.contains(*subject))
            .cloned()
            .collect();
        if !released.is_empty() {
            let query = self.query(&statements.release_followers).bind(now);
            query.bind(released).execute(&mut **tx).await?;
        }
        Ok(())
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
