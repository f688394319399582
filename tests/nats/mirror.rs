//! The mirror: what is in the log of the consumers, and what it refuses.

use acme_contracts::REGISTRY;
use async_nats::jetstream::stream::DiscardPolicy;
use dispatcher_nats::{IncompleteReason, Mirror, TransferDirection, stream_config};
use dispatcher_runtime::transfer::{
    InboundLog, Omissions, OutboundLog, TransferEvent, TransferPlace, TransferRow,
};
use dispatcher_runtime::{DeadLetterFilter, DeadLetters};
use dispatcher_test_fixtures::{TestResult, lock_json};
use std::time::Duration;

use crate::support::{LIMITS, Nats, Running, STREAM, Seen, World};

#[tokio::test]
async fn handlers_beside_another_log_apply_each_event_once_and_in_the_order_of_its_subject()
-> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let (producer, consumer) = (World::new().await?, World::new().await?);
    producer.publish(1..101).await?;
    let relay = producer.relay(&nats);
    let mirror = consumer.mirror(&nats, STREAM);
    let coaching = consumer.coaching().await?;
    mirror.until(|seen| seen.events == 100).await?;
    producer.publish(101..121).await?;
    mirror.until(|seen| seen.events == 120).await?;
    coaching.wait_caught_up().await?;
    for person in 0..4 {
        let expected: Vec<i64> = (1..121).filter(|it| it % 4 == i64::from(person)).collect();
        assert_eq!(consumer.effects_of(person).await?, expected);
    }
    assert_eq!(consumer.log().await?, producer.log().await?);
    let same = "SELECT md5(string_agg(concat_ws('|', event_id, event_type, schema_version, occurred_at, tenant_id,
                    producer, subject, actor, correlation_id, causation_id, traceparent, payload), E'\\n' ORDER BY position))
                FROM dispatcher_event";
    let digest = async |world: &World| -> TestResult<String> {
        Ok(sqlx::query_scalar(same).fetch_one(&world.pool).await?)
    };
    assert_eq!(digest(&consumer).await?, digest(&producer).await?);
    coaching.stop().await;
    mirror.stop().await?;
    relay.stop().await?;

    // No circles: what was brought here is not sent on.
    let log = OutboundLog::new(consumer.pool.clone(), None)?;
    let outbound = log.read(0, LIMITS).await?;
    assert_eq!((outbound.events.len(), outbound.until), (0, 120));
    consumer.close().await?;
    producer.close().await
}

#[tokio::test]
async fn only_bound_event_types_are_taken_and_the_others_are_passed_over() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let (producer, consumer) = (World::new().await?, World::new().await?);
    producer.publish(1..4).await?;
    let other = "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload)
                 SELECT 'x' || n, 'order.paid', 1, now(), 'tnt_a', 'revenue', 'a', '{}' FROM generate_series(1, 40) AS n";
    producer.execute(other).await?;
    let relay = producer.relay(&nats);
    relay.until(|seen| seen.sequence == 43).await?;
    relay.stop().await?;
    let mirror = consumer.mirror(&nats, STREAM);
    mirror.until(|seen| seen.events == 3).await?;
    // The row moves past the others, so that they may expire.
    consumer.until_recorded(43).await?;
    mirror.stop().await?;
    assert_eq!(consumer.log().await?.len(), 3);
    let stream = nats.jetstream.get_stream(STREAM).await?;
    assert_eq!(stream.cached_info().state.last_sequence, 43);
    consumer.close().await?;
    producer.close().await
}

/// Each stream has a row and a sequence of its own.
#[tokio::test]
async fn a_database_mirrors_several_streams() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    nats.jetstream
        .create_stream(stream_config("south", "south"))
        .await?;
    let (north, south) = (World::new().await?, World::new().await?);
    let consumer = World::new().await?;
    north.publish(1..31).await?;
    south.publish(101..121).await?;
    let relay = north.relay(&nats);
    relay.until(|seen| seen.sequence == 30).await?;
    relay.stop().await?;
    let client = nats.client.clone();
    let relay = dispatcher_nats::Relay::builder(south.pool.clone(), client, "south").build()?;
    let stop = tokio::sync::Notify::new();
    let mirrors = [
        consumer.mirror(&nats, STREAM),
        consumer.mirror(&nats, "south"),
    ];
    tokio::select! {
        ended = relay.run_until(stop.notified()) => ended?,
        seen = mirrors[1].until(|seen| seen.events == 20) => drop(seen?),
    }
    mirrors[0].until(|seen| seen.events == 30).await?;
    for mirror in mirrors {
        mirror.stop().await?;
    }
    let of = "SELECT count(*) FROM dispatcher_event WHERE origin = 'south'";
    assert_eq!(consumer.count(of).await?, 20);
    assert_eq!(consumer.log().await?.len(), 50);
    let rows = "SELECT count(*) FROM dispatcher_transfer WHERE direction = 'mirror'";
    assert_eq!(consumer.count(rows).await?, 2);
    for world in [consumer, north, south] {
        world.close().await?;
    }
    Ok(())
}

