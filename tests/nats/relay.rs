//! The relay: what is in the stream, and what it refuses.

use dispatcher_nats::stream_config;
use dispatcher_runtime::transfer::OutboundLog;
use dispatcher_test_fixtures::{TestResult, lock_json, person_id};

use crate::support::{LIMITS, Nats, STREAM, World};

#[tokio::test]
async fn every_event_is_sent_once_in_the_order_of_the_log() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    world.publish(1..101).await?;
    let relay = world.relay(&nats);
    relay.until(|seen| seen.sequence == 100).await?;
    world.publish(101..151).await?;
    relay.until(|seen| seen.sequence == 150).await?;
    world.until_recorded(150).await?;
    relay.stop().await?;
    assert_eq!(nats.messages(STREAM).await?, world.log().await?);
    let progress = world.progress().await?;
    assert_eq!((progress.sequence, progress.position), (150, 150));
    assert_eq!((progress.positions_behind, progress.holder), (0, None));
    let kept = "SELECT position FROM dispatcher_reader WHERE consumer = '$relay' AND subscription = 'north'";
    assert_eq!(world.count(kept).await?, 150);
    world.close().await
}

#[tokio::test]
async fn the_payload_is_the_stored_text_and_the_headers_are_a_cloud_event() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    let payload = lock_json(1, 7).to_string().replace("\":", "\" :\n ");
    let publish = "SELECT * FROM dispatcher_publish('credit.locked', $1::json, 'tnt_a', 'revenue', subject => $2)";
    let publish = sqlx::query(publish).bind(&payload).bind("Zoë \"%");
    publish.execute(&world.pool).await?;
    let relay = world.relay(&nats);
    relay.until(|seen| seen.sequence == 1).await?;
    relay.stop().await?;
    let stream = nats.jetstream.get_stream(STREAM).await?;
    let message = stream.get_raw_message(1).await?;
    assert_eq!(message.payload, payload.as_bytes());
    let given = |name: &str| message.headers.get(name).map(|value| value.as_str());
    assert_eq!(given("ce-specversion"), Some("1.0"));
    assert_eq!(given("content-type"), Some("application/json"));
    assert_eq!(given("ce-type"), Some("credit.locked"));
    assert_eq!(given("ce-source"), Some("revenue"));
    assert_eq!(given("ce-tenantid"), Some("tnt_a"));
    assert_eq!(given("ce-subject"), Some("Zo%C3%AB%20%22%25"));
    let bucket = "SELECT dispatcher_partition(subject, event_id, 64) FROM dispatcher_event";
    let bucket: i32 = sqlx::query_scalar(bucket).fetch_one(&world.pool).await?;
    assert_eq!(
        message.subject.as_str(),
        format!("north.revenue.{bucket}.credit.locked")
    );
    world.close().await
}

/// The relay computes it itself: see `bucket` in outbound.rs.
#[tokio::test]
async fn the_bucket_of_an_event_is_the_partition_that_postgres_gives_it() -> TestResult {
    let world = World::new().await?;
    let publish = "SELECT dispatcher_publish('credit.locked', $1::json, 'tnt_a', 'revenue', \
                   subject => CASE WHEN n % 10 > 0 THEN repeat('Zoë \u{10348}', n / 20) || n END) \
                     FROM generate_series(1, 300) AS n";
    let payload = lock_json(1, 7).to_string();
    sqlx::query(publish)
        .bind(&payload)
        .execute(&world.pool)
        .await?;
    let log = OutboundLog::new(world.pool.clone(), None)?;
    let read = log.read(0, LIMITS).await?;
    let ours: Vec<_> = read.events.iter().map(|event| event.bucket).collect();
    let theirs = "SELECT dispatcher_partition(subject, event_id, 64) FROM dispatcher_event ORDER BY position";
    let theirs: Vec<i32> = sqlx::query_scalar(theirs).fetch_all(&world.pool).await?;
    assert_eq!(ours, theirs);
    let distinct: std::collections::BTreeSet<_> = ours.iter().collect();
    assert!(ours.len() == 300 && distinct.len() > 50, "{distinct:?}");
    world.close().await
}

#[tokio::test]
async fn what_an_open_transaction_has_published_is_waited_for() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    let mut tx = world.pool.begin().await?;
    let early = dispatcher_test_fixtures::lock(1, 1);
    world.revenue().publish(early).within(&mut tx).await?;
    world.publish(2..4).await?;
    let log = OutboundLog::new(world.pool.clone(), None)?;
    let before = log.read(0, LIMITS).await?;
    assert_eq!((before.events.len(), before.until), (0, 0));
    let relay = world.relay(&nats);
    tx.commit().await?;
    relay.until(|seen| seen.sequence == 3).await?;
    relay.stop().await?;
    assert_eq!(nats.messages(STREAM).await?, world.log().await?);
    world.close().await
}

/// A row that was restored, or that a relay did not get to write, makes no difference; nor does an outage that is longer
/// than the stream remembers ids.
#[tokio::test]
async fn the_stream_says_how_far_the_relay_is_and_not_the_row() -> TestResult {
    let mut config = stream_config(STREAM, STREAM);
    config.duplicate_window = std::time::Duration::from_millis(100);
    let Some(nats) = Nats::with("", config).await? else {
        return Ok(());
    };
    let world = World::new().await?;
    world.publish(1..51).await?;
    let relay = world.relay(&nats);
    relay.until(|seen| seen.sequence == 50).await?;
    relay.stop().await?;
    for lost in [
        "UPDATE dispatcher_transfer SET sequence = 20, position = 20, anchor_sequence = NULL, anchor_event_id = NULL",
        "DELETE FROM dispatcher_transfer",
    ] {
        world.execute(lost).await?;
        let before = nats.messages(STREAM).await?.len() as i64;
        world.publish(60..70).await?;
        let relay = world.relay(&nats);
        relay.until(|seen| seen.sequence == before + 10).await?;
        relay.stop().await?;
        assert_eq!(nats.messages(STREAM).await?, world.log().await?);
    }
    world.close().await
}

