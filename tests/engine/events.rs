//! Events as an operator looks for them, and what became of each in every subscription.

use std::time::Duration;

use acme_contracts::REGISTRY;
use dispatcher_runtime::time::format_description::well_known::Rfc3339;
use dispatcher_runtime::time::{self, OffsetDateTime};
use dispatcher_runtime::{
    DeliveryState, EventFilter, Events, EventsError, Operator, StartFrom, SubscriptionOptions,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, person_id};
use sqlx::{AssertSqlSafe, Executor};

use crate::support::{Act, Script, World, credit_history, hold_slot};

/// That many events, one each second.
async fn logged(events: u32) -> TestResult<World> {
    let world = World::new().await?;
    let insert = format!(
        "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, inserted_at, tenant_id, producer, subject, actor, payload)
         SELECT 'evt_' || n, CASE WHEN n % 10 = 0 THEN 'rare.type' ELSE 'credit.locked' END, 1, now(),
                '2026-11-29 08:00Z'::timestamptz + interval '1 second' * n, 'tnt_' || n % 3, 'revenue',
                CASE WHEN n % 7 = 0 THEN 'per_seven' END, 'system:a', '{{}}'
           FROM generate_series(1, {events}) AS n"
    );
    world.pool.execute(AssertSqlSafe(insert)).await?;
    Ok(world)
}

/// The positions of all pages.
async fn positions(events: &Events, filter: &EventFilter) -> TestResult<Vec<i64>> {
    let (mut filter, mut found) = (filter.clone(), Vec::new());
    loop {
        let page = events.search(&filter).await?;
        found.extend(page.events.iter().map(|event| i64::from(event.position)));
        assert_eq!(page.next.is_none(), page.searched.is_complete);
        let Some(next) = page.next else {
            return Ok(found);
        };
        filter = filter.next(next);
    }
}

fn utc(text: &str) -> OffsetDateTime {
    OffsetDateTime::parse(text, &Rfc3339).expect("a time in RFC 3339")
}

fn at(second: i64) -> OffsetDateTime {
    utc("2026-11-29T08:00:00Z") + time::Duration::seconds(second)
}

fn newest_first(positions: impl DoubleEndedIterator<Item = i64>) -> Vec<i64> {
    positions.rev().collect()
}

