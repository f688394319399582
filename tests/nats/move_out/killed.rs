//! A move that ends at any place and is repeated, and two operators who do it at the same time.

use std::pin::pin;
use std::task::Poll;

use super::*;

/// Polls a future this many times at most, and drops it then, as the end of its process would.
pub(super) async fn at_most<F: Future>(polls: u32, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

#[tokio::test]
async fn a_move_that_is_killed_at_any_place_is_repeated_and_nothing_is_lost_or_done_twice()
-> TestResult {
    let Some(scene) = Scene::new().await? else {
        return Ok(());
    };
    let move_out = scene.move_out();
    let before = scene.consumer(&scene.shared, true).await?;
    let after = {
        scene.shared.publish(1..31).await?;
        scene.shared.publish(1001..1003).await?;
        scene.shared.publish(2003..2004).await?;
        has_read(&scene.shared).await?;
        scene.mirrored().await?;
        move_out.start().await?;
        scene.consumer(&scene.own, false).await?
    };
    let mut kills = 0;
    let mut credits = 31;
    for way in 0..2 {
        for polls in (1..).step_by(2) {
            scene.shared.publish(credits..credits + 1).await?;
            credits += 1;
            let done = match way {
                0 => at_most(polls, move_out.switch()).await,
                _ => at_most(polls, move_out.back()).await,
            };
            match done {
                Some(plan) => {
                    let expected = [MoveStage::Moved, MoveStage::NotStarted][way];
                    assert_eq!(plan?.stage, Some(expected));
                    break;
                }
                None => kills += 1,
            }
        }
        scene.mirrored().await?;
        let due = "UPDATE dispatcher_retry SET due_at = now() WHERE due_at IS NOT NULL";
        scene.own.execute(due).await?;
        match way {
            0 => caught_up(&after).await?,
            _ => caught_up(&before).await?,
        }
    }
    assert!(kills > 10, "{kills} kills");
    let twice = "SELECT count(*) - count(DISTINCT event_id) FROM effect";
    assert_eq!(scene.shared.count(twice).await?, 0);
    assert_eq!(scene.own.count(twice).await?, 0);
    // All but the one that was given up, which has one open letter.
    let effects = "SELECT count(*) FROM effect";
    let all = scene.shared.count(effects).await? + scene.own.count(effects).await?;
    assert_eq!(all, i64::from(credits) - 1 + 2);
    let open = "SELECT count(*) FROM dispatcher_dead_letter WHERE resolved_at IS NULL";
    assert_eq!(scene.shared.count(open).await?, 1);
    assert_eq!(scene.own.count(open).await?, 0);
    after.stop().await;
    before.stop().await;
    scene.close().await
}

#[tokio::test]
async fn two_operators_who_do_the_same_move_it_once() -> TestResult {
    let Some(scene) = Scene::new().await? else {
        return Ok(());
    };
    let [mia, noor] = [scene.move_out(), scene.move_out().by(Actor::new("noor"))?];
    let before = scene.consumer(&scene.shared, false).await?;
    scene.shared.publish(1..41).await?;
    caught_up(&before).await?;
    scene.mirrored().await?;
    tokio::try_join!(mia.start(), noor.start())?;
    let after = scene.consumer(&scene.own, false).await?;
    let (one, other, ()) = tokio::try_join!(
        async { Ok(mia.switch().await?) },
        async { Ok(noor.switch().await?) },
        scene.shared.publish(41..81)
    )?;
    assert_eq!(
        (one.stage, other.stage),
        (Some(MoveStage::Moved), Some(MoveStage::Moved))
    );
    scene.mirrored().await?;
    caught_up(&after).await?;
    scene.assert_once_in_order(1..81).await?;
    after.stop().await;
    before.stop().await;
    scene.close().await
}
