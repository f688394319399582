//! The parts of the public interface that operators and handlers use: typed dead letters, reports,
//! errors, retry policies, readiness and subscriptions that no consumer runs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::CreditReleased;
use dispatcher_runtime::{
    Consumer, DatabaseError, DeadLetter, DeadLetterError, DeadLetterFilter, DeadLetters,
    EventEnvelope, EventLog, FailedAttempt, HandlerError, RetryPolicy, State, SubscriptionOptions,
    Subscriptions, subscribe,
};
use dispatcher_test_fixtures::log::Log;
use dispatcher_test_fixtures::{TestResult, lock};

use crate::support::{Act, Script, World, credit_history, hold_slot, whole_letters};

async fn dead_letters_of(world: &World) -> TestResult<Vec<DeadLetter>> {
    let dead_letters = DeadLetters::new(world.pool.clone());
    whole_letters(&dead_letters, &DeadLetterFilter::default()).await
}

#[tokio::test]
async fn the_event_of_a_dead_letter_is_read_through_the_gate() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(7, Act::Permanent)]);
    let revenue = world.revenue();
    let published = revenue.publish(lock(1, 7)).actor("person:mia").await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let dead_letters = DeadLetters::new(world.pool.clone());
    let dead = dead_letters_of(&world).await?.remove(0);
    let event = dead.event::<CreditLocked>()?;
    assert_eq!(event.payload, lock(1, 7));
    assert_eq!(
        (event.event_id, &*event.actor),
        (published.event_id, "person:mia")
    );
    let error = dead.event::<CreditReleased>().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the event of the dead letter {} cannot be read: \
             it is an event of the type credit.locked, and not of credit.released",
            dead.dead_letter_id
        )
    );
    sqlx::query("UPDATE dispatcher_dead_letter SET envelope = jsonb_set(envelope::jsonb, '{payload,locked_credits}', '0')::text")
        .execute(&world.pool)
        .await?;
    let broken = dead_letters.get(&dead.dead_letter_id).await?;
    let error = broken.event::<CreditLocked>().unwrap_err().to_string();
    assert!(error.contains("/locked_credits"), "{error}");
    world.close().await
}

#[tokio::test]
async fn reports_are_json_with_the_names_of_their_fields() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Permanent)]);
    world.revenue().publish(lock(1, 1)).await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let progress = Subscriptions::new(world.pool.clone()).list(None).await?;
    let progress = serde_json::to_value(progress)?;
    assert_eq!(progress[0]["position"], 1);
    assert_eq!(progress[0]["behind"], 0);
    let lag = serde_json::json!({"count": 0, "at_least": false});
    assert_eq!(progress[0]["lag"], lag);
    assert_eq!(progress[0]["state"], "no_holder");
    assert!(progress[0]["updated_at"].is_string());
    let horizon = EventLog::new(world.pool.clone()).horizon().await?;
    let horizon = serde_json::to_value(horizon)?;
    assert_eq!(
        horizon,
        serde_json::json!({"last_position": 1, "position": 1, "blocker": null})
    );
    let dead = dead_letters_of(&world).await?;
    let dead = serde_json::to_value(dead)?;
    assert_eq!(dead[0]["failures"][0]["attempt"], 1);
    assert!(dead[0]["failures"][0]["failed_at"].is_string());
    world.close().await
}

#[tokio::test]
async fn a_list_of_no_dead_letters_is_refused() -> TestResult {
    let world = World::new().await?;
    let dead_letters = DeadLetters::new(world.pool.clone());
    let none = DeadLetterFilter::default().limit(0);
    assert_eq!(
        dead_letters.list(&none).await.unwrap_err().to_string(),
        "the setting `limit` is `0`; it has to be from 1 to 1000"
    );
    world.close().await
}

/// Retries twice, and only if the handler says that a retry may help.
struct Stubborn(Arc<Mutex<Vec<String>>>);

impl RetryPolicy for Stubborn {
    fn delay_after(&self, failed: &FailedAttempt) -> Option<Duration> {
        let mut seen = self.0.lock().unwrap();
        seen.push(format!("{}: {}", failed.attempt, failed.error));
        (failed.attempt < 3).then_some(Duration::from_millis(1))
    }
}

#[tokio::test]
async fn a_subscription_has_its_own_retry_policy_or_the_consumers() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::FailTimes(9))]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    world.revenue().publish(lock(1, 1)).await?;
    let policy = SubscriptionOptions::new().retry(Stubborn(Arc::clone(&seen)));
    let consumer = world.coaching(&script).retry([]);
    let consumer = consumer.subscribe_with(hold_slot, policy).subscribe(refuse);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(
        *seen.lock().unwrap(),
        [1, 2, 3].map(|attempt| format!("{attempt}: attempt {attempt} fails"))
    );
    let attempts =
        "SELECT string_agg(attempts::text, ',' ORDER BY subscription) FROM dispatcher_dead_letter";
    let attempts: String = sqlx::query_scalar(attempts).fetch_one(&world.pool).await?;
    assert_eq!(attempts, "3,1", "hold_slot, refuse");
    world.close().await
}

