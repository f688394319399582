//! How many events are handed over, and which: the pace, the order, and what they wait for.

use dispatcher_runtime::{Actor, DeadLetterFilter, RedriveOptions, Redrives, SubscriptionOptions};
use dispatcher_test_fixtures::TestResult;
use sqlx::Executor;

use super::{assert_consistent, numbers, start, stored_letters, unresolved, world_with_letters};
use crate::support::{Act, Script, World, hold_slot};

/// One in an hour: counted by the clock of the database, which the test moves by moving what is compared with it.
#[tokio::test]
async fn no_more_are_handed_over_than_the_pace_allows() -> TestResult {
    let world = world_with_letters(5, 5).await?;
    let redrives = Redrives::new(world.pool.clone());
    let options = RedriveOptions::default().per_second(1.0 / 3600.0);
    let filter = DeadLetterFilter::default();
    let redrive = redrives
        .start(&filter, &options, None, Actor::new("mia"))
        .await?;
    for hours in 1..=3 {
        let script = Script::new([]);
        let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
        script.entered.acquire().await?.forget();
        consumer.stop().await;
        let handled = numbers(&world, &redrive).await?[2];
        assert_eq!(handled, hours, "one in an hour");
        world
            .pool
            .execute("UPDATE dispatcher_redrive SET next_at = next_at - interval '1 hour'")
            .await?;
    }
    for refused in [0.0, -1.0, f64::NAN, f64::INFINITY, 100_001.0] {
        let options = RedriveOptions::default().per_second(refused);
        let error = redrives
            .start(&filter, &options, None, Actor::new("mia"))
            .await;
        assert!(error.unwrap_err().to_string().contains("per_second"));
    }
    assert_consistent(&world).await?;
    world.close().await
}

/// A redrive that was started while another one waits for its pace is not held up by it, and comes at once.
#[tokio::test]
async fn a_slow_redrive_holds_up_no_other() -> TestResult {
    let world = world_with_letters(4, 4).await?;
    let redrives = Redrives::new(world.pool.clone());
    let subject = unresolved(&world).await?[3]
        .subject
        .clone()
        .ok_or("a subject")?;
    let slow = RedriveOptions::default().per_second(0.001);
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    let group = unresolved(&world).await?[0].created_at;
    let last = unresolved(&world).await?[3].created_at;
    let first_three = DeadLetterFilter::default().from(group).to(last);
    let actor = Actor::new("mia");
    let slow = redrives.start(&first_three, &slow, None, actor).await?;
    script.entered.acquire().await?.forget();
    let other = start(&world, &DeadLetterFilter::default().subject(subject)).await?;
    script.entered.acquire().await?.forget();
    consumer.stop().await;
    assert_eq!(numbers(&world, &slow).await?, [2, 0, 1, 0, 0]);
    assert_eq!(numbers(&world, &other).await?, [0, 0, 1, 0, 0]);
    assert_eq!(world.effects().await?, [1, 4]);
    world.close().await
}

#[tokio::test]
async fn partitions_share_one_redrive_and_keep_the_order_of_each_subject() -> TestResult {
    let world = World::new().await?;
    stored_letters(&world, 120, 12).await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    let options = SubscriptionOptions::new().partitions(4).concurrency(2);
    let script = Script::new([(5, Act::FailTimes(2)), (17, Act::FailTimes(1))]);
    let consumer = world
        .coaching(&script)
        .subscribe_with(hold_slot, options)
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 120, 0, 0]);
    let effects = world.effects().await?;
    assert_eq!(effects.len(), 120, "each once");
    for subject in 0..12 {
        let of_subject = effects.iter().filter(|credits| *credits % 12 == subject);
        assert!(of_subject.is_sorted(), "{effects:?}");
    }
    assert_consistent(&world).await?;
    world.close().await
}

/// The subject is held by the letter itself, and by an earlier one.
#[tokio::test]
async fn letters_that_hold_their_subject_are_redriven_in_order() -> TestResult {
    let world = World::new().await?;
    let holding = || SubscriptionOptions::new().hold_subject_of_dead_letter(true);
    let script = Script::new([(1, Act::Permanent)]);
    let consumer = world.coaching(&script).subscribe_with(hold_slot, holding());
    let consumer = consumer.start().await?;
    let events = (1..=3).map(|credits| dispatcher_test_fixtures::lock(1, credits));
    world.revenue().publish_all(events).await?;
    consumer.wait_caught_up().await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    crate::held::until(
        &world,
        "SELECT count(*) FROM dispatcher_redrive WHERE failed = 1",
        1,
    )
    .await?;
    // It failed again: the same letter is open, and holds its subject as before.
    let held = "SELECT count(*) FROM dispatcher_retry AS waiting
                  JOIN dispatcher_dead_letter AS letter USING (dead_letter_id)
                 WHERE letter.resolved_at IS NULL AND letter.redrive_id IS NULL AND waiting.redriven_letter_id IS NULL";
    assert_eq!(world.count(held).await?, 1);
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 0, 1, 0]);
    assert_consistent(&world).await?;
    consumer.stop().await;
    let again = start(&world, &DeadLetterFilter::default()).await?;
    let consumer = world
        .coaching(&Script::new([]))
        .subscribe_with(hold_slot, holding());
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(numbers(&world, &again).await?, [0, 0, 1, 0, 0]);
    assert_eq!(world.effects().await?, [1, 2, 3]);
    assert_consistent(&world).await?;
    world.close().await
}
