//! A consumer in a test: what is published to it, what becomes of that, and its clock.
//!
//! **Invariant:** nothing happens because time passes. A retry is due when the test moves the clock, or
//! waits for the end of all work ([`TestKit::wait_caught_up`]).

use std::time::Duration;

use sqlx::PgPool;
use time::OffsetDateTime;

use super::builder::TestKitBuilder;
use super::database::Database;
use super::found::Found;
use crate::consume::RunningConsumer;
use crate::consume::clock::Clock;
use crate::contract::envelope::EventEnvelope;
use crate::contract::event_type::EventType;
use crate::contract::payload::{Domain, Payload};
use crate::log::EventLog;
use crate::log::stored_event::StoredEvent;
use crate::operate::dead_letter::{DeadLetter, DeadLetterFilter, DeadLetters};
use crate::postgres::error::DatabaseError;
use crate::postgres::family::Family;
use crate::publish::{BorrowPayload, Dispatcher, Marked, Publish, PublishAll};
use crate::testing::error::TestKitError;
use crate::testing::statements::KitStatements;

/// How long connections may take to close by themselves.
const LETTING_GO: Duration = Duration::from_millis(100);

/// The consuming side of the domain `D` in a test, on a database of its own.
///
/// Its handlers run as in production, but its clock stands still: a retry is not due before the test
/// moves the clock, by [`advance`](Self::advance) or by [`wait_caught_up`](Self::wait_caught_up). That clock
/// decides about retries and the times in dead letters; leases, timeouts and `occurred_at` use the system's
/// clock.
///
/// When the kit is dropped, also because an assertion failed, the database is dropped; that blocks for a
/// moment. [`close`](Self::close) does it without blocking and returns an error if it fails.
///
/// ```no_run
/// # use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
/// # use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};
/// # #[subscribe(credit_locked)]
/// # async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> { Ok(()) }
/// # async fn example(event: CreditLocked) -> Result<(), Box<dyn std::error::Error>> {
/// use dispatcher_runtime::testing::TestKit;
///
/// let kit = TestKit::<Coaching>::builder().subscribe(hold_slot).start().await?;
/// kit.publish(event).await?;
/// kit.wait_caught_up().await?;
/// kit.dead_letters().await?.expect_none();
/// kit.close().await?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "the consumer stops and the database is dropped when this is dropped"]
pub struct TestKit<D> {
    // In the order in which they are to be dropped.
    pub(super) consumer: Option<RunningConsumer>,
    pub(super) dispatcher: Dispatcher<D>,
    pub(super) pool: PgPool,
    pub(super) clock: Clock,
    /// The events that the kit has published itself.
    pub(super) marked: Marked,
    /// Where the log ended when the kit started.
    pub(super) since: i64,
    pub(super) timeout: Duration,
    /// `None` where the test brought its own.
    pub(super) database: Option<Database>,
}

impl<D: Domain> TestKit<D> {
    /// A builder, for the handlers and settings of a kit.
    pub fn builder() -> TestKitBuilder<D, ()> {
        TestKitBuilder::new()
    }

    /// The database: for the service's own tables, and for a `Dispatcher` or a service under test.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The name of the database that was created for this test; `None` if the test brought its own.
    pub fn database_name(&self) -> Option<&str> {
        self.database.as_ref().map(Database::name)
    }

    /// Publishes an event as the domain that the registry names as its producer. The event passes the gate
    /// like any other. The methods of [`Publish`] set the fields of its envelope.
    ///
    /// ```no_run
    /// # use acme_contracts::{Coaching, credit_locked::CreditLocked};
    /// # use dispatcher_runtime::testing::{TestKit, TestKitError};
    /// # async fn example(kit: TestKit<Coaching>, event: CreditLocked) -> Result<(), Box<dyn std::error::Error>> {
    /// let published = kit.publish(event).actor("person:mia").await?;
    /// println!("{}", published.event_id);
    /// # Ok(()) }
    /// ```
    pub fn publish<P: Payload>(&self, payload: impl BorrowPayload<P>) -> Publish<D> {
        self.dispatcher.publish_as_producer(payload)
    }

