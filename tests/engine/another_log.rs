//! The log is in one database, and the consumer's state in another.

use std::time::Duration;

use acme_contracts::Coaching;
use dispatcher_runtime::{
    Actor, ConsumerBuilder, DeadLetterFilter, DeadLetters, EventFilter, EventLog, KnownContracts,
    Operator, StartError, SubscriptionOptions,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, lock_json};
use sqlx::Executor;

use crate::support::{Act, Script, World, hold_slot};

const PATIENCE: Duration = Duration::from_secs(60);

/// The producer's database and the consumer's.
struct Worlds {
    revenue: World,
    coaching: World,
}

impl Worlds {
    async fn new() -> TestResult<Self> {
        let (revenue, coaching) = (World::new().await?, World::new().await?);
        Ok(Self { revenue, coaching })
    }

    fn consumer(&self, script: &Script) -> ConsumerBuilder<Coaching, Script> {
        self.coaching
            .coaching(script)
            .events_from(EventLog::new(self.revenue.pool.clone()))
    }

    async fn close(self) -> TestResult {
        self.revenue.close().await?;
        self.coaching.close().await
    }
}

#[tokio::test]
async fn events_are_read_there_and_everything_else_is_kept_here() -> TestResult {
    let worlds = Worlds::new().await?;
    // A log of its own that has nothing to do with it.
    worlds.coaching.revenue().publish(lock(9, 99)).await?;
    let script = Script::new([(2, Act::FailTimes(2)), (3, Act::Permanent)]);
    let consumer = worlds
        .consumer(&script)
        .subscribe_with(
            hold_slot,
            SubscriptionOptions::new().partitions(2).concurrency(2),
        )
        .start()
        .await?;
    let events = (1..=20).map(|credits| lock(credits % 4, credits));
    worlds.revenue.revenue().publish_all(events).await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    // It sleeps, and the other database wakes it: it would not poll within the time of the test.
    worlds.revenue.revenue().publish(lock(7, 21)).await?;
    let woken = tokio::time::timeout(PATIENCE, script.entered.acquire_many(21 + 2));
    woken.await??.forget();
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;

    let mut effects = worlds.coaching.effects().await?;
    effects.sort_unstable();
    let expected: Vec<i64> = (1..=21).filter(|credits| *credits != 3).collect();
    assert_eq!(effects, expected);
    assert_eq!(script.attempts_at(2), [1, 2, 3]);
    for table in [
        "effect",
        "dispatcher_cursor",
        "dispatcher_dedup",
        "dispatcher_retry",
    ] {
        let left = sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(format!(
            "SELECT count(*) FROM {table}"
        )));
        assert_eq!(left.fetch_one(&worlds.revenue.pool).await?, 0, "{table}");
    }
    worlds.close().await
}

#[tokio::test]
async fn a_dead_letter_is_redriven_from_there() -> TestResult {
    let worlds = Worlds::new().await?;
    let script = Script::new([(1, Act::Permanent)]);
    worlds
        .revenue
        .revenue()
        .publish_all([lock(1, 1), lock(1, 2)])
        .await?;
    let consumer = worlds
        .consumer(&script)
        .subscribe(hold_slot)
        .start()
        .await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    let operator = DeadLetters::new(worlds.coaching.pool.clone());
    let listed = operator
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    operator
        .redrive(&listed[0].dead_letter_id, "mia", None)
        .await?;
    let healed = Script::new([]);
    let consumer = worlds
        .consumer(&healed)
        .subscribe(hold_slot)
        .start()
        .await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(worlds.coaching.effects().await?, [2, 1]);
    worlds.close().await
}

/// Their letters hold them; the event of this database's log that has the position of one is another.
#[tokio::test]
async fn events_that_were_removed_there_are_redriven_from_their_letters() -> TestResult {
    let worlds = Worlds::new().await?;
    worlds.coaching.revenue().publish(lock(9, 99)).await?;
    let script = Script::new([1, 2, 3].map(|credits| (credits, Act::Permanent)));
    let events = [lock(1, 1), lock(1, 2), lock(2, 3)];
    worlds.revenue.revenue().publish_all(events).await?;
    let consumer = worlds
        .consumer(&script)
        .subscribe(hold_slot)
        .start()
        .await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    worlds
        .revenue
        .pool
        .execute("DELETE FROM dispatcher_event WHERE position <> 3")
        .await?;
    let operator = DeadLetters::new(worlds.coaching.pool.clone());
    let filter = DeadLetterFilter::default();
    let redriven = operator.redrive_all(&filter, "mia", None).await?;
    assert_eq!(redriven.len(), 3);
    // An attempt that fails is made again, also with an event that only its letter has.
    let healed = Script::new([(1, Act::FailTimes(1))]);
    let consumer = worlds
        .consumer(&healed)
        .subscribe(hold_slot)
        .start()
        .await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    let mut effects = worlds.coaching.effects().await?;
    effects.retain(|credits| *credits != 3);
    assert_eq!(effects, [1, 2], "those of a subject keep their order");
    assert_eq!(worlds.coaching.effects().await?.len(), 3);
    assert_eq!(healed.attempts_at(1), [1, 2]);
    assert_eq!(healed.attempts_at(99), Vec::<u32>::new());
    assert!(operator.list(&filter).await?.dead_letters.is_empty());
    worlds.close().await
}