#[tokio::test]
async fn events_are_found_by_type_subject_tenant_and_time() -> TestResult {
    let world = logged(200).await?;
    let events = Events::new(world.pool.clone());
    let any = EventFilter::default;
    let cases = [
        (any().limit(1000), newest_first(1..=200)),
        (any().limit(7), newest_first(1..=200)),
        (
            any().event_type("rare.type"),
            newest_first((1..=20).map(|n| n * 10)),
        ),
        (
            any().subject("per_seven").limit(1),
            newest_first((1..=28).map(|n| n * 7)),
        ),
        (
            any().tenant("tnt_1".parse()?),
            newest_first((0..=66).map(|n| n * 3 + 1)),
        ),
        (any().from(at(190)), newest_first(190..=200)),
        (any().to(at(3)).limit(1), newest_first(1..=2)),
        (any().from(at(50)).to(at(53)), newest_first(50..=52)),
        (
            any().event_type("rare.type").subject("per_seven"),
            newest_first((1..=2).map(|n| n * 70)),
        ),
        (any().from(at(201)), Vec::new()),
        (any().to(at(1)), Vec::new()),
        (any().subject("nobody"), Vec::new()),
        (any().subject("a\0b"), Vec::new()),
        (any().from(at(53)).to(at(50)), Vec::new()),
        (
            any()
                .from(OffsetDateTime::UNIX_EPOCH.saturating_sub(time::Duration::MAX))
                .to(OffsetDateTime::UNIX_EPOCH.saturating_add(time::Duration::MAX)),
            newest_first(1..=200),
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(positions(&events, &filter).await?, expected, "{filter:?}");
    }
    world.close().await
}

/// Several windows, and the gaps that retention and rolled back transactions leave.
#[tokio::test]
async fn a_search_says_how_far_it_looked_and_goes_on_from_there() -> TestResult {
    let world = logged(120_000).await?;
    world
        .pool
        .execute(
            "DELETE FROM dispatcher_event WHERE position <= 5;
             SELECT setval(pg_get_serial_sequence('dispatcher_event', 'position'), 9000000000);
             INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, inserted_at, tenant_id, producer, actor, payload)
             VALUES ('evt_last', 'credit.locked', 1, now(), '2026-12-24 08:00Z', 'tnt_1', 'revenue', 'system:a', '{}')",
        )
        .await?;
    let events = Events::new(world.pool.clone());
    // One window, which has nothing but the last event.
    let filter = EventFilter::default()
        .subject("per_seven")
        .limit(1000)
        .look_for(Duration::ZERO);
    let page = events.search(&filter).await?;
    assert!(page.events.is_empty());
    let searched = page.searched;
    assert_eq!(i64::from(searched.from), 9_000_000_001);
    assert_eq!(i64::from(searched.to), 9_000_000_001);
    assert_eq!(searched.back_to, Some(utc("2026-12-24T08:00:00Z")));
    assert!(!searched.is_complete);
    // The next one leaps the gap.
    let page = events
        .search(&filter.clone().next(page.next.ok_or("no token")?))
        .await?;
    assert_eq!(page.events.len(), 1000);
    let last = i64::from(page.events[999].position);
    assert_eq!(last, 119_994 - 999 * 7);
    assert_eq!(i64::from(page.searched.from), 120_000);
    assert_eq!(i64::from(page.searched.to), last);
    assert_eq!(page.searched.back_to, Some(at(last)));
    // All of it, also in windows that time ends.
    let all = newest_first((1..=17_142).map(|n| n * 7));
    assert_eq!(positions(&events, &filter).await?, all);
    let rarely = EventFilter::default()
        .event_type("rare.type")
        .subject("nobody");
    let page = events
        .search(&rarely.clone().look_for(Duration::from_secs(600)))
        .await?;
    assert!(page.searched.is_complete);
    assert_eq!(i64::from(page.searched.to), 6, "the oldest that there is");
    assert_eq!(page.searched.back_to, Some(at(6)));
    let page = events.search(&rarely.look_for(Duration::ZERO)).await?;
    assert!(!page.searched.is_complete);
    world.close().await
}

#[tokio::test]
async fn a_token_belongs_to_its_filter() -> TestResult {
    let world = logged(20).await?;
    let events = Events::new(world.pool.clone());
    let filter = EventFilter::default().limit(3).event_type("credit.locked");
    let token = events.search(&filter).await?.next.ok_or("no token")?;
    let others = [
        filter.clone().event_type("rare.type"),
        filter.clone().subject("per_seven"),
        filter.clone().from(at(1)),
        filter.clone().to(at(1)),
        filter.clone().tenant("tnt_1".parse()?),
    ];
    for other in others {
        let error = events.search(&other.next(&token)).await.unwrap_err();
        assert!(matches!(error, EventsError::InvalidToken), "{error}");
    }
    for altered in ["", "-", "zz-", &token[1..], &format!("1{token}")] {
        let altered = filter.clone().next(altered);
        let error = events.search(&altered).await.unwrap_err();
        assert!(matches!(error, EventsError::InvalidToken), "{error}");
    }
    let bound = events.for_tenants(["tnt_1".parse()?]);
    let of_another_view = bound.search(&filter.clone().next(&token)).await;
    assert!(matches!(of_another_view, Err(EventsError::InvalidToken)));
    let more = events.search(&filter.clone().limit(9).next(&token)).await?;
    assert_eq!(more.events.len(), 9, "the limit may change");
    for limit in [0, 1001] {
        let error = events
            .search(&filter.clone().limit(limit))
            .await
            .unwrap_err();
        assert!(matches!(error, EventsError::Config(_)), "{error}");
    }
    world.close().await
}

