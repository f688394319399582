//! Paused subscriptions, and what the audit says of operators.

use std::time::Duration;

use acme_contracts::Coaching;
use dispatcher_runtime::{
    Actor, ConsumerBuilder, StartFrom, SubscriptionError, SubscriptionOptions, SubscriptionState,
    Subscriptions,
};
use dispatcher_test_fixtures::log::Log;
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::{Executor, Row};

use crate::held::until;
use crate::support::{Act, Script, World, credit_history, hold_slot};

const PATIENCE: Duration = Duration::from_secs(60);

const MIA: &str = "mia";

fn quick(world: &World, script: &Script) -> ConsumerBuilder<Coaching, Script> {
    world.coaching(script).lease(Duration::from_millis(600))
}

async fn publish(world: &World, credits: impl IntoIterator<Item = u32>) -> TestResult {
    let events = credits.into_iter().map(|credits| lock(credits, credits));
    world.revenue().publish_all(events).await?;
    Ok(())
}

/// Who did what, and what came of it, in the order of the acts.
async fn audit(world: &World) -> TestResult<Vec<(String, String, String)>> {
    let rows = sqlx::query("SELECT who, what, outcome FROM dispatcher_audit ORDER BY acted_at");
    let rows = rows.fetch_all(&world.pool).await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))
        .collect()
}

async fn logged(log: &Log, text: &str) -> TestResult {
    let logged = async {
        while !log.text().contains(text) {
            tokio::task::yield_now().await;
        }
    };
    let logged = tokio::time::timeout(PATIENCE, logged).await;
    logged.map_err(|_| format!("{text}\nin\n{}", log.text()).into())
}

#[tokio::test]
async fn what_is_in_its_handler_when_its_subscription_is_paused_is_not_committed() -> TestResult {
    let log = Log::default();
    let _logging = tracing::subscriber::set_default(log.clone());
    // Of one subscriber alone `tracing` asks the thread that comes first to a line, which may be another test's.
    let _second = tracing::Dispatch::new(log.clone());
    let world = World::new().await?;
    let script = Script::new([(2, Act::Wait)]);
    let consumer = world.coaching(&script).subscribe(hold_slot);
    let consumer = consumer.subscribe(credit_history).start().await?;
    publish(&world, [1]).await?;
    consumer.wait_caught_up().await?;
    publish(&world, [2]).await?;
    let entered = tokio::time::timeout(PATIENCE, script.entered.acquire_many(2));
    entered.await??.forget();

    let subscriptions = Subscriptions::new(world.pool.clone());
    let actor = Actor::new(MIA).because("the slots are down");
    let pause = subscriptions.pause("coaching", "hold_slot", actor).await?;
    assert_eq!(
        (&*pause.paused_by, pause.reason.as_deref()),
        (MIA, Some("the slots are down"))
    );
    script.gate.add_permits(2);
    logged(&log, "the subscription is paused").await?;
    let said = log.text();
    assert!(
        said.contains("paused_by=\"mia\" reason=\"the slots are down\""),
        "{said}"
    );
    publish(&world, [3]).await?;
    let others = "SELECT count(*) FROM effect WHERE subscription = 'credit_history'";
    until(&world, others, 3).await?;
    let ours = "SELECT count(*) FROM effect WHERE subscription = 'hold_slot'";
    assert_eq!(world.count(ours).await?, 1, "of the event before the pause");
    assert!(consumer.is_ready(), "a pause is not a fault");
    let listed = subscriptions.list(None).await?;
    assert_eq!(listed[1].state, SubscriptionState::Paused);
    assert_eq!(listed[1].pause.as_ref(), Some(&pause));
    assert_eq!(listed[1].lag.map(|lag| lag.count), Some(2));
    assert_eq!(listed[0].pause, None);

    let waiting = tokio::join!(
        tokio::time::timeout(PATIENCE, consumer.wait_caught_up()),
        subscriptions.resume("coaching", "hold_slot", Actor::new("jo"))
    );
    waiting.0??;
    assert_eq!(waiting.1?, Some(pause));
    assert_eq!(script.attempts_at(2), [1, 1], "it counts as no attempt");
    let effects =
        "SELECT count(*) FROM effect WHERE subscription = 'hold_slot' AND credits IN (1, 2, 3)";
    assert_eq!(world.count(effects).await?, 3);
    assert_eq!(world.count(ours).await?, 3);
    logged(&log, "the subscription was resumed").await?;
    assert_eq!(
        log.text().matches("the subscription is paused").count(),
        1,
        "it is said once"
    );
    consumer.stop().await;
    world.close().await
}

