//! Processes whose clocks are wrong: what they write and remove goes by the server's clock.

use dispatcher_test_fixtures::{TestResult, lock};
use dispatcher_test_launcher::{WRONG_CLOCK_NEEDS, wrong_clock};

use crate::crash::{Process, consumer_with};
use crate::held::until;
use crate::support::{Script, World, hold_slot};

/// A process whose clock is that far off.
fn skewed(world: &World, mode: &str, by: &str) -> TestResult<Option<Process>> {
    let Some(environment) = wrong_clock(by) else {
        eprintln!("skipped: {WRONG_CLOCK_NEEDS}");
        return Ok(None);
    };
    let environment = environment
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    consumer_with(world.database.url(), mode, environment).map(Some)
}

/// It took what was seconds old for old.
#[tokio::test]
async fn a_process_40_days_ahead_removes_nothing_that_is_new() -> TestResult {
    let world = World::new().await?;
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.wait_caught_up().await?;
    // Dedup rows stay while the cursor has not moved since.
    world.revenue().publish(lock(2, 2)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    if let Some((mut child, mut lines)) = skewed(&world, "sweep", "+40d")? {
        let swept = lines.next_line().await?;
        assert_eq!(swept.as_deref(), Some("0 events, 0 dedup rows"));
        assert!(child.wait().await?.success());
    }
    world.close().await
}

/// Its retries were due in 40 days for all others, or at once.
#[tokio::test]
async fn a_retry_is_due_by_the_servers_clock() -> TestResult {
    for by in ["+40d", "-40d"] {
        let world = World::new().await?;
        world.revenue().publish(lock(1, 1)).await?;
        if let Some((mut child, mut lines)) = skewed(&world, "fail", by)? {
            lines.next_line().await?.ok_or("it ended before")?;
            until(&world, "SELECT count(*) FROM dispatcher_retry", 1).await?;
            child.kill().await?;
            let due = "SELECT extract(epoch FROM due_at - now())::bigint FROM dispatcher_retry";
            let seconds = world.count(due).await?;
            assert!((1..=60).contains(&seconds), "{by}: in {seconds} s");
            let failed = "SELECT count(*) FROM dispatcher_retry
                           WHERE abs(extract(epoch FROM (failures -> 0 ->> 'failed_at')::timestamptz - now())) < 60";
            assert_eq!(world.count(failed).await?, 1, "{by}");
            let moved = "SELECT count(*) FROM dispatcher_cursor
                          WHERE abs(extract(epoch FROM updated_at - now())) < 60";
            assert_eq!(world.count(moved).await?, 1, "{by}");
        }
        world.close().await?;
    }
    Ok(())
}
