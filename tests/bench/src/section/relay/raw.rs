//! What a team would write by hand to send a table to a stream: read past a cursor, publish, move the cursor.
//!
//! The messages are those of the relay, headers and all. Raw reads no horizon (it would lose events under concurrent
//! writers), has no lease, and does not ask the stream where it is.

use std::collections::VecDeque;

use async_nats::header::HeaderMap;
use async_nats::jetstream::Context;
use async_nats::{Client, Subscriber};
use dispatcher_nats::async_nats;
use dispatcher_runtime::time::OffsetDateTime;
use dispatcher_runtime::time::format_description::well_known::Rfc3339;
use futures_util::StreamExt;
use futures_util::future::try_join_all;
use serde::Deserialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use tokio::sync::mpsc;

use crate::Error;

/// How many batches wait for their confirmation.
const IN_FLIGHT: usize = 4;

const TABLES: &str = "\
CREATE TABLE raw_relay (name text PRIMARY KEY, position bigint NOT NULL, updated_at timestamptz NOT NULL)";

const READ: &str = "\
SELECT position, event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, \
       correlation_id, causation_id, traceparent, payload::text AS payload_text, inserted_at \
  FROM raw_event WHERE position > $1 ORDER BY position LIMIT 1000";

const MOVE: &str = "UPDATE raw_relay SET position = $2, updated_at = now() WHERE name = $1";

pub(in crate::section) async fn create_tables(pool: &PgPool) -> Result<(), Error> {
    sqlx::query(TABLES).execute(pool).await?;
    Ok(())
}

/// A loop that sends `raw_event` to a stream of its own.
pub(in crate::section) struct RawRelay {
    pool: PgPool,
    client: Client,
    context: Context,
    stream: &'static str,
    position: i64,
    sequence: i64,
    batches: u64,
}

impl RawRelay {
    pub(in crate::section) async fn new(
        pool: &PgPool,
        client: Client,
        context: Context,
        stream: &'static str,
    ) -> Result<Self, Error> {
        sqlx::query("INSERT INTO raw_relay VALUES ($1, 0, now())")
            .bind(stream)
            .execute(pool)
            .await?;
        Ok(Self {
            pool: pool.clone(),
            client,
            context,
            stream,
            position: 0,
            sequence: 0,
            batches: 0,
        })
    }

    /// Where it begins: earlier rows are not meant to be sent.
    pub(in crate::section) fn skip_to(&mut self, position: i64) {
        self.position = position;
    }

    /// Reads 1000, publishes each, waits for all acknowledgements, moves the cursor, up to that position.
    pub(in crate::section) async fn send_each(&mut self, last: i64) -> Result<(), Error> {
        while self.position < last {
            let rows = read(&self.pool, self.position).await?;
            let mut acks = Vec::with_capacity(rows.len());
            for row in &rows {
                let (subject, headers, payload) = message(self.stream, row)?;
                let sent = self
                    .context
                    .publish_with_headers(subject, headers, payload.into());
                acks.push(sent.await.map_err(Error::nats("publish"))?.into_future());
                self.position = row.try_get("position")?;
            }
            let acks = try_join_all(acks).await;
            acks.map_err(Error::nats("publish"))?;
            self.sequence += rows.len() as i64;
            self.move_to(self.position).await?;
        }
        Ok(())
    }

    /// Reads ahead, and sends atomic batches of 1000, four of them on their way at once; moves the cursor as they are
    /// confirmed.
    pub(in crate::section) async fn send_batches(&mut self, last: i64) -> Result<(), Error> {
        let (sender, mut read_ahead) = mpsc::channel(2);
        let (pool, from) = (self.pool.clone(), self.position);
        let reader = tokio::spawn(async move {
            let mut position = from;
            while position < last {
                let rows = read(&pool, position).await?;
                if let Some(newest) = rows.last() {
                    position = newest.try_get("position")?;
                }
                if sender.send(rows).await.is_err() {
                    break;
                }
            }
            Ok::<_, Error>(())
        });
        let inbox = self.client.new_inbox();
        let replies = self.client.subscribe(format!("{inbox}.*")).await;
        let mut replies = replies.map_err(Error::nats("subscribe"))?;
        let mut in_flight = VecDeque::new();
        let mut sent = self.sequence;
        while let Some(rows) = read_ahead.recv().await {
            self.send_batch(&inbox, sent, &rows).await?;
            sent += rows.len() as i64;
            let newest = rows.last().map(|row| row.try_get::<i64, _>("position"));
            in_flight.push_back((newest.transpose()?.unwrap_or_default(), sent));
            if in_flight.len() == IN_FLIGHT {
                self.confirm(&mut replies, &mut in_flight).await?;
            }
        }
        while !in_flight.is_empty() {
            self.confirm(&mut replies, &mut in_flight).await?;
        }
        reader.await?
    }

