//! Relays and mirrors that end or stop at any place, and a NATS server that forgets what it has confirmed.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use dispatcher_runtime::transfer::OutboundLog;
use dispatcher_test_fixtures::TestResult;
use dispatcher_test_launcher::{Cluster, Settings};
use futures_util::StreamExt;

use crate::support::{LIMITS, Nats, PAUSE, Report, STREAM, World, relay_that_looks};

/// A relay in a process of its own.
struct RelayProcess(Child);

impl RelayProcess {
    fn start(world: &World, nats: &Nats) -> TestResult<Self> {
        let child = Command::new(env!("CARGO_BIN_EXE_transfer-process"))
            .args([world.database.url(), &nats.server.url(), STREAM])
            .stdin(Stdio::null())
            .spawn()?;
        Ok(Self(child))
    }

    fn signal(&self, signal: &str) -> TestResult {
        let mut kill = Command::new("/bin/sh");
        kill.args(["-c", "kill -s \"$1\" \"$2\"", "sh", signal]);
        kill.arg(self.0.id().to_string()).status()?;
        Ok(())
    }
}

impl Drop for RelayProcess {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

async fn last_sequence(nats: &Nats) -> TestResult<u64> {
    let stream = nats.jetstream.get_stream(STREAM).await?;
    Ok(stream.cached_info().state.last_sequence)
}

/// Waits until the stream has a message of that sequence.
async fn until_sequence(nats: &Nats, sequence: u64) -> TestResult {
    let stream = nats.jetstream.get_stream(STREAM).await?;
    let config = OrderedConfig {
        deliver_policy: DeliverPolicy::ByStartSequence {
            start_sequence: sequence,
        },
        ..OrderedConfig::default()
    };
    let mut messages = stream.create_consumer(config).await?.messages().await?;
    messages.next().await.ok_or("the consumer has ended")??;
    Ok(())
}

#[tokio::test]
async fn a_relay_that_is_killed_at_any_place_sends_each_event_once() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    for round in 0..8 {
        let begin = round * 300 + 1;
        world.publish(begin..begin + 300).await?;
        let relay = RelayProcess::start(&world, &nats)?;
        // Somewhere among its batches of 20.
        let enough = u64::from(begin) + u64::from(round) * 37;
        until_sequence(&nats, enough).await?;
        drop(relay);
    }
    let relay = world.relay(&nats);
    until_sequence(&nats, 2400).await?;
    relay.stop().await?;
    assert_eq!(nats.messages(STREAM).await?, world.log().await?);
    world.close().await
}

/// It has batches on their way, and believes that it has the lease.
#[tokio::test]
async fn a_relay_that_was_stopped_and_goes_on_sends_nothing_twice() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    let stale = RelayProcess::start(&world, &nats)?;
    let mut published = 0;
    for round in 0..3 {
        world.publish(published + 1..published + 401).await?;
        until_sequence(&nats, u64::from(published) + 1 + 80 * round).await?;
        stale.signal("STOP")?;
        let next = world.relay(&nats);
        published += 400;
        until_sequence(&nats, published.into()).await?;
        next.kill().await;
        // Both want to send these.
        world.publish(published + 1..published + 201).await?;
        published += 200;
        stale.signal("CONT")?;
        let next = world.relay(&nats);
        until_sequence(&nats, published.into()).await?;
        next.stop().await?;
    }
    drop(stale);
    let relay = world.relay(&nats);
    until_sequence(&nats, published.into()).await?;
    relay.stop().await?;
    assert_eq!(nats.messages(STREAM).await?, world.log().await?);
    world.close().await
}

/// Their transaction is not on the disk when the server crashes, so the server gives their positions out again. A relay that
/// has read up to the horizon, and has sent or written down nothing since, would pass the new events over.
#[tokio::test]
async fn positions_that_are_used_again_after_a_crash_are_read() -> TestResult {
    // Nothing reaches the disk but by a commit.
    let settings = Settings::default().set("wal_writer_delay", "10s");
    let mut cluster = Cluster::start_with(settings).await?;
    let world = World::on(&cluster.server()).await?;
    world.publish(1..4).await?;
    let mut tx = world.pool.begin().await?;
    // As inserts do, but with so little to write that nothing wakes the process that writes it.
    let take = "SELECT nextval(pg_get_serial_sequence('dispatcher_event', 'position')) FROM generate_series(1, 100)";
    sqlx::query(take).execute(&mut *tx).await?;
    tx.rollback().await?;
    let log = OutboundLog::new(world.pool.clone(), None)?;
    let before = log.read(0, LIMITS).await?;
    assert_eq!((before.events.len(), before.until), (3, 3));
    cluster.kill_9()?;
    cluster.restart().await?;
    // The first connections of the pool are those of the server that was killed.
    while world.log().await.is_err() {}
    world.publish(4..7).await?;
    let log_of = world.log().await?;
    let (_, first) = log_of.get(3).ok_or("nothing was published")?;
    assert!(
        *first <= before.horizon,
        "the test shows nothing: no position is used again, {first} is behind {}",
        before.horizon
    );
    let after = log.read(before.until, LIMITS).await?;
    assert_eq!(after.events.len(), 3);
    world.pool.close().await;
    Ok(())
}

