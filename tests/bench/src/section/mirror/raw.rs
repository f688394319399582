//! What a team would write by hand to bring a stream into a table: pull 1000, insert them, move the cursor.
//!
//! It begins where its cursor says, and inserts and moves in one transaction. It has no lease, and asks neither whether
//! the stream is the one that it has read nor whether a message was lost on the way.

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::{Context, Message};
use dispatcher_nats::async_nats;
use dispatcher_runtime::time::OffsetDateTime;
use dispatcher_runtime::time::format_description::well_known::Rfc3339;
use futures_util::StreamExt;
use sqlx::PgPool;

use crate::Error;

const TABLES: &str = "\
CREATE TABLE raw_mirror (name text PRIMARY KEY, sequence bigint NOT NULL, updated_at timestamptz NOT NULL);
INSERT INTO raw_mirror VALUES ('raw', 0, now())";

const INSERT: &str = "\
INSERT INTO raw_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, \
                       actor, correlation_id, causation_id, traceparent, payload) \
SELECT event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, \
       correlation_id, causation_id, traceparent, payload::json \
  FROM unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], \
              $8::text[], $9::text[], $10::text[], $11::text[], $12::text[]) \
    AS event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, \
              correlation_id, causation_id, traceparent, payload)";

const MOVE: &str = "UPDATE raw_mirror SET sequence = $1, updated_at = now() WHERE name = 'raw'";

pub(super) async fn create_tables(pool: &PgPool) -> Result<(), Error> {
    sqlx::raw_sql(TABLES).execute(pool).await?;
    Ok(())
}

/// Brings what follows one sequence of the stream, up to another, into `raw_event`.
pub(super) async fn bring(
    pool: &PgPool,
    context: &Context,
    stream: &str,
    (after, last): (i64, i64),
) -> Result<(), Error> {
    let handle = context.get_stream(stream).await;
    let handle = handle.map_err(Error::nats("find the stream"))?;
    let consumer = handle.create_consumer(pull::Config {
        deliver_policy: DeliverPolicy::ByStartSequence {
            start_sequence: u64::try_from(after).unwrap_or_default() + 1,
        },
        ack_policy: AckPolicy::None,
        memory_storage: true,
        num_replicas: 1,
        ..pull::Config::default()
    });
    let consumer = consumer.await.map_err(Error::nats("make a consumer"))?;
    let mut sequence = after;
    while sequence < last {
        let messages = consumer.fetch().max_messages(1000).messages().await;
        let mut messages = messages.map_err(Error::nats("pull"))?;
        let mut batch = Batch::default();
        while let Some(message) = messages.next().await {
            let message = message.map_err(Error::nats("pull"))?;
            let info = message.info().map_err(Error::nats("read a message"))?;
            sequence = i64::try_from(info.stream_sequence).unwrap_or(i64::MAX);
            batch.push(&message)?;
        }
        batch.insert(pool, sequence).await?;
    }
    Ok(())
}

/// The columns of the events of a batch.
#[derive(Default)]
struct Batch {
    ids: Vec<String>,
    types: Vec<String>,
    versions: Vec<i32>,
    times: Vec<OffsetDateTime>,
    tenants: Vec<String>,
    producers: Vec<String>,
    subjects: Vec<Option<String>>,
    actors: Vec<String>,
    correlations: Vec<Option<String>>,
    causations: Vec<Option<String>>,
    traces: Vec<Option<String>>,
    payloads: Vec<String>,
}

impl Batch {
    fn push(&mut self, message: &Message) -> Result<(), Error> {
        let broken = || Error::Figure("a message of the raw mirror cannot be read".to_owned());
        let headers = message.headers.as_ref().ok_or_else(broken)?;
        let optional = |name: &str| headers.get(name).map(|value| value.as_str().to_owned());
        let required = |name: &str| optional(name).ok_or_else(broken);
        let version = headers.get("ce-schemaversion").ok_or_else(broken)?;
        let time = headers.get("ce-time").ok_or_else(broken)?;
        let time = OffsetDateTime::parse(time.as_str(), &Rfc3339).map_err(|_| broken())?;
        let payload = std::str::from_utf8(&message.payload).map_err(|_| broken())?;
        self.ids.push(required("ce-id")?);
        self.types.push(required("ce-type")?);
        self.versions
            .push(version.as_str().parse().map_err(|_| broken())?);
        self.times.push(time);
        self.tenants.push(required("ce-tenantid")?);
        self.producers.push(required("ce-source")?);
        self.subjects.push(optional("ce-subject"));
        self.actors.push(required("ce-actor")?);
        self.correlations.push(optional("ce-correlationid"));
        self.causations.push(optional("ce-causationid"));
        self.traces.push(optional("ce-traceparent"));
        self.payloads.push(payload.to_owned());
        Ok(())
    }

    async fn insert(self, pool: &PgPool, sequence: i64) -> Result<(), Error> {
        let mut tx = pool.begin().await?;
        sqlx::query(INSERT)
            .bind(self.ids)
            .bind(self.types)
            .bind(self.versions)
            .bind(self.times)
            .bind(self.tenants)
            .bind(self.producers)
            .bind(self.subjects)
            .bind(self.actors)
            .bind(self.correlations)
            .bind(self.causations)
            .bind(self.traces)
            .bind(self.payloads)
            .execute(&mut *tx)
            .await?;
        sqlx::query(MOVE).bind(sequence).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }
}
