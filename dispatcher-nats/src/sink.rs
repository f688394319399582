//! The stream as a relay writes it: what is last in it, and batches that follow a sequence or are refused (T1, T2).
//!
//! A batch is atomic, and its first message names the sequence that it follows. So the stream takes all of a batch or
//! nothing, and takes it only where the relay believes the stream to be. A repeated batch, one of a relay that was
//! stopped for a day, or one behind a batch that failed, names a sequence that has passed, and is refused. There is no
//! `Nats-Msg-Id`: it is forgotten after the duplicate window, and one repeated id refuses a whole batch.
//!
//! Several batches may be on their way. They are confirmed in their order; if one fails, all later ones do.

use std::time::Duration;

use async_nats::header::{self, HeaderMap, HeaderName};
use async_nats::jetstream::stream::RawMessageErrorKind;
use async_nats::{Client, Message, Subscriber, jetstream};
use dispatcher_runtime::transfer::{OutboundEvent, read_headers, write_headers};
use futures_util::StreamExt;
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use crate::error::TransferError;
use crate::stream::Facts;
use crate::subject;

/// Room for the lines around the headers of a message.
const AROUND_HEADERS: usize = 256;

/// The header of an event whose payload was left out.
const OMITTED: &str = "dispatcher-omitted";

/// What the server says of a stream that has no room: 10077 of messages, and its texts for bytes.
const FULL: [&str; 3] = [
    "maximum messages exceeded",
    "maximum bytes exceeded",
    "insufficient storage",
];

pub(crate) struct Sink {
    client: Client,
    context: jetstream::Context,
    stream: String,
    prefix: String,
    replies: Subscriber,
    inbox: String,
    batches: u64,
    /// Of a message, with its headers.
    max_bytes: usize,
    /// How long the confirmation of a batch may take.
    limit: Duration,
}

/// The last event of the stream.
#[derive(Debug)]
pub(crate) struct LastEvent {
    pub(crate) sequence: i64,
    pub(crate) position: i64,
    pub(crate) event_id: String,
    pub(crate) inserted_at: OffsetDateTime,
}

/// The stream's answer to a batch, in the form of JetStream's API.
#[derive(Deserialize)]
struct Answer {
    stream: Option<String>,
    seq: Option<i64>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    description: String,
}

impl Sink {
    pub(crate) async fn open(
        client: &Client,
        stream: &str,
        prefix: &str,
        limit: Duration,
    ) -> Result<(Self, Facts), TransferError> {
        let context = jetstream::new(client.clone());
        let (_, facts) = Facts::of(&context, stream).await?;
        if let Some(fault) = facts.unsuitable(prefix) {
            return Err(TransferError::Config(fault));
        }
        let inbox = client.new_inbox();
        let replies = client
            .subscribe(format!("{inbox}.*"))
            .await
            .map_err(|error| TransferError::nats("subscribe to confirmations")(error.into()))?;
        let most = usize::try_from(facts.config.max_message_size).ok();
        let max_bytes = client.server_info().max_payload;
        let max_bytes = most
            .filter(|most| *most > 0)
            .unwrap_or(max_bytes)
            .min(max_bytes);
        let sink = Self {
            client: client.clone(),
            context,
            stream: stream.to_owned(),
            prefix: prefix.to_owned(),
            replies,
            inbox,
            batches: 0,
            max_bytes,
            limit,
        };
        Ok((sink, facts))
    }

    /// Of a message, with its headers.
    pub(crate) fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// T1: the event at a sequence. The leader is asked, because other servers may not have the last one yet.
    pub(crate) async fn event_at(&self, sequence: i64) -> Result<Option<LastEvent>, TransferError> {
        let (stream, _) = Facts::of(&self.context, &self.stream).await?;
        let asked = u64::try_from(sequence).unwrap_or_default();
        let message = match stream.get_raw_message(asked).await {
            Ok(message) => message,
            Err(error) if matches!(error.kind(), RawMessageErrorKind::NoMessageFound) => {
                return Ok(None);
            }
            Err(error) => {
                return Err(TransferError::nats("read the last message")(error.into()));
            }
        };
        let given = |name: &str| message.headers.get(name).map(|value| value.as_str());
        let read = || {
            let inserted_at = given("dispatcher-inserted-at")?;
            let event = read_headers(pairs(&message.headers), String::new()).ok()?;
            Some(LastEvent {
                sequence,
                position: given("dispatcher-position")?.parse().ok()?,
                event_id: event.event_id,
                inserted_at: OffsetDateTime::parse(inserted_at, &Rfc3339).ok()?,
            })
        };
        read().map(Some).ok_or_else(|| TransferError::Mismatch {
            stream: self.stream.clone(),
            problem: format!(
                "its message {sequence} was not sent by a relay. Nothing else may write to the stream"
            ),
        })
    }

