//! A consuming process: `chaos replica URL SEED`.
//!
//! It runs two consumers: one with a limit for its handlers' time, and one without. Five subscriptions write to
//! `effect` through their delivery's transaction: two in one of each event's own, and three in one that events
//! share, with a savepoint each or in common. Two write to `outside` through a connection of their own; the rule of the event decides
//! whether they do. The process lives until it receives `stop` or its parent is gone, and waits out
//! every database failure, even while it starts.

use std::time::Duration;

use acme_contracts::Coaching;
use acme_contracts::credit_debited::{self, CreditDebited};
use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, Delivery, DeliveryTx, EventEnvelope, HandlerError, RunningConsumer,
    State, SubscriptionOptions, subscribe,
};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use super::event::EventType;
use super::rule::{ATTEMPTS, Answer, Rule};
use super::{orders, pool};

/// The fault plan stops a replica for longer than this.
pub(super) const LEASE: Duration = Duration::from_secs(2);

const HANDLER_TIMEOUT: Duration = Duration::from_secs(1);

/// The pause before retrying after a database error. There is nothing to wait on: a server that
/// becomes ready does not say so.
const PAUSE: Duration = Duration::from_millis(100);

/// The subscriptions: name, event type, and whether the effect is in the delivery's transaction.
pub(super) const SUBSCRIPTIONS: [(&str, EventType, bool); 7] = [
    ("hold_slot", EventType::Locked, true),
    ("audit_lock", EventType::Locked, true),
    ("free_slot", EventType::Released, true),
    ("note_lock", EventType::Locked, true),
    ("note_release", EventType::Released, true),
    ("tell_of_lock", EventType::Locked, false),
    ("tell_of_debit", EventType::Debited, false),
];

#[derive(Clone, Debug)]
struct App {
    seed: u64,
    outside: PgPool,
    /// Whether the time of a handler is limited.
    has_limit: bool,
}

type Builder = ConsumerBuilder<Coaching, App>;

fn retries() -> Vec<Duration> {
    let delays = (1..ATTEMPTS).map(|retry| Duration::from_millis(u64::from(retry) * 40));
    delays.collect()
}

/// The settings of both consumers.
fn settings(builder: Builder) -> Builder {
    builder
        .batch_size(20)
        // Prepared transactions do not notify.
        .poll_interval(Duration::from_millis(250))
        .retry(retries())
        .lease(LEASE)
}

fn with_limit(builder: Builder) -> Builder {
    settings(builder)
        .handler_timeout(HANDLER_TIMEOUT)
        .subscribe_with(
            hold_slot,
            SubscriptionOptions::new()
                .partitions(2)
                .share_savepoint(true),
        )
        .subscribe_with(
            audit_lock,
            SubscriptionOptions::new()
                .partitions(2)
                .share_transaction(true),
        )
        .subscribe_with(free_slot, SubscriptionOptions::new().concurrency(3))
        .subscribe_with(tell_of_lock, SubscriptionOptions::new().concurrency(2))
        .subscribe_with(tell_of_debit, SubscriptionOptions::new().partitions(3))
}

fn without_limit(builder: Builder) -> Builder {
    settings(builder)
        .handler_timeout(None)
        .subscribe(note_lock)
        .subscribe_with(
            note_release,
            SubscriptionOptions::new()
                .partitions(2)
                .concurrency(3)
                .share_savepoint(true),
        )
}

/// Consumes until ordered to stop.
pub(super) async fn run(options: PgConnectOptions, seed: u64) {
    let mut orders = orders();
    let outside = pool(&options, 4);
    let app = |has_limit| App {
        seed,
        outside: outside.clone(),
        has_limit,
    };
    let (limited, unlimited) = (pool(&options, 17), pool(&options, 10));
    let start = async {
        tokio::join!(
            start(limited, app(true), with_limit),
            start(unlimited, app(false), without_limit),
        )
    };
    let mut waiting = Vec::new();
    let (limited, unlimited) = tokio::select! {
        both = start => both,
        () = async {
            // Orders that arrive before the consumers have started are carried out afterwards.
            while let Some(order) = orders.recv().await {
                waiting.push(order);
            }
        } => return,
    };
    let mut waiting = waiting.into_iter();
    loop {
        let order = match waiting.next() {
            Some(order) => Some(order),
            None => orders.recv().await,
        };
        match order.as_deref() {
            Some("settle") => {
                tokio::join!(settle(&limited), settle(&unlimited));
                println!("settled");
            }
            Some("stop") => {
                tokio::join!(limited.stop(), unlimited.stop());
                return;
            }
            Some(_) => {}
            None => return,
        }
    }
}

