//! What operators see and do: wake-ups, problems, plans of streams, and the comparison of a log with its stream.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::stream::DiscardPolicy;
use dispatcher_nats::{
    Change, DisagreementKind, Relay, StreamSettings, Verification, stream_config, verify,
};
use dispatcher_runtime::{
    Actor, FindingLevel, Operator, ProblemKind, TransferActError, TransferDirection, TransferState,
};
use dispatcher_test_fixtures::TestResult;

use crate::support::{Nats, PAUSE, Running, STREAM, Seen, World};

/// Only a notification can end the sleep: the next poll is ten minutes away.
#[tokio::test]
async fn a_publish_wakes_a_relay_that_sleeps() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    world.publish(1..2).await?;
    let seen = Seen::default();
    let relay = Relay::builder(world.pool.clone(), nats.client.clone(), STREAM)
        .poll_interval(Duration::from_secs(600))
        .observer(seen.clone())
        .build()?;
    let relay = Running::start(seen, |stop| relay.run_until(stop));
    for sent in 1..4 {
        relay.until(|seen| seen.sequence == i64::from(sent)).await?;
        let asleep =
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1146311763
                                                   AND mode = 'ShareLock' AND granted
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        while world.count(asleep).await? == 0 {
            tokio::time::sleep(PAUSE).await;
        }
        world.publish(sent + 1..sent + 2).await?;
    }
    relay.until(|seen| seen.sequence == 4).await?;
    relay.stop().await?;
    // Publishes of a log without a relay notify nobody.
    let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1146311763
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while world.count(locks).await? != 0 {
        tokio::time::sleep(PAUSE).await;
    }
    world.close().await
}

/// What is inserted past the trigger is found by the next poll, although the relay looks at the stream more often than that.
#[tokio::test]
async fn what_nothing_announces_is_found_by_the_next_poll() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    let silent = "ALTER TABLE dispatcher_event DISABLE TRIGGER dispatcher_event_notify";
    world.execute(silent).await?;
    world.publish(1..2).await?;
    let seen = Seen::default();
    let relay = Relay::builder(world.pool.clone(), nats.client.clone(), STREAM)
        .poll_interval(Duration::from_millis(200))
        .look_every(Duration::from_millis(20))
        .observer(seen.clone())
        .build()?;
    let relay = Running::start(seen, |stop| relay.run_until(stop));
    for sent in 1..4 {
        let limit = Duration::from_secs(60);
        let is_sent = relay.until(|seen| seen.sequence == i64::from(sent));
        tokio::time::timeout(limit, is_sent).await??;
        world.publish(sent + 1..sent + 2).await?;
    }
    relay.stop().await?;
    world.close().await
}

#[tokio::test]
async fn a_relay_without_a_process_or_with_another_stream_is_a_problem_that_operators_see()
-> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    world.publish(1..4).await?;
    let operator = Operator::new(world.pool.clone());
    assert!(operator.overview().await?.problems.is_empty());

    let relay = world.relay(&nats);
    relay.until(|seen| seen.sequence == 3).await?;
    world.until_recorded(3).await?;
    let overview = operator.overview().await?;
    assert!(overview.problems.is_empty(), "{:?}", overview.problems);
    assert_eq!(overview.transfers[0].state, TransferState::Running);
    let mia = Actor::new("mia");
    let running = operator
        .transfers()
        .remove_as(TransferDirection::Relay, STREAM, mia)
        .await;
    assert!(
        matches!(running, Err(TransferActError::Running { .. })),
        "{running:?}"
    );
    relay.stop().await?;
    world.publish(4..6).await?;
    let overview = operator.overview().await?;
    let [problem] = &overview.problems[..] else {
        return Err(format!("{:?}", overview.problems).into());
    };
    assert_eq!(problem.kind, ProblemKind::Stuck);
    assert_eq!(problem.transfer.as_deref(), Some("relay/north"));
    assert!(
        problem
            .text
            .starts_with("no process works on it; 2 positions of the log are not sent"),
        "{}",
        problem.text
    );
    assert_eq!(problem.command, "dispatcher transfers show relay/north");
    let findings = operator.examine().await;
    let of_relay = findings.iter().find(|it| it.topic == "relays and mirrors");
    assert_eq!(of_relay.map(|it| it.level), Some(FindingLevel::Warning));

    nats.jetstream.delete_stream(STREAM).await?;
    nats.jetstream
        .create_stream(stream_config(STREAM, STREAM))
        .await?;
    let refusal = world.relay(&nats).refusal().await?;
    assert!(
        refusal.contains("dispatcher transfers remove relay/north"),
        "{refusal}"
    );
    let overview = operator.overview().await?;
    assert!(
        overview.problems[0]
            .text
            .starts_with("it does not go on: the stream \"north\" does not belong"),
        "{:?}",
        overview.problems
    );

    operator
        .transfers()
        .remove_as(TransferDirection::Relay, STREAM, mia)
        .await?;
    assert!(operator.transfers().list().await?.is_empty());
    let kept = "SELECT count(*) FROM dispatcher_reader WHERE consumer = '$relay'";
    assert_eq!(world.count(kept).await?, 0);
    let gone = operator
        .transfers()
        .remove_as(TransferDirection::Relay, STREAM, mia)
        .await;
    assert!(
        matches!(gone, Err(TransferActError::NotFound(_))),
        "{gone:?}"
    );
    let audited =
        "SELECT count(*) FROM dispatcher_audit WHERE who = 'mia' AND what = 'remove relay north'";
    assert_eq!(world.count(audited).await?, 3);
    let relay = world.relay(&nats);
    relay.until(|seen| seen.sequence == 5).await?;
    relay.stop().await?;
    assert_eq!(nats.messages(STREAM).await?, world.log().await?);
    world.close().await
}