    /// Publishes many events in one statement, in their order.
    pub fn publish_all<P: Payload>(
        &self,
        payloads: impl IntoIterator<Item = impl BorrowPayload<P>>,
    ) -> PublishAll<D> {
        self.dispatcher.publish_all_as_producer(payloads)
    }

    /// What the code under test has published as `P`, in the order of the log: events of its event type
    /// and schema version that are committed. What the kit has published itself is left out, and so is
    /// what was in the log before the kit started.
    ///
    /// ```no_run
    /// # use acme_contracts::{Coaching, coach_certified::CoachCertified};
    /// # use dispatcher_runtime::testing::{TestKit, TestKitError};
    /// # async fn example(kit: TestKit<Coaching>) -> Result<(), TestKitError> {
    /// kit.published::<CoachCertified>().await?.expect_none();
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The database failed, or an event is not valid for its type, because it was not published by a
    /// `Dispatcher`.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn published<P: Payload>(&self) -> Result<Found<EventEnvelope<P>>, TestKitError> {
        let rows = KitStatements::new(&Family::default())
            .list_published
            .query()
            .bind(self.since)
            .fetch_all(&self.pool)
            .await?;
        let (mut found, mut others) = (Vec::new(), Vec::new());
        for row in &rows {
            let event = StoredEvent::from_row(row)?;
            if self.marked.contains(&event.event_id) {
                continue;
            }
            let line = format!("{}: {}", name_event(&event), event.payload);
            let version = u32::try_from(event.schema_version).ok();
            if event.event_type != P::EVENT_TYPE || version != Some(P::SCHEMA_VERSION) {
                others.push(line);
                continue;
            }
            let contracts = <P::EventType as EventType>::registry();
            let decode = |_, payload| crate::contract::payload::decode::<P>(payload);
            let envelope = event.envelope(contracts, decode);
            let envelope = envelope.map_err(|error| TestKitError::Unreadable {
                event_id: event.event_id.clone(),
                event_type: P::EVENT_TYPE,
                problem: error.to_string(),
            })?;
            found.push((envelope, line));
        }
        let what = format!("{} v{}", P::EVENT_TYPE, P::SCHEMA_VERSION);
        Ok(Found::new(what, found).beside(others))
    }

    /// The dead letters of this consumer that are not resolved, the oldest event first, 1000 at most.
    ///
    /// ```no_run
    /// # use acme_contracts::Coaching;
    /// # use dispatcher_runtime::testing::{TestKit, TestKitError};
    /// # async fn example(kit: TestKit<Coaching>) -> Result<(), TestKitError> {
    /// let letter = kit.dead_letters().await?.expect_one();
    /// assert_eq!((letter.attempts, letter.error.as_str()), (4, "the pool is closed"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn dead_letters(&self) -> Result<Found<DeadLetter>, TestKitError> {
        let filter = DeadLetterFilter::default().consumer(D::NAME).limit(1000);
        let dead_letters = DeadLetters::new(self.pool.clone());
        let mut letters = Vec::new();
        for listed in dead_letters.list_pages(filter).await? {
            letters.push(dead_letters.get(&listed.dead_letter_id).await?);
        }
        letters.sort_by_key(|letter| letter.position);
        let lines = letters.into_iter().map(|letter| {
            let line = name_dead_letter(&letter);
            (letter, line)
        });
        Ok(Found::new(format!("dead letter of {}", D::NAME), lines))
    }

    /// Waits until every event is handled or a dead letter: those that are published by now, and those
    /// that handlers publish meanwhile. Retries cost no time: when nothing else is left to do, the clock
    /// moves to the next retry.
    ///
    /// # Errors
    /// [`TestKitError::NotCaughtUp`] says what is left to do after the
    /// [timeout](TestKitBuilder::timeout); or the database failed.
    ///
    /// # Cancellation
    /// May be dropped; the clock stays where it is.
    pub async fn wait_caught_up(&self) -> Result<(), TestKitError> {
        let Some(consumer) = &self.consumer else {
            return Ok(());
        };
        let caught_up = async {
            loop {
                let progress = consumer.idle().await?;
                let Some(due) = progress.iter().filter_map(|one| one.next_due).min() else {
                    return Ok(());
                };
                self.clock.advance_to(due);
                consumer.wake();
            }
        };
        self.within_timeout(consumer, caught_up).await
    }

    /// Waits until everything that can be done now is done; the clock stands still. Then every event is
    /// handled, a dead letter, or waiting for a retry that is due when the test moves the clock.
    ///
    /// # Errors
    /// As [`wait_caught_up`](Self::wait_caught_up).
    ///
    /// # Cancellation
    /// May be dropped; nothing changes.
    pub async fn idle(&self) -> Result<(), TestKitError> {
        let Some(consumer) = &self.consumer else {
            return Ok(());
        };
        let idle = async { consumer.idle().await.map(drop) };
        self.within_timeout(consumer, idle).await
    }

    /// Moves the clock forward. Retries that are due by then run; wait for them with
    /// [`idle`](Self::idle).
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        if let Some(consumer) = &self.consumer {
            consumer.wake();
        }
    }

    /// The time by the consumer's clock: the time of its start, plus what the clock was moved by.
    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// Stops the consumer after the handlers that run, and drops the database. A database that the test
    /// brought itself stays, and its pool stays open.
    ///
    /// # Errors
    /// The database could not be dropped; a later kit will try again.
    ///
    /// # Cancellation
    /// The database may still be there; a later kit drops it.
    pub async fn close(self) -> Result<(), TestKitError> {
        if let Some(consumer) = self.consumer {
            consumer.stop().await;
        }
        let Some(database) = self.database else {
            return Ok(());
        };
        // Connections that the test still holds are closed when the database is dropped.
        let _ = tokio::time::timeout(LETTING_GO, self.pool.close()).await;
        database.close().await
    }

    async fn within_timeout(
        &self,
        consumer: &RunningConsumer,
        done: impl Future<Output = Result<(), DatabaseError>>,
    ) -> Result<(), TestKitError> {
        match tokio::time::timeout(self.timeout, done).await {
            Ok(result) => Ok(result?),
            Err(_) => Err(TestKitError::NotCaughtUp {
                consumer: D::NAME,
                waited: self.timeout,
                left: self.left(consumer).await?,
            }),
        }
    }

    /// What is left to do, for a person to read.
    async fn left(&self, consumer: &RunningConsumer) -> Result<String, TestKitError> {
        let log = EventLog::new(self.pool.clone());
        let (horizon, end) = (log.horizon().await?, log.end_up_to(i64::MAX).await?);
        let mut left = Vec::new();
        for one in consumer.progress().await? {
            if one.position < end {
                left.push(format!(
                    "{} has read up to position {} of {}",
                    one.subscription, one.position, horizon.last_position
                ));
            }
            if one.due > 0 {
                left.push(format!(
                    "retries of {} that are due: {}",
                    one.subscription, one.due
                ));
            }
        }
        if let Some(blocker) = horizon.blocker {
            left.push(format!("{blocker} has published and not ended"));
        }
        if left.is_empty() {
            left.push("events are published or retried endlessly".to_owned());
        }
        Ok(left.join("; "))
    }
}

fn name_event(event: &StoredEvent) -> String {
    name(
        &event.event_type,
        event.schema_version,
        &event.event_id,
        event.subject.as_deref(),
    )
}

fn name_dead_letter(letter: &DeadLetter) -> String {
    let event = name(
        &letter.event_type,
        letter.schema_version,
        &letter.event_id,
        letter.subject.as_deref(),
    );
    format!(
        "{event}: given up by {} at attempt {} ({}): {}",
        letter.subscription,
        letter.attempts,
        letter.reason.as_str(),
        letter.error
    )
}

fn name(event_type: &str, version: i32, event_id: &str, subject: Option<&str>) -> String {
    let about = subject.map(|subject| format!(" about {subject}"));
    format!(
        "{event_type} v{version} {event_id}{}",
        about.unwrap_or_default()
    )
}