#[tokio::test]
async fn a_pause_outlasts_restarts_and_new_replicas() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let start = || {
        let consumer = quick(&world, &script).subscribe(credit_history);
        consumer
            .subscribe_with(hold_slot, SubscriptionOptions::new().partitions(3))
            .start()
    };
    start().await?.stop().await;
    let subscriptions = Subscriptions::new(world.pool.clone());
    subscriptions
        .pause("coaching", "hold_slot", Actor::new(MIA))
        .await?;
    publish(&world, 1..=10).await?;
    let (first, second) = (start().await?, start().await?);
    first.ready().await?;
    second.ready().await?;
    let others = "SELECT count(*) FROM effect WHERE subscription = 'credit_history'";
    until(&world, others, 10).await?;
    let held = "SELECT count(*) FROM dispatcher_cursor WHERE subscription = 'hold_slot' AND holder IS NOT NULL";
    assert_eq!(world.count(held).await?, 0);
    first.stop().await;
    subscriptions
        .resume("coaching", "hold_slot", Actor::new(MIA))
        .await?;
    tokio::time::timeout(PATIENCE, second.wait_caught_up()).await??;
    second.stop().await;
    assert_eq!(world.effects().await?.len(), 20);
    world.close().await
}

const READ: &str = include_str!("../../dispatcher-runtime/src/postgres/sql/read_assignment.sql");
const ACQUIRE: &str = include_str!("../../dispatcher-runtime/src/postgres/sql/acquire_lease.sql");

/// L1, of a replica that has read this fence.
async fn acquires(world: &World, fence: i64) -> TestResult<bool> {
    let acquire = ACQUIRE.replace("{family}", "");
    let acquire = sqlx::query(sqlx::AssertSqlSafe(acquire));
    let row = acquire
        .bind("coaching")
        .bind("hold_slot")
        .bind(0)
        .bind("a replica")
        .bind(10.0)
        .bind(fence)
        .bind(false)
        .fetch_optional(&world.pool)
        .await?;
    Ok(row.is_some())
}

/// The fence, and whether a pause is read with it.
async fn reads(world: &World) -> TestResult<(i64, bool)> {
    let read = sqlx::query(sqlx::AssertSqlSafe(READ.replace("{family}", "")));
    let row = read
        .bind("coaching")
        .bind(["hold_slot"])
        .bind("a replica")
        .fetch_one(&world.pool)
        .await?;
    let paused_at: Option<dispatcher_runtime::time::OffsetDateTime> = row.try_get("paused_at")?;
    Ok((row.try_get("fence")?, paused_at.is_some()))
}

#[tokio::test]
async fn a_replica_that_read_its_assignment_before_the_pause_gets_no_lease() -> TestResult {
    let world = World::new().await?;
    let consumer = quick(&world, &Script::new([])).subscribe(hold_slot);
    consumer.start().await?.stop().await;
    let before = reads(&world).await?;
    assert!(!before.1);

    // The pause has begun, and has not been committed: as it is half way.
    let mut pausing = world.pool.begin().await?;
    for statement in [
        include_str!("../../dispatcher-runtime/src/postgres/sql/lock_cursors.sql"),
        include_str!("../../dispatcher-runtime/src/postgres/sql/void_all_leases.sql"),
    ] {
        let statement = statement.replace("{family}", "");
        let statement = sqlx::query(sqlx::AssertSqlSafe(statement));
        let statement = statement.bind("coaching").bind("hold_slot");
        statement.execute(&mut *pausing).await?;
        assert_eq!(reads(&world).await?, before);
        assert!(!acquires(&world, before.0).await?);
    }
    pausing.rollback().await?;

    let subscriptions = Subscriptions::new(world.pool.clone());
    subscriptions
        .pause("coaching", "hold_slot", Actor::new(MIA))
        .await?;
    assert!(!acquires(&world, before.0).await?);
    let (fence, is_paused) = reads(&world).await?;
    assert!(is_paused, "whatever reads the new fence reads the pause");
    assert_ne!(fence, before.0);
    subscriptions
        .resume("coaching", "hold_slot", Actor::new(MIA))
        .await?;
    let (fence, is_paused) = reads(&world).await?;
    assert!(!is_paused && acquires(&world, fence).await?);
    world.close().await
}