/// Clocks of several sessions do not agree to the microsecond, and a server's clock may be set.
#[tokio::test]
async fn a_time_is_found_where_clocks_disagree_by_seconds() -> TestResult {
    let world = logged(100).await?;
    let shift = "UPDATE dispatcher_event SET inserted_at = inserted_at + interval '1 second' * (CASE WHEN position % 2 = 0 THEN 4 ELSE -4 END)";
    world.pool.execute(shift).await?;
    let events = Events::new(world.pool.clone());
    let filter = EventFilter::default().from(at(40)).to(at(60)).limit(1000);
    let expected =
        (1..=100).filter(|n| (40..60).contains(&(if n % 2 == 0 { n + 4 } else { n - 4 })));
    assert_eq!(
        positions(&events, &filter).await?,
        newest_first(expected.collect::<Vec<i64>>().into_iter())
    );
    world.close().await
}

#[tokio::test]
async fn a_view_of_some_tenants_has_no_events_of_others() -> TestResult {
    let world = logged(30).await?;
    let events = Events::new(world.pool.clone());
    let bound = events.for_tenants(["tnt_1".parse()?, "tnt_2".parse()?]);
    let bound = bound.for_tenants(["tnt_2".parse()?, "tnt_0".parse()?]);
    let all = EventFilter::default();
    let of_2 = newest_first((0..=9).map(|n| n * 3 + 2));
    assert_eq!(positions(&bound, &all).await?, of_2);
    let of_another = all.clone().tenant("tnt_0".parse()?);
    assert_eq!(positions(&bound, &of_another).await?, Vec::<i64>::new());
    let (news, position) = bound.tail(Some(0.into()), &all.clone().limit(3)).await?;
    assert_eq!(news.len(), 3);
    assert_eq!(i64::from(position), 8);
    assert_eq!(bound.get("evt_2").await?.event.tenant_id, "tnt_2");
    let error = bound.get("evt_1").await.unwrap_err();
    assert!(matches!(error, EventsError::NotFound(_)), "{error}");
    let of_none = events.for_tenants([]);
    assert_eq!(positions(&of_none, &all).await?, Vec::<i64>::new());
    world.close().await
}

/// Positions become visible out of order: what is not visible yet is neither shown nor passed over.
#[tokio::test]
async fn a_tail_misses_no_event_that_commits_late() -> TestResult {
    let world = World::new().await?;
    let events = Events::new(world.pool.clone());
    let all = EventFilter::default();
    world.revenue().publish(lock(1, 1)).await?;
    let (none, end) = events.tail(None, &all).await?;
    assert!(none.is_empty());
    let mut late = world.pool.begin().await?;
    world
        .revenue()
        .publish(lock(1, 2))
        .within(&mut late)
        .await?;
    world.revenue().publish(lock(1, 3)).await?;
    let (news, position) = events.tail(Some(end), &all).await?;
    assert!(news.is_empty());
    assert_eq!(position, end);
    // A search shows what is committed, and says so.
    assert_eq!(positions(&events, &all).await?, [3, 1]);
    late.commit().await?;
    let (news, position) = events.tail(Some(end), &all.clone().limit(1)).await?;
    assert_eq!(i64::from(news[0].position), 2);
    let (news, position) = events.tail(Some(position), &all).await?;
    assert_eq!(i64::from(news[0].position), 3);
    let (news, _) = events.tail(Some(position), &all).await?;
    assert!(news.is_empty());
    // What is not wanted is passed over.
    let wanted = all.event_type("rare.type");
    let (news, to) = events.tail(Some(0.into()), &wanted).await?;
    assert!(news.is_empty());
    assert_eq!(to, position);
    world.close().await
}

/// What became of an event in the subscription, as JSON without the other fields.
async fn state_of(
    events: &Events,
    event_id: &str,
    subscription: &str,
) -> TestResult<serde_json::Value> {
    let detail = events.get(event_id).await?;
    let mut deliveries = detail.deliveries.iter();
    let delivery = deliveries.find(|it| it.subscription == subscription);
    Ok(serde_json::to_value(delivery)?["state"].take())
}

