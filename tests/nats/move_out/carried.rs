//! What is carried over: events that wait, dead letters, pauses, and partitions that are not equally far.

use dispatcher_runtime::{Actor, DeadLetterFilter, DeadLetters, Redrives, Subscriptions};

use super::*;

#[tokio::test]
async fn waiting_events_dead_letters_and_the_pause_are_carried_and_what_waited_is_handled_in_order()
-> TestResult {
    let Some(scene) = Scene::new().await? else {
        return Ok(());
    };
    // Positions differ between the two logs.
    let gap = "SELECT nextval(pg_get_serial_sequence('dispatcher_event', 'position')) FROM generate_series(1, 50)";
    scene.own.execute(gap).await?;
    let move_out = scene.move_out();
    let consumer = scene.consumer(&scene.shared, true).await?;
    // 1001 of person 1 waits, and so do 5 and 9 behind it; 2002 of person 2 is given up.
    scene.shared.publish(1..4).await?;
    scene.shared.publish(1001..1002).await?;
    scene.shared.publish(2002..2003).await?;
    scene.shared.publish(4..11).await?;
    has_read(&scene.shared).await?;
    consumer.stop().await;
    let subscriptions = Subscriptions::new(scene.shared.pool.clone());
    let actor = Actor::new("noor").because("the slot service moves too");
    subscriptions.pause("coaching", "hold_slot", actor).await?;
    scene.shared.publish(11..21).await?;
    scene.mirrored().await?;
    move_out.start().await?;
    move_out.switch().await?;

    let pause = "SELECT paused_by, pause_reason FROM dispatcher_subscription";
    let (by, reason): (String, String) = sqlx::query_as(pause).fetch_one(&scene.own.pool).await?;
    assert_eq!((&*by, &*reason), ("noor", "the slot service moves too"));
    let letters = DeadLetters::new(scene.own.pool.clone());
    let open = letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(open.len(), 1);
    let at = "SELECT position FROM dispatcher_event WHERE event_id = $1";
    let at: i64 = sqlx::query_scalar(at)
        .bind(&open[0].event_id)
        .fetch_one(&scene.own.pool)
        .await?;
    assert_eq!(open[0].position.get(), at);
    let letters = DeadLetters::new(scene.shared.pool.clone());
    let left = letters.list(&DeadLetterFilter::default()).await?;
    assert!(left.dead_letters.is_empty(), "{left:?}");

    let consumer = scene.consumer(&scene.own, false).await?;
    let subscriptions = Subscriptions::new(scene.own.pool.clone());
    subscriptions.resume("coaching", "hold_slot", actor).await?;
    let due = "UPDATE dispatcher_retry SET due_at = now() WHERE due_at IS NOT NULL";
    scene.own.execute(due).await?;
    let redrives = Redrives::new(scene.own.pool.clone());
    let filter = DeadLetterFilter::default();
    redrives
        .start(&filter, &Default::default(), None, actor)
        .await?;
    let effects = "SELECT count(*) FROM effect";
    while scene.shared.count(effects).await? + scene.own.count(effects).await? < 22 {
        tokio::time::sleep(PAUSE).await;
    }
    caught_up(&consumer).await?;
    assert_eq!(scene.own.effects_of(1).await?, [1001, 5, 9, 13, 17]);
    assert_eq!(scene.shared.effects_of(1).await?, [1]);
    assert_eq!(
        scene
            .own
            .count("SELECT count(*) FROM dispatcher_retry")
            .await?,
        0
    );
    assert_eq!(
        scene.shared.count(effects).await? + scene.own.count(effects).await?,
        22
    );
    consumer.stop().await;
    scene.close().await
}

#[tokio::test]
async fn partitions_that_are_not_equally_far_repeat_nothing() -> TestResult {
    let Some(scene) = Scene::new().await? else {
        return Ok(());
    };
    let options = || dispatcher_runtime::SubscriptionOptions::new().partitions(4);
    let consumer = |world: &World| {
        Consumer::<Coaching>::builder(world.pool.clone())
            .state(Slots::default())
            .lease(Duration::from_millis(500))
            .subscribe_with(hold_slot, options())
            .start()
    };
    let running = consumer(&scene.shared).await?;
    scene.shared.publish(1..41).await?;
    caught_up(&running).await?;
    // One partition falls behind: its cursor, and what it had handled beyond.
    running.stop().await;
    let behind = "WITH moved AS (
                      UPDATE dispatcher_cursor SET position = 10
                       WHERE partition = (SELECT dispatcher_partition(subject, event_id, 4) FROM dispatcher_event
                                           WHERE position > 10 LIMIT 1) RETURNING partition
                  ), again AS (
                      SELECT event_id FROM dispatcher_event
                       WHERE position > 10 AND dispatcher_partition(subject, event_id, 4) = (SELECT partition FROM moved)
                  ), forgotten AS (DELETE FROM dispatcher_dedup USING again WHERE dispatcher_dedup.event_id = again.event_id)
                  DELETE FROM effect USING again WHERE effect.event_id = again.event_id";
    scene.shared.execute(behind).await?;
    let left = scene.shared.count("SELECT count(*) FROM effect").await?;
    assert!((1..40).contains(&left), "{left}");
    scene.mirrored().await?;
    let move_out = scene.move_out();
    move_out.start().await?;
    move_out.switch().await?;
    let cursor = "SELECT max(position) FROM dispatcher_cursor";
    assert!(scene.own.count(cursor).await? < 40);
    let running = consumer(&scene.own).await?;
    caught_up(&running).await?;
    scene.assert_once_in_order(1..41).await?;
    running.stop().await;
    scene.close().await
}

/// What a target publishes itself, or takes from a stream that the source does not know, is new to the domain.
#[tokio::test]
async fn what_the_source_never_had_is_handled_after_the_move() -> TestResult {
    let Some(scene) = Scene::new().await? else {
        return Ok(());
    };
    let consumer = scene.consumer(&scene.shared, false).await?;
    scene.shared.publish(1..11).await?;
    caught_up(&consumer).await?;
    scene.mirrored().await?;
    scene.own.publish(11..14).await?;
    scene.shared.publish(14..21).await?;
    caught_up(&consumer).await?;
    while scene.own.log().await?.len() < 20 {
        tokio::time::sleep(PAUSE).await;
    }
    let move_out = scene.move_out();
    move_out.start().await?;
    move_out.switch().await?;
    let own = scene.consumer(&scene.own, false).await?;
    caught_up(&own).await?;
    let effects = "SELECT count(*) FROM effect";
    assert_eq!(scene.shared.count(effects).await?, 17);
    assert_eq!(scene.own.count(effects).await?, 3);
    own.stop().await;
    consumer.stop().await;
    scene.close().await
}
