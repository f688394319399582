//! A subject that is held until the dead letter of one of its events is resolved or redriven.

use std::time::Duration;

use dispatcher_runtime::{
    DeadLetter, DeadLetterFilter, DeadLetters, RunningConsumer, SubscriptionOptions,
};
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::Executor;

use crate::support::{Act, Script, World, hold_slot, whole_letters};

const PATIENCE: Duration = Duration::from_secs(60);

async fn start(world: &World, script: &Script) -> TestResult<RunningConsumer> {
    let consumer = world.coaching(script);
    let consumer = consumer.subscribe_with(
        hold_slot,
        SubscriptionOptions::new().hold_subject_of_dead_letter(true),
    );
    Ok(consumer.start().await?)
}

async fn dead_letters(world: &World) -> TestResult<Vec<DeadLetter>> {
    let letters = DeadLetters::new(world.pool.clone());
    let filter = DeadLetterFilter::default().include_resolved(true);
    let mut listed = whole_letters(&letters, &filter).await?;
    listed.sort_by_key(|dead_letter| dead_letter.position);
    Ok(listed)
}

async fn caught_up(consumer: &RunningConsumer) -> TestResult {
    Ok(tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??)
}

/// Subject 1: event 1 is given up, followed by 3 and 4. Subject 2: event 2.
async fn held_world(act: Act) -> TestResult<(World, Script, RunningConsumer)> {
    let world = World::new().await?;
    let script = Script::new([(1, act)]);
    let consumer = start(&world, &script).await?;
    let events = [lock(1, 1), lock(2, 2), lock(1, 3), lock(1, 4)];
    world.revenue().publish_all(events).await?;
    caught_up(&consumer).await?;
    assert_eq!(world.effects().await?, [2], "the others go on");
    Ok((world, script, consumer))
}

#[tokio::test]
async fn resolving_lets_the_subject_go_on_without_the_event() -> TestResult {
    // Given up at once, and given up after retries.
    for act in [Act::Permanent, Act::FailTimes(4)] {
        let (world, script, consumer) = held_world(act).await?;
        world.revenue().publish(lock(1, 5)).await?;
        caught_up(&consumer).await?;
        assert_eq!(world.effects().await?, [2], "what comes later waits too");
        let listed = dead_letters(&world).await?;
        assert_eq!(listed.len(), 1, "and is not a dead letter itself");
        DeadLetters::new(world.pool.clone())
            .resolve(&listed[0].dead_letter_id, "mia", None)
            .await?;
        caught_up(&consumer).await?;
        assert_eq!(world.effects().await?, [2, 3, 4, 5]);
        let attempts = script.attempts_at(1).len();
        consumer.stop().await;
        assert_eq!(
            script.attempts_at(1).len(),
            attempts,
            "it is not tried again"
        );
        world.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn redriving_handles_the_event_before_those_that_waited() -> TestResult {
    // With attempts counted from 1 again, it fails once more.
    let (world, script, consumer) = held_world(Act::FailTimes(4)).await?;
    let listed = dead_letters(&world).await?;
    let id = &listed[0].dead_letter_id;
    let operator = DeadLetters::new(world.pool.clone());
    operator.redrive(id, "mia", None).await?;
    caught_up(&consumer).await?;
    assert_eq!(
        world.effects().await?,
        [2],
        "it failed again and holds again"
    );
    let again = dead_letters(&world).await?;
    assert_eq!(again.len(), 1);
    let again = again.iter().find(|one| one.resolved_at.is_none());
    consumer.stop().await;

    let healed = Script::new([]);
    let consumer = start(&world, &healed).await?;
    caught_up(&consumer).await?;
    assert_eq!(world.effects().await?, [2], "a start does not free it");
    let id = &again.ok_or("none is left")?.dead_letter_id;
    operator.redrive(id, "mia", None).await?;
    caught_up(&consumer).await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2, 1, 3, 4]);
    assert_eq!(script.attempts_at(1).len(), 8);
    world.close().await
}

#[tokio::test]
async fn a_second_dead_letter_of_the_subject_holds_it_in_its_turn() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Permanent), (3, Act::Permanent)]);
    let consumer = start(&world, &script).await?;
    let events = [lock(1, 1), lock(1, 2), lock(1, 3), lock(1, 4)];
    world.revenue().publish_all(events).await?;
    caught_up(&consumer).await?;
    let operator = DeadLetters::new(world.pool.clone());
    for expected in [vec![2], vec![2, 4]] {
        let open = dead_letters(&world).await?;
        let open = open.iter().find(|one| one.resolved_at.is_none());
        operator
            .resolve(&open.ok_or("none is open")?.dead_letter_id, "mia", None)
            .await?;
        caught_up(&consumer).await?;
        assert_eq!(world.effects().await?, expected);
    }
    consumer.stop().await;
    world.close().await
}

#[tokio::test]
async fn a_cursor_that_is_set_back_neither_repeats_nor_frees_what_is_held() -> TestResult {
    let (world, script, consumer) = held_world(Act::Permanent).await?;
    consumer.stop().await;
    world
        .pool
        .execute("UPDATE dispatcher_cursor SET position = 0")
        .await?;
    let consumer = start(&world, &script).await?;
    caught_up(&consumer).await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2]);
    assert_eq!(script.attempts_at(1), [1]);
    assert_eq!(dead_letters(&world).await?.len(), 1);
    world.close().await
}

/// The operator's statement has begun, and sees the earlier event waiting when that event is
/// handled.
#[tokio::test]
async fn what_is_redriven_while_an_earlier_event_is_settled_does_not_wait_for_nothing() -> TestResult
{
    let world = World::new().await?;
    let script = Script::new([(1, Act::Permanent), (2, Act::Permanent)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(1, 2)])
        .await?;
    caught_up(&consumer).await?;
    consumer.stop().await;
    let listed = dead_letters(&world).await?;
    let ids: Vec<_> = listed
        .iter()
        .map(|one| one.dead_letter_id.clone())
        .collect();
    let operator = DeadLetters::new(world.pool.clone());

    // The first is in its handler.
    operator.redrive(&ids[0], "mia", None).await?;
    let script = Script::new([(1, Act::Wait)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    let entered = tokio::time::timeout(PATIENCE, script.entered.acquire()).await?;
    entered?.forget();
    // The second is being redriven, and stops at the row of its dead letter.
    let mut holder = world.pool.begin().await?;
    sqlx::query("SELECT FROM dispatcher_dead_letter WHERE dead_letter_id = $1 FOR UPDATE")
        .bind(ids[1].as_str())
        .execute(&mut *holder)
        .await?;
    let redrive = tokio::spawn({
        let (operator, id) = (DeadLetters::new(world.pool.clone()), ids[1].clone());
        async move { operator.redrive(&id, "mia", None).await }
    });
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    until(&world, waiting, 1).await?;
    script.gate.add_permits(1);
    // The first is settled, or waits for the operator.
    let settled = "SELECT (SELECT count(*) FROM effect)
        + (SELECT greatest(count(*) - 1, 0) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock')";
    until(&world, settled, 1).await?;
    holder.rollback().await?;
    redrive.await??;
    caught_up(&consumer).await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2]);
    world.close().await
}

pub(crate) async fn until(world: &World, query: &'static str, at_least: i64) -> TestResult {
    let counted = async {
        while world.count(query).await? < at_least {
            tokio::task::yield_now().await;
        }
        TestResult::Ok(())
    };
    tokio::time::timeout(PATIENCE, counted).await?
}
