//! Events of a batch under one savepoint. Misbehaving handlers are in `faults.rs`, for both modes.

use dispatcher_runtime::SubscriptionOptions;
use dispatcher_test_fixtures::{TestResult, lock};

use crate::support::{Act, Script, World, hold_slot};

fn shared() -> SubscriptionOptions {
    SubscriptionOptions::new().share_savepoint(true)
}

/// Handles the events in one batch, each of a subject of its own.
async fn handle(
    script: &Script,
    credits: impl IntoIterator<Item = u32>,
    options: SubscriptionOptions,
) -> TestResult<World> {
    let world = World::new().await?;
    let events = credits.into_iter().map(|credits| lock(credits, credits));
    world.revenue().publish_all(events).await?;
    let consumer = world.coaching(script).subscribe_with(hold_slot, options);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    Ok(world)
}

#[tokio::test]
async fn what_fails_takes_its_batch_back_once_and_is_counted_once() -> TestResult {
    let script = Script::new([(3, Act::FailTimes(1))]);
    let world = handle(&script, 1..=5, shared()).await?;
    assert_eq!(world.effects().await?, [1, 2, 4, 5, 3]);
    // The second time, the first two had savepoints of their own, and only 3 was rolled back.
    let attempts = [1, 2, 3, 4, 5].map(|credits| script.attempts_at(credits));
    let expected: [&[u32]; 5] = [&[1, 1], &[1, 1], &[1, 1, 2], &[1], &[1]];
    assert_eq!(attempts, expected);
    let handled = world.count("SELECT count(*) FROM dispatcher_dedup").await?;
    assert_eq!(handled, 5);
    world.close().await
}

#[tokio::test]
async fn the_first_that_fails_takes_nobody_with_it() -> TestResult {
    let script = Script::new([(1, Act::FailTimes(1))]);
    let world = handle(&script, 1..=3, shared()).await?;
    assert_eq!(world.effects().await?, [2, 3, 1]);
    let attempts = [1, 2, 3].map(|credits| script.attempts_at(credits));
    let expected: [&[u32]; 3] = [&[1, 2], &[1], &[1]];
    assert_eq!(attempts, expected);
    world.close().await
}

#[tokio::test]
async fn a_batch_has_one_subtransaction() -> TestResult {
    let script = Script::new([]);
    let world = World::new().await?;
    world
        .revenue()
        .publish_all((1..=50).map(|credits| lock(credits, credits)))
        .await?;
    let rows = "SELECT count(DISTINCT xmin::text) FROM effect";
    let consumer = world
        .coaching(&script)
        .subscribe_with(hold_slot, SubscriptionOptions::new().share_savepoint(true));
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.count(rows).await?, 1);
    world.close().await
}

#[tokio::test]
async fn lanes_take_back_no_more_than_their_own() -> TestResult {
    let script = Script::new([(4, Act::Permanent), (7, Act::Panic)]);
    let world = handle(&script, 1..=9, shared().concurrency(3)).await?;
    let mut effects = world.effects().await?;
    effects.sort_unstable();
    assert_eq!(effects, [1, 2, 3, 5, 6, 8, 9]);
    let dead_letters = "SELECT count(*) FROM dispatcher_dead_letter";
    assert_eq!(world.count(dead_letters).await?, 2);
    assert_eq!(script.attempts_at(7).last(), Some(&4));
    world.close().await
}