/// What a full stream waits for stays visible over all attempts, and ends when there is room.
#[tokio::test]
async fn what_a_relay_waits_for_is_seen_until_it_goes_on() -> TestResult {
    let mut config = stream_config(STREAM, STREAM);
    config.max_messages = 2;
    let Some(nats) = Nats::with("", config.clone()).await? else {
        return Ok(());
    };
    let world = World::new().await?;
    world.publish(1..4).await?;
    let relay = world.relay(&nats);
    relay.until(|seen| seen.waits.len() >= 3).await?;
    let progress = world.progress().await?;
    assert!(
        progress
            .waits_for
            .is_some_and(|it| it.contains("full") && it.contains("max_msgs"))
    );
    assert!(progress.waits_since.is_some());
    assert!(progress.seconds_behind.is_some_and(|it| it > 0.0));
    config.max_messages = 10;
    nats.jetstream.update_stream(config).await?;
    relay.until(|seen| seen.sequence == 3).await?;
    world.until_recorded(3).await?;
    let progress = world.progress().await?;
    assert_eq!((progress.waits_for, progress.waits_since), (None, None));
    relay.stop().await?;
    world.close().await
}

#[tokio::test]
async fn a_mirror_says_how_far_behind_the_stream_it_is() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let (north, south) = (World::new().await?, World::new().await?);
    north.publish(1..51).await?;
    let relay = north.relay(&nats);
    relay.until(|seen| seen.sequence == 50).await?;
    relay.stop().await?;
    let mirror = south.mirror(&nats, STREAM);
    mirror.until(|seen| seen.sequence == 50).await?;
    mirror.stop().await?;
    let progress = south.progress().await?;
    assert_eq!(progress.messages_behind, Some(0));
    assert_eq!(progress.seconds_behind, Some(0.0));
    assert_eq!(progress.state, TransferState::NoHolder);
    // As after a batch that was not the last.
    south
        .execute("UPDATE dispatcher_transfer SET pending = 7, reached_at = clock_timestamp() - interval '1 h', holder = 'me', expires_at = 'infinity'")
        .await?;
    let progress = south.progress().await?;
    assert_eq!(progress.messages_behind, Some(7));
    assert!(progress.seconds_behind.is_some_and(|it| it >= 3600.0));
    assert_eq!(progress.state, TransferState::Behind);
    north.close().await?;
    south.close().await
}

#[tokio::test]
async fn a_plan_makes_a_stream_and_mends_one_and_weakens_none() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let day = Duration::from_secs(86_400);
    let wanted = StreamSettings::new("south").max_age(day).max_bytes(1 << 20);
    let plan = wanted.plan(&nats.client).await?;
    assert!(!plan.exists);
    assert!(!plan.differences.is_empty());
    assert_eq!(plan.refused().count(), 0);
    plan.apply(&nats.client).await?;
    let plan = wanted.plan(&nats.client).await?;
    assert!(
        plan.exists && plan.differences.is_empty(),
        "{:?}",
        plan.differences
    );
    plan.apply(&nats.client).await?;

    let mut weak = stream_config("weak", "weak");
    weak.discard = DiscardPolicy::Old;
    weak.deny_delete = false;
    weak.deny_purge = false;
    weak.allow_atomic_publish = false;
    weak.allow_rollup = true;
    nats.jetstream.create_stream(weak).await?;
    let wanted = StreamSettings::new("weak");
    let plan = wanted.plan(&nats.client).await?;
    let settings: Vec<_> = plan.differences.iter().map(|it| it.setting).collect();
    assert_eq!(
        settings,
        [
            "discard",
            "deny_delete",
            "deny_purge",
            "allow_rollup_hdrs",
            "allow_atomic"
        ]
    );
    plan.apply(&nats.client).await?;
    assert!(wanted.plan(&nats.client).await?.differences.is_empty());

    let less = StreamSettings::new("south").max_age(day / 2);
    let plan = less.plan(&nats.client).await?;
    assert_eq!(plan.differences[0].change, Change::Weakens);
    let refusal = plan.apply(&nats.client).await.map_err(|it| it.to_string());
    assert!(
        refusal.is_err_and(|it| it.contains("nats stream edit south --max-age 43200s")),
        "{plan:?}"
    );
    let found = nats.jetstream.get_stream("south").await?;
    assert_eq!(found.cached_info().config.max_age, day);
    Ok(())
}

