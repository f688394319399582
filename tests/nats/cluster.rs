//! A stream with three replicas: a cluster places a mirror's consumer on any of the servers.

use std::time::Duration;

use async_nats::jetstream::{self, stream::Stream};
use dispatcher_nats::stream_config;
use dispatcher_test_fixtures::TestResult;
use dispatcher_test_launcher::NatsCluster;
use futures_util::TryStreamExt;

use crate::support::{PAUSE, STREAM, World, mirror_through, relay_through};

/// The servers on which the stream's consumers are.
async fn consumers(stream: &Stream) -> TestResult<Vec<Option<String>>> {
    let consumers: Vec<_> = stream.consumers().try_collect().await?;
    let servers = consumers.into_iter().map(|it| it.cluster?.leader);
    Ok(servers.collect())
}

/// Only the server that leads the stream knows that what follows is of other event types: another one may not have it.
#[tokio::test]
async fn the_consumer_is_on_the_leader_and_other_event_types_are_passed_over() -> TestResult {
    let Some(nats) = NatsCluster::start_or_skip("").await? else {
        return Ok(());
    };
    let client = async_nats::connect(nats.urls()).await?;
    let mut config = stream_config(STREAM, STREAM);
    config.num_replicas = 3;
    let jetstream = jetstream::new(client.clone());
    // A cluster that does not know all its servers yet refuses.
    let stream = loop {
        match jetstream.get_or_create_stream(config.clone()).await {
            Ok(stream) => break stream,
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    };
    let (producer, consumer) = (World::new().await?, World::new().await?);
    producer.publish(1..4).await?;
    let relay = relay_through(&producer.pool, &client, Duration::from_secs(60));
    let mirror = mirror_through(&consumer.pool, &client, STREAM);
    mirror.until(|seen| seen.events == 3).await?;
    let other = "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload)
                 SELECT 'x' || n, 'order.paid', 1, now(), 'tnt_a', 'revenue', 'a', '{}' FROM generate_series(1, 40) AS n";
    producer.execute(other).await?;
    relay.until(|seen| seen.sequence == 43).await?;
    consumer.until_recorded(43).await?;
    let led = jetstream.get_stream(STREAM).await?;
    let leader = led
        .cached_info()
        .cluster
        .as_ref()
        .and_then(|it| it.leader.clone());
    assert!(consumers(&stream).await?.contains(&leader));
    relay.stop().await?;
    mirror.stop().await?;
    assert_eq!(consumer.log().await?.len(), 3);
    consumer.close().await?;
    producer.close().await
}
