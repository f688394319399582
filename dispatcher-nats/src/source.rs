//! The stream as a mirror reads it (M1): messages behind a sequence, in their order, without a gap.
//!
//! The consumer in NATS lives as long as the session and acknowledges nothing, so it has no pending acknowledgements, no
//! redelivery and no state that could be lost: where it begins is said by the row in Postgres. A message that is lost on
//! the way is not sent again, so the numbers that the consumer gives have to follow each other; if they do not, the
//! session ends, and the next one begins behind the row.
//!
//! A consumer reads what its server has of the stream, and that may be less than what the leader of the stream has. Then
//! the server moves where the consumer begins to the end of what it has, so that messages come again that were read; and
//! what the leader has may be on its way to that server still. So the consumer is to be on the leader, and neither may move
//! the row: events that come again are recognised only while the log has them, and what is passed over is never read.

use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, Info, pull};
use async_nats::jetstream::stream::RawMessageErrorKind;
use dispatcher_runtime::transfer::{TransferEvent, read_headers};
use futures_util::{FutureExt, StreamExt};
use time::OffsetDateTime;

use crate::error::TransferError;
use crate::sink::pairs;
use crate::stream::Facts;
use crate::subject;

/// After how long without a session the server removes its consumer.
const INACTIVE: Duration = Duration::from_secs(60);

/// How often the server says that it is there, while it has nothing to send.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// How long one request for messages is open.
const REQUEST: Duration = Duration::from_secs(30);

/// How many bytes of messages are taken at once, except for the last one.
const CHUNK_BYTES: usize = 8 << 20;

/// How many messages are asked for at once; the next are asked for when half of them have come.
const REQUESTED: usize = 2000;

/// How many bytes of messages are asked for at once, but at least two of the largest messages that the server takes: one
/// that is larger than a request is never sent.
const REQUESTED_BYTES: usize = 16 << 20;

pub(crate) struct Source {
    context: jetstream::Context,
    stream: String,
    prefix: String,
    consumer: Consumer<pull::Config>,
    messages: pull::Stream,
    /// How many messages the consumer has sent.
    received: u64,
    /// The sequence of the last one, and at first the one that it is to begin behind.
    last: i64,
}

/// Messages in the order of the stream.
pub(crate) struct Chunk {
    pub(crate) events: Vec<TransferEvent>,
    /// How many of them are rows for messages that are not events.
    pub(crate) unreadable: usize,
    /// Of the messages, with their headers.
    bytes: usize,
    /// The sequence of the first one.
    first: i64,
    /// The first sequence between two of them that none has.
    missing: Option<i64>,
    /// The sequence of the last one.
    pub(crate) sequence: i64,
    /// When the stream stored it.
    pub(crate) stored_at: OffsetDateTime,
    /// How many the stream has after it.
    pub(crate) pending: u64,
}

impl Chunk {
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Whether nothing is gained by waiting: it is full, or the stream had nothing after it. A transaction costs the same for
    /// one event as for many.
    pub(crate) fn is_complete(&self, most: usize) -> bool {
        self.pending == 0 || !self.has_room(most)
    }

    /// The first sequence behind a place up to its last one of which it has no message: the message is not for this mirror, or
    /// was removed before it was read.
    pub(crate) fn first_missing(&self, after: i64) -> Option<i64> {
        if self.first > after + 1 {
            Some(after + 1)
        } else {
            self.missing
        }
    }

    /// Whether it may have more messages.
    pub(crate) fn has_room(&self, most: usize) -> bool {
        self.events.len() < most && self.bytes < CHUNK_BYTES
    }
}

impl Default for Chunk {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            unreadable: 0,
            bytes: 0,
            first: 0,
            missing: None,
            sequence: 0,
            stored_at: OffsetDateTime::UNIX_EPOCH,
            pending: 0,
        }
    }
}

impl Source {
    /// A consumer of these event types behind a sequence.
    pub(crate) async fn open(
        context: &jetstream::Context,
        stream: &str,
        prefix: &str,
        event_types: &[String],
        after: i64,
    ) -> Result<Self, TransferError> {
        let config = pull::Config {
            deliver_policy: DeliverPolicy::ByStartSequence {
                start_sequence: u64::try_from(after).unwrap_or_default() + 1,
            },
            ack_policy: AckPolicy::None,
            filter_subjects: event_types
                .iter()
                .map(|event_type| subject::filter(prefix, event_type))
                .collect(),
            inactive_threshold: INACTIVE,
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        };
        let consumer = create(context, stream, config).await?;
        let largest = context.client().server_info().max_payload;
        let requested_bytes = REQUESTED_BYTES.max(largest.saturating_mul(2));
        let messages = consumer
            .stream()
            .max_messages_per_batch(REQUESTED)
            .max_bytes_per_batch(requested_bytes)
            .expires(REQUEST)
            .heartbeat(HEARTBEAT)
            .messages()
            .await
            .map_err(|error| TransferError::nats("read the stream")(error.into()))?;
        Ok(Self {
            context: context.clone(),
            stream: stream.to_owned(),
            prefix: prefix.to_owned(),
            consumer,
            messages,
            received: 0,
            last: after,
        })
    }