async fn compared(world: &World, nats: &Nats) -> TestResult<Verification> {
    Ok(verify(world.pool.clone(), None, &nats.client, STREAM, 7).await?)
}

#[tokio::test]
async fn a_log_and_its_stream_are_compared_event_by_event() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    world.publish(1..21).await?;
    let before = compared(&world, &nats).await?;
    assert_eq!((before.not_sent, before.disagreements), (20, 0));
    let relay = world.relay(&nats);
    relay.until(|seen| seen.sequence == 20).await?;
    relay.stop().await?;
    world.publish(21..24).await?;
    let same = compared(&world, &nats).await?;
    assert_eq!((same.equal, same.not_sent), (20, 3));
    assert_eq!((same.disagreements, same.older_than_log), (0, 0));

    for change in [
        "DELETE FROM dispatcher_event WHERE position <= 3 OR position = 9",
        "UPDATE dispatcher_event SET event_id = 'evt_other' WHERE position = 5",
        "UPDATE dispatcher_event SET payload = '{}' WHERE position = 6",
        "UPDATE dispatcher_event SET actor = 'another' WHERE position = 7",
        "UPDATE dispatcher_event SET payload = 'null', erased_at = now() WHERE position = 8",
        "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload, position)
         OVERRIDING SYSTEM VALUE SELECT 'evt_late', event_type, schema_version, occurred_at, tenant_id, producer, actor, payload, 9
           FROM dispatcher_event WHERE position = 10",
        "DELETE FROM dispatcher_event WHERE position = 12",
    ] {
        world.execute(change).await?;
    }
    let differs = compared(&world, &nats).await?;
    let kinds: Vec<_> = differs
        .described
        .iter()
        .map(|it| (it.position, it.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            (Some(5), DisagreementKind::Event),
            (Some(6), DisagreementKind::Payload),
            (Some(7), DisagreementKind::Envelope),
            (Some(9), DisagreementKind::Event),
            (Some(12), DisagreementKind::Extra)
        ]
    );
    assert_eq!(differs.disagreements, 5);
    assert_eq!((differs.older_than_log, differs.erased_since), (3, 1));
    // Position 4, 8, 10, 11 and 13 to 20.
    assert_eq!(differs.equal, 12);
    world.close().await
}

/// A message that something else has sent, and an event that was put into the log behind the relay's back.
#[tokio::test]
async fn what_a_relay_did_not_send_and_what_it_passed_over_are_found() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    world.publish(1..6).await?;
    world
        .execute("DELETE FROM dispatcher_event WHERE position = 3")
        .await?;
    let relay = world.relay(&nats);
    relay.until(|seen| seen.sequence == 4).await?;
    relay.stop().await?;
    world
        .execute(
            "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload, position)
             OVERRIDING SYSTEM VALUE SELECT 'evt_late', event_type, schema_version, occurred_at, tenant_id, producer, actor, payload, 3
               FROM dispatcher_event WHERE position = 4",
        )
        .await?;
    let repeat = nats.jetstream.get_stream(STREAM).await?;
    let repeat = repeat.get_raw_message(2).await?;
    let mut headers = HeaderMap::new();
    for (name, values) in repeat.headers.iter() {
        let name = name.to_string();
        if !name.starts_with("Nats-") {
            headers.insert(name, values[0].clone());
        }
    }
    nats.client
        .publish_with_headers(repeat.subject, headers, repeat.payload)
        .await?;
    nats.client.publish("north.hello", "x".into()).await?;
    nats.client.flush().await?;
    while nats
        .jetstream
        .get_stream(STREAM)
        .await?
        .cached_info()
        .state
        .last_sequence
        < 6
    {
        tokio::time::sleep(PAUSE).await;
    }
    let found = compared(&world, &nats).await?;
    let kinds: Vec<_> = found
        .described
        .iter()
        .map(|it| (it.sequence, it.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            (None, DisagreementKind::Missing),
            (Some(5), DisagreementKind::Order),
            (Some(6), DisagreementKind::Extra)
        ]
    );
    world.close().await
}
