//! What a run has left: the ledger, the stream, what arrived in the consuming log, effects and dead letters.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use futures_util::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};
use sqlx::{PgPool, Row};

use super::role::STREAM;
use super::world::World;
use super::{Error, reach};

/// A committed event, as its writer entered it.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) event_id: String,
    pub(super) position: i64,
    pub(super) subject: String,
    pub(super) n: Option<i64>,
    pub(super) kind: String,
    /// SHA-256 of the payload.
    pub(super) payload: Vec<u8>,
    /// A digest of the whole event.
    pub(super) event: String,
}

/// A message of the stream.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Message {
    pub(super) sequence: u64,
    pub(super) event_id: String,
    pub(super) position: i64,
    pub(super) payload: Vec<u8>,
}

/// An event that was inserted into the consuming log.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) event_id: String,
    pub(super) event: String,
}

/// Where a relay or a mirror said that it is.
#[derive(Clone, Debug)]
pub(super) struct Observation {
    pub(super) direction: String,
    pub(super) was: i64,
    pub(super) sequence: i64,
    pub(super) anchor: Option<(i64, String)>,
}

/// The row of a relay or a mirror, as the run has left it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) direction: String,
    pub(super) sequence: i64,
    /// In the producing log, of a relay.
    pub(super) position: i64,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Books {
    /// In the order of positions.
    pub(super) ledger: Vec<Entry>,
    /// What is in the producing log and not in the ledger.
    pub(super) invented: Vec<String>,
    /// In its order, as the first server has it that was asked.
    pub(super) stream: Vec<Message>,
    /// As the other servers have it.
    pub(super) replicas: Vec<(String, Vec<Message>)>,
    /// In the order of the consuming log.
    pub(super) arrivals: Vec<Arrival>,
    /// Subscription and event, in the order in which they were applied.
    pub(super) effects: Vec<(String, String)>,
    pub(super) dead: Vec<String>,
    pub(super) observations: Vec<Observation>,
    /// Of the relay, and of the mirror.
    pub(super) places: Vec<Place>,
}

impl Books {
    pub(super) async fn read(world: &World) -> Result<Self, Error> {
        let (produced, consumed) = (&world.produced, &world.consumed);
        let mut observed = reach(async || observations(produced).await).await?;
        observed.extend(reach(async || observations(consumed).await).await?);
        let invented = "SELECT event_id FROM dispatcher_event
                         WHERE NOT EXISTS (SELECT FROM ledger WHERE ledger.position = dispatcher_event.position)";
        let effects = "SELECT subscription, event_id FROM effect ORDER BY seq";
        let dead = "SELECT event_id FROM dispatcher_dead_letter";
        let mut places = reach(async || self::places(produced).await).await?;
        places.extend(reach(async || self::places(consumed).await).await?);
        let mut replicas = replicas(world).await?;
        let (_, stream) = replicas.remove(0);
        Ok(Self {
            ledger: ledger(produced).await?,
            invented: sqlx::query_scalar(invented).fetch_all(produced).await?,
            stream,
            replicas,
            arrivals: arrivals(consumed).await?,
            effects: sqlx::query_as(effects).fetch_all(consumed).await?,
            dead: sqlx::query_scalar(dead).fetch_all(consumed).await?,
            observations: observed,
            places,
        })
    }
}

async fn ledger(pool: &PgPool) -> Result<Vec<Entry>, sqlx::Error> {
    let mut rows = sqlx::query("SELECT * FROM ledger ORDER BY position").fetch(pool);
    let mut ledger = Vec::new();
    while let Some(row) = rows.try_next().await? {
        ledger.push(Entry {
            key: row.try_get("key")?,
            event_id: row.try_get("event_id")?,
            position: row.try_get("position")?,
            subject: row.try_get("subject")?,
            n: row.try_get("n")?,
            kind: row.try_get("kind")?,
            payload: row.try_get("payload")?,
            event: row.try_get("event")?,
        });
    }
    Ok(ledger)
}

