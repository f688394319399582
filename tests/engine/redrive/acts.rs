//! What operators do while letters are redriven, and what becomes of them: no letter stays redriving.

use std::time::Duration;

use dispatcher_runtime::{
    Actor, DeadLetterError, DeadLetterFilter, DeadLetterState, DeadLetters, RedriveError,
    RedriveOptions, RedriveState, Redrives, StartFrom, Subscriptions,
};
use dispatcher_test_fixtures::TestResult;

use super::{assert_consistent, numbers, start, states, unresolved, world_with_letters};
use crate::support::{Act, Script, hold_slot};

#[tokio::test]
async fn a_stopped_redrive_leaves_the_rest_open_and_stops_once() -> TestResult {
    let world = world_with_letters(3, 3).await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    let redrives = Redrives::new(world.pool.clone());
    let actor = Actor::new("jo").because("the wrong ones");
    let stopped = redrives.stop(&redrive.redrive_id, actor).await?;
    assert_eq!(stopped.state, RedriveState::Stopped);
    assert_eq!(
        stopped.stopped_because.as_deref(),
        Some("jo: the wrong ones")
    );
    assert!(stopped.ended_at.is_some());
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 0, 0, 3]);
    assert_eq!(states(&world).await?, [DeadLetterState::Open; 3]);
    let again = redrives.stop(&redrive.redrive_id, Actor::new("jo")).await;
    assert!(matches!(again, Err(RedriveError::Ended(_))));
    assert_consistent(&world).await?;
    world.close().await
}

/// What was handed over comes to its end; what was not is left out.
#[tokio::test]
async fn what_a_consumer_has_is_handled_after_the_stop() -> TestResult {
    let world = world_with_letters(3, 3).await?;
    let script = Script::new([(1, Act::Wait)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).batch_size(1);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    script.entered.acquire().await?.forget();
    assert_eq!(numbers(&world, &redrive).await?, [2, 1, 0, 0, 0]);
    let redrives = Redrives::new(world.pool.clone());
    let stopped = redrives.stop(&redrive.redrive_id, Actor::new("jo")).await?;
    assert_eq!(
        (stopped.state, stopped.ended_at),
        (RedriveState::Stopped, None)
    );
    script.gate.add_permits(1);
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 1, 0, 2]);
    assert_eq!(world.effects().await?, [1]);
    assert!(redrives.get(&redrive.redrive_id).await?.ended_at.is_some());
    assert_consistent(&world).await?;
    world.close().await
}

#[tokio::test]
async fn a_redriving_letter_is_neither_resolved_nor_redriven_again() -> TestResult {
    let world = world_with_letters(2, 2).await?;
    let letters = DeadLetters::new(world.pool.clone());
    let first = unresolved(&world).await?.remove(0).dead_letter_id;
    let redriving = letters.redrive(&first, "mia", None).await?;
    assert_eq!(redriving.state, DeadLetterState::Redriving);
    for error in [
        letters.resolve(&first, "jo", None).await.unwrap_err(),
        letters.redrive(&first, "jo", None).await.unwrap_err(),
    ] {
        assert!(
            matches!(error, DeadLetterError::Redriving { .. }),
            "{error}"
        );
    }
    // Both are in the audit, and changed nothing.
    let audit = "SELECT count(*) FROM dispatcher_audit WHERE who = 'jo' AND outcome = 'nothing was changed'";
    assert_eq!(world.count(audit).await?, 2);
    // A second redrive takes what the first has not.
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    assert_eq!(redrive.total, 1);
    let all = letters
        .resolve_all(&DeadLetterFilter::default(), None, Actor::new("jo"))
        .await?;
    assert_eq!(all, 0);
    assert_consistent(&world).await?;
    world.close().await
}

#[tokio::test]
async fn of_two_operators_one_starts_it_and_the_other_gets_the_error() -> TestResult {
    let world = world_with_letters(5, 5).await?;
    let redrives = Redrives::new(world.pool.clone());
    let filter = DeadLetterFilter::default();
    let preview = redrives.preview(&filter, None).await?;
    assert_eq!(
        (preview.total, preview.subjects, preview.impossible),
        (5, 5, 0)
    );
    assert_eq!(preview.parts[0].dead_letters, 5);
    assert_eq!(preview.samples.len(), 5);
    let options = RedriveOptions::default().expected(preview.total);
    let (one, other) = tokio::join!(
        redrives.start(&filter, &options, None, Actor::new("mia")),
        redrives.start(&filter, &options, None, Actor::new("jo"))
    );
    let (won, lost) = if one.is_ok() {
        (one, other)
    } else {
        (other, one)
    };
    let won = won?;
    assert_eq!(won.total, 5);
    let lost = lost.unwrap_err();
    assert!(
        matches!(
            lost,
            RedriveError::Changed {
                expected: 5,
                found: 0,
                ..
            }
        ),
        "{lost}"
    );
    let audit = "SELECT count(DISTINCT who) FROM dispatcher_audit";
    assert_eq!(world.count(audit).await?, 2);
    let any = RedriveOptions::default();
    let nothing = redrives.start(&filter, &any, None, Actor::new("jo"));
    assert!(matches!(nothing.await, Err(RedriveError::Nothing)));
    assert_consistent(&world).await?;
    world.close().await
}

/// Their events are read again, with all others.
#[tokio::test]
async fn a_rewind_takes_letters_out_of_their_redrive() -> TestResult {
    let world = world_with_letters(4, 4).await?;
    let script = Script::new([(3, Act::Wait)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).batch_size(1);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    while numbers(&world, &redrive).await? != [1, 1, 2, 0, 0] {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let subscriptions = Subscriptions::new(world.pool.clone());
    let from = StartFrom::Beginning;
    subscriptions.rewind("coaching", "hold_slot", from).await?;
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 2, 0, 2]);
    assert_consistent(&world).await?;
    script.gate.add_permits(10);
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    // Twice what the redrive had handled before, as a rewind does; the others once.
    assert_eq!(world.effects().await?, [1, 2, 1, 2, 3, 4]);
    assert_eq!(states(&world).await?, []);
    world.close().await
}

#[tokio::test]
async fn a_subscription_that_is_removed_takes_its_letters_out() -> TestResult {
    let world = world_with_letters(2, 2).await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    Subscriptions::new(world.pool.clone())
        .remove("coaching", "hold_slot")
        .await?;
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 0, 0, 2]);
    assert_eq!(states(&world).await?, [DeadLetterState::Open; 2]);
    assert_consistent(&world).await?;
    world.close().await
}