/// Ends at any of its steps: before and after M1, M2, M3, the commit and its answer.
#[tokio::test]
async fn a_mirror_that_is_killed_at_any_place_inserts_each_event_once() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let (producer, consumer) = (World::new().await?, World::new().await?);
    producer.publish(1..1001).await?;
    let relay = producer.relay(&nats);
    relay.until(|seen| seen.sequence == 1000).await?;
    relay.stop().await?;
    let coaching = consumer.coaching().await?;
    let mut round = 0;
    while last_mirrored(&consumer).await? < 900 {
        let mirror = consumer.mirror(&nats, STREAM);
        mirror.until(|seen| seen.events > 0).await?;
        // As many turns of the scheduler, and so another place each time.
        round += 131;
        for _ in 0..round % 397 {
            tokio::task::yield_now().await;
        }
        mirror.kill().await;
        // Every event that the row has passed is there, and no other.
        let mirrored =
            "SELECT count(*) - (SELECT sequence FROM dispatcher_transfer) FROM dispatcher_event";
        assert_eq!(consumer.count(mirrored).await?, 0);
        consumer
            .execute("UPDATE dispatcher_transfer SET expires_at = now()")
            .await?;
    }
    let mirror = consumer.mirror(&nats, STREAM);
    mirror.until(|seen| seen.sequence == 1000).await?;
    coaching.wait_caught_up().await?;
    coaching.stop().await;
    mirror.stop().await?;
    // The positions are not the same: transactions that were rolled back have used some.
    let ids = async |world: &World| -> TestResult<Vec<String>> {
        Ok(world.log().await?.into_iter().map(|(id, _)| id).collect())
    };
    assert_eq!(ids(&consumer).await?, ids(&producer).await?);
    for person in 0..4 {
        let expected: Vec<i64> = (1..1001).filter(|it| it % 4 == i64::from(person)).collect();
        assert_eq!(consumer.effects_of(person).await?, expected);
    }
    consumer.close().await?;
    producer.close().await
}

async fn last_mirrored(world: &World) -> TestResult<i64> {
    world
        .count("SELECT coalesce(max(sequence), 0) FROM dispatcher_transfer")
        .await
}

/// The server is killed, its store set back, and started again: what a power failure does to a stream that was not
/// synced. The relay sends the lost messages again, under the sequences that they had; the mirror, which has read
/// further, waits for that and goes on.
#[tokio::test]
async fn what_the_stream_has_lost_is_sent_again_under_the_same_sequences() -> TestResult {
    let Some(mut nats) = Nats::new().await? else {
        return Ok(());
    };
    let (producer, consumer) = (World::new().await?, World::new().await?);
    producer.publish(1..101).await?;
    let relay = producer.relay(&nats);
    let mirror = consumer.mirror(&nats, STREAM);
    mirror.until(|seen| seen.events == 100).await?;
    let kept = nats.server.store().with_file_name("kept");
    nats.server.kill_9()?;
    copy(&nats.server.store(), &kept)?;
    nats.server.restart().await?;
    producer.publish(101..301).await?;
    mirror.until(|seen| seen.events >= 300).await?;
    let before = nats.messages(STREAM).await?;
    mirror.kill().await;

    nats.server.kill_9()?;
    fs::remove_dir_all(nats.server.store())?;
    fs::rename(&kept, nats.server.store())?;
    // Without a relay nothing is sent again, so that the mirror has to meet the stream as it is.
    relay.kill().await;
    nats.server.restart().await?;
    until_ready(&nats).await?;
    assert_eq!(last_sequence(&nats).await?, 100);
    consumer
        .execute("UPDATE dispatcher_transfer SET expires_at = now()")
        .await?;
    let mirror = consumer.mirror(&nats, STREAM);
    mirror
        .until(|seen| {
            seen.waits
                .iter()
                .any(|reason| reason.contains("was set back"))
        })
        .await?;
    producer.publish(301..321).await?;
    let relay = producer.relay(&nats);
    mirror.until(|seen| seen.sequence == 320).await?;
    relay.stop().await?;
    mirror.stop().await?;
    let after = nats.messages(STREAM).await?;
    assert_eq!(after[..300], before);
    assert_eq!(after, producer.log().await?);
    let ids = async |world: &World| -> TestResult<Vec<String>> {
        Ok(world.log().await?.into_iter().map(|(id, _)| id).collect())
    };
    assert_eq!(ids(&consumer).await?, ids(&producer).await?);
    consumer.close().await?;
    producer.close().await
}

