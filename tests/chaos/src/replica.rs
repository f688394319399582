//! A consuming process: `chaos replica URL SEED ABORTS LIFE VERSION NAME`.
//!
//! It runs two consumers: one with a limit for its handlers' time, and one without. Six subscriptions write to
//! `effect` through their delivery's transaction: three in one of each event's own, and three in one that events
//! share, with a savepoint each or in common. Two write to `outside` through a connection of their own; the rule of the event decides
//! whether they do. The process lives until it receives `stop` or its parent is gone, and waits out
//! every database failure, even while it starts.
//!
//! VERSION is 1 or 2, NAME is 1 if a handler has its new name (`manner.rs`). It reports `started`, or that it was `refused`
//! because a handler has another name than its subscription.

use std::time::Duration;

use acme_contracts::Coaching;
use acme_contracts::credit_debited::{self, CreditDebited};
use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, Delivery, DeliveryTx, EventEnvelope, EventUnion, HandlerError,
    RedriveId, RunningConsumer, StartError, State, SubscriptionOptions, subscribe,
};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use super::event::EventType;
use super::manner::{GROWING, Manner, RENAMED, known_as};
use super::process::Birth;
use super::rule::{ATTEMPTS, Answer, Attempt, Rules};
use super::{orders, pool};

/// The fault plan stops a replica for longer than this.
pub(super) const LEASE: Duration = Duration::from_secs(2);

const HANDLER_TIMEOUT: Duration = Duration::from_secs(1);

/// How long handlers may go on when a replica stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a replica may take to stop, whatever its connections do: the time-out, 5 s to sign off, and as much
/// again because the machine is busy.
pub(super) const STOPS_WITHIN: Duration = Duration::from_secs(14);

/// The pause before retrying after a database error. There is nothing to wait on: a server that
/// becomes ready does not say so.
const PAUSE: Duration = Duration::from_millis(100);

/// A subscription, as the books know it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subscription {
    pub(super) name: &'static str,
    pub(super) event_types: &'static [EventType],
    /// Its effects are in the delivery's transaction.
    pub(super) is_in_transaction: bool,
}

/// What the replicas run.
pub(super) const SUBSCRIPTIONS: [Subscription; 8] = {
    use EventType::{Debited, Locked, Released};

    const fn within(name: &'static str, event_types: &'static [EventType]) -> Subscription {
        Subscription {
            name,
            event_types,
            is_in_transaction: true,
        }
    }
    const fn outside(name: &'static str, event_types: &'static [EventType]) -> Subscription {
        Subscription {
            is_in_transaction: false,
            ..within(name, event_types)
        }
    }
    [
        within("hold_slot", &[Locked]),
        within("audit_lock", &[Locked]),
        within("free_slot", &[Released]),
        within(GROWING, &[Locked, Released]),
        within(RENAMED, &[Locked]),
        within("note_release", &[Released]),
        outside("tell_of_lock", &[Locked]),
        outside("tell_of_debit", &[Debited]),
    ]
};

/// What a replica is told at its start.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Task {
    pub(super) rules: Rules,
    /// The number of this process, among all that the run starts.
    pub(super) life: u64,
    pub(super) manner: Manner,
}

impl Task {
    pub(super) fn new(rules: Rules, Birth { life, manner, .. }: Birth) -> Self {
        Self {
            rules,
            life,
            manner,
        }
    }
}

#[derive(Clone, Debug)]
struct App {
    rules: Rules,
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
        .stop_timeout(STOP_TIMEOUT)
}