/// Writes down each lease that is taken on a paused subscription, and each cursor that moves.
const WATCH: &str = "
    CREATE TABLE worked_while_paused (what text NOT NULL);
    CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM dispatcher_subscription WHERE subscription = NEW.subscription AND paused_at IS NOT NULL)
           AND (NEW.holder IS NOT NULL OR NEW.position > OLD.position) THEN
            INSERT INTO worked_while_paused SELECT NEW.holder || ' at ' || NEW.position;
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER watch BEFORE UPDATE ON dispatcher_cursor FOR EACH ROW EXECUTE FUNCTION watch()";

#[tokio::test]
async fn pauses_under_load_stop_all_work_and_lose_and_repeat_nothing() -> TestResult {
    let world = World::new().await?;
    world.pool.execute(WATCH).await?;
    let script = Script::new([]);
    let start = || {
        let consumer = world.coaching(&script).lease(Duration::from_millis(150));
        let options = SubscriptionOptions::new().partitions(2).concurrency(2);
        consumer.subscribe_with(hold_slot, options).start()
    };
    let (first, second) = (start().await?, start().await?);
    let subscriptions = Subscriptions::new(world.pool.clone());
    let actor = Actor::new(MIA);
    let (mut published, mut last) = (0, 0);
    let handled = "SELECT count(*) FROM effect";
    for _ in 0..12 {
        publish(&world, published + 1..=published + 100).await?;
        published += 100;
        until(&world, handled, last + 1).await?;
        subscriptions.pause("coaching", "hold_slot", actor).await?;
        last = world.count(handled).await?;
        publish(&world, published + 1..=published + 20).await?;
        published += 20;
        assert_eq!(world.count(handled).await?, last, "nothing is committed");
        subscriptions.resume("coaching", "hold_slot", actor).await?;
    }
    tokio::time::timeout(PATIENCE, first.wait_caught_up()).await??;
    first.stop().await;
    second.stop().await;
    let mut effects = world.effects().await?;
    effects.sort_unstable();
    assert_eq!(effects, (1..=i64::from(published)).collect::<Vec<_>>());
    let worked = "SELECT count(*) FROM worked_while_paused";
    assert_eq!(world.count(worked).await?, 0);

    // Shows that it would be noticed.
    subscriptions.pause("coaching", "hold_slot", actor).await?;
    world
        .pool
        .execute("UPDATE dispatcher_cursor SET holder = 'x', expires_at = now()")
        .await?;
    assert_eq!(world.count(worked).await?, 2);
    world.close().await
}

#[tokio::test]
async fn of_two_operators_one_wins_and_both_are_in_the_audit() -> TestResult {
    let world = World::new().await?;
    let consumer = quick(&world, &Script::new([])).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    publish(&world, 1..=5).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let subscriptions = Subscriptions::new(world.pool.clone());
    let (mia, jo) = (Actor::new(MIA), Actor::new("jo").by_way_of("cli"));

    let rewind = |actor| {
        let beginning = StartFrom::Beginning;
        subscriptions.rewind_as("coaching", "hold_slot", beginning, actor)
    };
    let (first, second) = tokio::join!(rewind(mia), rewind(jo));
    let (won, lost) = if first.is_ok() {
        (first, second)
    } else {
        (second, first)
    };
    assert_eq!(won?.forgotten, 5);
    assert!(matches!(lost, Err(SubscriptionError::NotBehind { .. })));

    let pause = |actor| subscriptions.pause("coaching", "hold_slot", actor);
    let (first, second) = tokio::join!(pause(mia), pause(jo));
    let paused = subscriptions.list(None).await?[0].pause.clone();
    assert!([first?, second?].contains(&paused.clone().ok_or("not paused")?));

    let resume = |actor| subscriptions.resume("coaching", "hold_slot", actor);
    let (first, second) = tokio::join!(resume(mia), resume(jo));
    let mut resumed = [first?, second?];
    resumed.sort_by_key(|pause| pause.is_none());
    assert_eq!(resumed, [paused, None]);

    let remove = |actor| subscriptions.remove_as("coaching", "hold_slot", actor);
    let (first, second) = tokio::join!(remove(mia), remove(jo));
    assert!(matches!(
        (&first, &second),
        (Ok(()), Err(SubscriptionError::NotFound { .. }))
            | (Err(SubscriptionError::NotFound { .. }), Ok(()))
    ));
    let acts = audit(&world).await?;
    assert_eq!(acts.len(), 8, "{acts:#?}");
    for (pair, outcomes) in acts.chunks(2).zip([
        [
            "rewound from position 5 to 0; 5 events will be handled again",
            "refused: `coaching`.`hold_slot` is at position 0",
        ],
        ["paused", "paused; it was paused by "],
        ["resumed", "nothing was changed: it was not paused"],
        [
            "removed",
            "refused: `coaching` has no subscription `hold_slot`",
        ],
    ]) {
        let mut who: Vec<_> = pair.iter().map(|act| &*act.0).collect();
        who.sort_unstable();
        assert_eq!(who, ["jo", MIA], "{acts:#?}");
        assert_eq!(pair[0].1, pair[1].1);
        for outcome in outcomes {
            let is_there = pair.iter().any(|act| act.2.starts_with(outcome));
            assert!(is_there, "{outcome} in {acts:#?}");
        }
    }
    let by_cli = "SELECT count(*) FROM dispatcher_audit WHERE way = 'cli' AND who = 'jo'";
    assert_eq!(world.count(by_cli).await?, 4);
    world.close().await
}

