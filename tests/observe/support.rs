//! A database, a handler that acts by the number of credits, and an observer that records.

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::observe::{
    AttemptRecord, AwaitedVersionRecord, DeadLetterRecord, DedupRecord, Observer, PublishRecord,
};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, Delivery, DeliveryTx, Dispatcher, DispatcherBuilder, EventEnvelope,
    HandlerError, State, subscribe,
};
use dispatcher_test_fixtures::{TENANT, TestResult, create_effect_table, release};
use dispatcher_test_launcher::{Database, Server};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use sqlx::{Executor, PgPool};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use tracing_subscriber::layer::SubscriberExt;

/// Events with these numbers of credits: fail at their first attempt, always fail, break a
/// constraint that is checked only at commit.
pub(crate) const FAILS_ONCE: u32 = 20;
pub(crate) const HOPELESS: u32 = 30;
pub(crate) const BREAKS_COMMIT: u32 = 40;
/// `let_go` publishes their release.
pub(crate) const PUBLISHES: u32 = 50;

pub(crate) struct World {
    database: Database,
    pub(crate) pool: PgPool,
}

/// Every span of every test. One subscriber for the process, set before the first span: whether a
/// span is recorded is cached where it is created, and a thread's subscriber that is set later can
/// miss it.
pub(crate) static SPANS: LazyLock<InMemorySpanExporter> = LazyLock::new(|| {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("tests"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))
        .expect("nothing else sets it");
    exporter
});

impl World {
    pub(crate) async fn new() -> TestResult<Self> {
        LazyLock::force(&SPANS);
        let database = Server::shared().await?.create_database().await?;
        let pool = database.pool(8).await?;
        dispatcher_runtime::migrate(&pool).await?;
        create_effect_table(&pool).await?;
        pool.execute(
            "CREATE TABLE parent (id int PRIMARY KEY); \
             CREATE TABLE child (parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
        )
        .await?;
        Ok(Self { database, pool })
    }

    pub(crate) fn revenue(&self) -> DispatcherBuilder<Revenue> {
        Dispatcher::builder(self.pool.clone()).tenant(TENANT)
    }

    /// A consumer that does not poll within the time of a test, and retries once.
    pub(crate) fn coaching(&self) -> ConsumerBuilder<Coaching, ()> {
        Consumer::<Coaching>::builder(self.pool.clone())
            .poll_interval(Duration::from_secs(600))
            .retry([Duration::from_millis(20)])
            // Tests count what they cause; the gauges of the sampler have a test of their own.
            .sample_interval(Duration::from_secs(600))
            .subscribe(hold_slot)
    }

    /// A consumer whose handler publishes.
    pub(crate) fn publishing(
        &self,
        revenue: Dispatcher<Revenue>,
    ) -> ConsumerBuilder<Coaching, Dispatcher<Revenue>> {
        Consumer::<Coaching>::builder(self.pool.clone())
            .poll_interval(Duration::from_secs(600))
            .state(revenue)
            .subscribe(let_go)
    }

    /// An event of a version that no program knows.
    pub(crate) async fn publish_newer_version(&self) -> TestResult {
        let publish = "INSERT INTO dispatcher_event
                   (event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload)
            VALUES (dispatcher_generate_event_id(), 'credit.locked', 99, now(), 'tnt_a', 'revenue', 'system:revenue', '{}')";
        self.pool.execute(publish).await?;
        Ok(())
    }

    pub(crate) async fn close(self) -> TestResult {
        self.pool.close().await;
        self.database.close().await?;
        Ok(())
    }
}

#[subscribe(credit_locked)]
pub(crate) async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    match u32::try_from(event.payload.locked_credits.get())? {
        FAILS_ONCE if delivery.attempt == 1 => {
            return Err(std::io::Error::other("not yet").into());
        }
        HOPELESS => return Err(HandlerError::permanent("never")),
        BREAKS_COMMIT => {
            tx.execute("INSERT INTO child VALUES (42)").await?;
        }
        _ => {}
    }
    Ok(())
}

#[subscribe(credit_locked)]
pub(crate) async fn let_go(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(revenue): State<Dispatcher<Revenue>>,
) -> Result<(), HandlerError> {
    let credits = u32::try_from(event.payload.locked_credits.get())?;
    revenue.publish(release(1, credits)).within(tx).await?;
    Ok(())
}

/// Records what it receives, in order and in short words, and can be awaited.
pub(crate) struct Recorder {
    told: Mutex<Vec<String>>,
    attempts: Mutex<Vec<AttemptSeen>>,
    ends: Semaphore,
}

/// The parts of an attempt that cannot be compared as text.
pub(crate) struct AttemptSeen {
    pub(crate) handler_latency: Option<Duration>,
    pub(crate) since_occurred: Option<Duration>,
    pub(crate) since_inserted: Option<Duration>,
}

impl Recorder {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            told: Mutex::default(),
            attempts: Mutex::default(),
            ends: Semaphore::new(0),
        })
    }

    /// What it received since the last call.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.told.lock().unwrap())
    }

    /// The attempts that it received since the last call.
    pub(crate) fn take_attempts(&self) -> Vec<AttemptSeen> {
        std::mem::take(&mut self.attempts.lock().unwrap())
    }

    /// Waits for that many events to be handled, dead letters, or to wait for their version. Observers that were registered
    /// before this one have received them too.
    pub(crate) async fn ended(&self, events: u32) -> TestResult {
        let ends = self.ends.acquire_many(events);
        tokio::time::timeout(Duration::from_secs(60), ends)
            .await??
            .forget();
        Ok(())
    }

    fn tell(&self, what: String) {
        self.told.lock().unwrap().push(what);
    }
}

impl Observer for Recorder {
    fn published(&self, publish: &PublishRecord<'_>) {
        self.tell(format!(
            "{} {} {}",
            publish.event_type,
            publish.outcome.as_str(),
            publish.events
        ));
    }

    fn attempted(&self, attempt: &AttemptRecord<'_>) {
        self.tell(format!(
            "{} {}/{} {} at attempt {}",
            attempt.event_type,
            attempt.consumer,
            attempt.subscription,
            attempt.outcome.as_str(),
            attempt.attempt
        ));
        self.attempts.lock().unwrap().push(AttemptSeen {
            handler_latency: attempt.handler_latency,
            since_occurred: attempt.end_to_end.map(|end| end.since_occurred),
            since_inserted: attempt.end_to_end.map(|end| end.since_inserted),
        });
        if attempt.end_to_end.is_some() {
            self.ends.add_permits(1);
        }
    }

    fn dedup_hit(&self, hit: &DedupRecord<'_>) {
        self.tell(format!("{} {} dedup hit", hit.event_type, hit.consumer));
    }

    fn dead_lettered(&self, dead_letter: &DeadLetterRecord<'_>) {
        self.tell(format!(
            "{} {} dead letter: {:?} after {}",
            dead_letter.event_type, dead_letter.consumer, dead_letter.reason, dead_letter.attempts
        ));
    }

    fn awaits_version(&self, awaited: &AwaitedVersionRecord<'_>) {
        self.tell(format!(
            "{} {} waits for version {}",
            awaited.event_type, awaited.consumer, awaited.schema_version
        ));
        self.ends.add_permits(1);
    }
}