    /// T2: sends a batch that follows the sequence `after`, and returns before it is confirmed: how many of the events have no
    /// payload, because it is too large.
    pub(crate) async fn send(
        &mut self,
        after: i64,
        events: Vec<OutboundEvent>,
    ) -> Result<usize, TransferError> {
        let limit = self.limit;
        // A server that reads nothing would hold it up for as long as the connection lasts.
        let written = tokio::time::timeout(limit, self.write(after, events)).await;
        written.unwrap_or_else(|_| {
            Err(TransferError::Nats {
                doing: "send a batch",
                problem: format!("the server has not read it within {limit:?}"),
            })
        })
    }

    async fn write(
        &mut self,
        after: i64,
        events: Vec<OutboundEvent>,
    ) -> Result<usize, TransferError> {
        self.batches += 1;
        let mut too_large = 0;
        let token = self.inbox.rsplit('.').next().unwrap_or_default();
        let batch = format!("{token}-{}", self.batches);
        let last = events.len();
        for (index, event) in events.into_iter().enumerate() {
            let number = index + 1;
            let subject = subject::of(&self.prefix, &event);
            let (mut headers, payload) = self.message(event);
            too_large += usize::from(headers.get(OMITTED).is_some());
            headers.insert(header::NATS_BATCH_ID, batch.as_str());
            headers.insert(header::NATS_BATCH_SEQUENCE, number.to_string());
            if index == 0 {
                headers.insert(header::NATS_EXPECTED_LAST_SEQUENCE, after.to_string());
            }
            let sent = if number == last {
                headers.insert(header::NATS_BATCH_COMMIT, header::NATS_BATCH_COMMIT_FINAL);
                let reply = format!("{}.{}", self.inbox, self.batches);
                let client = &self.client;
                client
                    .publish_with_reply_and_headers(subject, reply, headers, payload.into())
                    .await
            } else {
                let client = &self.client;
                client
                    .publish_with_headers(subject, headers, payload.into())
                    .await
            };
            sent.map_err(|error| TransferError::nats("send a batch")(error.into()))?;
        }
        Ok(too_large)
    }

    /// The headers of an event and its payload, or a text that says that it is too large.
    fn message(&self, event: OutboundEvent) -> (HeaderMap, String) {
        let mut pairs = write_headers(&event.event);
        pairs.push(("dispatcher-position", event.position.to_string()));
        pairs.push(("dispatcher-inserted-at", event.inserted_at_text()));
        let bytes = pairs
            .iter()
            .map(|(name, value)| name.len() + value.len() + 4)
            .sum::<usize>();
        let (too_large, mut event) = (event.too_large, event.event);
        let most = self.max_bytes.saturating_sub(bytes + AROUND_HEADERS);
        if too_large.is_some() || event.payload.len() > most {
            let length = too_large.unwrap_or(event.payload.len() as i64);
            let reason =
                format!("it has {length} bytes, and a message of the stream has room for {most}");
            event = event.without_payload(&reason);
            pairs.push((OMITTED, "payload".to_owned()));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(HeaderName::from_static(name), value);
        }
        (headers, event.payload)
    }

    /// When a batch that is sent now has to be confirmed.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.limit
    }

    /// The last sequence of the next batch that is confirmed, or an error at the deadline. Without one nothing is on its
    /// way, and this waits forever. It may be dropped, and called again with the same deadline.
    pub(crate) async fn confirmed(
        &mut self,
        deadline: Option<Instant>,
    ) -> Result<i64, TransferError> {
        let Some(deadline) = deadline else {
            return std::future::pending().await;
        };
        let answer = tokio::time::timeout_at(deadline, self.replies.next()).await;
        let problem = match answer {
            Ok(Some(message)) => return self.read_answer(&message),
            Ok(None) => "the connection is closed".to_owned(),
            Err(_) => format!("no confirmation within {:?}", self.limit),
        };
        Err(TransferError::Nats {
            doing: "send a batch",
            problem,
        })
    }

    fn read_answer(&self, message: &Message) -> Result<i64, TransferError> {
        let refused = |problem: String| TransferError::Nats {
            doing: "send a batch",
            problem,
        };
        if let Some(status) = message.status {
            return Err(refused(format!("no stream takes it (status {status})")));
        }
        let answer: Answer = serde_json::from_slice(&message.payload)
            .map_err(|error| refused(format!("the answer cannot be read: {error}")))?;
        if let Some(Refusal { description }) = answer.error {
            let is_full = FULL.iter().any(|text| description.contains(text));
            if !is_full {
                return Err(refused(description));
            }
            return Err(TransferError::Full {
                stream: self.stream.clone(),
                problem: description,
            });
        }
        match (answer.stream, answer.seq) {
            (Some(stream), Some(sequence)) if stream == self.stream => Ok(sequence),
            (stream, _) => Err(refused(format!(
                "the stream {:?} took it",
                stream.unwrap_or_default()
            ))),
        }
    }
}

/// The headers of a message; of one that is there twice the first.
pub(crate) fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().filter_map(|(name, values)| {
        let value = values.first()?;
        Some((name.as_ref(), value.as_str()))
    })
}
