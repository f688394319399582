//! What the processes of a run do: relay, mirror, or consume, until their input ends or they are killed.
//!
//! A relay or a mirror that ends with an error prints `ended REASON` and begins again after a pause, as an orchestrator
//! would start it again; the run counts it as wrong, because nothing in a run is a reason to end. Each reason to wait is
//! printed as `waits REASON`, and each step of a relay as `relayed …`.

use std::error::Error;
use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use acme_contracts::{Coaching, REGISTRY};
use async_nats::{Client, ConnectOptions};
use dispatcher_nats::{Mirror, Relay, Relayed, TransferObserver, Waiting};
use dispatcher_runtime::{
    Consumer, Delivery, DeliveryTx, EventEnvelope, HandlerError, State, SubscriptionOptions,
    subscribe,
};
use sqlx::PgPool;

use super::rule::{Answer, RETRIES, Rule};
use super::{pool, until_the_input_ends};

/// The stream, and the prefix of its subjects.
pub(super) const STREAM: &str = "north";

/// The plan stops processes for longer than this.
pub(super) const LEASE: Duration = Duration::from_secs(2);

/// Before a process that has ended begins again.
const PAUSE: Duration = Duration::from_millis(500);

/// Fewer than by default, so that faults meet more places between two batches.
const BATCH: u32 = 100;

/// What a process does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    Relay,
    Mirror,
    Consumer,
}

impl Role {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Mirror => "mirror",
            Self::Consumer => "consumer",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        let mut roles = [Self::Relay, Self::Mirror, Self::Consumer].into_iter();
        roles.find(|role| role.name() == name)
    }
}

/// What a process is told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Task {
    pub(super) role: Role,
    pub(super) postgres: String,
    pub(super) nats: Vec<String>,
    pub(super) seed: u64,
}

type Ended = Result<(), Box<dyn Error + Send + Sync>>;

pub(super) async fn run(task: Task) {
    let work = async {
        loop {
            let ended = match task.role {
                Role::Relay => relay(&task).await,
                Role::Mirror => mirror(&task).await,
                Role::Consumer => consume(&task).await,
            };
            if let Err(error) = ended {
                println!("ended {error}");
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = work => {}
        () = until_the_input_ends() => {}
    }
}

/// A client that stays on the paths that it is given, and notices a dead one soon.
pub(super) async fn connect(urls: &[String]) -> Result<Client, async_nats::ConnectError> {
    ConnectOptions::new()
        .retry_on_initial_connect()
        .ignore_discovered_servers()
        .connection_timeout(Duration::from_secs(2))
        .ping_interval(Duration::from_secs(2))
        .request_timeout(Some(Duration::from_secs(4)))
        .connect(urls)
        .await
}

async fn relay(task: &Task) -> Ended {
    let client = connect(&task.nats).await?;
    let relay = Relay::builder(pool(&task.postgres, 4)?, client, STREAM)
        .lease(LEASE)
        .confirm_within(Duration::from_secs(2))
        .look_every(Duration::from_secs(1))
        .batch(BATCH)
        .observer(Printing)
        .build()?;
    Ok(relay.run_until(std::future::pending()).await?)
}

async fn mirror(task: &Task) -> Ended {
    let client = connect(&task.nats).await?;
    let mirror = Mirror::builder(pool(&task.postgres, 4)?, client, STREAM)
        .domain(&REGISTRY, "coaching")
        .lease(LEASE)
        .look_every(Duration::from_millis(200))
        .batch(BATCH as usize)
        .observer(Printing)
        .build()?;
    Ok(mirror.run_until(std::future::pending()).await?)
}

struct Printing;

impl TransferObserver for Printing {
    fn relayed(&self, relayed: &Relayed<'_>) {
        let Relayed {
            events,
            sequence,
            position,
            ..
        } = relayed;
        println!("relayed {events} up to sequence {sequence}, position {position}");
    }

    fn waiting(&self, waiting: &Waiting<'_>) {
        println!("waits {}", waiting.reason.replace('\n', " "));
    }
}

/// It waits out every failure of the database, even while it starts.
async fn consume(task: &Task) -> Ended {
    let pool: PgPool = pool(&task.postgres, 16)?;
    let rule = Rule { seed: task.seed };
    let shared = || {
        SubscriptionOptions::new()
            .partitions(2)
            .share_savepoint(true)
    };
    let running = loop {
        let builder = Consumer::<Coaching>::builder(pool.clone())
            .state(rule)
            .lease(LEASE)
            .batch_size(200)
            .retry([Duration::from_millis(30); RETRIES])
            .subscribe_with(hold_slot, shared())
            .subscribe_with(free_slot, shared());
        match builder.start().await {
            Ok(running) => break running,
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    };
    std::future::pending::<()>().await;
    running.stop().await;
    Ok(())
}

#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(rule): State<Rule>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    apply(tx, rule, &delivery, event.event_id.as_str(), key).await
}

#[subscribe(credit_released)]
async fn free_slot(
    event: EventEnvelope<CreditReleased>,
    tx: &mut DeliveryTx,
    State(rule): State<Rule>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    apply(tx, rule, &delivery, event.event_id.as_str(), key).await
}

async fn apply(
    tx: &mut DeliveryTx,
    rule: Rule,
    delivery: &Delivery,
    event_id: &str,
    key: &str,
) -> Result<(), HandlerError> {
    sqlx::query("INSERT INTO effect (subscription, event_id) VALUES ($1, $2)")
        .bind(delivery.subscription)
        .bind(event_id)
        .execute(&mut **tx)
        .await?;
    match rule.answer(key, delivery.attempt) {
        Answer::Handle => Ok(()),
        Answer::Fail => Err("the rule says so".into()),
        Answer::Permanent => Err(HandlerError::permanent("the rule says so")),
    }
}
