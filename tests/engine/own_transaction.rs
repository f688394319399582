//! Each event in a transaction of its own: what users who write ordinary SQL expect.

use std::time::Duration;

use acme_contracts::Revenue;
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{
    Consumer, Delivery, DeliveryTx, Dispatcher, EventEnvelope, HandlerError, State,
    SubscriptionOptions, subscribe,
};
use dispatcher_test_fixtures::{TestResult, lock};

use crate::held::until;
use crate::support::{Act, Script, World, hold_slot};

const PATIENCE: Duration = Duration::from_secs(60);

/// Does to its transaction what SQL allows.
#[subscribe(credit_locked)]
async fn ordinary_sql(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let tenant = "SELECT coalesce(current_setting('app.tenant', true), '')";
    let tenant: String = sqlx::query_scalar(tenant).fetch_one(&mut **tx).await?;
    if !tenant.is_empty() {
        return Err(HandlerError::permanent(format!(
            "it sees the tenant of another event: {tenant}"
        )));
    }
    let ordinary = "
        SET LOCAL app.tenant = 'north';
        CREATE TEMP TABLE basket (id int) ON COMMIT DROP;
        DECLARE items CURSOR FOR SELECT id FROM basket";
    sqlx::raw_sql(ordinary).execute(&mut **tx).await?;
    sqlx::query(
        "INSERT INTO effect (subscription, event_id, subject, credits) VALUES ($1, $2, now()::text, $3)",
    )
    .bind(delivery.subscription)
    .bind(event.event_id.as_str())
    .bind(event.payload.locked_credits.get())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

#[tokio::test]
async fn no_event_sees_what_another_did_to_its_transaction() -> TestResult {
    let world = World::new().await?;
    let events = (1..=30).map(|credits| lock(credits, credits));
    world.revenue().publish_all(events).await?;
    let consumer = Consumer::<acme_contracts::Coaching>::builder(world.pool.clone())
        .retry([])
        .subscribe(ordinary_sql)
        .start()
        .await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    let effects = world.effects().await?;
    assert_eq!(effects, (1..=30).collect::<Vec<_>>());
    let transactions = "SELECT count(DISTINCT xmin::text) FROM effect";
    assert_eq!(world.count(transactions).await?, 30);
    let times = "SELECT count(DISTINCT subject) FROM effect";
    assert_eq!(world.count(times).await?, 30, "each has its own now()");
    world.close().await
}

#[tokio::test]
async fn what_is_handled_is_committed_before_the_next_event_is_handled() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(3, Act::Wait)]);
    let events = (1..=4).map(|credits| lock(credits, credits));
    world.revenue().publish_all(events).await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    until(&world, "SELECT count(*) FROM effect", 2).await?;
    let position = "SELECT count(*) FROM dispatcher_event AS event, dispatcher_cursor AS cursor
                     WHERE event.position <= cursor.position";
    assert_eq!(world.count(position).await?, 2, "with the cursor");
    script.gate.add_permits(1);
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2, 3, 4]);
    world.close().await
}

/// A statement that ends its session takes only its own event with it.
#[tokio::test]
async fn a_connection_that_is_lost_repeats_one_event() -> TestResult {
    for concurrency in [1, 2] {
        let world = World::new().await?;
        let script = Script::new([(4, Act::LoseConnectionOnce)]);
        let events = (1..=6).map(|credits| lock(credits, credits));
        world.revenue().publish_all(events).await?;
        let options = SubscriptionOptions::new().concurrency(concurrency);
        let consumer = world
            .coaching(&script)
            .retry([])
            .subscribe_with(hold_slot, options)
            .start()
            .await?;
        tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
        consumer.stop().await;
        let mut effects = world.effects().await?;
        effects.sort_unstable();
        assert_eq!(effects, [1, 2, 3, 4, 5, 6]);
        for credits in 1..=6 {
            let expected: &[u32] = if credits == 4 { &[1, 1] } else { &[1] };
            assert_eq!(script.attempts_at(credits), expected, "{credits}");
        }
        world.close().await?;
    }
    Ok(())
}