async fn start(pool: PgPool, app: App, settings: fn(Builder) -> Builder) -> RunningConsumer {
    loop {
        let builder = Consumer::<Coaching>::builder(pool.clone()).state(app.clone());
        match settings(builder).start().await {
            Ok(running) => break running,
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Waits until everything in the log is handled, whatever errors the database returns meanwhile.
async fn settle(running: &RunningConsumer) {
    while running.wait_caught_up().await.is_err() {
        tokio::time::sleep(PAUSE).await;
    }
}

#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    within(tx, &app, &delivery, event.event_id.as_str(), key).await
}

#[subscribe(credit_locked)]
async fn audit_lock(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    within(tx, &app, &delivery, event.event_id.as_str(), key).await
}

#[subscribe(credit_released)]
async fn free_slot(
    event: EventEnvelope<CreditReleased>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    within(tx, &app, &delivery, event.event_id.as_str(), key).await
}

#[subscribe(credit_locked)]
async fn note_lock(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    within(tx, &app, &delivery, event.event_id.as_str(), key).await
}

#[subscribe(credit_released)]
async fn note_release(
    event: EventEnvelope<CreditReleased>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    within(tx, &app, &delivery, event.event_id.as_str(), key).await
}

#[subscribe(credit_locked)]
async fn tell_of_lock(
    event: EventEnvelope<CreditLocked>,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    outside(&app, &delivery, event.event_id.as_str(), key).await
}

#[subscribe(credit_debited)]
async fn tell_of_debit(
    event: EventEnvelope<CreditDebited>,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    outside(&app, &delivery, event.event_id.as_str(), key).await
}

/// The effect comes first, so an attempt that fails leaves one to roll back.
async fn within(
    tx: &mut DeliveryTx,
    app: &App,
    delivery: &Delivery,
    event_id: &str,
    key: &str,
) -> Result<(), HandlerError> {
    sqlx::query("INSERT INTO effect (subscription, event_id, attempt) VALUES ($1, $2, $3)")
        .bind(delivery.subscription)
        .bind(event_id)
        .bind(i32::try_from(delivery.attempt)?)
        .execute(&mut **tx)
        .await?;
    let answer = Rule::of(app.seed, delivery.subscription, key).at(delivery.attempt);
    if answer == Answer::SwallowSqlError {
        let _ = sqlx::query("SELECT 1 / 0").execute(&mut **tx).await;
        return Ok(());
    }
    if answer == Answer::Hang && !app.has_limit {
        return give(Answer::Fail).await; // Nothing would end it.
    }
    give(answer).await
}

/// The call comes last, so there is one for each attempt that handles its event.
async fn outside(
    app: &App,
    delivery: &Delivery,
    event_id: &str,
    key: &str,
) -> Result<(), HandlerError> {
    give(Rule::of(app.seed, delivery.subscription, key).at(delivery.attempt)).await?;
    sqlx::query("INSERT INTO outside (subscription, event_id, attempt) VALUES ($1, $2, $3)")
        .bind(delivery.subscription)
        .bind(event_id)
        .bind(i32::try_from(delivery.attempt)?)
        .execute(&app.outside)
        .await?;
    Ok(())
}

/// The error text of every answer but `Handle`.
pub(super) const SAYS: &str = "the rule says so";

async fn give(answer: Answer) -> Result<(), HandlerError> {
    match answer {
        Answer::Handle => Ok(()),
        // Only a transaction can fail without its handler reporting it.
        Answer::Fail | Answer::SwallowSqlError => Err(HandlerError::retry(SAYS)),
        Answer::FailLater => Err(HandlerError::retry_after(Duration::from_millis(150), SAYS)),
        Answer::Panic => panic!("{SAYS}"),
        Answer::Hang => std::future::pending().await,
        Answer::Permanent => Err(HandlerError::permanent(SAYS)),
    }
}
