//! The comparison of a log with its stream: by position, id, envelope and payload, in windows of both.
//!
//! Only what both can still have is compared. The stream may have let go of its oldest messages, and the log of its
//! oldest events; what the log has behind the stream's last message is on its way.

use async_nats::jetstream;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::{Client, jetstream::Message};
use dispatcher_runtime::transfer::{
    OutboundEvent, OutboundLimits, OutboundLog, TransferEvent, read_headers,
};
use futures_util::StreamExt;
use serde::Serialize;
use sqlx::PgPool;
use std::collections::VecDeque;

use crate::error::TransferError;
use crate::sink::pairs;
use crate::stream::Facts;

/// How many disagreements are described; all are counted.
const MOST_DESCRIBED: usize = 20;

/// How many bytes of payloads of the log are read at once.
const WINDOW_BYTES: u64 = 16 << 20;

/// What a comparison has found.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Verification {
    /// The stream.
    pub stream: String,
    /// Its first sequence that was compared; 0 of an empty stream.
    pub first_sequence: i64,
    /// Its last one.
    pub last_sequence: i64,
    /// The position of its last message.
    pub last_position: i64,
    /// How many events are in both and the same.
    pub equal: u64,
    /// How many of these have been erased in the log since they were sent: the stream still has their payloads.
    pub erased_since: u64,
    /// How many messages of the stream are older than the first event that the log still has, and were not compared.
    pub older_than_log: u64,
    /// How many events of the log are behind the last message of the stream.
    pub not_sent: u64,
    /// How many disagreements there are.
    pub disagreements: u64,
    /// The first 20 of them.
    pub described: Vec<Disagreement>,
}

/// A place where log and stream differ.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Disagreement {
    /// How.
    pub kind: DisagreementKind,
    /// The position in the log, if the message has one.
    pub position: Option<i64>,
    /// The sequence in the stream, if it is there.
    pub sequence: Option<i64>,
    /// The id of the event, if it can be read.
    pub event_id: Option<String>,
    /// In words.
    pub text: String,
}

/// How log and stream differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DisagreementKind {
    /// The log has an event that the stream has passed over.
    Missing,
    /// The stream has a message that the log has no event for.
    Extra,
    /// A message comes after one of the same or a later position.
    Order,
    /// Another event is at that position.
    Event,
    /// The envelope differs.
    Envelope,
    /// The payload differs.
    Payload,
}

impl Verification {
    fn disagree(
        &mut self,
        kind: DisagreementKind,
        position: Option<i64>,
        sequence: Option<i64>,
        event_id: Option<&str>,
        text: String,
    ) {
        self.disagreements += 1;
        if self.described.len() < MOST_DESCRIBED {
            self.described.push(Disagreement {
                kind,
                position,
                sequence,
                event_id: event_id.map(str::to_owned),
                text,
            });
        }
    }
}

/// Compares the log of a database with the stream that its relay writes. `schema` is that of the table family; `None` stands
/// for the search path. `window` is how many events are read at once, from 1 to 1000.
///
/// # Errors
/// The database or NATS failed, or there is no such stream.
///
/// # Cancellation
/// Reads only; may be dropped.
pub async fn verify(
    pool: PgPool,
    schema: Option<&str>,
    client: &Client,
    stream: &str,
    window: u32,
) -> Result<Verification, TransferError> {
    let context = jetstream::new(client.clone());
    let (handle, facts) = Facts::of(&context, stream).await?;
    let mut verification = Verification {
        stream: stream.to_owned(),
        first_sequence: facts.first_sequence,
        last_sequence: facts.last_sequence,
        ..Verification::default()
    };
    let mut log = Window::new(OutboundLog::new(pool, schema)?, window);
    if facts.first_sequence == 0 || facts.first_sequence > facts.last_sequence {
        // No message is left. What was sent before cannot be told from what was not.
        if facts.last_sequence == 0 {
            verification.not_sent = log.rest(0).await?;
        }
        return Ok(verification);
    }
    let start = u64::try_from(facts.first_sequence).unwrap_or(1);
    let config = pull::Config {
        deliver_policy: DeliverPolicy::ByStartSequence {
            start_sequence: start,
        },
        ack_policy: AckPolicy::None,
        memory_storage: true,
        num_replicas: 1,
        ..pull::Config::default()
    };
    let consumer = handle
        .create_consumer(config)
        .await
        .map_err(|error| TransferError::nats("create a consumer")(error.into()))?;
    let messages = consumer.stream().max_messages_per_batch(window as usize);
    let mut messages = messages
        .messages()
        .await
        .map_err(|error| TransferError::nats("read the stream")(error.into()))?;
    let mut comparison = Comparison {
        is_whole: facts.first_sequence == 1,
        previous: None,
        has_begun: false,
    };
    while let Some(message) = messages.next().await {
        let message =
            message.map_err(|error| TransferError::nats("read the stream")(error.into()))?;
        let sequence = comparison
            .take(&message, &mut log, &mut verification)
            .await?;
        if sequence >= facts.last_sequence {
            break;
        }
    }
    verification.last_position = comparison.previous.unwrap_or_default();
    verification.not_sent = log.rest(verification.last_position).await?;
    Ok(verification)
}

/// The next events of the log.
struct Window {
    log: OutboundLog,
    limits: OutboundLimits,
    events: VecDeque<OutboundEvent>,
    /// `None` until it is read for the first time.
    after: Option<i64>,
    is_at_the_end: bool,
}