/// No event is published afterwards, so nothing that the relay sends is refused. Retention would remove the lost ones.
#[tokio::test]
async fn a_relay_that_has_nothing_to_send_notices_what_the_stream_has_lost() -> TestResult {
    let Some(mut nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    world.publish(1..11).await?;
    let relay = relay_that_looks(&world.pool, &nats, 4 * PAUSE);
    relay.until(|seen| seen.sequence == 10).await?;
    let kept = nats.server.store().with_file_name("kept");
    nats.server.kill_9()?;
    copy(&nats.server.store(), &kept)?;
    nats.server.restart().await?;
    world.publish(11..31).await?;
    let before = relay.until(|seen| seen.sequence == 30).await?;
    world.until_recorded(30).await?;
    nats.server.kill_9()?;
    fs::remove_dir_all(nats.server.store())?;
    fs::rename(&kept, nats.server.store())?;
    nats.server.restart().await?;
    let again = |seen: &Report| seen.events == before.events + 20 && seen.sequence == 30;
    relay.until(again).await?;
    relay.stop().await?;
    assert_eq!(nats.messages(STREAM).await?, world.log().await?);
    world.close().await
}

/// Retention has removed an event that the stream has lost: the rest would get the sequences of others.
#[tokio::test]
async fn a_stream_that_has_lost_what_the_log_has_not_any_more_is_refused() -> TestResult {
    let Some(mut nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    world.publish(1..11).await?;
    let relay = world.relay(&nats);
    relay.until(|seen| seen.sequence == 10).await?;
    let kept = nats.server.store().with_file_name("kept");
    nats.server.kill_9()?;
    copy(&nats.server.store(), &kept)?;
    nats.server.restart().await?;
    world.publish(11..31).await?;
    relay.until(|seen| seen.sequence == 30).await?;
    world.until_recorded(30).await?;
    relay.stop().await?;
    nats.server.kill_9()?;
    fs::remove_dir_all(nats.server.store())?;
    fs::rename(&kept, nats.server.store())?;
    nats.server.restart().await?;
    until_ready(&nats).await?;
    world
        .execute("DELETE FROM dispatcher_event WHERE position = 15")
        .await?;
    let refusal = world.relay(&nats).refusal().await?;
    assert!(
        refusal.contains("it has lost 20 messages that it had confirmed, and the log has 19"),
        "{refusal}"
    );
    assert_eq!(last_sequence(&nats).await?, 10);
    world.close().await
}

/// A server that is stopped answers nothing, and has what was sent to it once it goes on.
#[tokio::test]
async fn a_server_that_was_stopped_and_killed_has_each_event_once() -> TestResult {
    let Some(mut nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    let relay = world.relay(&nats);
    for round in 0..3 {
        let begin = round * 200 + 1;
        world.publish(begin..begin + 100).await?;
        relay.until(|seen| seen.sequence > i64::from(begin)).await?;
        nats.server.pause()?;
        world.publish(begin + 100..begin + 200).await?;
        let waits = relay.until(|_| true).await?.waits.len();
        relay.until(|seen| seen.waits.len() > waits).await?;
        nats.server.resume()?;
        until_ready(&nats).await?;
        nats.server.kill_9()?;
        nats.server.restart().await?;
        relay
            .until(|seen| seen.sequence == i64::from(begin) + 199)
            .await?;
    }
    relay.stop().await?;
    let messages = nats.messages(STREAM).await?;
    let ids: HashSet<_> = messages.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), messages.len());
    assert_eq!(messages, world.log().await?);
    world.close().await
}

/// The relay reads the log meanwhile, which must not put the end of its patience off.
#[tokio::test]
async fn a_batch_that_is_never_confirmed_is_given_up_also_while_the_log_is_read() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let world = World::new().await?;
    let relay = world.relay(&nats);
    world.publish(1..2).await?;
    relay.until(|seen| seen.sequence == 1).await?;
    nats.server.pause()?;
    world.publish(2..3).await?;
    relay
        .until(|seen| {
            let mut waits = seen.waits.iter();
            waits.any(|reason| reason.contains("no confirmation within"))
        })
        .await?;
    nats.server.resume()?;
    relay.until(|seen| seen.sequence == 2).await?;
    relay.stop().await?;
    assert_eq!(nats.messages(STREAM).await?, world.log().await?);
    world.close().await
}

/// The client connects again by itself.
async fn until_ready(nats: &Nats) -> TestResult {
    while nats.jetstream.get_stream(STREAM).await.is_err() {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> TestResult {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