/// More of them than a mirror asks for at once by their bytes, though few by their number.
#[tokio::test]
async fn large_messages_come_through_in_their_order() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let (producer, consumer) = (World::new().await?, World::new().await?);
    let publish = "SELECT * FROM dispatcher_publish('credit.locked', $1::json, 'tnt_a', 'revenue')";
    for number in 0..30 {
        let mut large = lock_json(1, number);
        large["note"] = "x".repeat(900_000).into();
        let publish = sqlx::query(publish).bind(large.to_string());
        publish.execute(&producer.pool).await?;
    }
    let relay = producer.relay(&nats);
    relay.until(|seen| seen.sequence == 30).await?;
    relay.stop().await?;
    let mirror = consumer.mirror(&nats, STREAM);
    mirror.until(|seen| seen.sequence == 30).await?;
    mirror.stop().await?;
    assert_eq!(consumer.log().await?, producer.log().await?);
    let whole = "SELECT count(*) FROM dispatcher_event WHERE octet_length(payload::text) > 900000";
    assert_eq!(consumer.count(whole).await?, 30);
    consumer.close().await?;
    producer.close().await
}

/// A payload that no message can carry, a message that is not an event, and an event that the log cannot hold: each becomes
/// a dead letter, and nothing stops.
#[tokio::test]
async fn what_cannot_be_handled_becomes_a_dead_letter_and_never_stops_the_mirror() -> TestResult {
    let config = stream_config(STREAM, STREAM);
    let Some(nats) = Nats::with("max_payload: 65536", config).await? else {
        return Ok(());
    };
    let (producer, consumer) = (World::new().await?, World::new().await?);
    let relay = producer.relay(&nats);
    producer.publish(1..2).await?;
    let mut large = lock_json(1, 2);
    large["note"] = "x".repeat(100_000).into();
    let publish = "SELECT * FROM dispatcher_publish('credit.locked', $1::json, 'tnt_a', 'revenue')";
    let publish = sqlx::query(publish).bind(large.to_string());
    publish.execute(&producer.pool).await?;
    producer.publish(3..4).await?;
    let sent = relay
        .until(|seen| seen.sequence == 3 && !seen.incomplete.is_empty())
        .await?;
    assert_eq!(sent.incomplete, [IncompleteReason::TooLarge]);
    relay.stop().await?;
    // What a relay would never send.
    let foreign = "north.revenue.1.credit.locked";
    for body in ["no event", "\u{0}"] {
        nats.jetstream.publish(foreign, body.into()).await?.await?;
    }
    let mut headers = async_nats::HeaderMap::new();
    for (name, value) in [
        ("ce-id", "evt_1"),
        ("ce-type", "credit.locked"),
        ("ce-source", "revenue"),
        ("ce-time", "2026-11-23T09:15:02Z"),
        ("ce-schemaversion", "1"),
        ("ce-tenantid", "tnt_a"),
        ("ce-actor", "a"),
    ] {
        headers.insert(name, value);
    }
    nats.jetstream
        .publish_with_headers(foreign, headers, "{ not JSON".into())
        .await?
        .await?;
    let mirror = consumer.mirror(&nats, STREAM);
    let coaching = consumer.coaching().await?;
    let brought = mirror
        .until(|seen| seen.sequence == 6 && seen.incomplete.len() == 3)
        .await?;
    let count = |reason| {
        brought
            .incomplete
            .iter()
            .filter(|it| **it == reason)
            .count()
    };
    // The marker of the relay is an event, which is not counted twice.
    assert_eq!(count(IncompleteReason::Unreadable), 2, "{brought:?}");
    assert_eq!(count(IncompleteReason::Refused), 1, "{brought:?}");
    coaching.wait_caught_up().await?;
    assert_eq!(consumer.effects_of(1).await?, [1]);
    assert_eq!(consumer.effects_of(3).await?, [3]);
    let filter = DeadLetterFilter::default();
    let letters = DeadLetters::new(consumer.pool.clone());
    let letters = letters.list(&filter).await?;
    assert_eq!(letters.dead_letters.len(), 4, "{letters:?}");
    let payloads = "SELECT string_agg(payload::text, E'\\n' ORDER BY position) FROM dispatcher_event WHERE payload::text LIKE '\"no payload%'";
    let payloads: String = sqlx::query_scalar(payloads)
        .fetch_one(&consumer.pool)
        .await?;
    for text in [
        "bytes, and a message of the stream has room",
        "message 4 is not an event",
        "message 5 is not an event",
        "the log refuses it",
    ] {
        assert!(payloads.contains(text), "{text}: {payloads}");
    }
    coaching.stop().await;
    mirror.stop().await?;
    consumer.close().await?;
    producer.close().await
}