impl Window {
    fn new(log: OutboundLog, events: u32) -> Self {
        let limits = OutboundLimits {
            events: events.clamp(1, 1000),
            bytes: WINDOW_BYTES,
            payload_bytes: u64::MAX,
        };
        Self {
            log,
            limits,
            events: VecDeque::new(),
            after: None,
            is_at_the_end: false,
        }
    }

    /// The next event, read from behind `start` at first.
    async fn next(&mut self, start: i64) -> Result<Option<&OutboundEvent>, TransferError> {
        while self.events.is_empty() && !self.is_at_the_end {
            let after = self.after.unwrap_or(start);
            let batch = self.log.read(after, self.limits).await?;
            self.after = Some(batch.until);
            self.is_at_the_end = !batch.has_more;
            self.events = batch.events.into();
        }
        Ok(self.events.front())
    }

    /// How many events are behind that position.
    async fn rest(&mut self, position: i64) -> Result<u64, TransferError> {
        let count = self.log.count(position, i64::MAX).await?;
        Ok(count.unsigned_abs())
    }
}

struct Comparison {
    /// Whether the stream has every message that it ever had.
    is_whole: bool,
    /// The position of the message before.
    previous: Option<i64>,
    /// Whether an event of the log was reached.
    has_begun: bool,
}

impl Comparison {
    /// Compares a message, and returns its sequence.
    async fn take(
        &mut self,
        message: &Message,
        log: &mut Window,
        found: &mut Verification,
    ) -> Result<i64, TransferError> {
        let info = message
            .info()
            .map_err(TransferError::nats("read the number of a message"))?;
        let sequence = i64::try_from(info.stream_sequence).unwrap_or(i64::MAX);
        let sent = match Sent::of(message) {
            Ok(sent) => sent,
            Err(problem) => {
                let text = format!("the message was not sent by a relay: {problem}");
                found.disagree(DisagreementKind::Extra, None, Some(sequence), None, text);
                return Ok(sequence);
            }
        };
        let (position, id) = (sent.position, sent.event.event_id.as_str());
        if let Some(previous) = self.previous.filter(|previous| position <= *previous) {
            let text = format!("it comes after the event of position {previous}");
            let kind = DisagreementKind::Order;
            found.disagree(kind, Some(position), Some(sequence), Some(id), text);
            return Ok(sequence);
        }
        self.previous = Some(position);
        let start = if self.is_whole { 0 } else { position - 1 };
        while let Some(next) = log.next(start).await? {
            if next.position > position {
                break;
            }
            self.has_begun = true;
            if next.position < position {
                let text = "the log has it, and the stream does not".to_owned();
                let kind = DisagreementKind::Missing;
                let id = next.event.event_id.as_str();
                found.disagree(kind, Some(next.position), None, Some(id), text);
            } else {
                compare(next, &sent, sequence, found);
                log.events.pop_front();
                return Ok(sequence);
            }
            log.events.pop_front();
        }
        if self.has_begun {
            let text = "the stream has it, and the log does not".to_owned();
            let kind = DisagreementKind::Extra;
            found.disagree(kind, Some(position), Some(sequence), Some(id), text);
        } else {
            found.older_than_log += 1;
        }
        Ok(sequence)
    }
}

/// What a relay has sent.
struct Sent {
    position: i64,
    event: TransferEvent,
    /// The event was too large, and the payload says so.
    is_omitted: bool,
}

impl Sent {
    fn of(message: &Message) -> Result<Self, String> {
        let headers = message.headers.as_ref().ok_or("it has no headers")?;
        let given = |name: &str| headers.get(name).map(|value| value.as_str());
        let position = given("dispatcher-position").and_then(|text| text.parse().ok());
        let payload = std::str::from_utf8(&message.payload).map_err(|error| error.to_string())?;
        let event = read_headers(pairs(headers), payload.to_owned());
        Ok(Self {
            position: position.ok_or("the header `dispatcher-position` is missing")?,
            event: event.map_err(|error| error.to_string())?,
            is_omitted: given("dispatcher-omitted").is_some(),
        })
    }
}

fn compare(logged: &OutboundEvent, sent: &Sent, sequence: i64, found: &mut Verification) {
    let (log, stream) = (&logged.event, &sent.event);
    let (position, id) = (logged.position, log.event_id.as_str());
    let mut disagree = |kind, text: String| {
        found.disagree(kind, Some(position), Some(sequence), Some(id), text);
    };
    if log.event_id != stream.event_id {
        let text = format!("the stream has the event {} there", stream.event_id);
        return disagree(DisagreementKind::Event, text);
    }
    let is_erased = log.erased_at.is_some() && stream.erased_at.is_none();
    let with_payload_of_log = TransferEvent {
        payload: log.payload.clone(),
        erased_at: log.erased_at,
        ..stream.clone()
    };
    if with_payload_of_log != *log {
        let text = "its envelope differs".to_owned();
        return disagree(DisagreementKind::Envelope, text);
    }
    if !is_erased && !sent.is_omitted && log.payload != stream.payload {
        let text = "its payload differs".to_owned();
        return disagree(DisagreementKind::Payload, text);
    }
    found.equal += 1;
    found.erased_since += u64::from(is_erased);
}
