//! The whole move, and the way back, while events are published and both consumers run.

use dispatcher_runtime::{SubscriptionError, Subscriptions};

use super::*;

#[tokio::test]
async fn a_domain_moves_while_events_are_published_and_each_takes_effect_once_in_order()
-> TestResult {
    let Some(scene) = Scene::new().await? else {
        return Ok(());
    };
    let move_out = scene.move_out();
    let before = scene.consumer(&scene.shared, false).await?;
    scene.shared.publish(1..101).await?;
    caught_up(&before).await?;
    scene.mirrored().await?;
    assert_eq!(stage(&move_out).await?, Some(MoveStage::NotStarted));
    let plan = move_out.start().await?;
    assert_eq!(plan.stage, Some(MoveStage::Prepared));
    // It waits, although the log has everything.
    let after = scene.consumer(&scene.own, false).await?;
    scene.shared.publish(101..151).await?;
    let plan = tokio::try_join!(
        async { Ok(move_out.switch().await?) },
        scene.shared.publish(151..251)
    )?
    .0;
    assert_eq!(plan.stage, Some(MoveStage::Moved));
    assert!(plan.problems.is_empty(), "{:?}", plan.problems);
    scene.shared.publish(251..301).await?;
    scene.mirrored().await?;
    caught_up(&after).await?;
    scene.assert_once_in_order(1..301).await?;
    assert!(!scene.shared.effects_of(0).await?.is_empty());
    assert!(!scene.own.effects_of(0).await?.is_empty());
    before.stop().await;

    // An old replica starts again, and does nothing. The log keeps nothing for it unless it does.
    let cursors = "SELECT count(*) FROM dispatcher_cursor WHERE NOT remote";
    assert_eq!(scene.shared.count(cursors).await?, 0);
    let old = scene.consumer(&scene.shared, false).await?;
    let paused = "SELECT pause_reason FROM dispatcher_subscription";
    let paused: String = sqlx::query_scalar(paused)
        .fetch_one(&scene.shared.pool)
        .await?;
    assert!(paused.starts_with("moved to "), "{paused}");
    let held = "SELECT count(*) FROM dispatcher_cursor WHERE holder IS NOT NULL";
    assert_eq!(scene.shared.count(held).await?, 0);
    let subscriptions = Subscriptions::new(scene.shared.pool.clone());
    assert_eq!(subscriptions.list(None).await?.len(), 1);
    let resumed = subscriptions.resume("coaching", "hold_slot", Actor::new("noor"));
    assert!(matches!(
        resumed.await,
        Err(SubscriptionError::Moving { .. })
    ));
    old.stop().await;
    // Repeating it takes away what the old replica has left, and changes nothing else.
    assert_eq!(move_out.switch().await?.stage, Some(MoveStage::Moved));
    assert_eq!(scene.shared.count(cursors).await?, 0);
    // It is listed where it works.
    assert!(subscriptions.list(None).await?.is_empty());
    scene.assert_once_in_order(1..301).await?;
    after.stop().await;
    scene.close().await
}

#[tokio::test]
async fn the_way_back_goes_on_where_the_other_database_ended() -> TestResult {
    let Some(scene) = Scene::new().await? else {
        return Ok(());
    };
    let move_out = scene.move_out();
    let first = scene.consumer(&scene.shared, false).await?;
    scene.shared.publish(1..41).await?;
    caught_up(&first).await?;
    scene.mirrored().await?;
    move_out.start().await?;
    move_out.switch().await?;
    let second = scene.consumer(&scene.own, false).await?;
    scene.shared.publish(41..81).await?;
    scene.mirrored().await?;
    caught_up(&second).await?;
    // What the mirror has not brought yet is not handled there.
    scene.shared.publish(81..91).await?;
    let plan = move_out.back().await?;
    assert_eq!(plan.stage, Some(MoveStage::NotStarted), "{plan:?}");
    scene.shared.publish(91..121).await?;
    caught_up(&first).await?;
    // Of effects in the shared database the later ones come after those of the other.
    for person in 0..4 {
        let own = scene.own.effects_of(person).await?;
        let mut effects = scene.shared.effects_of(person).await?;
        let at = effects.iter().position(|it| *it > 40).ok_or("none")?;
        effects.splice(at..at, own);
        let expected = (1..121).filter(|it| it % 4 == person).map(i64::from);
        assert_eq!(effects, expected.collect::<Vec<_>>(), "person {person}");
    }
    // And out again.
    scene.mirrored().await?;
    move_out.start().await?;
    assert_eq!(move_out.switch().await?.stage, Some(MoveStage::Moved));
    scene.shared.publish(121..131).await?;
    scene.mirrored().await?;
    caught_up(&second).await?;
    let all = "SELECT count(*) FROM effect";
    let effects = scene.shared.count(all).await? + scene.own.count(all).await?;
    assert_eq!(effects, 130);
    second.stop().await;
    first.stop().await;
    scene.close().await
}

#[tokio::test]
async fn before_the_switch_the_way_back_leaves_the_source_as_it_was() -> TestResult {
    let Some(scene) = Scene::new().await? else {
        return Ok(());
    };
    let move_out = scene.move_out();
    let consumer = scene.consumer(&scene.shared, false).await?;
    scene.shared.publish(1..21).await?;
    caught_up(&consumer).await?;
    scene.mirrored().await?;
    for steps in 0..2 {
        move_out.start().await?;
        let waiting = scene.consumer(&scene.own, false).await?;
        for _ in 0..steps {
            move_out.step().await?;
        }
        assert_eq!(move_out.back().await?.stage, Some(MoveStage::NotStarted));
        scene
            .shared
            .publish(21 + steps * 20..41 + steps * 20)
            .await?;
        caught_up(&consumer).await?;
        waiting.stop().await;
    }
    assert_eq!(scene.own.count("SELECT count(*) FROM effect").await?, 0);
    scene.assert_once_in_order(1..61).await?;
    // A replica in the other database does not begin by itself.
    let held = "SELECT count(*) FROM dispatcher_cursor WHERE holder IS NOT NULL";
    let waiting = scene.consumer(&scene.own, false).await?;
    assert_eq!(scene.own.count(held).await?, 0);
    waiting.stop().await;
    consumer.stop().await;
    scene.close().await
}