#[tokio::test]
async fn an_event_says_what_became_of_it_in_each_subscription() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::Permanent), (3, Act::FailTimes(9))]);
    let revenue = world.revenue();
    let handled = revenue.publish(lock(1, 1)).await?.event_id;
    let dead = revenue.publish(lock(2, 2)).await?.event_id;
    let waiting = revenue.publish(lock(3, 3)).await?.event_id;
    let consumer = || world.coaching(&script).retry([Duration::from_secs(600)]);
    let running = consumer().subscribe(hold_slot).start().await?;
    script.entered.acquire_many(3).await?.forget();
    running.stop().await;
    // Another subscription begins after these.
    let from_the_end = SubscriptionOptions::new().start_from(StartFrom::End);
    let running = consumer()
        .subscribe(hold_slot)
        .subscribe_with(credit_history, from_the_end);
    running.start().await?.stop().await;
    let behind = revenue.publish(lock(3, 4)).await?.event_id;
    let later = revenue.publish(lock(4, 5)).await?.event_id;
    sqlx::query(
        "INSERT INTO dispatcher_retry (consumer, subscription, position, log_position, event_id, subject, attempts, failures)
         VALUES ('coaching', 'hold_slot', 4, 4, $1, $2, 0, '[]')",
    )
    .bind(behind.as_str())
    .bind(person_id(3))
    .execute(&world.pool)
    .await?;
    let events = Operator::new(world.pool.clone())
        .registry(&REGISTRY)
        .events()
        .clone();
    for (event_id, of_hold_slot, of_credit_history) in [
        (&handled, "handled", "before_start"),
        (&dead, "dead_letter", "before_start"),
        (&waiting, "waiting", "before_start"),
        (&behind, "behind", "not_read"),
        (&later, "not_read", "not_read"),
    ] {
        let event_id = event_id.as_str();
        assert_eq!(
            state_of(&events, event_id, "hold_slot").await?,
            of_hold_slot
        );
        assert_eq!(
            state_of(&events, event_id, "credit_history").await?,
            of_credit_history
        );
    }
    let detail = events.get(waiting.as_str()).await?;
    assert_eq!(detail.event.subject, Some(person_id(3)));
    let envelope: serde_json::Value = serde_json::from_str(detail.envelope.get())?;
    assert_eq!(envelope["payload"]["locked_credits"], 3);
    let of_hold_slot = &detail.deliveries[1];
    let DeliveryState::Waiting {
        attempt,
        due_at,
        error,
        ..
    } = &of_hold_slot.state
    else {
        panic!("{of_hold_slot:?}");
    };
    assert_eq!((*attempt, error.as_deref()), (2, Some("attempt 1 fails")));
    assert!(due_at.is_some());
    let detail = events.get(behind.as_str()).await?;
    let behind_first = serde_json::to_value(&detail.deliveries[1])?;
    assert_eq!(behind_first["position"], 3);
    // What the tables say later.
    for (change, event_id, state) in [
        (
            "UPDATE dispatcher_retry SET awaited_event_type = 'credit.locked', awaited_version = 2 WHERE position = 4",
            &behind,
            "awaits_version",
        ),
        (
            "UPDATE dispatcher_retry SET is_begun = true WHERE position = 3",
            &waiting,
            "waiting",
        ),
        (
            "UPDATE dispatcher_dead_letter SET redrive_id = 'rdr_a'",
            &dead,
            "dead_letter",
        ),
        (
            "UPDATE dispatcher_dead_letter SET resolved_at = now(), resolved_by = 'mia'",
            &dead,
            "handled",
        ),
        (
            "UPDATE dispatcher_dead_letter SET redrive_id = NULL, resolved_at = NULL, resolved_by = NULL",
            &dead,
            "dead_letter",
        ),
        (
            "UPDATE dispatcher_dead_letter SET resolved_at = now(), resolved_by = 'mia'",
            &dead,
            "dead_letter",
        ),
        (
            "UPDATE dispatcher_dedup SET handled_at = now()",
            &dead,
            "handled",
        ),
        ("DELETE FROM dispatcher_dedup", &handled, "passed"),
        (
            "UPDATE dispatcher_subscription SET paused_at = now(), paused_by = 'mia'",
            &later,
            "paused",
        ),
        (
            "UPDATE dispatcher_subscription SET event_types = '{parcel.sent}'",
            &later,
            "",
        ),
        (
            "UPDATE dispatcher_subscription SET event_types = '{credit.locked of tnt_swim_south}'",
            &later,
            "",
        ),
        (
            "UPDATE dispatcher_subscription SET event_types = '{credit.locked of tnt_swim_north}'",
            &later,
            "paused",
        ),
        (
            "UPDATE dispatcher_subscription SET paused_at = NULL, paused_by = NULL, event_types = '{}'",
            &later,
            "not_read",
        ),
    ] {
        world.pool.execute(change).await?;
        let found = state_of(&events, event_id.as_str(), "hold_slot").await?;
        assert_eq!(found.as_str().unwrap_or_default(), state, "{change}");
    }
    world.close().await
}

