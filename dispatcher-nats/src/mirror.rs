//! The mirror: from a stream into the log of another database.
//!
//! ```text
//! M1  read the stream behind the sequence of the row
//! M2  insert the events into the log, in their order and with their ids
//! M3  in the same transaction, move the sequence
//! ```
//!
//! A mirror that is killed between any two steps has either inserted a batch and moved past it, or neither. What stops
//! it is a stream that is not the one that it has read, or that has lost messages which it had not read yet.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, jetstream};
use dispatcher_runtime::Registry;
use dispatcher_runtime::transfer::{
    InboundLog, Omissions, TransferDirection, TransferLease, TransferPlace, TransferRow,
};
use futures_util::future::BoxFuture;
use sqlx::PgPool;
use tokio::time::MissedTickBehavior;

use crate::error::TransferError;
use crate::lease::{Session, Work, run};
use crate::observer::{IncompleteReason, Mirrored, TransferObserver, Unobserved, tell_incomplete};
use crate::source::{Chunk, Source, event_id_at};
use crate::stream::Facts;
use crate::subject::expect_prefix;

/// Inserts the events of a stream into the log of a database. Several processes may run one for the same stream: one of
/// them works, and the others wait for its lease. A database that takes events of several streams has a mirror for each.
pub struct Mirror {
    work: Work,
    session: MirrorSession,
}

/// Settings of a [`Mirror`].
#[must_use]
pub struct MirrorBuilder {
    pool: PgPool,
    client: Client,
    stream: String,
    prefix: Option<String>,
    schema: Option<String>,
    event_types: Vec<String>,
    lease: Duration,
    look_every: Duration,
    batch: usize,
    observer: Arc<dyn TransferObserver>,
}

