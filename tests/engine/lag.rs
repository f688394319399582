//! Lag: how many events of its own types a subscription has not read yet, and how old the oldest is.

use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use dispatcher_runtime::{
    Actor, DeliveryTx, EventEnvelope, EventLog, EventUnion, HandlerError, SubscriptionDetail,
    SubscriptionOptions, SubscriptionProgress, SubscriptionState, Subscriptions, TenantId,
    subscribe,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, person_id, release};
use sqlx::{AssertSqlSafe, Executor};

use crate::held::until;
use crate::support::{Act, Script, World, credit_history, hold_slot};

const SOUTH: &str = "tnt_swim_south";

#[derive(EventUnion)]
enum Credits {
    Locked(CreditLocked),
    Released(CreditReleased),
}

#[subscribe(credit_locked, credit_released)]
async fn board(event: EventEnvelope<Credits>, _tx: &mut DeliveryTx) -> Result<(), HandlerError> {
    drop(event);
    Ok(())
}

fn of_north() -> TestResult<SubscriptionOptions> {
    let tenant: TenantId = TENANT.parse()?;
    Ok(SubscriptionOptions::new().tenants([tenant]))
}

/// `board` takes two types, `credit_history` one type of one tenant, `hold_slot` one type in four partitions. All of them
/// have run, and stand at position 1.
async fn stopped() -> TestResult<World> {
    let world = World::new().await?;
    let consumer = world.coaching(&Script::new([])).subscribe(board);
    let consumer = consumer.subscribe_with(credit_history, of_north()?);
    let consumer = consumer
        .subscribe_with(hold_slot, SubscriptionOptions::new().partitions(4))
        .start()
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    Ok(world)
}

fn lags(listed: &[SubscriptionProgress]) -> Vec<(&str, Option<u64>)> {
    let lags = listed.iter();
    lags.map(|one| (&*one.subscription, one.lag.map(|lag| lag.count)))
        .collect()
}

fn named<'a>(
    listed: &'a [SubscriptionProgress],
    name: &str,
) -> TestResult<&'a SubscriptionProgress> {
    let mut listed = listed.iter();
    Ok(listed.find(|one| one.subscription == name).ok_or(name)?)
}

#[tokio::test]
async fn events_of_its_own_types_and_tenants_count_while_the_consumer_is_down() -> TestResult {
    let world = stopped().await?;
    let subscriptions = Subscriptions::new(world.pool.clone());
    let listed = subscriptions.list(None).await?;
    assert_eq!(
        lags(&listed),
        [
            ("board", Some(0)),
            ("credit_history", Some(0)),
            ("hold_slot", Some(0))
        ]
    );
    assert!(listed.iter().all(|one| one.lag_seconds.is_none()));
    assert_eq!(
        named(&listed, "credit_history")?.event_types,
        [format!("credit.locked of {TENANT}")]
    );

    let (north, south) = (world.revenue(), world.revenue().for_tenant(SOUTH.parse()?));
    for credits in 2..=5 {
        north.publish(release(credits, credits)).await?;
    }
    for credits in 6..=8 {
        north.publish(lock(credits, credits)).await?;
    }
    for credits in 9..=10 {
        south.publish(lock(credits, credits)).await?;
    }
    // Each kind of event is older than those after it by a day.
    world
        .pool
        .execute(
            "UPDATE dispatcher_event SET inserted_at = inserted_at - CASE WHEN event_type = 'credit.released' THEN interval '3 days'
                 ELSE interval '1 day' END WHERE position > 1",
        )
        .await?;
    let listed = subscriptions.list(None).await?;
    assert_eq!(
        lags(&listed),
        [
            ("board", Some(9)),
            ("credit_history", Some(3)),
            ("hold_slot", Some(5))
        ]
    );
    for (name, days) in [("board", 3.0), ("credit_history", 1.0), ("hold_slot", 1.0)] {
        let one = named(&listed, name)?;
        let seconds = one.lag_seconds.ok_or("it is known")?;
        assert!((seconds / 86_400.0 - days).abs() < 0.5, "{name}: {seconds}");
        assert_eq!(one.state, SubscriptionState::NoHolder);
        assert_eq!(one.behind, 9, "positions of every type");
    }

    // The partitions of half of the subjects have read everything.
    world
        .pool
        .execute("UPDATE dispatcher_cursor SET position = 10 WHERE subscription = 'hold_slot' AND partition >= 2")
        .await?;
    let unread =
        "SELECT count(*) FROM dispatcher_event WHERE position > 1 AND event_type = 'credit.locked'
                     AND dispatcher_partition(subject, event_id, 4) < 2";
    let unread = u64::try_from(world.count(unread).await?)?;
    assert!((1..5).contains(&unread), "both kinds are there: {unread}");
    let detail = subscriptions.get("coaching", "hold_slot").await?;
    assert_eq!(detail.progress.lag.map(|lag| lag.count), Some(unread));
    let positions: Vec<_> = detail
        .partitions_held
        .iter()
        .map(|one| one.position.get())
        .collect();
    assert_eq!(positions, [1, 1, 10, 10]);
    assert!(
        detail
            .partitions_held
            .iter()
            .all(|one| one.holder.is_none())
    );
    world.close().await
}