/// The limit of a log is its own: what another has stored may be more than this one takes.
#[tokio::test]
async fn a_payload_that_only_this_log_has_no_room_for_is_left_out_and_counted() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let (producer, consumer) = (World::new().await?, World::new().await?);
    let smaller = "CREATE OR REPLACE FUNCTION dispatcher_max_payload_bytes() RETURNS integer \
                   LANGUAGE plpgsql STABLE PARALLEL SAFE AS 'BEGIN RETURN 1000; END'";
    consumer.execute(smaller).await?;
    let mut large = lock_json(1, 1);
    large["note"] = "x".repeat(1000).into();
    let publish = "SELECT * FROM dispatcher_publish('credit.locked', $1::json, 'tnt_a', 'revenue')";
    let publish = sqlx::query(publish).bind(large.to_string());
    publish.execute(&producer.pool).await?;
    producer.publish(2..4).await?;
    let relay = producer.relay(&nats);
    relay.until(|seen| seen.sequence == 3).await?;
    relay.stop().await?;
    let mirror = consumer.mirror(&nats, STREAM);
    let brought = mirror
        .until(|seen| seen.sequence == 3 && !seen.incomplete.is_empty())
        .await?;
    assert_eq!(brought.incomplete, [IncompleteReason::TooLarge]);
    mirror.stop().await?;
    assert_eq!(consumer.log().await?, producer.log().await?);
    let first = "SELECT payload::text FROM dispatcher_event ORDER BY position LIMIT 1";
    let first: String = sqlx::query_scalar(first).fetch_one(&consumer.pool).await?;
    assert!(first.contains("this log stores at most 1000"), "{first}");
    consumer.close().await?;
    producer.close().await
}

#[tokio::test]
async fn a_stale_lease_inserts_nothing() -> TestResult {
    let world = World::new().await?;
    let row = TransferRow::new(world.pool.clone(), None, TransferDirection::Mirror, STREAM)?;
    let log = InboundLog::new(row.clone());
    let lease = Duration::from_millis(1);
    let stale = row.acquire("first", lease).await?.ok_or("no lease")?;
    let current = loop {
        // The database's clock decides when the first has expired.
        if let Some(lease) = row.acquire("second", lease).await? {
            break lease;
        }
    };
    let event = |id: &str| TransferEvent::unreadable(id.to_owned(), "a.b".to_owned(), "");
    let to = |sequence| TransferPlace {
        sequence,
        ..TransferPlace::default()
    };
    let nothing = log.insert(&stale, 0, &to(1), vec![event("a")]).await?;
    assert_eq!(nothing, None);
    let all = log.insert(&current, 0, &to(1), vec![event("b")]).await?;
    assert_eq!(all, Some(Omissions::default()));
    // A repetition after a COMMIT without an answer.
    let nothing = log.insert(&current, 0, &to(1), vec![event("c")]).await?;
    assert_eq!(nothing, None);
    assert!(!row.renew(&stale).await?);
    let ids: Vec<_> = world.log().await?.into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["b"]);
    world.close().await
}

/// It would hold the row, and the horizon of every consumer.
#[tokio::test]
async fn the_transaction_of_a_mirror_that_was_stopped_is_ended() -> TestResult {
    let world = World::new().await?;
    let row = TransferRow::new(world.pool.clone(), None, TransferDirection::Mirror, STREAM)?;
    let lease = Duration::from_millis(1);
    row.acquire("first", lease).await?.ok_or("no lease")?;
    // As hold_transfer.sql leaves it.
    let mut stopped = world.pool.begin().await?;
    let hold = "SELECT pg_try_advisory_xact_lock_shared(((8192 | (tableoid::bigint & 8191)) << 48) | fence)
                FROM dispatcher_transfer FOR UPDATE";
    sqlx::query(hold).execute(&mut *stopped).await?;
    while row.acquire("second", lease).await?.is_none() {}
    assert!(
        sqlx::query("SELECT 1")
            .execute(&mut *stopped)
            .await
            .is_err()
    );
    drop(stopped);
    world.close().await
}

