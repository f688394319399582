//! A subscription to several event types: their common order, retries, waking up, older versions,
//! and what happens to it when its event types change.

use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use acme_contracts::order_paid::{self, OrderPaid};
use acme_contracts::refund_issued::{self, RefundIssued};
use acme_contracts::{Growth, Revenue};
use dispatcher_runtime::{
    Consumer, DeadLetterFilter, DeadLetterReason, DeadLetters, Delivery, DeliveryTx, Dispatcher,
    EventEnvelope, EventUnion, HandlerError, PublishError, Published, State, SubscriptionOptions,
    subscribe,
};
use dispatcher_test_fixtures::{TestResult, lock, release};
use serde_json::json;
use sqlx::{PgConnection, PgPool, Postgres, Row, Transaction};

use crate::support::{Act, Script, World};

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(EventUnion)]
enum CreditEvent {
    Locked(CreditLocked),
    Released(CreditReleased),
}

impl CreditEvent {
    fn credits(&self) -> i64 {
        match self {
            Self::Locked(locked) => locked.locked_credits.get(),
            Self::Released(released) => released.released_credits.get(),
        }
    }
}

/// Writes an effect, then does what the script says.
#[subscribe(credit_locked, credit_released)]
async fn credit_board(
    event: EventEnvelope<CreditEvent>,
    tx: &mut DeliveryTx,
    State(script): State<Script>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let credits = event.payload.credits();
    insert_effect(&delivery, &event, credits, tx).await?;
    script.act(credits, delivery.attempt).await
}

/// Takes no transaction, so it runs outside one.
#[subscribe(credit_released, credit_locked)]
async fn call_partner(
    event: EventEnvelope<CreditEvent>,
    State(script): State<Script>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    script.act(event.payload.credits(), delivery.attempt).await
}

async fn insert_effect<P>(
    delivery: &Delivery,
    event: &EventEnvelope<P>,
    credits: i64,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO effect (subscription, event_id, subject, credits) VALUES ($1, $2, $3, $4)",
    )
    .bind(delivery.subscription)
    .bind(event.event_id.as_str())
    .bind(&event.subject)
    .bind(credits)
    .execute(connection)
    .await
    .map(drop)
}

/// An odd number of credits is locked, an even one released.
async fn publish_within(
    revenue: &Dispatcher<Revenue>,
    person: u32,
    credits: u32,
    tx: &mut Transaction<'_, Postgres>,
) -> Result<Published, PublishError> {
    if credits % 2 == 1 {
        revenue.publish(lock(person, credits)).within(tx).await
    } else {
        revenue.publish(release(person, credits)).within(tx).await
    }
}

async fn publish(world: &World, person: u32, credits: u32) -> TestResult {
    let mut tx = world.pool.begin().await?;
    publish_within(&world.revenue(), person, credits, &mut tx).await?;
    Ok(tx.commit().await?)
}

/// The credits of the log, in the order of positions.
async fn published(pool: &PgPool) -> TestResult<Vec<i64>> {
    let rows = sqlx::query(
        "SELECT coalesce(payload ->> 'locked_credits', payload ->> 'released_credits')::bigint
           FROM dispatcher_event ORDER BY position",
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .iter()
        .map(|row| row.try_get(0))
        .collect::<Result<_, _>>()?)
}

