//! A swim school in the middle of a working day: producers, consumers, and some of what can be wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use acme_contracts::lesson_scheduled::{self, LessonScheduled};
use acme_contracts::order_paid::{self, OrderPaid};
use acme_contracts::{Coaching, Growth, Revenue, Scheduling};
use dispatcher_runtime::time::OffsetDateTime;
use dispatcher_runtime::{
    Actor, Consumer, DeadLetterFilter, Dispatcher, EventEnvelope, HandlerError, Operator,
    RedriveOptions, RunningConsumer, State, subscribe,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, release};
use serde_json::{Value, json};
use sqlx::{Executor, PgPool, Postgres, Transaction};

/// What the handlers of coaching depend on.
#[derive(Clone, Default)]
pub(crate) struct Slots {
    is_mended: Arc<AtomicBool>,
}

impl Slots {
    /// From now on handlers accept what they refused.
    pub(crate) fn mend(&self) {
        self.is_mended.store(true, Ordering::SeqCst);
    }
}

#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    State(slots): State<Slots>,
) -> Result<(), HandlerError> {
    let credits = event.payload.locked_credits.get();
    if credits > 100 && !slots.is_mended.load(Ordering::SeqCst) {
        let error = format!("{credits} credits are more than lesson {credits}07 can cost");
        return Err(HandlerError::permanent(error));
    }
    Ok(())
}

#[subscribe(credit_released)]
async fn free_slot(event: EventEnvelope<CreditReleased>) -> Result<(), HandlerError> {
    if matches!(event.payload.released_credits.get(), 130 | 140) {
        return Err("slot service: 503 Service Unavailable".into());
    }
    Ok(())
}

#[subscribe(lesson_scheduled)]
async fn plan_coach(event: EventEnvelope<LessonScheduled>) -> Result<(), HandlerError> {
    let lesson = event.payload.lesson_id;
    let error = format!("no coach with a certificate for lesson {lesson}");
    Err(HandlerError::permanent(error))
}

#[subscribe(order_paid)]
async fn credit_stats(_event: EventEnvelope<OrderPaid>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(order_paid)]
async fn offer_lessons(_event: EventEnvelope<OrderPaid>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(lesson_scheduled)]
async fn invoice_lesson(_event: EventEnvelope<LessonScheduled>) -> Result<(), HandlerError> {
    Ok(())
}

/// The consumer of coaching, which holds a slot for each credit that is locked.
pub(crate) async fn coaching(pool: &PgPool, slots: Slots) -> TestResult<RunningConsumer> {
    Ok(Consumer::<Coaching>::builder(pool.clone())
        .state(slots)
        .subscribe(hold_slot)
        .start()
        .await?)
}

/// Publishes a lock that [`hold_slot`] refuses, and returns the id of its event.
pub(crate) async fn publish_poison(pool: &PgPool) -> TestResult<String> {
    let revenue = Dispatcher::<Revenue>::builder(pool.clone());
    let revenue = revenue.tenant(TENANT).build()?;
    let published = revenue.publish(lock(1, 144)).await?;
    Ok(published.event_id.to_string())
}

/// The company. What runs ends with [`Company::stop`].
pub(crate) struct Company {
    running: Vec<RunningConsumer>,
    /// Holds every reader back, while it is open.
    blocker: Option<Transaction<'static, Postgres>>,
}

impl Company {
    pub(crate) async fn open(pool: &PgPool) -> TestResult<Self> {
        let operator = Operator::new(pool.clone()).registry(&acme_contracts::REGISTRY);
        let running = vec![
            Consumer::<Coaching>::builder(pool.clone())
                .state(Slots::default())
                .subscribe(hold_slot)
                .subscribe(free_slot)
                .subscribe(plan_coach)
                .start()
                .await?,
            Consumer::<Revenue>::builder(pool.clone())
                .subscribe(invoice_lesson)
                .start()
                .await?,
            Consumer::<Scheduling>::builder(pool.clone())
                .subscribe(offer_lessons)
                .start()
                .await?,
        ];
        let growth = Consumer::<Growth>::builder(pool.clone()).subscribe(credit_stats);
        let growth = growth.start().await?;
        publish(pool, &operator, 8).await?;
        for consumer in &running {
            consumer.wait_caught_up().await?;
        }
        growth.wait_caught_up().await?;
        growth.stop().await;
        let pause = Actor::new("vic").because("the calendar moves to another provider");
        let subscriptions = operator.subscriptions();
        subscriptions
            .pause("scheduling", "offer_lessons", pause)
            .await?;
        publish_others(&operator, 30).await?;
        running[0].wait_caught_up().await?;
        let until = OffsetDateTime::now_utc();
        publish_poison(pool).await?;
        running[0].wait_caught_up().await?;
        // What is being redriven would be waited for.
        act(&operator, until).await?;
        remember(pool).await?;
        // These are tried again and again, so nothing waits for them.
        let revenue = Dispatcher::<Revenue>::builder(pool.clone());
        let revenue = revenue.tenant(TENANT).build()?;
        revenue
            .publish_all([release(901, 130), release(902, 140)])
            .await?;
        Ok(Self {
            running,
            blocker: None,
        })
    }