async fn arrivals(pool: &PgPool) -> Result<Vec<Arrival>, sqlx::Error> {
    let select = "SELECT event_id, event FROM arrival ORDER BY position";
    let mut rows = sqlx::query(select).fetch(pool);
    let mut arrivals = Vec::new();
    while let Some(row) = rows.try_next().await? {
        arrivals.push(Arrival {
            event_id: row.try_get("event_id")?,
            event: row.try_get("event")?,
        });
    }
    Ok(arrivals)
}

async fn observations(pool: &PgPool) -> Result<Vec<Observation>, sqlx::Error> {
    let select = "SELECT * FROM observation ORDER BY seq";
    let rows = sqlx::query(select).fetch_all(pool).await?;
    let read = |row: &sqlx::postgres::PgRow| {
        let sequence: Option<i64> = row.try_get("anchor_sequence")?;
        let event_id: Option<String> = row.try_get("anchor_event_id")?;
        Ok(Observation {
            direction: row.try_get("direction")?,
            was: row.try_get("was")?,
            sequence: row.try_get("sequence")?,
            anchor: sequence.zip(event_id),
        })
    };
    rows.iter().map(read).collect()
}

/// The rows of the relays and mirrors of a database.
pub(super) async fn places(pool: &PgPool) -> Result<Vec<Place>, sqlx::Error> {
    let select = "SELECT direction, sequence, position FROM dispatcher_transfer";
    let rows = sqlx::query(select).fetch_all(pool).await?;
    let read = |row: &sqlx::postgres::PgRow| {
        Ok(Place {
            direction: row.try_get("direction")?,
            sequence: row.try_get("sequence")?,
            position: row.try_get("position")?,
        })
    };
    rows.iter().map(read).collect()
}

/// What each server has of the stream.
async fn replicas(world: &World) -> Result<Vec<(String, Vec<Message>)>, Error> {
    let mut replicas = Vec::<(String, Vec<Message>)>::new();
    let mut tries = 0;
    while replicas.len() < world.replicas {
        let known: Vec<_> = replicas.iter().map(|(server, _)| server.clone()).collect();
        let read = tokio::time::timeout(Duration::from_secs(120), read_another(world, &known));
        match read.await {
            Ok(Ok(Some(read))) => replicas.push(read),
            // Its consumer was placed on a server that was read already.
            Ok(Ok(None)) => {}
            // A cluster may choose another leader meanwhile: then from the beginning.
            Ok(Err(error)) if tries == 5 => return Err(Error::Harness(error.to_string())),
            Err(late) if tries == 5 => return Err(Error::harness(late)),
            _ => tries += 1,
        }
    }
    Ok(replicas)
}

/// Every message, by a consumer with one replica: it reads the store of the server on which the cluster places it, which
/// is any. None: that server is known.
async fn read_another(
    world: &World,
    known: &[String],
) -> Result<Option<(String, Vec<Message>)>, Box<dyn std::error::Error + Send + Sync>> {
    let stream = world.jetstream.get_stream(STREAM).await?;
    let config = pull::Config {
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::None,
        memory_storage: true,
        num_replicas: 1,
        ..pull::Config::default()
    };
    let mut consumer = stream.create_consumer(config).await?;
    let info = consumer.info().await?.clone();
    let server = match info.cluster {
        Some(cluster) => cluster.leader.ok_or("the consumer has no server yet")?,
        None => String::new(),
    };
    // What this server has, which may be more or less than the one that leads.
    let all = usize::try_from(info.num_pending)?;
    if known.contains(&server) {
        stream.delete_consumer(&info.name).await?;
        return Ok(None);
    }
    let mut next = consumer
        .stream()
        .max_messages_per_batch(2_000)
        .messages()
        .await?;
    let mut messages = Vec::new();
    while messages.len() < all {
        let message = next.next().await.ok_or("the consumer has ended")??;
        let given = |name: &str| {
            let headers = message.headers.as_ref()?;
            Some(headers.get(name)?.as_str().to_owned())
        };
        messages.push(Message {
            sequence: message.info()?.stream_sequence,
            event_id: given("ce-id").unwrap_or_default(),
            position: given("dispatcher-position")
                .and_then(|position| position.parse().ok())
                .unwrap_or(-1),
            payload: Sha256::digest(&message.payload).to_vec(),
        });
    }
    Ok(Some((server, messages)))
}
