//! A redrive that runs: what is handled, in which order, and what becomes of the letters.

use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{
    DeadLetterFilter, DeadLetterState, DeadLetters, Delivery, DeliveryTx, EventEnvelope,
    HandlerError, RedriveState, Redrives, State, subscribe,
};
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::Executor;

use super::{assert_consistent, numbers, start, states, unresolved, world_with_letters};
use crate::support::{Act, Script, World, hold_slot};

#[tokio::test]
async fn its_events_are_handled_once_and_in_order_and_its_letters_are_resolved() -> TestResult {
    let world = world_with_letters(6, 2).await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    assert_eq!(redrive.state, RedriveState::Running);
    assert_eq!(redrive.selection, "all open dead letters");
    assert_eq!(numbers(&world, &redrive).await?, [6, 0, 0, 0, 0]);
    assert_eq!(states(&world).await?, [DeadLetterState::Redriving; 6]);

    let script = Script::new([(3, Act::FailTimes(1))]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let effects = world.effects().await?;
    let of = |odd: i64| -> Vec<i64> {
        let of_subject = effects.iter().filter(|credits| *credits % 2 == odd);
        of_subject.copied().collect()
    };
    assert_eq!((of(1), of(0)), (vec![1, 3, 5], vec![2, 4, 6]));
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 6, 0, 0]);
    assert!(unresolved(&world).await?.is_empty());
    let all = DeadLetterFilter::default().include_resolved(true);
    let letters = DeadLetters::new(world.pool.clone());
    for letter in letters.list(&all).await?.dead_letters {
        assert_eq!(letter.resolved_by.as_deref(), Some("mia"));
        let note = letter.resolution_note.as_deref();
        assert_eq!(note, Some("redriven: the slots are back"));
        assert_eq!(letter.redrive_id.as_ref(), Some(&redrive.redrive_id));
    }
    let ended = Redrives::new(world.pool.clone())
        .get(&redrive.redrive_id)
        .await?;
    assert_eq!(ended.state, RedriveState::Done);
    assert!(ended.ended_at.is_some());
    assert_consistent(&world).await?;
    world.close().await
}

#[tokio::test]
async fn what_fails_again_is_open_again_with_the_new_attempts_appended() -> TestResult {
    let world = world_with_letters(3, 3).await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    let script = Script::new([(2, Act::FailTimes(9))]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 2, 1, 0]);
    let left = unresolved(&world).await?;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].position.get(), 2);
    assert_eq!(
        (left[0].state, left[0].redrive_id.as_ref()),
        (DeadLetterState::Open, None)
    );
    let letters = DeadLetters::new(world.pool.clone());
    let letter = letters.get(&left[0].dead_letter_id).await?;
    // One attempt before, and four in the redrive.
    assert_eq!(letter.attempts, 5);
    let attempts = letter.failures.iter().map(|failure| failure.attempt);
    assert_eq!(attempts.collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(letter.failures[4].error, letter.error);
    assert_eq!(script.attempts_at(2), [1, 2, 3, 4]);
    assert_consistent(&world).await?;

    // It can be redriven once more.
    let again = start(&world, &DeadLetterFilter::default()).await?;
    assert_eq!(again.total, 1);
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert!(unresolved(&world).await?.is_empty());
    let mut effects = world.effects().await?;
    effects.sort_unstable();
    assert_eq!(effects, [1, 2, 3]);
    world.close().await
}

/// Fails unless the event is redriven.
#[subscribe(credit_locked, name = "hold_slot")]
async fn only_again(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    delivery: Delivery,
    _: State<Script>,
) -> Result<(), HandlerError> {
    let Some(redrive) = &delivery.redrive else {
        return Err(HandlerError::permanent("not before it is redriven"));
    };
    let insert = "INSERT INTO effect (subscription, event_id, credits) VALUES ($1, $2, $3)";
    sqlx::query(insert)
        .bind(redrive.as_str())
        .bind(event.event_id.as_str())
        .bind(event.payload.locked_credits.get())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_handler_can_tell_that_an_event_is_redriven() -> TestResult {
    let world = World::new().await?;
    world.revenue().publish(lock(1, 1)).await?;
    let consumer = world.coaching(&Script::new([])).subscribe(only_again);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    assert_eq!(states(&world).await?, [DeadLetterState::Open]);
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let told: String = sqlx::query_scalar("SELECT subscription FROM effect")
        .fetch_one(&world.pool)
        .await?;
    assert_eq!(told, redrive.redrive_id.as_str());
    world.close().await
}

/// Retention has removed the events: their letters hold them.
#[tokio::test]
async fn events_that_left_the_log_are_handled_from_their_letters() -> TestResult {
    let world = world_with_letters(4, 2).await?;
    world
        .pool
        .execute("DELETE FROM dispatcher_event WHERE position IN (1, 2, 4)")
        .await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    let script = Script::new([(4, Act::FailTimes(1))]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let mut effects = world.effects().await?;
    effects.sort_unstable();
    assert_eq!(effects, [1, 2, 3, 4]);
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 4, 0, 0]);
    assert_consistent(&world).await?;
    world.close().await
}

/// Its envelope was too large to be kept, or is not one.
#[tokio::test]
async fn an_event_that_is_in_no_log_and_no_letter_fails_again_and_says_so() -> TestResult {
    let world = world_with_letters(1, 1).await?;
    world.pool.execute("DELETE FROM dispatcher_event").await?;
    world
        .pool
        .execute("UPDATE dispatcher_dead_letter SET envelope = '{}'")
        .await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 0, 1, 0]);
    let left = unresolved(&world).await?;
    assert!(
        left[0].error.contains("no longer in the log"),
        "{}",
        left[0].error
    );
    assert_eq!(left[0].state, DeadLetterState::Open);
    world.close().await
}

/// After 20, no more are handed over; those of the batch that is under way are tried.
#[tokio::test]
async fn it_stops_itself_when_twenty_events_fail_in_a_row() -> TestResult {
    let world = world_with_letters(60, 60).await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    let script = Script::new((1..=60).map(|credits| (credits, Act::FailTimes(9))));
    let consumer = world.coaching(&script).subscribe(hold_slot).batch_size(5);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let [queued, waiting, handled, failed, left_out] = numbers(&world, &redrive).await?;
    assert_eq!((queued, waiting, handled), (0, 0, 0));
    assert!((20..=25).contains(&failed), "{failed} failed");
    assert_eq!(failed + left_out, 60);
    assert_eq!(states(&world).await?, [DeadLetterState::Open; 60]);
    let redrives = Redrives::new(world.pool.clone());
    let stopped = redrives.get(&redrive.redrive_id).await?;
    assert_eq!(stopped.state, RedriveState::Stopped);
    let because = stopped.stopped_because.unwrap_or_default();
    assert!(because.ends_with(" events failed in a row"), "{because}");
    let audit = "SELECT count(*) FROM dispatcher_audit WHERE who = 'dispatcher' AND what LIKE 'stop redrive rdr_%'";
    assert_eq!(world.count(audit).await?, 1);
    assert_consistent(&world).await?;
    world.close().await
}