    /// The same with what is worse: a transaction that has published and does not end, so that no reader sees what comes after
    /// it; a mirror that does not go on; and a relay that nothing works on.
    pub(crate) async fn in_trouble(pool: &PgPool) -> TestResult<Self> {
        let mut company = Self::open(pool).await?;
        let revenue = Dispatcher::<Revenue>::builder(pool.clone());
        let revenue = revenue.tenant(TENANT).build()?;
        let mut blocker = pool.begin().await?;
        blocker
            .execute("SET LOCAL application_name = 'month-end-closing'")
            .await?;
        revenue.publish(lock(1000, 2)).within(&mut blocker).await?;
        revenue
            .publish_all((1..=40).map(|person| lock(1000 + person, 2)))
            .await?;
        // What waits for it has waited for a while.
        pool.execute(
            "UPDATE dispatcher_event
                SET occurred_at = occurred_at - interval '14 minutes', inserted_at = inserted_at - interval '14 minutes'",
        )
        .await?;
        pool.execute(
            "INSERT INTO dispatcher_transfer (direction, stream, sequence, position, pending, reached_at, waits_for, waits_since,
                    updated_at, holder, expires_at)
             VALUES ('relay', 'north', 118, 118, NULL, NULL, NULL, NULL, now() - interval '3 minutes', NULL, NULL),
                    ('relay', 'south', 222, (SELECT max(position) FROM dispatcher_event), NULL, NULL, NULL, NULL, now(),
                     'coaching-1', now() + interval '1 hour'),
                    ('mirror', 'partner', 7311, 0, 25, now() - interval '6 minutes',
                     'the stream \"partner\" was set back to sequence 7286, and the mirror has read up to 7311: waiting until the \
                      relay has sent the lost messages again',
                     now() - interval '6 minutes', now(), 'coaching-1', now() + interval '1 hour')",
        )
        .await?;
        company.blocker = Some(blocker);
        Ok(company)
    }

    pub(crate) async fn stop(self) {
        drop(self.blocker);
        for consumer in self.running {
            consumer.stop().await;
        }
    }
}

/// Locks and releases of some people, of which some are too many.
async fn publish(pool: &PgPool, operator: &Operator, rounds: u32) -> TestResult {
    let revenue = Dispatcher::<Revenue>::builder(pool.clone());
    let revenue = revenue.tenant(TENANT).build()?;
    for round in 0..rounds {
        let locks = (1..=12).map(|person| lock(round * 100 + person, person + 1));
        revenue.publish_all(locks).await?;
        revenue.publish(lock(round * 100 + 50, 120 + round)).await?;
        let releases = (1..=5).map(|person| release(round * 100 + person, person + 1));
        revenue.publish_all(releases).await?;
    }
    publish_others(operator, 4).await
}

/// Samples of the contracts, as their producers publish them.
async fn publish_others(operator: &Operator, number: usize) -> TestResult {
    let contracts = operator.known_contracts().await?;
    let samples = include_str!("../../contracts/samples.jsonl");
    let samples: Result<Vec<Value>, _> = samples.lines().map(serde_json::from_str).collect();
    let samples: Vec<_> = samples?
        .into_iter()
        .filter(|sample| sample["valid"] == true)
        // Locks are published above, and an expiry is retired.
        .filter(|sample| sample["event_type"] != "credit.locked")
        .filter(|sample| sample["event_type"] != "credit.expired")
        .collect();
    for sample in samples.iter().cycle().take(number) {
        let event = json!({
            "event_type": sample["event_type"],
            "schema_version": sample["schema_version"],
            "tenant_id": TENANT,
            "payload": sample["payload"],
            "actor": "system:nightly-import",
        });
        let actor = Actor::new("nightly-import").by_way_of("cli");
        operator.events().publish(&event, &contracts, actor).await?;
    }
    Ok(())
}

/// What operators did: one letter resolved, and a redrive that takes its time.
async fn act(operator: &Operator, until: OffsetDateTime) -> TestResult {
    let letters = operator.dead_letters();
    let listed = letters.list(&DeadLetterFilter::default()).await?;
    let first = listed.dead_letters.first().ok_or("no dead letter")?;
    let id = &first.dead_letter_id;
    letters.resolve(id, "mia", Some("refunded by hand")).await?;
    let filter = DeadLetterFilter::default()
        .event_type("credit.locked")
        .to(until);
    let slowly = RedriveOptions::default().per_second(0.02);
    let actor = Actor::new("mia").because("the price list was wrong until 09:40");
    operator
        .redrives()
        .start(&filter, &slowly, None, actor)
        .await?;
    Ok(())
}

/// A day of samples, as the sampler would have written them.
async fn remember(pool: &PgPool) -> TestResult {
    pool.execute(
        "INSERT INTO dispatcher_sample (consumer, subscription, sampled_at, position, last_position, lag_events, lag_at_least,
                lag_seconds, waiting, open_dead_letters)
         SELECT c.consumer, c.subscription, date_trunc('minute', now()) - n * interval '1 minute',
                greatest(0, c.position - 3 * n), greatest(0, l.last_position - 3 * n),
                CASE WHEN c.subscription = 'credit_stats' THEN greatest(0, 605 - n) / 120
                     WHEN n BETWEEN 200 AND 260 AND c.consumer = 'coaching' THEN NULL
                     ELSE (40 * abs(sin(n / (60.0 + length(c.subscription)))))::bigint END, false, 0, 0, 0
           FROM generate_series(1, 1439) AS n,
                (SELECT consumer, subscription, min(position) AS position FROM dispatcher_cursor GROUP BY 1, 2) AS c,
                (SELECT max(position) AS last_position FROM dispatcher_event) AS l
             ON CONFLICT DO NOTHING",
    )
    .await?;
    Ok(())
}