#[tokio::test]
async fn a_rewind_makes_events_before_the_start_the_subscriptions_own() -> TestResult {
    let world = World::new().await?;
    let event = world.revenue().publish(lock(1, 1)).await?.event_id;
    let from_the_end = || SubscriptionOptions::new().start_from(StartFrom::End);
    let script = Script::new([]);
    let running = world
        .coaching(&script)
        .subscribe_with(hold_slot, from_the_end());
    running.start().await?.stop().await;
    let operator = Operator::new(world.pool.clone());
    let state = async || state_of(operator.events(), event.as_str(), "hold_slot").await;
    assert_eq!(state().await?, "before_start");
    // Divided into partitions, it still began there.
    let divided = from_the_end().partitions(3);
    let running = world.coaching(&script).subscribe_with(hold_slot, divided);
    running.start().await?.stop().await;
    assert_eq!(state().await?, "before_start");
    let subscriptions = operator.subscriptions();
    subscriptions
        .rewind("coaching", "hold_slot", StartFrom::Beginning)
        .await?;
    assert_eq!(state().await?, "not_read");
    let began = "SELECT max(began_at) FROM dispatcher_cursor";
    assert_eq!(world.count(began).await?, 0);
    world.close().await
}

#[tokio::test]
async fn an_event_that_retention_has_removed_is_known_by_what_consumers_keep() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::Permanent)]);
    let revenue = world.revenue();
    let handled = revenue.publish(lock(1, 1)).await?.event_id;
    let dead = revenue.publish(lock(2, 2)).await?.event_id;
    let running = world.coaching(&script).subscribe(hold_slot).start().await?;
    running.wait_caught_up().await?;
    running.stop().await;
    world.pool.execute("DELETE FROM dispatcher_event").await?;
    let events = Events::new(world.pool.clone());
    let error = events.get(handled.as_str()).await.unwrap_err();
    let text = error.to_string();
    let expected = format!(
        "retention has removed the event {handled} from the log; coaching/hold_slot handled it at 20"
    );
    assert!(text.starts_with(&expected), "{text}");
    // Its subscription was removed as well; the letter stays.
    world.pool.execute("DELETE FROM dispatcher_cursor").await?;
    let error = events.get(dead.as_str()).await.unwrap_err();
    let EventsError::Removed { deliveries, .. } = &error else {
        panic!("{error}");
    };
    let DeliveryState::DeadLetter { dead_letter_id, .. } = &deliveries[0].state else {
        panic!("{deliveries:?}");
    };
    assert_eq!(
        error.to_string(),
        format!(
            "retention has removed the event {dead} from the log; coaching/hold_slot keeps it in the dead letter {dead_letter_id} (open)"
        )
    );
    // Those who may not see its tenant do not learn that it was there.
    let north = events.for_tenants([TENANT.parse()?]);
    let south = events.for_tenants(["tnt_swim_south".parse()?]);
    assert!(matches!(
        north.get(dead.as_str()).await,
        Err(EventsError::Removed { .. })
    ));
    assert!(matches!(
        south.get(dead.as_str()).await,
        Err(EventsError::NotFound(_))
    ));
    assert!(matches!(
        north.get(handled.as_str()).await,
        Err(EventsError::NotFound(_))
    ));
    for id in ["evt_nothing", "", "\0", "'", "é"] {
        assert!(
            matches!(events.get(id).await, Err(EventsError::NotFound(_))),
            "{id:?}"
        );
    }
    world.close().await
}