    async fn send_batch(&mut self, inbox: &str, after: i64, rows: &[PgRow]) -> Result<(), Error> {
        self.batches += 1;
        let token = inbox.rsplit('.').next().unwrap_or_default();
        let batch = format!("{token}-{}", self.batches);
        for (index, row) in rows.iter().enumerate() {
            let (subject, mut headers, payload) = message(self.stream, row)?;
            headers.insert("Nats-Batch-Id", batch.as_str());
            headers.insert("Nats-Batch-Sequence", (index + 1).to_string());
            if index == 0 {
                headers.insert("Nats-Expected-Last-Sequence", after.to_string());
            }
            let client = &self.client;
            if index + 1 == rows.len() {
                headers.insert("Nats-Batch-Commit", "1");
                let reply = format!("{inbox}.{}", self.batches);
                client
                    .publish_with_reply_and_headers(subject, reply, headers, payload.into())
                    .await
            } else {
                client
                    .publish_with_headers(subject, headers, payload.into())
                    .await
            }
            .map_err(Error::nats("publish"))?;
        }
        Ok(())
    }

    async fn confirm(
        &mut self,
        replies: &mut Subscriber,
        in_flight: &mut VecDeque<(i64, i64)>,
    ) -> Result<(), Error> {
        #[derive(Deserialize)]
        struct Answer {
            seq: Option<i64>,
        }
        let problem = || Error::Figure("a batch of the raw relay was not stored".to_owned());
        let message = replies.next().await.ok_or_else(problem)?;
        let answer: Answer = serde_json::from_slice(&message.payload)?;
        let (position, sequence) = in_flight.pop_front().ok_or_else(problem)?;
        if answer.seq != Some(sequence) {
            return Err(problem());
        }
        (self.position, self.sequence) = (position, sequence);
        self.move_to(position).await
    }

    async fn move_to(&self, position: i64) -> Result<(), Error> {
        let moved = sqlx::query(MOVE).bind(self.stream).bind(position);
        moved.execute(&self.pool).await?;
        Ok(())
    }
}

async fn read(pool: &PgPool, after: i64) -> Result<Vec<PgRow>, Error> {
    Ok(sqlx::query(READ).bind(after).fetch_all(pool).await?)
}

fn message(prefix: &str, row: &PgRow) -> Result<(String, HeaderMap, String), Error> {
    let text = |column: &str| row.try_get::<&str, _>(column);
    let time = |column: &str| {
        let at: OffsetDateTime = row.try_get(column)?;
        Ok::<_, Error>(at.format(&Rfc3339).unwrap_or_default())
    };
    let (producer, event_type) = (text("producer")?, text("event_type")?);
    let mut headers = HeaderMap::new();
    headers.insert("ce-specversion", "1.0");
    headers.insert("content-type", "application/json");
    headers.insert("ce-id", text("event_id")?);
    headers.insert("ce-type", event_type);
    headers.insert("ce-source", producer);
    headers.insert("ce-time", time("occurred_at")?);
    headers.insert(
        "ce-schemaversion",
        row.try_get::<i32, _>("schema_version")?.to_string(),
    );
    headers.insert("ce-tenantid", text("tenant_id")?);
    headers.insert("ce-actor", text("actor")?);
    for (name, column) in [
        ("ce-subject", "subject"),
        ("ce-correlationid", "correlation_id"),
        ("ce-causationid", "causation_id"),
        ("ce-traceparent", "traceparent"),
    ] {
        if let Some(value) = row.try_get::<Option<&str>, _>(column)? {
            headers.insert(name, value);
        }
    }
    headers.insert(
        "dispatcher-position",
        row.try_get::<i64, _>("position")?.to_string(),
    );
    headers.insert("dispatcher-inserted-at", time("inserted_at")?);
    let subject = format!("{prefix}.{producer}.0.{event_type}");
    Ok((subject, headers, row.try_get("payload_text")?))
}
