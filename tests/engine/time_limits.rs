//! How long a handler and its statements may take.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, DeadLetterFilter, DeadLetters, Delivery, DeliveryTx, EventEnvelope,
    HandlerError, State, SubscriptionOptions, subscribe,
};
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::Executor;
use sqlx::postgres::PgPoolOptions;

use crate::held::until;
use crate::support::{Act, Script, World, hold_slot, whole_letters};

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

/// Notes the limit of its statements.
#[subscribe(credit_locked)]
async fn note_limit(
    _event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(seen): State<Seen>,
) -> Result<(), HandlerError> {
    let limit = sqlx::query_scalar("SHOW statement_timeout");
    let limit: String = limit.fetch_one(&mut **tx).await?;
    seen.0.lock().unwrap().push(limit);
    Ok(())
}

type Builder = ConsumerBuilder<Coaching, Seen>;

/// The limits that the statements of two handlers have: the first event's transaction has read before.
async fn limits(
    session: &'static str,
    set: impl FnOnce(Builder) -> Builder,
) -> TestResult<Vec<String>> {
    let world = World::new().await?;
    let pool = PgPoolOptions::new().max_connections(5);
    let pool = pool.after_connect(move |connection, _| {
        Box::pin(async move { connection.execute(session).await.map(drop) })
    });
    let pool = pool
        .connect_with((*world.pool.connect_options()).clone())
        .await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    let seen = Seen::default();
    let consumer = set(Consumer::<Coaching>::builder(pool.clone()).state(seen.clone()));
    let consumer = consumer.start().await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    pool.close().await;
    world.close().await?;
    let limits = seen.0.lock().unwrap().clone();
    Ok(limits)
}

#[tokio::test]
async fn a_handler_and_its_statements_have_five_minutes_unless_it_is_said_otherwise() -> TestResult
{
    let found = limits("SELECT", |consumer| consumer.subscribe(note_limit)).await?;
    assert_eq!(found, ["5min", "5min"]);
    Ok(())
}

#[tokio::test]
async fn a_handler_and_its_statements_may_have_no_limit_or_one_of_their_own() -> TestResult {
    let found = limits("SELECT", |consumer| {
        consumer.handler_timeout(None).subscribe(note_limit)
    });
    assert_eq!(found.await?, ["0", "0"]);
    for shares in [false, true] {
        let options = SubscriptionOptions::new().share_transaction(shares);
        let none = options.clone().handler_timeout(None);
        let found = limits("SELECT", |consumer| {
            consumer.subscribe_with(note_limit, none)
        });
        assert_eq!(found.await?, ["0", "0"]);
        let long = options.clone().handler_timeout(Duration::from_secs(120));
        let found = limits("SELECT", |consumer| {
            consumer.subscribe_with(note_limit, long)
        });
        assert_eq!(found.await?, ["2min", "2min"]);
        let short = options.handler_timeout(Duration::from_secs(20));
        let found = limits("SELECT", |consumer| {
            consumer.subscribe_with(note_limit, short)
        });
        assert_eq!(found.await?, ["20s", "20s"]);
    }
    Ok(())
}

#[tokio::test]
async fn a_shorter_limit_of_the_session_is_not_lengthened() -> TestResult {
    for limit in [Duration::from_secs(300), Duration::from_secs(40)] {
        let found = limits("SET statement_timeout = '30s'", |consumer| {
            consumer.handler_timeout(limit).subscribe(note_limit)
        });
        assert_eq!(found.await?, ["30s", "30s"]);
    }
    Ok(())
}

/// Takes no transaction, and does what the script says.
#[subscribe(credit_locked)]
async fn call_partner(
    event: EventEnvelope<CreditLocked>,
    State(script): State<Script>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let credits = event.payload.locked_credits.get();
    script.act(credits + 100, delivery.attempt).await
}

/// While the limit of the consumer cancels one subscription's handler again and again, the other's goes on.
#[tokio::test]
async fn a_handler_without_a_limit_is_not_cancelled() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Wait), (101, Act::Wait)]);
    let consumer = world
        .coaching(&script)
        .handler_timeout(Duration::from_millis(50))
        .subscribe_with(hold_slot, SubscriptionOptions::new().handler_timeout(None))
        .subscribe(call_partner)
        .start()
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    let given_up =
        "SELECT count(*) FROM dispatcher_dead_letter WHERE subscription = 'call_partner'";
    tokio::time::timeout(PATIENCE, until(&world, given_up, 1)).await??;
    script.gate.add_permits(1);
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(script.attempts_at(1), [1]);
    assert_eq!(script.attempts_at(101), [1, 2, 3, 4]);
    assert_eq!(world.effects().await?, [1]);
    let dead = DeadLetters::new(world.pool.clone());
    let dead = whole_letters(&dead, &DeadLetterFilter::default()).await?;
    assert_eq!(
        dead[0].error,
        "the handler took longer than 50 ms, its `handler_timeout`"
    );
    assert_eq!(dead[0].failures.len(), 4);
    world.close().await
}
