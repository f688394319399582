//! What operators do with dead letters.

use std::time::Duration;

use dispatcher_runtime::{
    ActorError, DeadLetterError, DeadLetterFilter, DeadLetterId, DeadLetterState, DeadLetters,
};
use dispatcher_test_fixtures::{TestResult, lock};

use crate::support::{Act, Script, World, hold_slot};

async fn world_with_dead_letters(count: u32) -> TestResult<(World, DeadLetters)> {
    let world = World::new().await?;
    let script = Script::new((1..=i64::from(count)).map(|credits| (credits, Act::Permanent)));
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish_all((1..=count).map(|credits| lock(credits, credits)))
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let dead_letters = DeadLetters::new(world.pool.clone());
    Ok((world, dead_letters))
}

#[tokio::test]
async fn the_list_is_newest_first_and_bounded() -> TestResult {
    let (world, dead_letters) = world_with_dead_letters(5).await?;
    let all = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(
        all.iter().map(|one| one.position.get()).collect::<Vec<_>>(),
        [5, 4, 3, 2, 1]
    );
    assert_eq!(
        dead_letters
            .list(&DeadLetterFilter::default().limit(2))
            .await?
            .dead_letters
            .len(),
        2
    );
    assert!(
        dead_letters
            .list(&DeadLetterFilter::default().consumer("growth"))
            .await?
            .dead_letters
            .is_empty()
    );
    world.close().await
}

#[tokio::test]
async fn one_holds_the_whole_envelope() -> TestResult {
    let (world, dead_letters) = world_with_dead_letters(1).await?;
    let listed = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    let one = dead_letters.get(&listed[0].dead_letter_id).await?;
    let envelope: serde_json::Value = serde_json::from_str(one.envelope.get())?;
    assert_eq!(envelope["event_type"], "credit.locked");
    assert_eq!(
        envelope["payload"],
        dispatcher_test_fixtures::lock_json(1, 1)
    );
    assert_eq!(envelope["subject"], envelope["payload"]["person_id"]);
    let unknown: DeadLetterId = "dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e".parse()?;
    let error = dead_letters.get(&unknown).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("there is no dead letter {unknown}")
    );
    world.close().await
}

#[tokio::test]
async fn resolving_is_one_shot() -> TestResult {
    let (world, dead_letters) = world_with_dead_letters(2).await?;
    let listed = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    let id = &listed[0].dead_letter_id;
    let resolved = dead_letters
        .resolve(id, "maria", Some("the price list was wrong"))
        .await?;
    assert_eq!(resolved.resolved_by.as_deref(), Some("maria"));
    assert_eq!(
        resolved.resolution_note.as_deref(),
        Some("the price list was wrong")
    );
    let error = dead_letters.resolve(id, "jo", None).await.unwrap_err();
    assert!(
        matches!(&error, DeadLetterError::AlreadyResolved { resolved_by, .. } if resolved_by == "maria"),
        "{error}"
    );
    assert!(matches!(
        dead_letters.resolve(id, " ", None).await,
        Err(DeadLetterError::Actor(ActorError::Unnamed))
    ));
    assert_eq!(
        dead_letters
            .list(&DeadLetterFilter::default())
            .await?
            .dead_letters
            .len(),
        1
    );
    assert_eq!(
        dead_letters
            .list(&DeadLetterFilter::default().include_resolved(true))
            .await?
            .dead_letters
            .len(),
        2
    );
    world.close().await
}

#[tokio::test]
async fn of_two_operators_at_once_one_wins() -> TestResult {
    let (world, dead_letters) = world_with_dead_letters(1).await?;
    let id = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters[0]
        .dead_letter_id
        .clone();
    let (first, second) = tokio::join!(
        dead_letters.resolve(&id, "maria", None),
        dead_letters.resolve(&id, "jo", None)
    );
    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
    // Both are in the audit.
    let audit = sqlx::query_as::<_, (String, String, String, String)>(
        "SELECT who, way, what, outcome FROM dispatcher_audit ORDER BY outcome DESC",
    );
    let audit = audit.fetch_all(&world.pool).await?;
    let (winner, loser) = if first.is_ok() {
        ("maria", "jo")
    } else {
        ("jo", "maria")
    };
    let row = |who: &str, outcome: &str| {
        let what = format!("resolve dead letter {id}");
        (who.to_owned(), "api".to_owned(), what, outcome.to_owned())
    };
    let expected = [row(winner, "resolved"), row(loser, "nothing was changed")];
    assert_eq!(audit, expected);
    world.close().await
}