    /// Adds messages to a chunk that has room: waits for one, and takes what is there already. It may be dropped: then
    /// nothing was added, or what was added is complete.
    pub(crate) async fn fill(
        &mut self,
        chunk: &mut Chunk,
        most: usize,
    ) -> Result<(), TransferError> {
        let mut next = self.messages.next().await;
        loop {
            match next {
                Some(Ok(message)) => self.take(&message, chunk)?,
                Some(Err(error)) => {
                    return Err(TransferError::nats("read the stream")(error.into()));
                }
                None => {
                    return Err(TransferError::Nats {
                        doing: "read the stream",
                        problem: "the consumer has ended".to_owned(),
                    });
                }
            }
            if !chunk.has_room(most) {
                return Ok(());
            }
            next = match self.messages.next().now_or_never() {
                Some(next) => next,
                None => return Ok(()),
            };
        }
    }

    fn take(
        &mut self,
        message: &jetstream::Message,
        chunk: &mut Chunk,
    ) -> Result<(), TransferError> {
        let info = message
            .info()
            .map_err(TransferError::nats("read the number of a message"))?;
        self.received += 1;
        if info.consumer_sequence != self.received {
            return Err(TransferError::Nats {
                doing: "read the stream",
                problem: format!("message {} of the consumer did not arrive", self.received),
            });
        }
        let sequence = i64::try_from(info.stream_sequence).unwrap_or(i64::MAX);
        expect_further(self.last, sequence)?;
        self.last = sequence;
        if chunk.is_empty() {
            chunk.first = sequence;
        } else if chunk.missing.is_none() && sequence > chunk.sequence + 1 {
            chunk.missing = Some(chunk.sequence + 1);
        }
        chunk.sequence = sequence;
        chunk.stored_at = info.published;
        chunk.pending = info.pending;
        chunk.bytes += message.length;
        let event = self.event(message, chunk.sequence);
        chunk.unreadable += usize::from(event.is_err());
        chunk.events.push(event.unwrap_or_else(|row| *row));
        Ok(())
    }

    /// The event of a message, or a row that says why it has none.
    fn event(
        &self,
        message: &jetstream::Message,
        sequence: i64,
    ) -> Result<TransferEvent, Box<TransferEvent>> {
        let given = message.headers.as_ref();
        let read = || {
            let payload = std::str::from_utf8(&message.payload)
                .map_err(|_| "the payload is not UTF-8".to_owned())?;
            let headers = given.into_iter().flat_map(pairs);
            let event =
                read_headers(headers, payload.to_owned()).map_err(|error| error.to_string())?;
            match event.unstorable() {
                Some(problem) => Err(problem),
                None => Ok(event),
            }
        };
        read().map_err(|problem| {
            let event_type = subject::event_type_in(&self.prefix, &message.subject);
            let id = format!("{} {sequence}", self.stream);
            let reason = format!("message {sequence} is not an event: {problem}");
            let row = TransferEvent::unreadable(id, event_type.to_owned(), &reason);
            Box::new(row)
        })
    }

    /// Up to which sequence every message for this mirror has been taken, if that is known: what follows the last one was
    /// of other event types.
    pub(crate) async fn examined(&mut self) -> Result<(Facts, Option<i64>), TransferError> {
        // In this order: what is counted as pending may be newer than the last sequence, never the other way round.
        let (_, facts) = Facts::of(&self.context, &self.stream).await?;
        let info = self
            .consumer
            .get_info()
            .await
            .map_err(|error| TransferError::nats("look at the consumer")(error.into()))?;
        let examined = examined(&facts, &info, self.received)?;
        Ok((facts, examined))
    }
}

/// Whether a message has a sequence behind the last one.
fn expect_further(last: i64, sequence: i64) -> Result<(), TransferError> {
    if sequence > last {
        return Ok(());
    }
    Err(TransferError::Nats {
        doing: "read the stream",
        problem: format!(
            "message {sequence} came after {last}: the consumer is on a server that does not have the whole stream yet"
        ),
    })
}

/// Whether a consumer is on the server that leads the stream. Without a cluster there is one server, and only some answers
/// name it.
fn is_on_the_leader(facts: &Facts, consumer: &Info) -> bool {
    let server = consumer.cluster.as_ref();
    let server = server.and_then(|it| it.leader.as_ref());
    server
        .zip(facts.leader.as_ref())
        .is_none_or(|(one, other)| one == other)
}

/// How often a consumer is created, because a cluster places it at random.
const PLACED: u32 = 20;