#[tokio::test]
async fn the_stream_is_still_the_truth_once_retention_has_removed_its_last_event() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    world.publish(1..11).await?;
    let relay = world.relay(&nats);
    relay.until(|seen| seen.sequence == 10).await?;
    relay.stop().await?;
    world.execute("DELETE FROM dispatcher_event").await?;
    world.publish(11..21).await?;
    let relay = world.relay(&nats);
    relay.until(|seen| seen.sequence == 20).await?;
    relay.stop().await?;
    assert_eq!(nats.messages(STREAM).await?[10..], world.log().await?);
    world.close().await
}

#[tokio::test]
async fn a_second_relay_waits_and_takes_over() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    world.publish(1..11).await?;
    let first = world.relay(&nats);
    first.until(|seen| seen.sequence == 10).await?;
    let second = world.relay(&nats);
    world.publish(11..21).await?;
    first.until(|seen| seen.sequence == 20).await?;
    assert_eq!(second.until(|_| true).await?.events, 0);
    first.stop().await?;
    world.publish(21..31).await?;
    second.until(|seen| seen.sequence == 30).await?;
    second.stop().await?;
    assert_eq!(nats.messages(STREAM).await?, world.log().await?);
    world.close().await
}

#[tokio::test]
async fn a_stream_that_was_made_again_is_refused() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    world.publish(1..11).await?;
    let relay = world.relay(&nats);
    relay.until(|seen| seen.sequence == 10).await?;
    // While it runs, so that it has to notice by itself.
    nats.jetstream.delete_stream(STREAM).await?;
    nats.jetstream
        .create_stream(stream_config(STREAM, STREAM))
        .await?;
    world.publish(11..21).await?;
    let refusal = relay.refusal().await?;
    assert!(refusal.contains("it was created at"), "{refusal}");
    let waits_for = world.progress().await?.waits_for;
    assert_eq!(waits_for, Some(refusal));
    assert_eq!(nats.messages(STREAM).await?, []);
    world.close().await
}

#[tokio::test]
async fn a_log_that_is_not_the_one_in_the_stream_is_refused() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let (world, other) = (World::new().await?, World::new().await?);
    world.publish(1..11).await?;
    let relay = world.relay(&nats);
    relay.until(|seen| seen.sequence == 10).await?;
    relay.stop().await?;
    other.publish(1..31).await?;
    let refusal = other.relay(&nats).refusal().await?;
    assert!(refusal.contains("its last message is event"), "{refusal}");
    assert_eq!(nats.messages(STREAM).await?.len(), 10);
    other.close().await?;
    world.close().await
}

#[tokio::test]
async fn a_stream_without_atomic_batches_is_refused() -> TestResult {
    let mut config = stream_config(STREAM, STREAM);
    config.allow_atomic_publish = false;
    let Some(nats) = Nats::with("", config).await? else {
        return Ok(());
    };
    let world = World::new().await?;
    let refusal = world.relay(&nats).refusal().await?;
    assert!(refusal.contains("allow_atomic is off"), "{refusal}");
    world.close().await
}

#[tokio::test]
async fn a_full_stream_is_waited_for() -> TestResult {
    let mut config = stream_config(STREAM, STREAM);
    config.max_messages = 30;
    let Some(nats) = Nats::with("", config.clone()).await? else {
        return Ok(());
    };
    let world = World::new().await?;
    world.publish(1..101).await?;
    let relay = world.relay(&nats);
    let waiting = relay
        .until(|seen| seen.waits.iter().any(|reason| reason.contains("is full")))
        .await?;
    assert_eq!(
        waiting.sequence, 20,
        "the batch that fits, and no part of the next"
    );
    config.max_messages = -1;
    nats.jetstream.update_stream(config).await?;
    relay.until(|seen| seen.sequence == 100).await?;
    relay.stop().await?;
    assert_eq!(nats.messages(STREAM).await?, world.log().await?);
    assert_eq!(world.progress().await?.waits_for, None);
    world.close().await
}

/// Rows that no contract has: SQL can insert them, and the stream has to hold one message for each.
#[tokio::test]
async fn names_that_cannot_be_part_of_a_subject_are_sent_all_the_same() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    let insert = "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, payload)
                  VALUES ($1, $2, 1, now(), 'tnt_a', $3, $4, 'a', '{}')";
    for (number, name) in ["> *", "", "a..b", "A", "$JS.API"].into_iter().enumerate() {
        let insert = sqlx::query(insert)
            .bind(format!("\n{number}"))
            .bind(name)
            .bind(name)
            .bind(person_id(1));
        insert.execute(&world.pool).await?;
    }
    let relay = world.relay(&nats);
    relay.until(|seen| seen.sequence == 5).await?;
    relay.stop().await?;
    let ids = nats.messages(STREAM).await?;
    let ids: Vec<_> = ids.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["%0A0", "%0A1", "%0A2", "%0A3", "%0A4"]);
    world.close().await
}