fn with_limit(builder: Builder, manner: Manner) -> Builder {
    let builder = if manner.takes_more {
        builder.subscribe(follow_both)
    } else {
        builder.subscribe(follow_locks)
    };
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

fn without_limit(builder: Builder, manner: Manner) -> Builder {
    let builder = if manner.is_renamed {
        builder.subscribe(record_lock)
    } else {
        builder.subscribe(note_lock)
    };
    settings(builder).handler_timeout(None).subscribe_with(
        note_release,
        SubscriptionOptions::new()
            .partitions(2)
            .concurrency(3)
            .share_savepoint(true),
    )
}

/// Consumes until ordered to stop.
pub(super) async fn run(options: PgConnectOptions, task: Task) {
    let mut orders = orders();
    let outside = pool(&options, 4);
    let app = |has_limit| App {
        rules: task.rules,
        outside: outside.clone(),
        has_limit,
    };
    let (limited, unlimited) = (pool(&options, 17), pool(&options, 10));
    let start = async {
        tokio::try_join!(
            start(limited, app(true), task.manner, with_limit),
            start(unlimited, app(false), task.manner, without_limit),
        )
    };
    let mut waiting = Vec::new();
    let started = tokio::select! {
        both = start => both,
        () = async {
            // What is ordered before the consumers have started is done afterwards.
            while let Some(order) = orders.recv().await && order != "stop" {
                waiting.push(order);
            }
        } => return,
    };
    let Ok((limited, unlimited)) = started else {
        println!("refused");
        return;
    };
    println!("started");
    if task.manner.takes_more {
        tokio::spawn(begin_term(outside, task.life));
    }
    let mut waiting = waiting.into_iter();
    loop {
        let order = match waiting.next() {
            Some(order) => Some(order),
            None => orders.recv().await,
        };
        let words: Vec<_> = order.iter().flat_map(|order| order.split(' ')).collect();
        match words[..] {
            ["settle", number] => {
                tokio::join!(settle(&limited), settle(&unlimited));
                println!("settled {number}");
            }
            ["stop"] => {
                tokio::join!(limited.stop(), unlimited.stop());
                return;
            }
            [] => return,
            _ => {}
        }
    }
}

/// The name of a handler is not the one of its subscription.
struct Refused;

async fn start(
    pool: PgPool,
    app: App,
    manner: Manner,
    settings: fn(Builder, Manner) -> Builder,
) -> Result<RunningConsumer, Refused> {
    loop {
        let builder = Consumer::<Coaching>::builder(pool.clone()).state(app.clone());
        match settings(builder, manner).start().await {
            Ok(running) => break Ok(running),
            // While the other consumer of this process has not started, its subscriptions look as if they
            // had been renamed too.
            Err(StartError::Renamed {
                former_subscription,
                ..
            }) if former_subscription == manner.names().1 => break Err(Refused),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Notes that version 2 works from now on.
async fn begin_term(pool: PgPool, life: u64) {
    let note = "INSERT INTO term (life, began) VALUES ($1, clock_timestamp())
                ON CONFLICT (life) DO UPDATE SET began = excluded.began";
    let life = i64::try_from(life).unwrap_or(i64::MAX);
    while sqlx::query(note).bind(life).execute(&pool).await.is_err() {
        tokio::time::sleep(PAUSE).await;
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

#[subscribe(credit_locked)]
async fn record_lock(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    within(tx, &app, &delivery, event.event_id.as_str(), key).await
}

/// [`GROWING`] in version 1.
#[subscribe(credit_locked, name = "follow_credit")]
async fn follow_locks(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    within(tx, &app, &delivery, event.event_id.as_str(), key).await
}

#[derive(EventUnion)]
enum Credit {
    Locked(CreditLocked),
    Released(CreditReleased),
}

/// [`GROWING`] in version 2.
#[subscribe(credit_locked, credit_released, name = "follow_credit")]
async fn follow_both(
    event: EventEnvelope<Credit>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = match &event.payload {
        Credit::Locked(locked) => locked.credit_reservation_id.as_str(),
        Credit::Released(released) => released.credit_reservation_id.as_str(),
    };
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

fn attempt(delivery: &Delivery) -> Attempt {
    Attempt {
        number: delivery.attempt,
        is_redriven: delivery.is_redriven(),
    }
}

/// The effect comes first, so an attempt that fails leaves one to roll back.
async fn within(
    tx: &mut DeliveryTx,
    app: &App,
    delivery: &Delivery,
    event_id: &str,
    key: &str,
) -> Result<(), HandlerError> {
    sqlx::query(
        "INSERT INTO effect (subscription, event_id, attempt, redrive_id) VALUES ($1, $2, $3, $4)",
    )
    .bind(delivery.subscription)
    .bind(event_id)
    .bind(i32::try_from(delivery.attempt)?)
    .bind(delivery.redrive.as_ref().map(RedriveId::as_str))
    .execute(&mut **tx)
    .await?;
    let rule = (app.rules).for_event(known_as(delivery.subscription), key);
    let answer = rule.at(attempt(delivery));
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
    let rule = (app.rules).for_event(known_as(delivery.subscription), key);
    give(rule.at(attempt(delivery))).await?;
    sqlx::query(
        "INSERT INTO outside (subscription, event_id, attempt, redrive_id) VALUES ($1, $2, $3, $4)",
    )
    .bind(delivery.subscription)
    .bind(event_id)
    .bind(i32::try_from(delivery.attempt)?)
    .bind(delivery.redrive.as_ref().map(RedriveId::as_str))
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
        Answer::Abort => std::process::abort(),
    }
}
