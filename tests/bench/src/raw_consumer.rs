//! The baseline of consuming: a loop that a team would write by hand, through sqlx.
//!
//! It reads a batch of `raw_event` past its cursor. Where each event has a transaction, it works there, and
//! inserts the dedup row and moves the cursor in one statement. Where a batch shares one, it reads, works,
//! inserts the dedup rows with `unnest` and moves the cursor there; each write has its own savepoint, so an
//! event that fails would not take its batch with it, and where ours share one, raw has none. It reads no horizon
//! (it would lose events under concurrent writers), has no leases and no retries, and reads the
//! payload's text without decoding it.

use std::sync::Arc;

use sqlx::postgres::{PgListener, PgRow};
use sqlx::{Acquire, Executor, PgConnection, PgPool, Row};

use super::Error;
use super::handlers::{WRITE, Work};

const TABLES: &str = "\
CREATE TABLE effect (event_id text NOT NULL, credits bigint NOT NULL);
CREATE TABLE raw_dedup (consumer text COLLATE \"C\" NOT NULL, subscription text COLLATE \"C\" NOT NULL,
    event_id text COLLATE \"C\" NOT NULL, handled_at timestamptz NOT NULL,
    PRIMARY KEY (consumer, subscription, event_id));
CREATE TABLE raw_cursor (consumer text COLLATE \"C\" NOT NULL, subscription text COLLATE \"C\" NOT NULL,
    partition integer NOT NULL, position bigint NOT NULL, updated_at timestamptz NOT NULL,
    PRIMARY KEY (consumer, subscription, partition)) WITH (fillfactor = 50)";

/// The channel that the baseline's publishers notify.
pub(super) const CHANNEL: &str = "raw_event_inserted";

const READ: &str = "\
SELECT position, event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, \
       correlation_id, causation_id, traceparent, payload::text, inserted_at \
  FROM raw_event \
 WHERE event_type = ANY ($1) AND position > $2 \
   AND ($4 = 1 OR dispatcher_partition(subject, event_id, $4) = $5) \
 ORDER BY position LIMIT $3";

const RECORD: &str = "\
INSERT INTO raw_dedup (consumer, subscription, event_id, handled_at) \
SELECT 'coaching', $1, event_id, now() FROM unnest($2::text[]) AS event_id";

const MOVE: &str = "\
UPDATE raw_cursor SET position = $3, updated_at = now() \
 WHERE consumer = 'coaching' AND subscription = $1 AND partition = $2";

/// Both for one event.
const RECORD_AND_MOVE: &str = "\
WITH moved AS (UPDATE raw_cursor SET position = $3, updated_at = now() \
                WHERE consumer = 'coaching' AND subscription = $1 AND partition = $2) \
INSERT INTO raw_dedup (consumer, subscription, event_id, handled_at) VALUES ('coaching', $1, $4, now())";

/// The tables of both sides' effects, and the baseline's cursors and dedup rows.
pub(super) async fn create_tables(pool: &PgPool) -> Result<(), Error> {
    pool.execute(TABLES).await?;
    Ok(())
}

/// Receives the payload of each event.
pub(super) type RawHandler = Arc<dyn Fn(&str) + Send + Sync>;

/// One loop.
#[derive(Clone)]
pub(super) struct RawConsumer {
    pool: PgPool,
    name: String,
    work: Work,
    batch: usize,
    partition: i32,
    partitions: i32,
    position: i64,
    handler: RawHandler,
}

impl RawConsumer {
    /// A loop on one partition out of that many.
    pub(super) async fn new(
        pool: &PgPool,
        name: String,
        (work, batch): (Work, usize),
        (partition, partitions): (i32, i32),
        handler: RawHandler,
    ) -> Result<Self, Error> {
        sqlx::query("INSERT INTO raw_cursor VALUES ('coaching', $1, $2, 0, now())")
            .bind(&name)
            .bind(partition)
            .execute(pool)
            .await?;
        Ok(Self {
            pool: pool.clone(),
            name,
            work,
            batch,
            partition,
            partitions,
            position: 0,
            handler,
        })
    }

    /// Consumes the events between these two positions; earlier rows are not meant to be consumed.
    pub(super) async fn consume(&mut self, after: i64, last: i64) -> Result<(), Error> {
        self.position = after;
        while self.position < last && self.pass().await? == self.batch {}
        Ok(())
    }

    /// Consumes new events until it is dropped.
    pub(super) async fn follow(mut self) -> Result<(), Error> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(CHANNEL).await?;
        loop {
            while self.pass().await? > 0 {}
            listener.recv().await?;
        }
    }

    async fn read(&self, connection: &mut PgConnection) -> Result<Vec<PgRow>, Error> {
        let read = sqlx::query(READ)
            .bind(["credit.locked"].as_slice())
            .bind(self.position)
            .bind(i64::try_from(self.batch).unwrap_or(i64::MAX))
            .bind(self.partitions)
            .bind(self.partition);
        Ok(read.fetch_all(connection).await?)
    }

    /// One batch; returns its number of events.
    async fn pass(&mut self) -> Result<usize, Error> {
        if self.work.is_apart() {
            return self.pass_apart().await;
        }
        self.pass_together().await
    }

    /// A transaction for each event.
    async fn pass_apart(&mut self) -> Result<usize, Error> {
        let mut connection = self.pool.acquire().await?;
        let rows = self.read(&mut connection).await?;
        for row in &rows {
            let id: &str = row.try_get("event_id")?;
            let position: i64 = row.try_get("position")?;
            let mut tx = connection.begin().await?;
            (self.handler)(row.try_get("payload")?);
            if self.work.writes() {
                write(&mut tx, id).await?;
            }
            sqlx::query(RECORD_AND_MOVE)
                .bind(&self.name)
                .bind(self.partition)
                .bind(position)
                .bind(id)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            self.position = position;
        }
        Ok(rows.len())
    }

    /// One transaction for the batch.
    async fn pass_together(&mut self) -> Result<usize, Error> {
        let mut tx = self.pool.begin().await?;
        let rows = self.read(&mut tx).await?;
        let Some(newest) = rows.last() else {
            return Ok(0);
        };
        let newest: i64 = newest.try_get("position")?;
        let mut ids: Vec<String> = Vec::with_capacity(rows.len());
        for row in &rows {
            let id: String = row.try_get("event_id")?;
            (self.handler)(row.try_get("payload")?);
            match self.work {
                Work::WriteTogether => write_apart(&mut tx, &id).await?,
                Work::OneSavepoint => write(&mut tx, &id).await?,
                _ => {}
            }
            ids.push(id);
        }
        sqlx::query(RECORD)
            .bind(&self.name)
            .bind(&ids)
            .execute(&mut *tx)
            .await?;
        sqlx::query(MOVE)
            .bind(&self.name)
            .bind(self.partition)
            .bind(newest)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.position = newest;
        Ok(rows.len())
    }
}

async fn write_apart(connection: &mut PgConnection, event_id: &str) -> Result<(), Error> {
    let mut savepoint = connection.begin().await?;
    write(&mut savepoint, event_id).await?;
    Ok(savepoint.commit().await?)
}

async fn write(connection: &mut PgConnection, event_id: &str) -> Result<(), Error> {
    let insert = sqlx::query(WRITE).bind(event_id).bind(6_i64);
    insert.execute(connection).await?;
    Ok(())
}
