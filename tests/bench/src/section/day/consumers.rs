//! Two consumers, four subscriptions. Each handler writes an effect, then answers as the rule of
//! its event says, so an attempt that fails leaves an effect to roll back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use acme_contracts::credit_debited::{self, CreditDebited};
use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use acme_contracts::{Coaching, Growth};
use dispatcher_runtime::time::OffsetDateTime;
use dispatcher_runtime::{
    Consumer, Delivery, DeliveryTx, EventEnvelope, HandlerError, RunningConsumer, State,
    SubscriptionOptions, subscribe,
};
use sqlx::PgPool;

use super::super::super::{Error, percentile};
use super::App;
use super::clock::Clock;
use super::rule::Rule;

/// By subscription: the milliseconds from the insert of an event to its first attempt.
#[derive(Debug, Default)]
pub(super) struct Delays(Mutex<BTreeMap<&'static str, Vec<f64>>>);

impl Delays {
    fn add(&self, delivery: &Delivery) {
        let delay = OffsetDateTime::now_utc() - delivery.inserted_at;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = all.entry(delivery.subscription).or_default();
        of.push(delay.as_seconds_f64() * 1000.0);
    }

    /// The p50 and p99 of the subscription with the longest p99, since the last call.
    pub(super) fn of_slowest(&self) -> (f64, f64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let subscriptions = std::mem::take(&mut *all).into_values();
        let delays = subscriptions.filter_map(|mut samples| {
            Some((
                percentile(&mut samples, 50.0)?,
                percentile(&mut samples, 99.0)?,
            ))
        });
        delays
            .max_by(|one, other| one.1.total_cmp(&other.1))
            .unwrap_or_default()
    }
}

/// Both of them.
pub(super) async fn start(
    pool: &PgPool,
    clock: Clock,
    delays: &Arc<Delays>,
) -> Result<(RunningConsumer, RunningConsumer), Error> {
    let app = || App {
        delays: Arc::clone(delays),
    };
    let coaching = Consumer::<Coaching>::builder(pool.clone())
        .state(app())
        .retry(clock.retry_delays())
        .subscribe(hold_slot)
        .subscribe_with(free_slot, SubscriptionOptions::new().partitions(2))
        .subscribe_with(settle, SubscriptionOptions::new().concurrency(2))
        .start()
        .await?;
    let growth = Consumer::<Growth>::builder(pool.clone())
        .state(app())
        .retry(clock.retry_delays())
        .subscribe(thank_customer)
        .start()
        .await?;
    Ok((coaching, growth))
}

#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    handle(tx, &app, &delivery, event.event_id.as_str(), key).await
}

#[subscribe(credit_released)]
async fn free_slot(
    event: EventEnvelope<CreditReleased>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    handle(tx, &app, &delivery, event.event_id.as_str(), key).await
}

#[subscribe(credit_debited)]
async fn settle(
    event: EventEnvelope<CreditDebited>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    handle(tx, &app, &delivery, event.event_id.as_str(), key).await
}

#[subscribe(credit_debited)]
async fn thank_customer(
    event: EventEnvelope<CreditDebited>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let key = event.payload.credit_reservation_id.as_str();
    handle(tx, &app, &delivery, event.event_id.as_str(), key).await
}

async fn handle(
    tx: &mut DeliveryTx,
    app: &App,
    delivery: &Delivery,
    event_id: &str,
    key: &str,
) -> Result<(), HandlerError> {
    sqlx::query("INSERT INTO effect (subscription, event_id) VALUES ($1, $2)")
        .bind(delivery.subscription)
        .bind(event_id)
        .execute(&mut **tx)
        .await?;
    let rule = Rule::of(delivery.subscription, key);
    let is_repaired = match rule {
        Rule::FailUntilRepaired | Rule::Permanent => {
            let repaired =
                "SELECT EXISTS (SELECT FROM repaired WHERE subscription = $1 AND event_id = $2)";
            sqlx::query_scalar(repaired)
                .bind(delivery.subscription)
                .bind(event_id)
                .fetch_one(&mut **tx)
                .await?
        }
        Rule::Handle | Rule::FailUntil(_) => false,
    };
    if delivery.attempt == 1 && !is_repaired {
        app.delays.add(delivery);
    }
    match rule {
        Rule::FailUntil(last) if delivery.attempt <= last => {
            Err(HandlerError::retry("the slot is taken for a moment"))
        }
        Rule::FailUntilRepaired if !is_repaired => {
            Err(HandlerError::retry("there is no such slot"))
        }
        Rule::Permanent if !is_repaired => {
            Err(HandlerError::permanent("more than a lesson can cost"))
        }
        _ => Ok(()),
    }
}
