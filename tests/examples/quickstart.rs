//! The quick start: two domains, one Postgres, every promise shown once.
//!
//! `cargo run --example quickstart`, or with `-- --json` for machines. It exits non-zero when
//! anything that it shows did not happen.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{
    Consumer, DateTime, DeadLetterFilter, DeadLetterReason, DeadLetters, Delivery, DeliveryTx,
    Dispatcher, EventEnvelope, HandlerError, PublishError, State, subscribe,
};
use dispatcher_test_launcher::Server;
use serde_json::json;
use sqlx::{Executor, PgPool, Row};
use tokio::sync::mpsc;

use story::{Story, ms};

mod story;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The delays between attempts here; the default is 1 s, 5 s and 15 s.
const RETRY_DELAYS: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
];

// ── Coaching: holds a slot for each lesson that credits were locked for ──────────────────────────

#[derive(Clone)]
struct App {
    seen: mpsc::UnboundedSender<Seen>,
}

/// What the handler tells the story about.
struct Seen {
    event_id: String,
    attempt: u32,
    at: Instant,
}

/// What is written through `tx` is applied once.
#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
    delivery: Delivery,
) -> std::result::Result<(), HandlerError> {
    app.seen.send(Seen {
        event_id: event.event_id.to_string(),
        attempt: delivery.attempt,
        at: Instant::now(),
    })?;
    sqlx::query("INSERT INTO slot (lesson_id, credits) VALUES ($1, $2)")
        .bind(event.payload.lesson_id.as_str())
        .bind(event.payload.locked_credits.get())
        .execute(&mut **tx)
        .await?; // an error: retried
    Ok(())
}

// ── Revenue: locks credits, and says so in the same transaction ──────────────────────────────────

fn credit_locked_event(lesson: u32, credits: i64) -> Result<CreditLocked> {
    let number = format!("0192f3a1-7b64-7c3d-8e21-{lesson:012}");
    Ok(CreditLocked {
        credit_reservation_id: format!("crr_{number}").parse()?,
        lesson_id: format!("les_{number}").parse()?,
        person_id: "per_0191c2b7-4e90-7f35-8d6a-7c5b4a392817".parse()?,
        locked_credits: credits.try_into()?,
        locked_at: DateTime::now(),
    })
}