#[tokio::test]
async fn it_is_counted_in_another_databases_log() -> TestResult {
    let (revenue, coaching) = (World::new().await?, World::new().await?);
    let log = EventLog::new(revenue.pool.clone());
    let consumer = coaching.coaching(&Script::new([])).events_from(log.clone());
    let options = SubscriptionOptions::new().partitions(2);
    let consumer = consumer.subscribe_with(hold_slot, options).start().await?;
    consumer.wait_caught_up().await?;
    let subscriptions = Subscriptions::new(coaching.pool.clone()).events_from(log);
    subscriptions
        .pause("coaching", "hold_slot", Actor::new("mia"))
        .await?;
    revenue
        .revenue()
        .publish_all((1..=7).map(|credits| lock(credits, credits)))
        .await?;
    // What is published in the consumer's own database is another log.
    coaching.revenue().publish(lock(8, 8)).await?;
    let listed = subscriptions.list(None).await?;
    assert_eq!(lags(&listed), [("hold_slot", Some(7))]);
    assert!(listed[0].lag_seconds.is_some());
    consumer.stop().await;
    revenue.close().await?;
    coaching.close().await
}

#[tokio::test]
async fn more_than_ten_thousand_are_not_counted_and_windows_are_passed() -> TestResult {
    let world = stopped().await?;
    let subscriptions = Subscriptions::new(world.pool.clone());
    let insert = |first: i64, last: i64, event_type: &str| {
        AssertSqlSafe(format!(
            "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, payload)
             SELECT 'evt_' || n, '{event_type}', 1, now(), '{TENANT}', 'revenue', 'per_' || n % 100, 'system:a', '{{}}'
               FROM generate_series({first}, {last}) AS n"
        ))
    };
    // More than a window of events that none of them takes.
    world
        .pool
        .execute(insert(2, 120_000, "person.registered"))
        .await?;
    world
        .pool
        .execute(insert(120_001, 130_000, "credit.locked"))
        .await?;
    let listed = subscriptions.list(None).await?;
    for one in &listed {
        let lag = one.lag.ok_or("it is known")?;
        assert_eq!((lag.count, lag.at_least), (10_000, false));
        assert_eq!(lag.to_string(), "10,000");
    }
    world
        .pool
        .execute(insert(130_001, 130_001, "credit.locked"))
        .await?;
    for one in subscriptions.list(None).await? {
        let lag = one.lag.ok_or("it is known")?;
        assert_eq!(lag.to_string(), "10,000+", "{}", one.subscription);
        assert!(one.lag_seconds.is_some());
    }
    // Retention has removed the first million positions and more, and nothing is left of the first windows.
    world
        .pool
        .execute("DELETE FROM dispatcher_event WHERE event_type = 'person.registered'")
        .await?;
    let listed = subscriptions.list(None).await?;
    assert!(
        listed
            .iter()
            .all(|one| one.lag.is_some_and(|lag| lag.at_least))
    );
    world.close().await
}

