//! Half-way states, in which a move would lose or repeat events.

use acme_contracts::REGISTRY;
use dispatcher_runtime::{Actor, ContractsCatalog, DeadLetterFilter, Redrives, Subscriptions};

use super::*;

#[tokio::test]
async fn a_move_is_refused_until_events_come_over_and_only_after_its_start() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let (shared, own) = (World::new().await?, World::new().await?);
    let sides = || [&shared, &own].map(|world| Side::new(world.pool.clone()));
    let [source, target] = sides();
    let move_out = MoveOut::new(source, target, "coaching").wait_for_mirror(Duration::ZERO);
    says(
        move_out.start().await,
        "coaching has no subscription in the source",
    );
    let [source, _] = sides();
    let same = MoveOut::new(source.clone(), source, "coaching");
    says(
        same.plan().await,
        "the source and the target are the same tables",
    );

    let consumer = shared.coaching().await?;
    shared.publish(1..11).await?;
    consumer.wait_caught_up().await?;
    says(
        move_out.start().await,
        "no relay sends the events of the source",
    );
    let relay = shared.relay(&nats);
    relay.until(|seen| seen.sequence == 10).await?;
    shared.until_recorded(10).await?;
    says(
        move_out.start().await,
        "no mirror of the target reads the stream",
    );
    let mirror = own.mirror(&nats, STREAM);
    mirror.until(|seen| seen.events == 10).await?;
    says(move_out.switch().await, "the move was not started");
    move_out.start().await?;

    // The mirror does not run, and the source goes on.
    mirror.stop().await?;
    shared.publish(11..21).await?;
    consumer.wait_caught_up().await?;
    relay.until(|seen| seen.sequence == 20).await?;
    shared.until_recorded(20).await?;
    says(move_out.switch().await, "had not caught up");
    assert_eq!(stage(&move_out).await?, Some(MoveStage::Prepared));
    let notes = move_out.plan().await?.notes.join("; ");
    assert!(notes.contains("is not running"), "{notes}");
    let mirror = own.mirror(&nats, STREAM);
    mirror.until(|seen| seen.events == 10).await?;
    assert_eq!(move_out.switch().await?.stage, Some(MoveStage::Moved));
    mirror.stop().await?;
    relay.stop().await?;
    consumer.stop().await;
    own.close().await?;
    shared.close().await
}

#[tokio::test]
async fn a_target_that_has_subscriptions_or_other_contracts_is_refused() -> TestResult {
    let Some(scene) = Scene::new().await? else {
        return Ok(());
    };
    let move_out = scene.move_out();
    let consumer = scene.consumer(&scene.shared, false).await?;
    scene.shared.publish(1..11).await?;
    caught_up(&consumer).await?;
    scene.mirrored().await?;
    let own = scene.consumer(&scene.own, false).await?;
    caught_up(&own).await?;
    own.stop().await;
    says(
        move_out.start().await,
        "the target has a subscription hold_slot already",
    );
    let subscriptions = Subscriptions::new(scene.own.pool.clone());
    subscriptions.remove("coaching", "hold_slot").await?;
    scene.own.execute("DELETE FROM effect").await?;

    for world in [&scene.shared, &scene.own] {
        ContractsCatalog::new(world.pool.clone())
            .push(&REGISTRY)
            .await?;
    }
    let older = "DELETE FROM dispatcher_contract_version WHERE event_type = 'credit.locked'";
    scene.own.execute(older).await?;
    says(
        move_out.start().await,
        "the target has no contracts of credit.locked v1",
    );
    ContractsCatalog::new(scene.own.pool.clone())
        .push(&REGISTRY)
        .await?;
    move_out.start().await?;
    // Of a third database it is not.
    let third = World::new().await?;
    let [source, third_side] = [&scene.shared, &third].map(|world| Side::new(world.pool.clone()));
    move_out.switch().await?;
    let other = MoveOut::new(source, third_side, "coaching");
    says(other.plan().await, "was moved to");
    third.close().await?;
    consumer.stop().await;
    scene.close().await
}

#[tokio::test]
async fn a_running_redrive_a_lease_and_a_missing_event_are_in_the_way() -> TestResult {
    let Some(scene) = Scene::new().await? else {
        return Ok(());
    };
    let move_out = scene.move_out();
    let consumer = scene.consumer(&scene.shared, true).await?;
    scene.shared.publish(2001..2003).await?;
    scene.shared.publish(1..3).await?;
    caught_up(&consumer).await?;
    consumer.stop().await;
    scene.shared.publish(3..11).await?;
    scene.mirrored().await?;
    move_out.start().await?;
    let actor = Actor::new("noor").because("they are back");
    let redrives = Redrives::new(scene.shared.pool.clone());
    let filter = DeadLetterFilter::default();
    let redrive = redrives
        .start(&filter, &Default::default(), None, actor)
        .await?;
    says(
        move_out.switch().await,
        "2 dead letters of hold_slot are being redriven",
    );
    redrives.stop(&redrive.redrive_id, actor).await?;

    // Retention of the target, or of the stream, has removed what is still to be handled.
    let missing = "DELETE FROM dispatcher_event WHERE position = (SELECT max(position) FROM dispatcher_event)";
    scene.own.execute(missing).await?;
    assert_eq!(move_out.step().await?, MoveStage::Paused);
    says(
        move_out.switch().await,
        "1 events that the domain has not handled yet are not in the log of the target",
    );
    assert_eq!(stage(&move_out).await?, Some(MoveStage::Paused));

    // What a pause prevents, unless its row was changed by hand.
    let held = "UPDATE dispatcher_cursor SET holder = 'x', expires_at = now() + interval '1 hour'";
    scene.shared.execute(held).await?;
    says(
        move_out.switch().await,
        "leases on hold_slot are in force at the source",
    );
    scene
        .shared
        .execute("UPDATE dispatcher_cursor SET holder = NULL")
        .await?;
    assert_eq!(move_out.back().await?.stage, Some(MoveStage::NotStarted));
    let consumer = scene.consumer(&scene.shared, false).await?;
    caught_up(&consumer).await?;
    assert_eq!(scene.shared.count("SELECT count(*) FROM effect").await?, 10);
    consumer.stop().await;
    scene.close().await
}