#[subscribe(credit_locked)]
async fn refuse(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Err("the consumer's policy has no delay".into())
}

#[tokio::test]
async fn a_handler_has_its_own_limit_of_time() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Wait)]);
    world.revenue().publish(lock(1, 1)).await?;
    let limit = SubscriptionOptions::new().handler_timeout(Duration::from_millis(30));
    let consumer = world.coaching(&script).retry([]);
    let consumer = consumer.subscribe_with(hold_slot, limit).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let dead = dead_letters_of(&world).await?;
    assert_eq!(
        dead[0].error,
        "the handler took longer than 30 ms, its `handler_timeout`"
    );
    world.close().await
}

/// A handler of a team that uses anyhow everywhere.
#[subscribe(credit_locked)]
async fn with_anyhow(
    event: EventEnvelope<CreditLocked>,
    State(pool): State<sqlx::PgPool>,
) -> Result<(), HandlerError> {
    Ok(transfer(&pool, event.payload.locked_credits.get()).await?)
}

async fn transfer(pool: &sqlx::PgPool, credits: i64) -> anyhow::Result<()> {
    use anyhow::Context;

    anyhow::ensure!(credits > 1, "{credits} credits are too few");
    // The first time, the database reports a conflict between two transactions.
    let meets = "SELECT nextval('meeting')";
    let met: i64 = sqlx::query_scalar(meets).fetch_one(pool).await?;
    if met == 1 {
        let raise =
            "DO $$ BEGIN RAISE EXCEPTION 'two transactions met' USING ERRCODE = '40001'; END $$";
        sqlx::query(raise).execute(pool).await?;
    }
    Err(std::io::Error::other("slot service: 503")).context("could not hold the slot")
}

#[tokio::test]
async fn the_errors_of_anyhow_are_retried_and_so_are_the_databases() -> TestResult {
    let world = World::new().await?;
    sqlx::query("CREATE SEQUENCE meeting")
        .execute(&world.pool)
        .await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    let consumer = Consumer::<Coaching>::builder(world.pool.clone())
        .state(world.pool.clone())
        .retry([std::time::Duration::from_millis(20)])
        .subscribe(with_anyhow)
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let mut dead = dead_letters_of(&world).await?;
    dead.sort_by_key(|dead| dead.position);
    let said: Vec<_> = dead.iter().map(|it| (&*it.error, it.attempts)).collect();
    assert_eq!(
        said,
        [
            ("1 credits are too few", 2),
            ("could not hold the slot: slot service: 503", 2)
        ]
    );
    let met: i64 = sqlx::query_scalar("SELECT last_value FROM meeting")
        .fetch_one(&world.pool)
        .await?;
    assert_eq!(met, 2, "once for the conflict, which is not an attempt");
    world.close().await
}

#[tokio::test]
async fn a_report_of_the_whole_chain_says_what_the_database_said_once() -> TestResult {
    let world = World::new().await?;
    sqlx::query("DROP TABLE dispatcher_dead_letter CASCADE")
        .execute(&world.pool)
        .await?;
    let error = DeadLetters::new(world.pool.clone())
        .list(&DeadLetterFilter::default())
        .await
        .unwrap_err();
    assert!(matches!(&error, DeadLetterError::Database(error) if !error.is_transient()));
    let short = error.to_string();
    let whole = format!("{:#}", anyhow::Error::from(error));
    assert_eq!(whole.matches("does not exist").count(), 1, "{whole}");
    assert!(whole.contains("[SQLSTATE 42P01]"), "{whole}");
    assert_eq!(short, whole);
    let error = DatabaseError::from(sqlx::Error::PoolTimedOut);
    assert!(error.is_transient());
    let text = error.to_string();
    assert_eq!(format!("{:#}", anyhow::Error::from(error)), text);
    world.close().await
}

#[tokio::test]
async fn a_consumer_is_ready_once_it_keeps_its_leases_and_waits_for_its_end() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    tokio::time::timeout(Duration::from_secs(60), consumer.ready()).await??;
    assert!(consumer.is_ready());
    let ended = tokio::time::timeout(Duration::from_millis(50), consumer.wait()).await;
    assert!(ended.is_err(), "it works");
    consumer.stop().await;
    world.close().await
}

#[tokio::test]
async fn a_subscription_that_no_handler_belongs_to_is_named_at_start() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let both = world.coaching(&script).subscribe(hold_slot);
    both.subscribe(credit_history).start().await?.stop().await;
    let log = Log::default();
    let listening = tracing::subscriber::set_default(log.clone());
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.stop().await;
    drop(listening);
    let said = log.text();
    assert!(
        said.contains("credit_history")
            && said.contains("Subscriptions::remove(\"coaching\", \"credit_history\")"),
        "{said}"
    );
    assert!(
        !said.contains("remove(\"coaching\", \"hold_slot\")"),
        "{said}"
    );
    world.close().await
}