#[tokio::test]
async fn a_redriven_event_is_handled_by_a_consumer_that_sleeps() -> TestResult {
    let (world, dead_letters) = world_with_dead_letters(2).await?;
    let script = Script::new([]);
    // It does not poll for minutes.
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    let listed = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    let redriven = dead_letters
        .redrive(&listed[0].dead_letter_id, "mia", Some("slots are back"))
        .await?;
    assert_eq!(redriven.state, DeadLetterState::Redriving);
    let handled = tokio::time::timeout(Duration::from_secs(60), script.entered.acquire());
    handled.await??.forget();
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2]);
    assert_eq!(script.attempts_at(2), [1], "it has all its attempts again");

    let resolved = dead_letters.get(&listed[0].dead_letter_id).await?;
    assert_eq!(resolved.state, DeadLetterState::Resolved);
    assert_eq!(resolved.redrive_id, redriven.redrive_id);
    assert_eq!(resolved.resolved_by.as_deref(), Some("mia"));
    assert_eq!(
        resolved.resolution_note.as_deref(),
        Some("redriven: slots are back")
    );

    // Only once: the second call finds it resolved, in whichever way.
    for error in [
        dead_letters
            .redrive(&listed[0].dead_letter_id, "tom", None)
            .await
            .unwrap_err(),
        dead_letters
            .resolve(&listed[0].dead_letter_id, "tom", None)
            .await
            .unwrap_err(),
    ] {
        assert!(
            matches!(&error, DeadLetterError::AlreadyResolved { resolved_by, .. } if resolved_by == "mia"),
            "{error}"
        );
    }
    assert!(matches!(
        dead_letters
            .redrive(&listed[1].dead_letter_id, " ", None)
            .await,
        Err(DeadLetterError::Actor(ActorError::Unnamed))
    ));
    let unknown: DeadLetterId = "dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e".parse()?;
    assert!(matches!(
        dead_letters.redrive(&unknown, "mia", None).await,
        Err(DeadLetterError::NotFound(_))
    ));
    world.close().await
}

#[tokio::test]
async fn many_are_redriven_and_those_of_a_subject_keep_their_order() -> TestResult {
    let world = World::new().await?;
    let permanent = Script::new((1..=6).map(|credits| (credits, Act::Permanent)));
    let consumer = world
        .coaching(&permanent)
        .subscribe(hold_slot)
        .start()
        .await?;
    let events = (1..=6).map(|credits| lock(credits % 2, credits));
    world.revenue().publish_all(events).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;

    let dead_letters = DeadLetters::new(world.pool.clone());
    let filter = DeadLetterFilter::default().consumer("coaching");
    let redriven = dead_letters.redrive_all(&filter, "mia", None).await?;
    assert_eq!(
        redriven
            .iter()
            .map(|one| one.position.get())
            .collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6]
    );
    assert!(
        dead_letters
            .redrive_all(&filter, "mia", None)
            .await?
            .is_empty()
    );
    world.revenue().publish(lock(1, 7)).await?;

    // One of them fails once more, and its subject waits for it. The new event waits for those that are handed over before it
    // is read, and how many those are is a matter of the pace.
    let script = Script::new([(3, Act::FailTimes(1))]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let effects = world.effects().await?;
    let of = |odd: i64| -> Vec<i64> {
        let redriven = effects.iter().filter(|credits| **credits <= 6);
        redriven
            .copied()
            .filter(|credits| credits % 2 == odd)
            .collect()
    };
    assert_eq!((of(1), of(0)), (vec![1, 3, 5], vec![2, 4, 6]));
    assert_eq!(effects.iter().filter(|credits| **credits == 7).count(), 1);
    world.close().await
}

/// It was said to be redriven, and nothing would ever have handled it.
#[tokio::test]
async fn a_dead_letter_of_a_removed_subscription_is_not_redriven() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Permanent)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    dispatcher_runtime::Subscriptions::new(world.pool.clone())
        .remove("coaching", "hold_slot")
        .await?;
    let operator = DeadLetters::new(world.pool.clone());
    let listed = operator
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    let id = &listed[0].dead_letter_id;
    let error = operator.redrive(id, "mia", None).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "`coaching` has no subscription `hold_slot` any more, so nothing would handle the event of the dead \
             letter {id} again: start a handler of that name, or resolve the dead letter"
        )
    );
    let filter = DeadLetterFilter::default();
    assert!(operator.redrive_all(&filter, "mia", None).await?.is_empty());
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_retry").await?,
        0
    );
    assert!(operator.get(id).await?.resolved_at.is_none());
    operator.resolve(id, "mia", None).await?;
    world.close().await
}

#[tokio::test]
async fn a_redriven_event_that_fails_again_is_the_same_dead_letter() -> TestResult {
    let (world, dead_letters) = world_with_dead_letters(1).await?;
    let first = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters
        .remove(0);
    dead_letters
        .redrive(&first.dead_letter_id, "mia", None)
        .await?;
    let script = Script::new([(1, Act::Permanent)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let left = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].dead_letter_id, first.dead_letter_id);
    assert_eq!(left[0].state, DeadLetterState::Open);
    let letter = dead_letters.get(&first.dead_letter_id).await?;
    assert_eq!(letter.attempts, 2);
    let attempts = letter.failures.iter().map(|failure| failure.attempt);
    assert_eq!(attempts.collect::<Vec<_>>(), [1, 2]);
    world.close().await
}