/// The consumer's own statements failed with the role that a handler had set. The first event is handled
/// once more, because only then the role is restored.
#[tokio::test]
async fn a_handler_may_set_the_role_of_its_transaction() -> TestResult {
    for concurrency in [1, 2] {
        let world = World::new().await?;
        let script = Script::new((1..=6).map(|credits| (credits, Act::SetRole)));
        let events = (1..=6).map(|credits| lock(credits, credits));
        world.revenue().publish_all(events).await?;
        let options = SubscriptionOptions::new().concurrency(concurrency);
        let consumer = world
            .coaching(&script)
            .retry([])
            .subscribe_with(hold_slot, options)
            .start()
            .await?;
        tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
        consumer.stop().await;
        let mut effects = world.effects().await?;
        effects.sort_unstable();
        assert_eq!(effects, [1, 2, 3, 4, 5, 6]);
        let dead_letters = "SELECT count(*) FROM dispatcher_dead_letter";
        assert_eq!(world.count(dead_letters).await?, 0);
        world.close().await?;
    }
    Ok(())
}

/// Publishes, and waits with the event after it.
#[subscribe(credit_locked)]
async fn publish_and_wait(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State((script, dispatcher)): State<(Script, Dispatcher<Revenue>)>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let credits = event.payload.locked_credits.get();
    script.act(credits, delivery.attempt).await?;
    if credits == 1 {
        dispatcher.publish(lock(100, 100)).within(tx).await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_a_handler_publishes_does_not_wait_for_the_events_after_it() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::Wait)]);
    let events = (1..=2).map(|credits| lock(credits, credits));
    world.revenue().publish_all(events).await?;
    let consumer = Consumer::<acme_contracts::Coaching>::builder(world.pool.clone())
        .state((script.clone(), world.revenue()))
        .subscribe(publish_and_wait)
        .start()
        .await?;
    // Event 2 is in its handler.
    tokio::time::timeout(PATIENCE, script.entered.acquire_many(2))
        .await??
        .forget();
    let log = dispatcher_runtime::EventLog::new(world.pool.clone());
    let horizon = log.horizon().await?;
    assert_eq!(horizon.position, horizon.last_position);
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_event").await?,
        3
    );
    script.gate.add_permits(1);
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    world.close().await
}

/// What a handler leaves behind in its session, another event paid for.
#[tokio::test]
async fn an_event_pays_for_no_session_of_another() -> TestResult {
    for (statements, is_fault) in [
        ("SET ROLE pg_monitor", false),
        (
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            false,
        ),
        ("SET ROLE pg_monitor; COMMIT", true),
    ] {
        for concurrency in [1, 2] {
            let world = World::new().await?;
            let script = Script::new([(1, Act::Session(statements))]);
            let events = (1..=6).map(|credits| lock(credits, credits));
            world.revenue().publish_all(events).await?;
            let pool = world.database.pool(5).await?;
            let options = SubscriptionOptions::new().concurrency(concurrency);
            let consumer = Consumer::<acme_contracts::Coaching>::builder(pool.clone())
                .state(script.clone())
                .retry([])
                .subscribe_with(hold_slot, options)
                .start()
                .await?;
            tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
            consumer.stop().await;
            let mut effects = world.effects().await?;
            effects.sort_unstable();
            effects.dedup(); // What a COMMIT keeps may be applied again.
            assert_eq!(effects, [1, 2, 3, 4, 5, 6], "{statements}");
            let dead_letters = "SELECT count(*) FROM dispatcher_dead_letter";
            assert_eq!(
                world.count(dead_letters).await?,
                i64::from(is_fault),
                "{statements}"
            );
            let mut connections = Vec::new();
            for _ in 0..5 {
                let mut connection = pool.acquire().await?;
                let role: String = sqlx::query_scalar("SELECT current_setting('role')")
                    .fetch_one(&mut *connection)
                    .await?;
                assert_eq!(role, "none", "{statements}");
                connections.push(connection);
            }
            drop(connections);
            pool.close().await;
            world.close().await?;
        }
    }
    Ok(())
}
