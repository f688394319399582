//! The relay: from the log into the stream.
//!
//! ```text
//! T1  ask the stream for its last event, find it in the log ──▶ go on behind both
//! T2  read the next events, send them as a batch that follows the expected sequence; up to four at once, while the
//!     next ones are read
//! T3  as they are confirmed, write down the sequence and the position
//! ```
//!
//! Nothing is remembered between sessions but what T1 finds, so a relay that is killed between any two steps does
//! nothing twice and leaves nothing out. The row serves operators and retention, and has three uses here: a stream that
//! was made again under the same name is refused; a stream whose messages have all expired is followed behind the row;
//! and if a stream has lost what it had confirmed, the log has to have all of that still.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, jetstream};
use dispatcher_runtime::transfer::{
    OutboundBatch, OutboundLimits, OutboundLog, OutboundWake, TransferDirection, TransferLease,
    TransferPlace, TransferRow,
};
use sqlx::PgPool;
use tokio::time::Instant;

use crate::error::TransferError;
use crate::lease::{Session, Work, run};
use crate::observer::{IncompleteReason, Relayed, TransferObserver, Unobserved, tell_incomplete};
use crate::reader::Reader;
use crate::recorder::Recorder;
use crate::sink::{LastEvent, Sink};
use crate::stream::Facts;
use crate::subject::expect_prefix;

/// How many batches may wait for their confirmation.
const IN_FLIGHT: usize = 4;

/// How many bytes of payloads are read for a batch.
const BATCH_BYTES: u64 = 4 << 20;

/// Sends the events that were published in a database to a stream. Several processes may run one for the same stream: one
/// of them works, and the others wait for its lease.
pub struct Relay {
    work: Work,
    session: RelaySession,
}

/// Settings of a [`Relay`].
#[must_use]
pub struct RelayBuilder {
    pool: PgPool,
    client: Client,
    stream: String,
    prefix: Option<String>,
    schema: Option<String>,
    lease: Duration,
    poll_interval: Duration,
    confirm_within: Duration,
    look_every: Duration,
    batch: u32,
    observer: Arc<dyn TransferObserver>,
}

impl Relay {
    /// Of the log in that database, into the stream of that name.
    pub fn builder(pool: PgPool, client: Client, stream: impl Into<String>) -> RelayBuilder {
        RelayBuilder {
            pool,
            client,
            stream: stream.into(),
            prefix: None,
            schema: None,
            lease: Duration::from_secs(10),
            poll_interval: Duration::from_secs(5),
            confirm_within: Duration::from_secs(10),
            look_every: Duration::from_secs(5),
            batch: 1000,
            observer: Arc::new(Unobserved),
        }
    }

    /// Works until `stop` is ready; then the lease is released.
    ///
    /// # Errors
    /// [`TransferError::Mismatch`] or [`TransferError::Config`]. It tries again after any other error.
    ///
    /// # Cancellation
    /// It may be dropped at any time: nothing is sent twice or left out. The lease then expires.
    pub async fn run_until(
        self,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), TransferError> {
        run(self.work, self.session, stop).await
    }
}

impl RelayBuilder {
    /// What the subjects of the stream begin with. Defaults to the stream's name.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// The Postgres schema of the table family. Defaults to the search path.
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// After how long without a sign of life another process takes over. Defaults to 10 s.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How often the log is read without a notification while nothing is in it to send. Publishes notify, so it limits the
    /// wait where notifications do not arrive: through a transaction pooler, or of an event type that the relay sees for the
    /// first time. Defaults to 5 s.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }

    /// How long the stream may take to confirm a batch, before the relay asks where the stream is. Defaults to 10 s.
    pub fn confirm_within(mut self, limit: Duration) -> Self {
        self.confirm_within = limit;
        self
    }

    /// How often it looks whether the stream still ends with what was sent last, while nothing is sent. What the stream has
    /// lost is sent again then. Defaults to 5 s.
    pub fn look_every(mut self, interval: Duration) -> Self {
        self.look_every = interval;
        self
    }

