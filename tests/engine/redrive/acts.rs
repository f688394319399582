//! What operators do while letters are redriven, and what becomes of them: no letter stays redriving.

use std::time::Duration;

use dispatcher_runtime::{
    Actor, DeadLetterError, DeadLetterFilter, DeadLetterState, DeadLetters, Erasure, RedriveError,
    RedriveOptions, RedriveState, Redrives, StartFrom, SubscriptionError, Subscriptions,
};
use dispatcher_test_fixtures::{TestResult, person_id};

use super::{assert_consistent, numbers, start, states, unresolved, world_with_letters};
use crate::crash::consumer;
use crate::support::{Act, Script, credit_history, hold_slot};

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

/// No consumer has them yet. Of the second event, the letter is all that is left.
#[tokio::test]
async fn a_letter_that_is_erased_while_it_is_redriving_is_left_out_and_its_handler_not_called()
-> TestResult {
    let world = world_with_letters(4, 4).await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    sqlx::query("DELETE FROM dispatcher_event WHERE position = 2")
        .execute(&world.pool)
        .await?;
    let erasure = Erasure::new(world.pool.clone());
    for subject in [1, 2] {
        let subject = person_id(subject);
        let erased = erasure.erase_subject(&subject, "mia", "request 4711");
        assert_eq!(erased.await?.dead_letters, 1);
    }
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let mut effects = world.effects().await?;
    effects.sort_unstable();
    assert_eq!(effects, [3, 4]);
    assert_eq!(script.attempts_at(1), Vec::<u32>::new());
    assert_eq!(script.attempts_at(2), Vec::<u32>::new());
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 2, 0, 2]);
    assert_eq!(states(&world).await?, [DeadLetterState::Open; 2]);
    let letters = DeadLetters::new(world.pool.clone());
    for left in unresolved(&world).await? {
        assert_eq!(left.error, "[erased]");
        let again = letters.redrive(&left.dead_letter_id, "mia", None).await;
        assert!(
            matches!(again, Err(DeadLetterError::Erased { .. })),
            "{again:?}"
        );
    }
    assert_consistent(&world).await?;
    world.close().await
}

/// The attempt has failed and its next one waits: the errors go, and no handler is called again.
#[tokio::test]
async fn a_letter_that_is_erased_between_two_attempts_of_its_redrive_is_left_out() -> TestResult {
    let world = world_with_letters(1, 1).await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    let script = Script::new([(1, Act::FailTimes(9))]);
    let consumer = world.coaching(&script).subscribe(hold_slot);
    let consumer = consumer.retry([Duration::from_secs(600)]).start().await?;
    let failed = "SELECT count(*) FROM dispatcher_retry WHERE attempts = 1";
    while world.count(failed).await? == 0 {
        tokio::task::yield_now().await;
    }
    consumer.stop().await;
    assert_eq!(numbers(&world, &redrive).await?, [0, 1, 0, 0, 0]);
    let erasure = Erasure::new(world.pool.clone());
    let subject = unresolved(&world).await?.remove(0).subject;
    let subject = subject.ok_or("it has a subject")?;
    let erased = erasure
        .erase_subject(&subject, "mia", "request 4711")
        .await?;
    assert_eq!((erased.waiting, erased.dead_letters), (1, 1));
    sqlx::query("UPDATE dispatcher_retry SET due_at = now()")
        .execute(&world.pool)
        .await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(script.attempts_at(1), [1]);
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 0, 0, 1]);
    let left = unresolved(&world).await?;
    assert_eq!(
        (left[0].state, left[0].error.as_str()),
        (DeadLetterState::Open, "[erased]")
    );
    assert_consistent(&world).await?;
    world.close().await
}

/// Some are queued and some were handed over, when the process that has them is killed.
#[tokio::test]
async fn a_subscription_that_is_renamed_takes_its_redrive_along() -> TestResult {
    let world = world_with_letters(12, 4).await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    let (mut child, mut lines) = consumer(world.database.url(), "hang")?;
    lines.next_line().await?.ok_or("it handles nothing")?;
    child.kill().await?;
    let [queued, waiting, ..] = numbers(&world, &redrive).await?;
    assert!(
        queued > 0 && waiting > 0,
        "{queued} queued, {waiting} waiting"
    );
    let subscriptions = Subscriptions::new(world.pool.clone());
    loop {
        match subscriptions
            .rename("coaching", "hold_slot", "credit_history")
            .await
        {
            // Until its lease ends.
            Err(SubscriptionError::Running { .. }) => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            renamed => break renamed?,
        }
    }
    assert_consistent(&world).await?;
    assert_eq!(numbers(&world, &redrive).await?, [queued, waiting, 0, 0, 0]);
    let consumer = world.coaching(&Script::new([])).subscribe(credit_history);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let effects = world.effects().await?;
    for person in 0..4 {
        let of_subject = effects.iter().filter(|credits| *credits % 4 == person);
        let of_subject: Vec<_> = of_subject.collect();
        assert_eq!(of_subject.len(), 3, "each once: {effects:?}");
        assert!(of_subject.is_sorted(), "{effects:?}");
    }
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 12, 0, 0]);
    assert!(unresolved(&world).await?.is_empty());
    assert_consistent(&world).await?;
    world.close().await
}