/// Nothing in this database can keep an event in the log of another.
#[tokio::test]
async fn an_event_that_waits_and_is_removed_there_becomes_a_dead_letter() -> TestResult {
    let worlds = Worlds::new().await?;
    let script = Script::new([(1, Act::FailTimes(1))]);
    worlds
        .revenue
        .revenue()
        .publish_all([lock(1, 1), lock(1, 2)])
        .await?;
    let consumer = worlds
        .consumer(&script)
        .retry([Duration::from_secs(600)])
        .subscribe(hold_slot)
        .start()
        .await?;
    let waits = async {
        let waiting = "SELECT count(*) FROM dispatcher_retry";
        while worlds.coaching.count(waiting).await? < 2 {
            tokio::task::yield_now().await;
        }
        TestResult::Ok(())
    };
    tokio::time::timeout(PATIENCE, waits).await??;
    consumer.stop().await;
    worlds
        .revenue
        .pool
        .execute("DELETE FROM dispatcher_event WHERE position = 1")
        .await?;
    worlds
        .coaching
        .pool
        .execute("UPDATE dispatcher_retry SET due_at = now() WHERE due_at IS NOT NULL")
        .await?;
    let consumer = worlds
        .consumer(&script)
        .subscribe(hold_slot)
        .start()
        .await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(worlds.coaching.effects().await?, [2]);
    let operator = DeadLetters::new(worlds.coaching.pool.clone());
    let listed = operator
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(listed.len(), 1);
    assert_eq!(
        listed[0].error,
        "the event is no longer in the log that it came from: it was removed there before it was handled"
    );
    assert_eq!(
        listed[0].subject.as_deref(),
        Some(&*dispatcher_test_fixtures::person_id(1))
    );
    worlds.close().await
}

#[tokio::test]
async fn a_consumer_that_is_given_another_log_than_it_has_read_is_refused() -> TestResult {
    let worlds = Worlds::new().await?;
    let script = Script::new([]);
    worlds.coaching.revenue().publish(lock(1, 1)).await?;
    let consumer = worlds.coaching.coaching(&script);
    let consumer = consumer.subscribe(hold_slot).start().await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    let events = [lock(1, 2), lock(1, 3)];
    worlds.revenue.revenue().publish_all(events).await?;
    let refused = worlds.consumer(&script).subscribe(hold_slot).start().await;
    let error = refused.unwrap_err();
    assert!(
        matches!(error, StartError::LogReplaced { position, .. } if position.get() == 1),
        "{error}"
    );
    worlds.close().await
}

#[tokio::test]
async fn the_connection_to_the_log_may_be_lost() -> TestResult {
    let worlds = Worlds::new().await?;
    let script = Script::new([(1, Act::Wait)]);
    let log = worlds.revenue.database.pool(3).await?;
    let consumer = worlds
        .coaching
        .coaching(&script)
        .events_from(EventLog::new(log))
        .poll_interval(Duration::from_millis(100))
        .subscribe(hold_slot)
        .start()
        .await?;
    worlds.revenue.revenue().publish(lock(1, 1)).await?;
    let entered = tokio::time::timeout(PATIENCE, script.entered.acquire());
    entered.await??.forget();
    // Ends every session that reads or listens there, while a handler is in the middle of its work.
    worlds
        .revenue
        .pool
        .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        .await?;
    script.gate.add_permits(1);
    let pool = worlds.revenue.database.pool(2).await?;
    dispatcher_runtime::Dispatcher::<acme_contracts::Revenue>::builder(pool)
        .tenant("tnt_a")
        .build()?
        .publish(lock(2, 2))
        .await?;
    let entered = tokio::time::timeout(PATIENCE, script.entered.acquire());
    entered.await??.forget();
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(worlds.coaching.effects().await?, [1, 2]);
    worlds.close().await
}

/// Events are found there, and what became of them here.
#[tokio::test]
async fn an_operator_sees_the_events_of_the_other_log_with_their_deliveries() -> TestResult {
    let worlds = Worlds::new().await?;
    // This log has another event of the same position.
    worlds.coaching.revenue().publish(lock(9, 99)).await?;
    let event_id = worlds.revenue.revenue().publish(lock(1, 1)).await?.event_id;
    let script = Script::new([]);
    let consumer = worlds
        .consumer(&script)
        .subscribe(hold_slot)
        .start()
        .await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    let there = EventLog::new(worlds.revenue.pool.clone());
    let operator = Operator::new(worlds.coaching.pool.clone()).events_from(there);
    let page = operator.events().search(&EventFilter::default()).await?;
    assert_eq!(page.events[0].event_id, event_id.as_str());
    let detail = operator.events().get(event_id.as_str()).await?;
    let deliveries = serde_json::to_value(&detail.deliveries)?;
    assert_eq!(deliveries[0]["subscription"], "hold_slot");
    assert_eq!(deliveries[0]["state"], "handled");
    // What is published goes there, with its row in the audit.
    let contracts = KnownContracts::bundled(&acme_contracts::REGISTRY);
    let event = serde_json::json!({
        "event_type": "credit.locked", "schema_version": 1, "tenant_id": TENANT, "payload": lock_json(2, 2),
    });
    let actor = Actor::new("mia");
    let published = operator.events().publish(&event, &contracts, actor).await?;
    assert_eq!(i64::from(published.position), 2);
    let audited = "SELECT count(*) FROM dispatcher_audit";
    assert_eq!(worlds.revenue.count(audited).await?, 1);
    worlds.close().await
}