    /// How many events a batch has at most, from 1 to 1000. Defaults to 1000. A batch also ends once its payloads have
    /// 4 MB. Up to four wait for their confirmation, and one more is read.
    pub fn batch(mut self, events: u32) -> Self {
        self.batch = events.clamp(1, 1000);
        self
    }

    /// Receives what was done.
    pub fn observer(mut self, observer: impl TransferObserver) -> Self {
        self.observer = Arc::new(observer);
        self
    }

    /// # Errors
    /// [`TransferError::Config`]: the prefix cannot be that of subjects, or the schema's name cannot be one.
    pub fn build(self) -> Result<Relay, TransferError> {
        let prefix = self.prefix.unwrap_or_else(|| self.stream.clone());
        expect_prefix(&prefix)?;
        let schema = self.schema.as_deref();
        let row = TransferRow::new(
            self.pool.clone(),
            schema,
            TransferDirection::Relay,
            &self.stream,
        )?;
        let session = RelaySession {
            log: OutboundLog::new(self.pool.clone(), schema)?,
            wake: OutboundWake::new(self.pool, schema)?,
            row: row.clone(),
            client: self.client,
            stream: self.stream.clone(),
            prefix,
            poll_interval: self.poll_interval,
            confirm_within: self.confirm_within,
            look_every: self.look_every,
            batch: self.batch,
            observer: Arc::clone(&self.observer),
            has_progressed: false,
            has_warned: false,
        };
        let work = Work {
            row,
            direction: TransferDirection::Relay,
            stream: self.stream,
            lease: self.lease,
            observer: self.observer,
        };
        Ok(Relay { work, session })
    }
}

struct RelaySession {
    log: OutboundLog,
    wake: OutboundWake,
    row: TransferRow,
    client: Client,
    stream: String,
    prefix: String,
    poll_interval: Duration,
    confirm_within: Duration,
    look_every: Duration,
    batch: u32,
    observer: Arc<dyn TransferObserver>,
    has_progressed: bool,
    /// Of a stream with one replica: once is enough.
    has_warned: bool,
}

/// A batch that is on its way.
struct Flight {
    /// When it has to be confirmed.
    deadline: Instant,
    events: usize,
    /// How many of them have no payload.
    too_large: usize,
    /// The sequence of its last message, if it is confirmed.
    sequence: i64,
    /// Every event of the log up to here is in the stream then.
    position: i64,
    event_id: String,
}

/// T2 for a batch that is not empty.
async fn send(
    sink: &mut Sink,
    sent: &mut i64,
    batch: OutboundBatch,
) -> Result<Flight, TransferError> {
    let events = batch.events.len();
    let event_id = batch.events.last().map(|last| last.event.event_id.clone());
    let too_large = sink.send(*sent, batch.events).await?;
    *sent += events as i64;
    Ok(Flight {
        deadline: sink.deadline(),
        events,
        too_large,
        sequence: *sent,
        position: batch.until,
        event_id: event_id.unwrap_or_default(),
    })
}