async fn create_domain_tables(pool: &PgPool) -> Result {
    pool.execute(
        "CREATE TABLE credit_reservation (id text PRIMARY KEY, state text NOT NULL);
         CREATE TABLE slot (lesson_id text PRIMARY KEY, credits bigint NOT NULL CHECK (credits <= 100));",
    )
    .await?;
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the quick start failed: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result {
    let story = Story::new();
    let begin = Instant::now();
    let server = Server::shared().await?;
    let database = server.create_database().await?;
    let pool = database.pool(8).await?;
    story.tell(
        "postgres",
        &format!("{}, ready after {}", server.source(), ms(begin.elapsed())),
        json!({ "source": server.source().to_string(), "ready_ms": begin.elapsed().as_millis() as u64 }),
    );
    dispatcher_runtime::migrate(&pool).await?;
    create_domain_tables(&pool).await?;
    story.tell(
        "migrated",
        "the dispatcher's tables, and those of the two domains",
        json!({}),
    );

    let result = show(&story, &pool).await;
    pool.close().await;
    database.close().await?;
    result?;
    story.end(
        begin.elapsed(),
        "Next: README.md, \"Use it in your project\". \
         The contracts are in contracts/, this program is tests/examples/quickstart.rs.",
    );
    Ok(())
}

async fn show(story: &Story, pool: &PgPool) -> Result {
    let dispatcher = Dispatcher::<Revenue>::builder(pool.clone())
        .tenant("tnt_swim_north")
        .build()?;
    let (seen, mut sightings) = mpsc::unbounded_channel();
    let consumer = Consumer::<Coaching>::builder(pool.clone())
        .state(App { seen })
        .retry(RETRY_DELAYS)
        .subscribe(hold_slot)
        .start()
        .await?;

    story.chapter("An event is published with the domain's own write, and handled once");
    // The first delivery prepares statements and builds the validator; the second shows the pace.
    for lesson in [1, 2] {
        let event = credit_locked_event(lesson, 6)?;
        let mut tx = pool.begin().await?;
        sqlx::query("INSERT INTO credit_reservation VALUES ($1, 'locked')")
            .bind(event.credit_reservation_id.as_str())
            .execute(&mut *tx)
            .await?;
        let published = dispatcher
            .publish(event)
            .actor("system:revenue")
            .within(&mut tx)
            .await?;
        tx.commit().await?;
        let committed = Instant::now();
        let sighting = next(&mut sightings).await?;
        ensure(
            sighting.event_id == published.event_id.as_str(),
            "coaching got another event",
        )?;
        let latency = sighting.at.saturating_duration_since(committed);
        if lesson == 2 {
            story.tell(
                "published",
                &format!(
                    "credit.locked {} with the reservation, in one transaction",
                    published.event_id
                ),
                json!({ "event_id": published.event_id }),
            );
            story.tell(
                "handled",
                &format!("coaching handled it {} after the commit", ms(latency)),
                json!({ "latency_ms": latency.as_secs_f64() * 1000.0 }),
            );
        }
    }
    consumer.wait_caught_up().await?;
    let slots: i64 = sqlx::query("SELECT count(*) FROM slot")
        .fetch_one(pool)
        .await?
        .try_get(0)?;
    ensure(slots == 2, "the projection does not hold two slots")?;
    story.tell(
        "projection",
        "coaching holds 2 slots, written in the delivery's transaction",
        json!({ "slots": slots }),
    );

    story.chapter("A rollback leaves nothing");
    let mut tx = pool.begin().await?;
    sqlx::query("INSERT INTO credit_reservation VALUES ('crr_rolled_back', 'locked')")
        .execute(&mut *tx)
        .await?;
    let forgotten = dispatcher
        .publish(credit_locked_event(3, 6)?)
        .within(&mut tx)
        .await?;
    tx.rollback().await?;
    let left: i64 = sqlx::query(
        "SELECT (SELECT count(*) FROM dispatcher_event WHERE event_id = $1)
              + (SELECT count(*) FROM credit_reservation WHERE id = 'crr_rolled_back')",
    )
    .bind(forgotten.event_id.as_str())
    .fetch_one(pool)
    .await?
    .try_get(0)?;
    ensure(left == 0, "the rollback left something")?;
    story.tell(
        "rolled back",
        "neither the reservation nor its event is there",
        json!({ "left": left }),
    );

    story.chapter("An invalid payload does not get in");
    let invalid = json!({ "lesson_id": "les_1", "locked_credits": 0, "locked_at": "yesterday" });
    match dispatcher
        .publish_untyped("credit.locked", 1, invalid)
        .await
    {
        Err(PublishError::PayloadInvalid { report, .. }) => {
            story.tell(
                "refused",
                "credit.locked v1, with the report:",
                json!({ "violations": report.violations() }),
            );
            for violation in report.violations() {
                story.detail(&violation.to_string());
            }
        }
        other => return Err(format!("the gate should have refused the payload: {other:?}").into()),
    }

    story.chapter("A poison event is retried, and then set aside");
    // coaching's table refuses more than 100 credits, the contract does not.
    let poison = dispatcher.publish(credit_locked_event(4, 500)?).await?;
    let mut before = None;
    for attempt in 1..=4_u32 {
        let sighting = next(&mut sightings).await?;
        ensure(
            sighting.event_id == poison.event_id.as_str() && sighting.attempt == attempt,
            "another attempt",
        )?;
        let after = before.map(|before| sighting.at - before);
        let text = match after {
            None => "attempt 1 failed".to_owned(),
            Some(delay) => format!("attempt {attempt}, {} later, failed", ms(delay)),
        };
        story.tell(
            "attempt",
            &text,
            json!({ "attempt": attempt, "after_ms": after.map(|delay| delay.as_millis() as u64) }),
        );
        before = Some(sighting.at);
    }
    consumer.wait_caught_up().await?;
    let dead_letters = DeadLetters::new(pool.clone());
    let listed = dead_letters
        .list(&DeadLetterFilter::default().consumer("coaching"))
        .await?
        .dead_letters;
    let [dead] = &listed[..] else {
        return Err(format!("one dead letter was expected, not {}", listed.len()).into());
    };
    ensure(
        dead.event_id == poison.event_id.as_str()
            && dead.reason == DeadLetterReason::RetriesExhausted,
        "another dead letter",
    )?;
    story.tell(
        "dead letter",
        &format!("{}: {}", dead.dead_letter_id, dead.error),
        serde_json::to_value(dead)?,
    );
    dead_letters
        .resolve(
            &dead.dead_letter_id,
            "maria",
            Some("the lesson was split in two"),
        )
        .await?;
    ensure(
        dead_letters
            .list(&DeadLetterFilter::default())
            .await?
            .dead_letters
            .is_empty(),
        "the dead letter is still open",
    )?;
    story.tell(
        "resolved",
        "by maria: the lesson was split in two",
        json!({ "resolved_by": "maria" }),
    );

    consumer.stop().await;
    Ok(())
}

async fn next(sightings: &mut mpsc::UnboundedReceiver<Seen>) -> Result<Seen> {
    tokio::time::timeout(Duration::from_secs(30), sightings.recv())
        .await
        .map_err(|_| "coaching got nothing for 30 s")?
        .ok_or_else(|| "the consumer has gone".into())
}

fn ensure(held: bool, otherwise: &str) -> Result {
    if held { Ok(()) } else { Err(otherwise.into()) }
}
