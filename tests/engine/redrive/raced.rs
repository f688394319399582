//! A redrive that starts while an operator does something else to the subscription.

use std::time::Duration;

use dispatcher_runtime::{DeadLetterFilter, Subscriptions};
use dispatcher_test_fixtures::TestResult;

use super::{assert_consistent, start, world_with_letters};
use crate::support::World;

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
