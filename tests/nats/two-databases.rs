//! Past one Postgres: two servers, a NATS stream between them, and a domain that moves from one to the other.
//!
//! `cargo run -p dispatcher-nats-tests --example two-databases`, or with `-- --json` for machines. It needs the program
//! nats-server, which `tests/launcher/fetch-nats` fetches. It exits non-zero when anything that it shows did not happen.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, REGISTRY, Revenue};
use dispatcher_nats::{Mirror, MoveOut, MoveStage, Relay, Side, async_nats, stream_config};
use dispatcher_runtime::{
    Consumer, DateTime, DeliveryTx, Dispatcher, EventEnvelope, HandlerError, RunningConsumer,
    State, subscribe,
};
use dispatcher_test_launcher::{Cluster, NatsServer};
use serde_json::json;
use sqlx::{Executor, PgPool};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use story::{Story, ms};

#[path = "../examples/story.rs"]
mod story;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The stream, and what its subjects begin with.
const STREAM: &str = "acme";

// ── Coaching: the handler of the quick start, which does not learn where its events come from ────

#[derive(Clone)]
struct App {
    /// Which database the consumer runs beside.
    beside: &'static str,
    seen: mpsc::UnboundedSender<Seen>,
}

/// What the handler tells the story about.
struct Seen {
    event_id: String,
    beside: &'static str,
    at: Instant,
}

/// What is written through `tx` is applied once.
#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
) -> std::result::Result<(), HandlerError> {
    sqlx::query("INSERT INTO slot (lesson_id, credits) VALUES ($1, $2)")
        .bind(event.payload.lesson_id.as_str())
        .bind(event.payload.locked_credits.get())
        .execute(&mut **tx)
        .await?;
    app.seen.send(Seen {
        event_id: event.event_id.to_string(),
        beside: app.beside,
        at: Instant::now(),
    })?;
    Ok(())
}

async fn coaching(
    pool: &PgPool,
    beside: &'static str,
    seen: &mpsc::UnboundedSender<Seen>,
) -> Result<RunningConsumer> {
    let seen = seen.clone();
    let consumer = Consumer::<Coaching>::builder(pool.clone())
        .state(App { beside, seen })
        .lease(Duration::from_secs(1))
        .subscribe(hold_slot);
    Ok(consumer.start().await?)
}

// ── Revenue: publishes in the shared database, before and after the move ─────────────────────────

fn credit_locked_event(lesson: u32) -> Result<CreditLocked> {
    let number = format!("0192f3a1-7b64-7c3d-8e21-{lesson:012}");
    Ok(CreditLocked {
        credit_reservation_id: format!("crr_{number}").parse()?,
        lesson_id: format!("les_{number}").parse()?,
        person_id: "per_0191c2b7-4e90-7f35-8d6a-7c5b4a392817".parse()?,
        locked_credits: 6.try_into()?,
        locked_at: DateTime::now(),
    })
}