/// The transaction that took the first and the third position commits last.
#[tokio::test]
async fn events_of_both_types_are_handled_in_the_order_of_their_positions() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world
        .coaching(&script)
        .subscribe(credit_board)
        .start()
        .await?;
    let revenue = world.revenue();
    let (mut first, mut second) = (world.pool.begin().await?, world.pool.begin().await?);
    publish_within(&revenue, 1, 1, &mut first).await?;
    publish_within(&revenue, 2, 2, &mut second).await?;
    publish_within(&revenue, 1, 4, &mut first).await?;
    publish_within(&revenue, 2, 3, &mut second).await?;
    second.commit().await?;
    // Both types have a later, committed event and an earlier, uncommitted one.
    first.commit().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(published(&world.pool).await?, [1, 2, 4, 3]);
    assert_eq!(world.effects().await?, [1, 2, 4, 3]);
    world.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_several_transactions_publish_at_once_comes_in_the_order_of_positions() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world
        .coaching(&script)
        .batch_size(7)
        .subscribe(credit_board)
        .start()
        .await?;
    let writers = (0..4_u32).map(|writer| {
        let (pool, revenue) = (world.pool.clone(), world.revenue());
        tokio::spawn(async move {
            for pair in 0..15 {
                let credits = writer * 30 + pair * 2 + 1;
                let mut tx = pool.begin().await?;
                publish_within(&revenue, writer, credits, &mut tx).await?;
                publish_within(&revenue, writer, credits + 1, &mut tx).await?;
                tx.commit().await?;
            }
            TestResult::Ok(())
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await??;
    }
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let effects = world.effects().await?;
    assert_eq!(effects.len(), 120);
    assert_eq!(effects, published(&world.pool).await?);
    world.close().await
}

#[tokio::test]
async fn a_retry_of_one_type_holds_back_the_other_types_later_event_of_its_subject() -> TestResult {
    // For person 7: first a lock that fails and then a release; then the other way round.
    for (failing, later, of_another) in [(1, 2, [11, 12]), (2, 1, [11, 12])] {
        let world = World::new().await?;
        let script = Script::new([(i64::from(failing), Act::FailTimes(2))]);
        for (person, credits) in [
            (7, failing),
            (8, of_another[0]),
            (7, later),
            (8, of_another[1]),
        ] {
            publish(&world, person, credits).await?;
        }
        let consumer = world
            .coaching(&script)
            .subscribe(credit_board)
            .start()
            .await?;
        consumer.wait_caught_up().await?;
        consumer.stop().await;
        // What a retry comes before of the other subject is a matter of time.
        let effects = world.effects().await?;
        let (of_another_person, of_person): (Vec<_>, Vec<_>) = effects
            .into_iter()
            .partition(|credits| of_another.map(i64::from).contains(credits));
        assert_eq!(of_another_person, of_another.map(i64::from));
        assert_eq!(of_person, [failing, later].map(i64::from));
        assert_eq!(script.attempts_at(failing.into()), [1, 2, 3]);
        assert_eq!(script.attempts_at(later.into()), [1]);
        world.close().await?;
    }
    Ok(())
}

/// Resolves when the subscription sleeps on both of its event types, which writers see by its
/// locks.
async fn both_slept_on(world: &World) -> TestResult {
    let locked = "SELECT count(DISTINCT objid) FROM pg_locks \
                   WHERE locktype = 'advisory' AND classid = 1146311763 AND mode = 'ShareLock' \
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                     AND objid IN (hashtext('credit.locked')::oid, hashtext('credit.released')::oid)";
    tokio::time::timeout(PATIENCE, async {
        while world.count(locked).await? < 2 {}
        Ok(())
    })
    .await?
}

/// The poll interval is ten minutes.
#[tokio::test]
async fn an_event_of_either_type_wakes_a_sleeping_consumer() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world
        .coaching(&script)
        .subscribe(credit_board)
        .start()
        .await?;
    // Two of one type, then two of the other.
    let credits: Vec<_> = (0..10)
        .flat_map(|n| [4 * n + 1, 4 * n + 3, 4 * n + 2, 4 * n + 4])
        .collect();
    for credits in &credits {
        both_slept_on(&world).await?;
        publish(&world, 1, *credits).await?;
        tokio::time::timeout(PATIENCE, script.entered.acquire())
            .await??
            .forget();
    }
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let expected: Vec<_> = credits.into_iter().map(i64::from).collect();
    assert_eq!(world.effects().await?, expected);
    world.close().await
}

#[tokio::test]
async fn a_handler_outside_a_transaction_keeps_the_common_order() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::FailTimes(1))]);
    for (person, credits) in [(7, 1), (7, 2), (7, 3), (8, 4), (8, 5)] {
        publish(&world, person, credits).await?;
    }
    let consumer = world
        .coaching(&script)
        .subscribe(call_partner)
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let attempts = script.attempts.lock().unwrap().clone();
    assert_eq!(attempts, [(1, 1), (2, 1), (4, 1), (5, 1), (2, 2), (3, 1)]);
    world.close().await
}

#[tokio::test]
async fn with_partitions_and_concurrency_each_subject_keeps_the_common_order() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(5, Act::FailTimes(1)), (6, Act::FailTimes(1))]);
    for credits in 1..=60 {
        publish(&world, credits % 5, credits).await?;
    }
    let consumer = world
        .coaching(&script)
        .subscribe_with(
            credit_board,
            SubscriptionOptions::new().partitions(2).concurrency(2),
        )
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let effects = world.effects().await?;
    assert_eq!(effects.len(), 60);
    for person in 0..5 {
        let of_person: Vec<_> = effects
            .iter()
            .copied()
            .filter(|credits| credits % 5 == person)
            .collect();
        assert!(of_person.is_sorted(), "{person}: {of_person:?}");
        assert_eq!(of_person.len(), 12);
    }
    world.close().await
}

#[derive(EventUnion)]
enum Money {
    Paid(OrderPaid),
    Refunded(RefundIssued),
}

