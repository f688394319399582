//! A redrive that starts while an operator does something else to the subscription.

use std::time::Duration;

use dispatcher_runtime::{
    Actor, DeadLetterFilter, DeadLetterState, DeadLetterSummary, RedriveError, RedriveOptions,
    Redrives, StartFrom, Subscriptions,
};
use dispatcher_test_fixtures::TestResult;

use super::{assert_consistent, numbers, start, states, unresolved, world_with_letters};
use crate::support::{Act, Script, World, credit_history, hold_slot};

/// Waits until that many sessions wait to write the audit.
async fn waiting_for_the_audit(world: &World, sessions: i64) -> TestResult {
    let waiting = "SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%dispatcher_audit%'";
    while world.count(waiting).await? < sessions {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// Both have done what they do, and wait to write the audit; then both commit.
#[tokio::test]
async fn a_subscription_that_is_removed_while_a_redrive_starts_keeps_no_letter_redriving()
-> TestResult {
    let world = world_with_letters(2, 2).await?;
    let mut held = world.pool.begin().await?;
    sqlx::query("LOCK TABLE dispatcher_audit IN SHARE MODE")
        .execute(&mut *held)
        .await?;
    let filter = DeadLetterFilter::default();
    let remove = async {
        waiting_for_the_audit(&world, 1).await?;
        let subscriptions = Subscriptions::new(world.pool.clone());
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(
            subscriptions.remove("coaching", "hold_slot").await,
        )
    };
    let release = async {
        // Where the removal waits for the start instead, one session waits for the audit.
        let _ =
            tokio::time::timeout(Duration::from_secs(5), waiting_for_the_audit(&world, 2)).await;
        held.commit().await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    };
    let (started, removed, released) = tokio::join!(start(&world, &filter), remove, release);
    released?;
    started?;
    removed??;
    assert_consistent(&world).await?;
    let stuck = "SELECT count(*) FROM dispatcher_dead_letter AS letter
                  WHERE letter.redrive_id IS NOT NULL AND letter.resolved_at IS NULL
                    AND NOT EXISTS (SELECT FROM dispatcher_cursor AS cursor
                                     WHERE cursor.consumer = letter.consumer AND cursor.subscription = letter.subscription)";
    assert_eq!(
        world.count(stuck).await?,
        0,
        "nothing will ever handle them"
    );
    world.close().await
}

/// The same with another name: what is redriving has it too.
#[tokio::test]
async fn a_subscription_that_is_renamed_while_a_redrive_starts_takes_its_redrive_along()
-> TestResult {
    let world = world_with_letters(2, 2).await?;
    let mut held = world.pool.begin().await?;
    sqlx::query("LOCK TABLE dispatcher_audit IN SHARE MODE")
        .execute(&mut *held)
        .await?;
    let filter = DeadLetterFilter::default();
    let rename = async {
        waiting_for_the_audit(&world, 1).await?;
        let subscriptions = Subscriptions::new(world.pool.clone());
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(
            subscriptions
                .rename("coaching", "hold_slot", "credit_history")
                .await,
        )
    };
    let release = async {
        // Where the renaming waits for the start instead, one session waits for the audit.
        let _ =
            tokio::time::timeout(Duration::from_secs(5), waiting_for_the_audit(&world, 2)).await;
        held.commit().await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    };
    let (started, renamed, released) = tokio::join!(start(&world, &filter), rename, release);
    released?;
    let redrive = started?;
    renamed??;
    assert_consistent(&world).await?;
    let consumer = world.coaching(&Script::new([])).subscribe(credit_history);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 2, 0, 0]);
    assert!(unresolved(&world).await?.is_empty());
    assert_consistent(&world).await?;
    world.close().await
}

/// The rewind has its event read again, so it has resolved the letter.
#[tokio::test]
async fn an_event_that_a_rewind_has_read_again_is_not_handled_a_second_time_by_a_redrive()
-> TestResult {
    let world = world_with_letters(3, 3).await?;
    let subscriptions = Subscriptions::new(world.pool.clone());
    let from = StartFrom::Beginning;
    let preview = subscriptions.preview_rewind("coaching", "hold_slot", from);
    assert_eq!(preview.await?.dead_letters, 3);
    let actor = Actor::new("mia").because("the slots were empty");
    let rewound = subscriptions.rewind_as("coaching", "hold_slot", from, actor);
    assert_eq!(rewound.await?.dead_letters, 3);
    let note = "SELECT count(*) FROM dispatcher_dead_letter
                 WHERE resolved_by = 'mia' AND resolution_note = 'read again after a rewind: the slots were empty'";
    assert_eq!(world.count(note).await?, 3);
    let redrives = Redrives::new(world.pool.clone());
    let (filter, options) = (DeadLetterFilter::default(), RedriveOptions::default());
    let nothing = redrives.start(&filter, &options, None, actor).await;
    assert!(matches!(nothing, Err(RedriveError::Nothing)), "{nothing:?}");
    let script = Script::new([(2, Act::Permanent)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 3]);
    // The one that failed again has a letter, and only one.
    assert_eq!(states(&world).await?, [DeadLetterState::Open]);
    start(&world, &filter).await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 3, 2]);
    assert_consistent(&world).await?;
    world.close().await
}

/// Nothing reads their events again.
#[tokio::test]
async fn a_rewind_leaves_letters_open_whose_events_it_does_not_have_read_again() -> TestResult {
    let world = world_with_letters(4, 4).await?;
    let given_up = unresolved(&world).await?;
    // Of a type that the subscription took before, of an event that retention has removed, and erased.
    for change in [
        "UPDATE dispatcher_dead_letter SET event_type = 'credit.released' WHERE position = 1",
        "DELETE FROM dispatcher_event WHERE position = 2",
        "UPDATE dispatcher_dead_letter SET erased_at = now() WHERE position = 3",
    ] {
        sqlx::query(change).execute(&world.pool).await?;
    }
    let subscriptions = Subscriptions::new(world.pool.clone());
    let from = StartFrom::Beginning;
    let rewound = subscriptions.rewind("coaching", "hold_slot", from).await?;
    assert_eq!(rewound.dead_letters, 1);
    let open = unresolved(&world).await?;
    let ids = |letters: &[DeadLetterSummary]| {
        let ids = letters.iter().map(|letter| letter.dead_letter_id.clone());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(&open), ids(&given_up[..3]));
    world.close().await
}

/// The hand-over sees the event and waits for the removal, which commits: the event is read from its letter.
#[tokio::test]
async fn an_event_that_retention_removes_during_the_hand_over_is_handled_from_its_letter()
-> TestResult {
    let world = world_with_letters(3, 3).await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    let mut sweep = world.pool.begin().await?;
    sqlx::query("DELETE FROM dispatcher_event WHERE position = 2")
        .execute(&mut *sweep)
        .await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    let waiting = "SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%D2. Hands%'";
    while world.count(waiting).await? == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    sweep.commit().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let mut effects = world.effects().await?;
    effects.sort_unstable();
    assert_eq!(effects, [1, 2, 3]);
    assert_eq!(script.attempts_at(2), [1]);
    assert_eq!(numbers(&world, &redrive).await?, [0, 0, 3, 0, 0]);
    assert_consistent(&world).await?;
    world.close().await
}