impl Session for RelaySession {
    async fn go(&mut self, lease: TransferLease) -> Result<Infallible, TransferError> {
        let (mut sink, facts) = self.open().await?;
        let mut place = self.resume(&sink, &facts).await?;
        let mut recorder = Recorder::start(&self.row, lease, &place).await?;
        self.tell(0, &place);
        let mut reader = Reader::new(&self.log, self.limits(&sink));
        reader.begin(place.position);
        let mut ahead = None::<OutboundBatch>;
        let mut sent = place.sequence;
        let mut in_flight = VecDeque::<Flight>::new();
        // Up to where the log was read, if there was nothing behind it.
        let mut end = None::<i64>;
        let mut sleep = self.wake.begin().await?;
        // Until then what the session before waited for may still hold.
        let mut is_well = false;
        let mut look_at = Instant::now() + self.look_every;
        loop {
            if in_flight.is_empty() && look_at <= Instant::now() {
                self.facts().await?.expect_end(place.sequence)?;
                look_at = Instant::now() + self.look_every;
            }
            if in_flight.len() < IN_FLIGHT
                && let Some(batch) = ahead.take()
            {
                if batch.has_more {
                    reader.begin(batch.until);
                }
                in_flight.push_back(send(&mut sink, &mut sent, batch).await?);
                continue;
            }
            let is_idle = end.is_some() && in_flight.is_empty();
            if is_idle && !std::mem::replace(&mut is_well, true) {
                self.row.note(&lease, None).await?;
            }
            let deadline = in_flight.front().map(|flight| flight.deadline);
            tokio::select! {
                batch = reader.done() => {
                    let batch = batch?;
                    sleep.looked(&batch);
                    end = (!batch.has_more).then_some(batch.until);
                    if !batch.events.is_empty() {
                        ahead = Some(batch);
                    } else if in_flight.is_empty() {
                        place.position = batch.until;
                    }
                }
                confirmed = sink.confirmed(deadline) => {
                    self.confirm(confirmed?, &mut in_flight, &mut place)?;
                }
                recorded = recorder.record(&place) => recorded?,
                () = tokio::time::sleep_until(look_at), if is_idle => {}
                () = sleep.pause(self.poll_interval), if end.is_some() && ahead.is_none() => {
                    reader.begin(end.take().unwrap_or(place.position));
                }
            }
        }
    }

    fn has_progressed(&mut self) -> bool {
        std::mem::take(&mut self.has_progressed)
    }
}

impl RelaySession {
    async fn open(&mut self) -> Result<(Sink, Facts), TransferError> {
        let (sink, facts) = Sink::open(
            &self.client,
            &self.stream,
            &self.prefix,
            self.confirm_within,
        )
        .await?;
        if facts.config.num_replicas == 1 && !std::mem::replace(&mut self.has_warned, true) {
            tracing::warn!(
                stream = self.stream,
                "the stream has one replica: if its disk is lost, so is what consumers have not read"
            );
        }
        Ok((sink, facts))
    }

    fn limits(&self, sink: &Sink) -> OutboundLimits {
        OutboundLimits {
            events: self.batch,
            bytes: BATCH_BYTES,
            payload_bytes: sink.max_bytes() as u64,
        }
    }

    async fn facts(&self) -> Result<Facts, TransferError> {
        let context = jetstream::new(self.client.clone());
        let (_, facts) = Facts::of(&context, &self.stream).await?;
        Ok(facts)
    }

    /// The refusal of a stream with these facts, which ends the relay; if it has other facts now, it is asked again.
    async fn refusal(&self, facts: &Facts, problem: String) -> TransferError {
        match self.facts().await {
            Ok(now) if now.last_sequence == facts.last_sequence => self.mismatch(problem),
            Ok(now) => TransferError::Nats {
                doing: "look at the stream",
                problem: format!(
                    "its last sequence was {}, and is {} now",
                    facts.last_sequence, now.last_sequence
                ),
            },
            Err(error) => error,
        }
    }

    /// T1: where the stream is, and what the log has there.
    async fn resume(&self, sink: &Sink, facts: &Facts) -> Result<TransferPlace, TransferError> {
        let known = self.row.place().await?;
        if let Some(created_at) = &known.stream_created_at
            && *created_at != facts.created_at
        {
            return Err(self.mismatch(format!(
                "it was created at {}, and the one that was written before at {created_at}. Consumers of the old one \
                 would miss events. If the new one is to have all events that the log still has, run `dispatcher transfers \
                 remove relay/{}`",
                facts.created_at, self.stream
            )));
        }
        let created_at = Some(facts.created_at.clone());
        let Some(last) = sink.event_at(facts.last_sequence.max(1)).await? else {
            return self.resume_without_messages(known, facts).await;
        };
        let verified = self
            .log
            .mismatch(last.position, &last.event_id, last.inserted_at);
        if let Some(problem) = verified.await? {
            return Err(self.mismatch(format!(
                "its last message is event {} of position {}, but {problem}",
                last.event_id, last.position
            )));
        }
        if last.sequence < known.sequence {
            self.expect_lost(facts, &last, &known).await?;
        }
        Ok(TransferPlace {
            stream_created_at: created_at,
            sequence: last.sequence,
            position: last.position,
            anchor: Some((last.sequence, last.event_id)),
            ..TransferPlace::default()
        })
    }