impl Mirror {
    /// Of the stream of that name, into the log in that database.
    pub fn builder(pool: PgPool, client: Client, stream: impl Into<String>) -> MirrorBuilder {
        MirrorBuilder {
            pool,
            client,
            stream: stream.into(),
            prefix: None,
            schema: None,
            event_types: Vec::new(),
            lease: Duration::from_secs(10),
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
    /// It may be dropped at any time: nothing is inserted twice or left out. The lease then expires.
    pub async fn run_until(
        self,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), TransferError> {
        run(self.work, self.session, stop).await
    }
}

impl MirrorBuilder {
    /// The event types that the registry binds to a domain of this database. May be called for several domains.
    ///
    /// An event type that is added later is mirrored from then on: what the stream had of it before has been passed over.
    pub fn domain(mut self, registry: &'static Registry, domain: &str) -> Self {
        let consumed = registry.consumed_by(domain);
        let consumed = consumed.map(|event| event.event_type.to_owned());
        self.event_types.extend(consumed);
        self
    }

    /// These event types, beside those of domains. As for [`domain`](Self::domain), one that is added later is mirrored from
    /// then on.
    pub fn event_types<T: Into<String>>(
        mut self,
        event_types: impl IntoIterator<Item = T>,
    ) -> Self {
        let event_types = event_types.into_iter().map(Into::into);
        self.event_types.extend(event_types);
        self
    }

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

    /// How often it looks at the stream itself: whether messages are about to be lost, and whether it may pass over those
    /// of other event types. Defaults to 5 s.
    pub fn look_every(mut self, interval: Duration) -> Self {
        self.look_every = interval;
        self
    }

    /// How many events are inserted in one transaction at most, from 1 to 1000. Defaults to 1000. A transaction also ends
    /// once its messages have 8 MB; as many may be taken while it runs, and 16 MB, or two of the largest messages that the
    /// server takes, are on their way.
    pub fn batch(mut self, events: usize) -> Self {
        self.batch = events.clamp(1, 1000);
        self
    }

    /// Receives what was done.
    pub fn observer(mut self, observer: impl TransferObserver) -> Self {
        self.observer = Arc::new(observer);
        self
    }

    /// # Errors
    /// [`TransferError::Config`]: no domain was named, or none that consumes anything; the prefix cannot be that of
    /// subjects; or the schema's name cannot be one.
    pub fn build(mut self) -> Result<Mirror, TransferError> {
        let prefix = self.prefix.unwrap_or_else(|| self.stream.clone());
        expect_prefix(&prefix)?;
        self.event_types.sort();
        self.event_types.dedup();
        if self.event_types.is_empty() {
            let problem = "the mirror takes no event type: name the domains whose consumers run on this database with \
                           `domain`, as the registry names them";
            return Err(TransferError::Config(problem.to_owned()));
        }
        let schema = self.schema.as_deref();
        let row = TransferRow::new(self.pool, schema, TransferDirection::Mirror, &self.stream)?;
        let session = MirrorSession {
            log: InboundLog::new(row.clone()),
            row: row.clone(),
            context: jetstream::new(self.client),
            stream: self.stream.clone(),
            prefix,
            event_types: self.event_types,
            look_every: self.look_every,
            batch: self.batch,
            observer: Arc::clone(&self.observer),
            has_progressed: false,
            is_well: false,
        };
        let work = Work {
            row,
            direction: TransferDirection::Mirror,
            stream: self.stream,
            lease: self.lease,
            observer: self.observer,
        };
        Ok(Mirror { work, session })
    }
}

struct MirrorSession {
    log: InboundLog,
    row: TransferRow,
    context: jetstream::Context,
    stream: String,
    prefix: String,
    event_types: Vec<String>,
    look_every: Duration,
    batch: usize,
    observer: Arc<dyn TransferObserver>,
    has_progressed: bool,
    /// Whether this session has found that the stream answers.
    is_well: bool,
}

/// A chunk that is being inserted, or none. If it is dropped, nothing of the chunk is inserted, or all of it.
#[derive(Default)]
struct Insert(Option<BoxFuture<'static, Result<Inserted, TransferError>>>);

/// A chunk that was committed.
struct Inserted {
    place: TransferPlace,
    events: usize,
    unreadable: usize,
    omissions: Omissions,
    pending: u64,
}

impl Insert {
    fn is_idle(&self) -> bool {
        self.0.is_none()
    }

    /// Waits for the end; forever, if nothing is being inserted. It may be dropped, and called again.
    async fn done(&mut self) -> Result<Inserted, TransferError> {
        let outcome = match &mut self.0 {
            Some(insert) => insert.await,
            None => std::future::pending().await,
        };
        self.0 = None;
        outcome
    }
}

impl Session for MirrorSession {
    async fn go(&mut self, lease: TransferLease) -> Result<Infallible, TransferError> {
        self.is_well = false;
        let mut place = self.resume(&lease).await?;
        let (context, after) = (self.context.clone(), place.sequence);
        let mut source = Source::open(
            &context,
            &self.stream,
            &self.prefix,
            &self.event_types,
            after,
        )
        .await?;
        let mut look = tokio::time::interval(self.look_every);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut look_is_due = false;
        // The next messages are taken while an insert runs.
        let mut ahead = Chunk::default();
        let mut insert = Insert::default();
        loop {
            let is_ready = look_is_due || ahead.is_complete(self.batch);
            if insert.is_idle() && !ahead.is_empty() && is_ready {
                insert = self.insert(&lease, &place, std::mem::take(&mut ahead));
            }
            if look_is_due && insert.is_idle() {
                self.look(&lease, &mut place, &mut source).await?;
                look_is_due = false;
            }
            let has_room = !look_is_due && ahead.has_room(self.batch);
            tokio::select! {
                inserted = insert.done() => self.tell(inserted?, &mut place),
                filled = source.fill(&mut ahead, self.batch), if has_room => if let Err(error) = filled {
                    // What was taken before is inserted.
                    if !insert.is_idle() {
                        self.tell(insert.done().await?, &mut place);
                    }
                    if !ahead.is_empty() {
                        self.insert(&lease, &place, ahead).done().await?;
                    }
                    return Err(error);
                },
                _ = look.tick() => look_is_due = true,
            }
        }
    }

    fn has_progressed(&mut self) -> bool {
        std::mem::take(&mut self.has_progressed)
    }
}

impl MirrorSession {
    /// Where to read on, if this is the stream that was read before and nothing of it is missing.
    async fn resume(&self, lease: &TransferLease) -> Result<TransferPlace, TransferError> {
        let known = self.row.place().await?;
        let (_, facts) = Facts::of(&self.context, &self.stream).await?;
        let Some(created_at) = &known.stream_created_at else {
            let place = TransferPlace {
                stream_created_at: Some(facts.created_at),
                sequence: (facts.first_sequence - 1).max(0),
                ..TransferPlace::default()
            };
            self.move_to(lease, known.sequence, &place, Vec::new())
                .await?;
            return Ok(place);
        };
        if *created_at != facts.created_at {
            return Err(self.mismatch(format!(
                "it was created at {}, and the one that was read before at {created_at}. If it has replaced that one, \
                 run `dispatcher transfers remove mirror/{}`: events whose ids are in the log are not inserted again",
                facts.created_at, self.stream
            )));
        }
        if facts.last_sequence < known.sequence {
            return Err(TransferError::SetBack {
                stream: self.stream.clone(),
                last_sequence: facts.last_sequence,
                sequence: known.sequence,
            });
        }
        expect_unread(&facts, known.sequence, known.sequence + 1)?;
        if let Some((sequence, passed)) = &known.anchor {
            let found = event_id_at(&self.context, &self.stream, *sequence).await?;
            if let Some(found) = found.filter(|found| found != passed) {
                return Err(self.mismatch(format!(
                    "its message {sequence} is event {found}, and was event {passed} when it was read"
                )));
            }
        }
        Ok(known)
    }

    /// Begins M2 and M3 for a chunk that follows a place.
    fn insert(&self, lease: &TransferLease, place: &TransferPlace, chunk: Chunk) -> Insert {
        let last = chunk.events.last();
        let to = TransferPlace {
            sequence: chunk.sequence,
            pending: Some(i64::try_from(chunk.pending).unwrap_or(i64::MAX)),
            reached_at: Some(chunk.stored_at),
            anchor: last.map(|event| (chunk.sequence, event.event_id.clone())),
            ..place.clone()
        };
        let (log, lease, from) = (self.log.clone(), *lease, place.sequence);
        let (context, stream) = (self.context.clone(), self.stream.clone());
        Insert(Some(Box::pin(async move {
            if let Some(missing) = chunk.first_missing(from) {
                // After the messages have come: what they have jumped is gone by now, if it was removed.
                let (_, facts) = Facts::of(&context, &stream).await?;
                expect_unread(&facts, from, missing)?;
            }
            let events = chunk.events.len();
            let inserted = log.insert(&lease, from, &to, chunk.events).await?;
            let Some(omissions) = inserted else {
                return Err(TransferError::LeaseLost);
            };
            Ok(Inserted {
                place: to,
                events,
                unreadable: chunk.unreadable,
                omissions,
                pending: chunk.pending,
            })
        })))
    }

    fn tell(&mut self, inserted: Inserted, place: &mut TransferPlace) {
        *place = inserted.place;
        self.has_progressed = true;
        self.observer.mirrored(&Mirrored {
            stream: &self.stream,
            events: inserted.events,
            sequence: place.sequence,
            pending: inserted.pending,
        });
        let lost = [
            (IncompleteReason::Unreadable, inserted.unreadable),
            (IncompleteReason::TooLarge, inserted.omissions.too_large),
            (IncompleteReason::Refused, inserted.omissions.refused),
        ];
        tell_incomplete(
            &*self.observer,
            TransferDirection::Mirror,
            &self.stream,
            lost,
        );
    }

    /// Passes over messages of other event types, so that they may expire.
    async fn look(
        &mut self,
        lease: &TransferLease,
        place: &mut TransferPlace,
        source: &mut Source,
    ) -> Result<(), TransferError> {
        let (facts, examined) = source.examined().await?;
        // The stream answers, so what the session before waited for is over.
        if !std::mem::replace(&mut self.is_well, true) {
            self.row.note(lease, None).await?;
        }
        // With a filter nothing says of what event types the removed messages were.
        expect_unread(&facts, place.sequence, place.sequence + 1)?;
        match examined {
            Some(examined) if examined > place.sequence => {
                let from = place.sequence;
                place.sequence = examined;
                place.pending = Some(0);
                self.move_to(lease, from, place, Vec::new()).await
            }
            _ => Ok(()),
        }
    }

    /// M2 and M3.
    async fn move_to(
        &self,
        lease: &TransferLease,
        from: i64,
        to: &TransferPlace,
        events: Vec<dispatcher_runtime::transfer::TransferEvent>,
    ) -> Result<(), TransferError> {
        let moved = self.log.insert(lease, from, to, events).await?;
        moved.map(drop).ok_or(TransferError::LeaseLost)
    }

    fn mismatch(&self, problem: String) -> TransferError {
        TransferError::Mismatch {
            stream: self.stream.clone(),
            problem,
        }
    }
}

/// Whether the stream still has what was not read: behind the sequence of the row, the first that is not in hand is `missing`.
fn expect_unread(facts: &Facts, read: i64, missing: i64) -> Result<(), TransferError> {
    if facts.first_sequence <= missing {
        return Ok(());
    }
    let problem = format!(
        "it begins at {}, and was read up to {read} only: its limits have removed messages that were not read. Raise max_age, \
         and copy the missing events from the log where they were published",
        facts.first_sequence
    );
    Err(TransferError::Mismatch {
        stream: facts.config.name.clone(),
        problem,
    })
}