#[tokio::test]
async fn a_pause_goes_with_its_subscription() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = quick(&world, &script).subscribe(hold_slot).start().await?;
    publish(&world, 1..=4).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let subscriptions = Subscriptions::new(world.pool.clone());
    // As it was left by a version that wrote nothing down.
    world
        .pool
        .execute("DELETE FROM dispatcher_subscription")
        .await?;
    let pause = subscriptions
        .pause("coaching", "hold_slot", Actor::new(MIA))
        .await?;

    let beginning = StartFrom::Beginning;
    let preview = subscriptions.preview_rewind("coaching", "hold_slot", beginning);
    let preview = preview.await?;
    assert_eq!((preview.from.get(), preview.forgotten), (4, 4));
    let dedup = "SELECT count(*) FROM dispatcher_dedup";
    assert_eq!(world.count(dedup).await?, 4, "a preview changes nothing");
    let rewound = subscriptions.rewind("coaching", "hold_slot", beginning);
    assert_eq!(rewound.await?, preview);
    subscriptions
        .rename("coaching", "hold_slot", "other")
        .await?;
    let listed = subscriptions.list(None).await?;
    assert_eq!(listed[0].pause, Some(pause));
    assert_eq!(listed[0].lag, None, "no replica has said what it takes");

    subscriptions
        .rename("coaching", "other", "hold_slot")
        .await?;
    let consumer = quick(&world, &script).subscribe(hold_slot).start().await?;
    consumer.ready().await?;
    let listed = subscriptions.list(None).await?;
    assert_eq!(listed[0].event_types, ["credit.locked"], "written at start");
    assert_eq!(listed[0].lag.map(|lag| lag.count), Some(4));
    subscriptions
        .resume("coaching", "hold_slot", Actor::new(MIA))
        .await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2, 3, 4, 1, 2, 3, 4]);

    subscriptions
        .pause("coaching", "hold_slot", Actor::new(MIA))
        .await?;
    subscriptions.remove("coaching", "hold_slot").await?;
    let consumer = quick(&world, &script).subscribe(hold_slot).start().await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(
        world.effects().await?.len(),
        12,
        "the new one is not paused"
    );
    let plain = "SELECT count(*) FROM dispatcher_audit
                  WHERE who = session_user AND way = 'api' AND what ~ '^(rewind|rename|remove) subscription'";
    assert_eq!(world.count(plain).await?, 4);
    world.close().await
}

#[tokio::test]
async fn what_cannot_be_paused_is_said_and_is_in_the_audit() -> TestResult {
    let world = World::new().await?;
    let subscriptions = Subscriptions::new(world.pool.clone());
    let hostile = "slot\u{202E}\n; DROP TABLE effect";
    for (name, actor, expected) in [
        (
            "hold_slot",
            Actor::new(MIA),
            "`coaching` has no subscription `hold_slot`",
        ),
        (
            hostile,
            Actor::new(MIA),
            "`coaching` has no subscription `slot\u{202E}\n; DROP TABLE effect`",
        ),
        (
            "hold_slot",
            Actor::new(" "),
            "the operator's name is empty: name who does this",
        ),
        (
            "hold_slot",
            Actor::new(MIA).because("a\nb"),
            "the operator's note contains the control character U+000A: leave it out",
        ),
    ] {
        for error in [
            subscriptions.pause("coaching", name, actor).await.err(),
            subscriptions.resume("coaching", name, actor).await.err(),
        ] {
            assert_eq!(error.ok_or("it was not refused")?.to_string(), expected);
        }
    }
    let acts = audit(&world).await?;
    assert_eq!(acts.len(), 4, "an act without an operator is none");
    assert_eq!(
        acts[2].1,
        "pause subscription coaching/slot\u{FFFD}\u{FFFD}; DROP TABLE effect"
    );
    world.close().await
}