#[tokio::test]
async fn a_stream_that_was_made_again_is_not_read() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let (producer, consumer) = (World::new().await?, World::new().await?);
    producer.publish(1..4).await?;
    let relay = producer.relay(&nats);
    let mirror = consumer.mirror(&nats, STREAM);
    mirror.until(|seen| seen.events == 3).await?;
    mirror.stop().await?;
    relay.stop().await?;
    nats.jetstream.delete_stream(STREAM).await?;
    nats.jetstream
        .create_stream(stream_config(STREAM, STREAM))
        .await?;
    let refusal = consumer.mirror(&nats, STREAM).refusal().await?;
    assert!(refusal.contains("it was created at"), "{refusal}");
    assert_eq!(consumer.progress().await?.waits_for, Some(refusal));
    consumer.close().await?;
    producer.close().await
}

#[tokio::test]
async fn messages_that_were_removed_before_they_were_read_stop_it() -> TestResult {
    let mut config = stream_config(STREAM, STREAM);
    config.deny_purge = false;
    let Some(nats) = Nats::with("", config).await? else {
        return Ok(());
    };
    let (producer, consumer) = (World::new().await?, World::new().await?);
    producer.publish(1..4).await?;
    let relay = producer.relay(&nats);
    let mirror = consumer.mirror(&nats, STREAM);
    mirror.until(|seen| seen.events == 3).await?;
    mirror.stop().await?;
    producer.publish(4..8).await?;
    relay.until(|seen| seen.sequence == 7).await?;
    relay.stop().await?;
    let stream = nats.jetstream.get_stream(STREAM).await?;
    // What was read may go.
    stream.purge().sequence(4).await?;
    let mirror = consumer.mirror(&nats, STREAM);
    mirror.until(|seen| seen.events == 4).await?;
    mirror.stop().await?;
    producer.publish(8..11).await?;
    let relay = producer.relay(&nats);
    relay.until(|seen| seen.sequence == 10).await?;
    relay.stop().await?;
    stream.purge().sequence(10).await?;
    let refusal = consumer.mirror(&nats, STREAM).refusal().await?;
    assert!(
        refusal.contains("it begins at 10, and was read up to 7 only"),
        "{refusal}"
    );
    consumer.close().await?;
    producer.close().await
}

/// It has taken what the stream had when it was held up, and the next message that it takes is behind those that are gone.
#[tokio::test]
async fn messages_that_were_removed_while_it_was_held_up_stop_it() -> TestResult {
    let mut config = stream_config(STREAM, STREAM);
    // Against the advice: the oldest go.
    config.discard = DiscardPolicy::Old;
    config.max_messages = 100;
    let Some(nats) = Nats::with("", config).await? else {
        return Ok(());
    };
    let consumer = World::new().await?;
    let seen = Seen::default();
    // Neither a look nor a new lease finds it.
    let mirror = Mirror::builder(consumer.pool.clone(), nats.client.clone(), STREAM)
        .domain(&REGISTRY, "coaching")
        .lease(Duration::from_secs(600))
        .look_every(Duration::from_secs(600))
        .observer(seen.clone())
        .build()?;
    let mirror = Running::start(seen, |stop| mirror.run_until(stop));
    let send = async |count: usize| -> TestResult {
        for _ in 0..count {
            let subject = "north.revenue.1.credit.locked";
            let sent = nats.jetstream.publish(subject, "no event".into()).await?;
            sent.await?;
        }
        Ok(())
    };
    send(1).await?;
    mirror.until(|seen| seen.sequence == 1).await?;
    let mut hold = consumer.pool.begin().await?;
    sqlx::query("SELECT FROM dispatcher_transfer FOR UPDATE")
        .execute(&mut *hold)
        .await?;
    // More than it asks for at once.
    send(6000).await?;
    hold.rollback().await?;
    let report = mirror
        .until(|seen| seen.end.is_some() || seen.sequence == 6001)
        .await?;
    let end = report.end.ok_or("it has gone on behind the gap")?;
    assert!(
        end.contains("its limits have removed messages that were not read"),
        "{end}"
    );
    let row = consumer.progress().await?;
    let inserted = consumer.log().await?.len();
    assert_eq!(i64::try_from(inserted)?, row.sequence);
    consumer.close().await
}

/// Those of other event types leave gaps at any time.
#[tokio::test]
async fn gaps_of_other_event_types_do_not_stop_it() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let consumer = World::new().await?;
    let mirror = consumer.mirror(&nats, STREAM);
    for number in 1..=60 {
        let subject = match number % 3 {
            0 => "north.revenue.1.credit.locked",
            _ => "north.revenue.1.order.paid",
        };
        let sent = nats.jetstream.publish(subject, "no event".into()).await?;
        sent.await?;
    }
    mirror.until(|seen| seen.events == 20).await?;
    mirror.stop().await?;
    assert_eq!(consumer.log().await?.len(), 20);
    consumer.close().await
}