async fn create_tables(pool: &PgPool) -> Result {
    dispatcher_runtime::migrate(pool).await?;
    let slot = "CREATE TABLE slot (lesson_id text PRIMARY KEY, credits bigint NOT NULL)";
    pool.execute(slot).await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the example failed: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result {
    let story = Story::new();
    let begin = Instant::now();
    // Without the program it ends here, and says how to get it.
    let nats = NatsServer::start().await?;
    let (shared_server, own_server) = tokio::try_join!(Cluster::start(), Cluster::start())?;
    let (shared_server, own_server) = (shared_server.server(), own_server.server());
    let (shared, own) = (
        shared_server.create_database().await?,
        own_server.create_database().await?,
    );
    let places = Places {
        shared: shared.pool(8).await?,
        own: own.pool(8).await?,
        nats,
    };
    create_tables(&places.shared).await?;
    create_tables(&places.own).await?;
    story.tell(
        "started",
        &format!("2 Postgres and 1 NATS server, after {}", ms(begin.elapsed())),
        json!({ "postgres": [shared_server.source(), own_server.source()], "nats": places.nats.source() }),
    );
    let result = show(&story, places).await;
    result?;
    story.end(
        begin.elapsed(),
        "Next: docs/scale.md and docs/moving-out.md. This is tests/nats/two-databases.rs.",
    );
    Ok(())
}

struct Places {
    shared: PgPool,
    own: PgPool,
    nats: NatsServer,
}

/// Long, because it is a story that is read from top to bottom.
async fn show(story: &Story, mut places: Places) -> Result {
    let (shared, own) = (places.shared.clone(), places.own.clone());
    let dispatcher = Dispatcher::<Revenue>::builder(shared.clone())
        .tenant("tnt_swim_north")
        .build()?;
    let (seen, mut sightings) = mpsc::unbounded_channel();

    story.chapter("One Postgres: revenue publishes, coaching handles beside it");
    let before = coaching(&shared, "the shared database", &seen).await?;
    publish_and_see(story, &dispatcher, &mut sightings, 1, "the shared database").await?;

    story.chapter("A relay and a mirror bring the events to another Postgres");
    let client = async_nats::connect(places.nats.url()).await?;
    let jetstream = async_nats::jetstream::new(client.clone());
    jetstream
        .create_stream(stream_config(STREAM, STREAM))
        .await?;
    let relay = Relay::builder(shared.clone(), client.clone(), STREAM).build()?;
    let relay = Task::start(|stop| relay.run_until(stop));
    let mirror = Mirror::builder(own.clone(), client, STREAM)
        .domain(&REGISTRY, "coaching")
        .build()?;
    let mirror = Task::start(|stop| mirror.run_until(stop));
    let began = Instant::now();
    while count(&own, "SELECT count(*) FROM dispatcher_event").await? < 1 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    story.tell(
        "mirrored",
        &format!(
            "1 event is in the log of the other Postgres, {} later",
            ms(began.elapsed())
        ),
        json!({ "events": 1, "after_ms": began.elapsed().as_millis() as u64 }),
    );

    story.chapter("Coaching moves out, while it runs in both places");
    let move_out = MoveOut::new(
        Side::new(shared.clone()),
        Side::new(own.clone()),
        "coaching",
    );
    move_out.start().await?;
    let after = coaching(&own, "its own database", &seen).await?;
    story.tell(
        "prepared",
        "coaching waits beside its own database",
        json!({}),
    );
    let began = Instant::now();
    let plan = move_out.switch().await?;
    ensure(
        plan.stage == Some(MoveStage::Moved),
        "coaching has not moved",
    )?;
    story.tell(
        "switched",
        &format!(
            "in {}: there it goes on, here it is paused",
            ms(began.elapsed())
        ),
        json!({ "took_ms": began.elapsed().as_millis() as u64 }),
    );
    // The first delivery prepares statements; the second shows the pace.
    for lesson in [2, 3] {
        publish_and_see(
            story,
            &dispatcher,
            &mut sightings,
            lesson,
            "its own database",
        )
        .await?;
    }

    story.chapter("NATS stops, and nothing is lost");
    places.nats.kill_9()?;
    let published = dispatcher.publish(credit_locked_event(4)?).await?;
    story.tell(
        "published",
        &format!("credit.locked {} without NATS", published.event_id),
        json!({ "event_id": published.event_id }),
    );
    places.nats.restart().await?;
    let sighting = next(&mut sightings).await?;
    ensure(
        sighting.event_id == published.event_id.as_str(),
        "coaching got another event",
    )?;
    story.tell("handled", "after NATS was started again", json!({}));

    story.chapter("Each event took effect once");
    after.wait_caught_up().await?;
    let slots = (
        count(&shared, "SELECT count(*) FROM slot").await?,
        count(&own, "SELECT count(*) FROM slot").await?,
    );
    ensure(slots == (1, 3), "the slots are not those of the events")?;
    story.tell(
        "projection",
        "1 slot from before the move, 3 in coaching's own database",
        json!({ "shared": slots.0, "own": slots.1 }),
    );
    after.stop().await;
    before.stop().await;
    mirror.stop().await?;
    relay.stop().await
}

async fn publish_and_see(
    story: &Story,
    dispatcher: &Dispatcher<Revenue>,
    sightings: &mut mpsc::UnboundedReceiver<Seen>,
    lesson: u32,
    beside: &'static str,
) -> Result {
    let published = dispatcher.publish(credit_locked_event(lesson)?).await?;
    let committed = Instant::now();
    let sighting = next(sightings).await?;
    ensure(
        sighting.event_id == published.event_id.as_str() && sighting.beside == beside,
        "the event was handled elsewhere",
    )?;
    let latency = sighting.at.saturating_duration_since(committed);
    story.tell(
        "published",
        &format!("credit.locked {}", published.event_id),
        json!({ "event_id": published.event_id }),
    );
    story.tell(
        "handled",
        &format!("beside {beside}, {} after the commit", ms(latency)),
        json!({ "beside": beside, "latency_ms": latency.as_secs_f64() * 1000.0 }),
    );
    Ok(())
}

/// A relay or a mirror, until it is stopped.
struct Task {
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::result::Result<(), dispatcher_nats::TransferError>>,
}

impl Task {
    fn start<F>(run: impl FnOnce(futures_util::future::BoxFuture<'static, ()>) -> F) -> Self
    where
        F: Future<Output = std::result::Result<(), dispatcher_nats::TransferError>>
            + Send
            + 'static,
    {
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(run(Box::pin(async { _ = stopped.await })));
        Self { stop, task }
    }

    async fn stop(self) -> Result {
        _ = self.stop.send(());
        Ok(self.task.await??)
    }
}

async fn count(pool: &PgPool, query: &'static str) -> Result<i64> {
    Ok(sqlx::query_scalar(query).fetch_one(pool).await?)
}

async fn next(sightings: &mut mpsc::UnboundedReceiver<Seen>) -> Result<Seen> {
    tokio::time::timeout(Duration::from_secs(60), sightings.recv())
        .await
        .map_err(|_| "coaching got nothing for 60 s")?
        .ok_or_else(|| "the consumer has gone".into())
}

fn ensure(held: bool, otherwise: &str) -> Result {
    if held { Ok(()) } else { Err(otherwise.into()) }
}