    /// The stream has no last message: it is new, all have expired, or all were lost.
    async fn resume_without_messages(
        &self,
        known: TransferPlace,
        facts: &Facts,
    ) -> Result<TransferPlace, TransferError> {
        let created_at = Some(facts.created_at.clone());
        if facts.last_sequence == known.sequence {
            return Ok(TransferPlace {
                stream_created_at: created_at,
                ..known
            });
        }
        if facts.last_sequence == 0 {
            let nothing = LastEvent {
                sequence: 0,
                position: 0,
                event_id: String::new(),
                inserted_at: time::OffsetDateTime::UNIX_EPOCH,
            };
            self.expect_lost(facts, &nothing, &known).await?;
            return Ok(TransferPlace {
                stream_created_at: created_at,
                ..TransferPlace::default()
            });
        }
        let problem = format!(
            "its last message, {}, is gone, and the last one that the relay knows of is {}: it cannot tell where to go \
             on. Raise max_age, and start with a new stream",
            facts.last_sequence, known.sequence
        );
        Err(self.refusal(facts, problem).await)
    }

    /// The stream has lost what it had confirmed. It is sent again, if the log still has all of it: then it gets the
    /// sequences that it had.
    async fn expect_lost(
        &self,
        facts: &Facts,
        last: &LastEvent,
        known: &TransferPlace,
    ) -> Result<(), TransferError> {
        let lost = known.sequence - last.sequence;
        let left = self.log.count(last.position, known.position).await?;
        if left != lost {
            let problem = format!(
                "it has lost {lost} messages that it had confirmed, and the log has {left} of their events: retention \
                 has removed the others. Consumers would take other events for them"
            );
            return Err(self.refusal(facts, problem).await);
        }
        tracing::warn!(
            stream = self.stream,
            lost,
            "the stream has lost messages that it had confirmed; they are sent again"
        );
        Ok(())
    }

    /// A batch was confirmed: it has to be the next one, at the sequence that was expected.
    fn confirm(
        &mut self,
        sequence: i64,
        in_flight: &mut VecDeque<Flight>,
        place: &mut TransferPlace,
    ) -> Result<(), TransferError> {
        let Some(flight) = in_flight.pop_front() else {
            return Ok(());
        };
        if flight.sequence != sequence {
            // Whether it is the same stream is asked next.
            return Err(TransferError::Nats {
                doing: "send a batch",
                problem: format!(
                    "its last sequence is {sequence}, and {} was expected",
                    flight.sequence
                ),
            });
        }
        place.sequence = flight.sequence;
        place.position = flight.position;
        place.anchor = Some((flight.sequence, flight.event_id));
        self.has_progressed = true;
        self.tell(flight.events, place);
        let lost = [(IncompleteReason::TooLarge, flight.too_large)];
        tell_incomplete(
            &*self.observer,
            TransferDirection::Relay,
            &self.stream,
            lost,
        );
        Ok(())
    }

    fn tell(&self, events: usize, place: &TransferPlace) {
        self.observer.relayed(&Relayed {
            stream: &self.stream,
            events,
            sequence: place.sequence,
            position: place.position,
        });
    }

    fn mismatch(&self, problem: String) -> TransferError {
        TransferError::Mismatch {
            stream: self.stream.clone(),
            problem,
        }
    }
}