/// A log so long that no look is long enough: what is known is told as such, and what is not is not 0.
#[tokio::test]
async fn past_its_time_a_count_is_a_lower_bound_and_an_age_is_unknown() -> TestResult {
    let world = stopped().await?;
    let subscriptions = Subscriptions::new(world.pool.clone());
    let far = "INSERT INTO dispatcher_event (position, event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload)
               OVERRIDING SYSTEM VALUE
               VALUES (2, 'evt_a', 'credit.released', 1, now(), 'tnt_a', 'revenue', 'system:a', '{}'),
                      (1000000000000, 'evt_b', 'credit.locked', 1, now(), 'tnt_a', 'revenue', 'system:a', '{}');
               SELECT setval(pg_get_serial_sequence('dispatcher_event', 'position'), 1000000000000)";
    world.pool.execute(far).await?;
    let listed = subscriptions.list(None).await?;
    let of_board = named(&listed, "board")?;
    let lag = of_board.lag.ok_or("one was found")?;
    assert_eq!((lag.count, lag.at_least), (1, true));
    assert!(
        of_board.lag_seconds.is_some(),
        "the first that is found is the oldest"
    );
    for name in ["credit_history", "hold_slot"] {
        let one = named(&listed, name)?;
        assert_eq!((one.lag, one.lag_seconds), (None, None), "{name}");
    }
    world.close().await
}

#[tokio::test]
async fn a_detail_names_partitions_holders_errors_and_held_subjects() -> TestResult {
    let world = World::new().await?;
    let hour = Duration::from_secs(3_600);
    let script = Script::new([
        (1, Act::RetryAfter(hour)),
        (2, Act::RetryAfter(hour)),
        (3, Act::Permanent),
    ]);
    let options = SubscriptionOptions::new().hold_subject_of_dead_letter(true);
    let consumer = world
        .coaching(&script)
        .subscribe_with(hold_slot, options.partitions(2));
    let consumer = consumer.start().await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2), lock(3, 3), lock(3, 4), lock(4, 5)])
        .await?;
    until(&world, "SELECT count(*) FROM dispatcher_retry", 4).await?;
    until(&world, "SELECT count(*) FROM effect", 1).await?;
    let subscriptions = Subscriptions::new(world.pool.clone());
    let SubscriptionDetail {
        progress,
        partitions_held,
        failing_with,
        held,
        ..
    } = subscriptions.get("coaching", "hold_slot").await?;
    assert_eq!((progress.waiting, progress.held_subjects.count), (4, 1));
    assert_eq!(progress.open_dead_letters.count, 1);
    assert!(progress.oldest_waiting_seconds.is_some());
    assert!(progress.oldest_dead_letter_seconds.is_some());
    assert_eq!(progress.state, SubscriptionState::Held);
    let numbers: Vec<_> = partitions_held.iter().map(|one| one.partition).collect();
    assert_eq!(numbers, [0, 1]);
    for partition in &partitions_held {
        assert!(partition.holder.is_some() && partition.expires_at.is_some());
    }
    let [failing] = &failing_with[..] else {
        return Err(format!("{failing_with:?}").into());
    };
    assert_eq!(failing.events.count, 2);
    assert!(failing.error.contains("the pool is closed"), "{failing:?}");
    let [subject] = &held[..] else {
        return Err(format!("{held:?}").into());
    };
    assert_eq!(subject.subject, Some(person_id(3)));
    assert_eq!(subject.position.get(), 3);
    assert!(subject.dead_letter_id.is_some() && subject.awaited_version.is_none());
    let unknown = subscriptions.get("coaching", "nothing").await;
    assert_eq!(
        unknown.err().ok_or("there is one")?.to_string(),
        "`coaching` has no subscription `nothing`"
    );
    consumer.stop().await;
    world.close().await
}
