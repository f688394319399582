//! An operator who is slow: what another has done since the first one looked is not undone.

use std::pin::pin;

use sqlx::{Postgres, Transaction};

use super::killed::at_most;
use super::*;

/// What the pauses of the shared database and of the own one say.
async fn pauses(scene: &Scene) -> TestResult<[Option<String>; 2]> {
    let mut pauses = [None, None];
    for (pause, world) in pauses.iter_mut().zip([&scene.shared, &scene.own]) {
        let select = "SELECT pause_reason FROM dispatcher_subscription WHERE consumer = 'coaching'";
        *pause = sqlx::query_scalar(select).fetch_one(&world.pool).await?;
    }
    Ok(pauses)
}

fn say_moved(pauses: &[Option<String>; 2]) -> bool {
    let moved = |pause: &Option<String>| {
        pause
            .as_deref()
            .is_some_and(|it| it.starts_with("moved to"))
    };
    pauses.iter().all(moved)
}

/// The move with the two databases exchanged.
fn exchanged(scene: &Scene) -> MoveOut {
    let sides = [&scene.own, &scene.shared].map(|world| Side::new(world.pool.clone()));
    let [source, target] = sides;
    MoveOut::new(source, target, "coaching")
}

/// Until it ends, no step changes the shared database.
async fn hold(scene: &Scene) -> TestResult<Transaction<'static, Postgres>> {
    let mut held = scene.shared.pool.begin().await?;
    sqlx::query("SELECT FROM dispatcher_cursor FOR UPDATE")
        .execute(&mut *held)
        .await?;
    Ok(held)
}

/// A way back that is killed when it has changed the own database, and not the shared one.
async fn go_half_back(scene: &Scene) -> TestResult {
    let move_out = scene.move_out();
    let going_back = tokio::spawn(async move { move_out.back().await });
    while pauses(scene).await?[1]
        .as_deref()
        .is_none_or(|it| !it.starts_with("moved to"))
    {
        tokio::time::sleep(PAUSE).await;
    }
    going_back.abort();
    Ok(())
}

/// Both databases say then that the domain is in the other one.
#[tokio::test]
async fn a_way_back_that_was_killed_half_way_is_not_taken_for_one_of_the_other_direction()
-> TestResult {
    let Some(scene) = Scene::new().await? else {
        return Ok(());
    };
    let move_out = scene.move_out();
    let before = scene.consumer(&scene.shared, false).await?;
    scene.shared.publish(1..21).await?;
    caught_up(&before).await?;
    scene.mirrored().await?;
    move_out.start().await?;
    move_out.pause().await?;
    let after = scene.consumer(&scene.own, false).await?;
    let held = hold(&scene).await?;
    go_half_back(&scene).await?;
    held.rollback().await?;
    says(
        exchanged(&scene).back().await,
        "go back with the source and the target exchanged",
    );
    assert!(say_moved(&pauses(&scene).await?));
    move_out.back().await?;
    scene.shared.publish(21..31).await?;
    caught_up(&before).await?;
    scene.assert_once_in_order(1..31).await?;
    after.stop().await;
    before.stop().await;
    scene.close().await
}

/// It has looked, and waits for the rows of the source, while another operator goes back and is killed.
#[tokio::test]
async fn a_source_that_another_operator_keeps_is_not_paused() -> TestResult {
    let Some(scene) = Scene::new().await? else {
        return Ok(());
    };
    let move_out = scene.move_out();
    let before = scene.consumer(&scene.shared, false).await?;
    scene.shared.publish(1..21).await?;
    caught_up(&before).await?;
    scene.mirrored().await?;
    move_out.start().await?;
    before.stop().await;
    let held = hold(&scene).await?;
    let switching = tokio::spawn({
        let move_out = move_out.clone();
        async move { move_out.switch().await }
    });
    let waits = "SELECT count(*) FROM pg_stat_activity
                  WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while scene.shared.count(waits).await? == 0 {
        tokio::time::sleep(PAUSE).await;
    }
    go_half_back(&scene).await?;
    held.rollback().await?;
    says(switching.await?, "the move was not started");
    assert_eq!(pauses(&scene).await?[0], None);
    scene.close().await
}

/// It has looked; until it prepares the target, another operator has moved the domain and is on the way back.
#[tokio::test]
async fn a_target_that_has_the_domain_meanwhile_is_not_prepared() -> TestResult {
    let Some(scene) = Scene::new().await? else {
        return Ok(());
    };
    let (mia, noor) = (scene.move_out(), scene.move_out().by(Actor::new("noor"))?);
    let before = scene.consumer(&scene.shared, false).await?;
    scene.shared.publish(1..21).await?;
    caught_up(&before).await?;
    scene.mirrored().await?;
    let mut rounds = 0;
    for polls in 1.. {
        let mut starting = pin!(mia.start());
        let done = at_most(polls, starting.as_mut()).await;
        let prepares = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
                           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        if done.is_some() || scene.own.count(prepares).await? > 0 {
            break;
        }
        rounds += 1;
        noor.start().await?;
        noor.switch().await?;
        let back = exchanged(&scene);
        back.start().await?;
        back.pause().await?;
        // It may have looked at any moment before, and then it is refused, or has nothing to do.
        _ = starting.await;
        let pauses = pauses(&scene).await?;
        let says =
            |pause: &Option<String>, text| pause.as_deref().is_some_and(|it| it.starts_with(text));
        assert!(
            says(&pauses[0], "waits for") && says(&pauses[1], "moved to"),
            "after {polls} polls: {pauses:?}"
        );
        back.switch().await?;
    }
    // How many there are depends on how much a poll finds ready.
    assert!(rounds > 1, "{rounds} rounds");
    scene.shared.publish(21..31).await?;
    caught_up(&before).await?;
    scene.assert_once_in_order(1..31).await?;
    before.stop().await;
    scene.close().await
}