#[subscribe(order_paid, refund_issued)]
async fn takings(
    event: EventEnvelope<Money>,
    tx: &mut DeliveryTx,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let amount = match &event.payload {
        Money::Paid(paid) => paid.total.amount_minor.get(),
        Money::Refunded(refunded) => -refunded.amount.amount_minor.get(),
    };
    insert_effect(&delivery, &event, amount, tx).await?;
    Ok(())
}

#[tokio::test]
async fn a_variant_takes_older_versions_and_the_gate_refuses_what_is_invalid() -> TestResult {
    let world = World::new().await?;
    let person = "per_0191c2b7-4e90-7f35-8d6a-7c5b4a392817";
    let order = "ord_0192f39e-5a08-7d17-a2c4-3b1f0e9d8c76";
    let older = json!({
        "order_id": order, "person_id": person, "product_code": "CREDITS-10", "credits": 10,
        "amount_minor": 12000, "currency": "GBP", "paid_at": "2026-03-02T17:05:44Z",
    });
    let refund = json!({
        "refund_id": "rfd_0192f7d4-90ab-7c12-93e8-d4c3b2a19087", "order_id": order,
        "person_id": person, "amount": { "amount_minor": 7200, "currency": "GBP" },
        "reason": { "kind": "duplicate_payment",
                    "duplicate_of": "ord_0192f39e-c6d1-7f48-85b7-9e8d7c6b5a41" },
        "settlement": { "method": "credits", "credits": 6 }, "issued_at": "2026-11-25T19:02:31Z",
    });
    let current = json!({
        "order_id": order, "person_id": person,
        "total": { "amount_minor": 13450, "currency": "GBP" },
        "lines": [{ "product_code": "CREDITS-10", "quantity": 1, "amount_minor": 13450,
                    "credits": 10 }],
        "paid_at": "2026-11-20T17:05:44Z",
    });
    let revenue = world.revenue();
    revenue.publish_untyped("order.paid", 1, older).await?;
    revenue.publish_untyped("refund.issued", 1, refund).await?;
    for (event_id, event_type, version) in [
        (
            "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e",
            "refund.issued",
            1,
        ),
        ("evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6f", "order.paid", 9),
    ] {
        sqlx::query(
            "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at,
                                           tenant_id, producer, actor, payload)
             VALUES ($1, $2, $3, now(), 'tnt_a', 'revenue', 'system:revenue', '{}')",
        )
        .bind(event_id)
        .bind(event_type)
        .bind(version)
        .execute(&world.pool)
        .await?;
    }
    revenue.publish_untyped("order.paid", 2, current).await?;
    let consumer = Consumer::<Growth>::builder(world.pool.clone())
        .subscribe(takings)
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [12000, -7200, 13450]);
    let dead = DeadLetters::new(world.pool.clone())
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    let errors: Vec<_> = dead.iter().map(|letter| letter.error.as_str()).collect();
    assert_eq!(errors.len(), 1, "version 9 is awaited: {errors:?}");
    assert!(
        errors[0].contains("not a valid refund.issued v1"),
        "{errors:?}"
    );
    world.close().await
}

/// The subscription, before or after its event types changed.
#[subscribe(credit_locked, name = "credit_board")]
async fn locks_only(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let credits = event.payload.locked_credits.get();
    insert_effect(&delivery, &event, credits, tx).await?;
    Ok(())
}

#[tokio::test]
async fn an_event_type_that_is_added_is_handled_from_the_cursor_on() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    for credits in [1, 2, 3] {
        publish(&world, 1, credits).await?;
    }
    let consumer = world
        .coaching(&script)
        .subscribe(locks_only)
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let consumer = world
        .coaching(&script)
        .subscribe(credit_board)
        .start()
        .await?;
    for credits in [4, 5] {
        publish(&world, 1, credits).await?;
    }
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 3, 4, 5], "2 was passed over");
    world.close().await
}

#[tokio::test]
async fn an_event_of_a_type_that_was_removed_becomes_a_dead_letter_that_says_so() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::Permanent)]);
    let consumer = world
        .coaching(&script)
        .subscribe(credit_board)
        .start()
        .await?;
    publish(&world, 1, 2).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let dead_letters = DeadLetters::new(world.pool.clone());
    let dead = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    dead_letters
        .redrive(&dead[0].dead_letter_id, "maria", None)
        .await?;
    let consumer = world
        .coaching(&script)
        .subscribe(locks_only)
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let dead = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(dead.len(), 1);
    assert_eq!(
        (dead[0].reason, dead[0].error.as_str()),
        (
            DeadLetterReason::Invalid,
            "this handler handles credit.locked, not credit.released"
        )
    );
    world.close().await
}