/// A consumer on the server that leads the stream, if possible.
async fn create(
    context: &jetstream::Context,
    stream: &str,
    config: pull::Config,
) -> Result<Consumer<pull::Config>, TransferError> {
    let failed = TransferError::nats("create a consumer");
    let mut tries = 1;
    loop {
        let (handle, facts) = Facts::of(context, stream).await?;
        let consumer = match handle.create_consumer(config.clone()).await {
            Ok(consumer) => consumer,
            Err(error) => return Err(failed(error.into())),
        };
        let info = match consumer.get_info().await {
            Ok(info) => info,
            Err(error) => return Err(failed(error.into())),
        };
        if tries == PLACED || is_on_the_leader(&facts, &info) {
            return Ok(consumer);
        }
        tries += 1;
        // If it cannot be deleted, the server does that after a while.
        _ = handle.delete_consumer(&info.name).await;
    }
}

/// See [`Source::examined`]. An error, if the stream is longer than where this was read, and the consumer's server is not
/// the one that knows whether the rest was of other event types: the next session has a consumer there.
fn examined(facts: &Facts, consumer: &Info, received: u64) -> Result<Option<i64>, TransferError> {
    if consumer.num_pending > 0 || consumer.delivered.consumer_sequence != received {
        return Ok(None);
    }
    if is_on_the_leader(facts, consumer) {
        return Ok(Some(facts.last_sequence));
    }
    let looked = i64::try_from(consumer.delivered.stream_sequence).unwrap_or(i64::MAX);
    if looked >= facts.last_sequence {
        return Ok(Some(facts.last_sequence));
    }
    Err(TransferError::Nats {
        doing: "look at the consumer",
        problem: "another server leads the stream, and may have more of it".to_owned(),
    })
}

/// The id of the event at a sequence. None: the stream has no such message.
pub(crate) async fn event_id_at(
    context: &jetstream::Context,
    stream: &str,
    sequence: i64,
) -> Result<Option<String>, TransferError> {
    let (handle, _) = Facts::of(context, stream).await?;
    let sequence = u64::try_from(sequence).unwrap_or_default();
    match handle.get_raw_message(sequence).await {
        Ok(message) => {
            let event = read_headers(pairs(&message.headers), String::new());
            let id = event.map_or_else(|_| format!("{stream} {sequence}"), |event| event.event_id);
            Ok(Some(id))
        }
        Err(error) if matches!(error.kind(), RawMessageErrorKind::NoMessageFound) => Ok(None),
        Err(error) => Err(TransferError::nats("read a message")(error.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A consumer that has sent 10 messages and looked at 12.
    fn consumer(server: Option<&str>, pending: u64) -> Info {
        let cluster = server.map(|leader| serde_json::json!({"leader": leader}));
        let info = serde_json::json!({
            "stream_name": "north", "name": "c", "created": "2026-11-23T09:15:02.418Z",
            "config": {
                "deliver_policy": "all", "ack_policy": "none", "replay_policy": "instant", "num_replicas": 1,
            },
            "delivered": {"consumer_seq": 10, "stream_seq": 12},
            "ack_floor": {"consumer_seq": 0, "stream_seq": 0},
            "num_ack_pending": 0, "num_redelivered": 0, "num_waiting": 1, "num_pending": pending,
            "cluster": cluster,
        });
        serde_json::from_value(info).expect("it is what a server says")
    }

    fn facts(leader: Option<&str>) -> Facts {
        Facts {
            created_at: String::new(),
            first_sequence: 1,
            last_sequence: 30,
            leader: leader.map(str::to_owned),
            config: jetstream::stream::Config::default(),
        }
    }

    #[test]
    fn what_another_server_may_not_have_yet_is_not_passed_over() {
        let found = |leader, consumer: Info, received| {
            examined(&facts(leader), &consumer, received).map_err(|error| error.to_string())
        };
        assert_eq!(found(None, consumer(None, 0), 10), Ok(Some(30)));
        assert_eq!(found(None, consumer(None, 1), 10), Ok(None));
        assert_eq!(found(None, consumer(None, 0), 9), Ok(None));
        let led = Some("n0");
        assert_eq!(found(led, consumer(None, 0), 10), Ok(Some(30)));
        assert_eq!(found(led, consumer(led, 0), 10), Ok(Some(30)));
        assert_eq!(found(led, consumer(Some("n1"), 0), 9), Ok(None));
        // Its server has nothing more, and the leader has.
        let refused = found(led, consumer(Some("n1"), 0), 10);
        assert!(refused.is_err_and(|it| it.contains("another server leads the stream")));
    }

    #[test]
    fn a_message_that_was_read_before_ends_the_session() {
        expect_further(29, 30).expect("it is the next one");
        expect_further(29, 40).expect("those between are of other event types");
        let again = expect_further(33_440, 29_871).expect_err("it was read");
        assert_eq!(
            again.to_string(),
            "could not read the stream: message 29871 came after 33440: the consumer is on a server that does not have \
             the whole stream yet"
        );
    }
}
