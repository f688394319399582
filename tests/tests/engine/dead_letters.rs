//! What operators do with dead letters.

use dispatcher_runtime::{DeadLetterError, DeadLetterFilter, DeadLetterId, DeadLetters};
use dispatcher_tests::fixtures::{TestResult, lock};

use crate::support::{Act, Script, World, hold_slot};

async fn world_with_dead_letters(count: u32) -> TestResult<(World, DeadLetters)> {
    let world = World::new().await?;
    let script = Script::new((1..=i64::from(count)).map(|credits| (credits, Act::Permanent)));
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish_all((1..=count).map(|credits| lock(credits, credits)))
        .await?;
    consumer.caught_up().await?;
    consumer.stop().await;
    let dead_letters = DeadLetters::new(world.pool.clone());
    Ok((world, dead_letters))
}

#[tokio::test]
async fn the_list_is_newest_first_and_bounded() -> TestResult {
    let (world, dead_letters) = world_with_dead_letters(5).await?;
    let all = dead_letters.list(&DeadLetterFilter::default()).await?;
    assert_eq!(
        all.iter().map(|one| one.position).collect::<Vec<_>>(),
        [5, 4, 3, 2, 1]
    );
    assert_eq!(
        dead_letters
            .list(&DeadLetterFilter::default().limit(2))
            .await?
            .len(),
        2
    );
    assert!(
        dead_letters
            .list(&DeadLetterFilter::default().consumer("growth"))
            .await?
            .is_empty()
    );
    world.close().await
}

#[tokio::test]
async fn one_holds_the_whole_envelope() -> TestResult {
    let (world, dead_letters) = world_with_dead_letters(1).await?;
    let listed = dead_letters.list(&DeadLetterFilter::default()).await?;
    let one = dead_letters.get(&listed[0].dead_letter_id).await?;
    let envelope: serde_json::Value = serde_json::from_str(one.envelope.get())?;
    assert_eq!(envelope["event_type"], "credit.locked");
    assert_eq!(
        envelope["payload"],
        dispatcher_tests::fixtures::lock_json(1, 1)
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
    let listed = dead_letters.list(&DeadLetterFilter::default()).await?;
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
        Err(DeadLetterError::NoOperator)
    ));
    assert_eq!(
        dead_letters.list(&DeadLetterFilter::default()).await?.len(),
        1
    );
    assert_eq!(
        dead_letters
            .list(&DeadLetterFilter::default().include_resolved(true))
            .await?
            .len(),
        2
    );
    world.close().await
}

#[tokio::test]
async fn of_two_operators_at_once_one_wins() -> TestResult {
    let (world, dead_letters) = world_with_dead_letters(1).await?;
    let id = dead_letters.list(&DeadLetterFilter::default()).await?[0]
        .dead_letter_id
        .clone();
    let (first, second) = tokio::join!(
        dead_letters.resolve(&id, "maria", None),
        dead_letters.resolve(&id, "jo", None)
    );
    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
    world.close().await
}
