//! Output that has no end, readers that go away, and Ctrl-C.

use dispatcher_test_fixtures::{TestResult, lock_json};
use sqlx::Row;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Child;

use crate::scene::Scene;
use crate::world::World;

async fn publish(world: &World, person: u32) -> TestResult<String> {
    let publish = "SELECT event_id FROM dispatcher_publish('credit.locked', $1::json, 'tnt_swim_north', 'revenue')";
    let row = sqlx::query(publish)
        .bind(lock_json(person, 1).to_string())
        .fetch_one(&world.pool)
        .await?;
    Ok(row.try_get(0)?)
}

async fn interrupt(child: &Child) -> TestResult {
    let process = child.id().ok_or("it ended")?.to_string();
    let kill = tokio::process::Command::new("kill")
        .args(["-INT", &process])
        .status();
    assert!(kill.await?.success());
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn a_tail_follows_the_log_until_it_is_interrupted() -> TestResult {
    let world = World::new().await?;
    let before = publish(&world, 1).await?;
    let mut child = world
        .command(&["events", "tail", "--follow", "--json"])
        .spawn()?;
    let stdout = child.stdout.take().ok_or("no standard output")?;
    let mut lines = BufReader::new(stdout).lines();
    let mut expected = before;
    for person in 2..5 {
        let line = lines.next_line().await?.ok_or("it ended")?;
        let event: serde_json::Value = serde_json::from_str(&line)?;
        assert_eq!(event["event_id"], expected.as_str());
        expected = publish(&world, person).await?;
    }
    interrupt(&child).await?;
    assert_eq!(child.wait().await?.code(), Some(130));
    Ok(())
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_redrive_goes_on_when_the_one_who_watches_is_interrupted() -> TestResult {
    let scene = Scene::new().await?;
    let started = scene
        .world
        .json(&[
            "redrives",
            "start",
            "--all",
            "--per-second",
            "0.0001",
            "--yes",
            "--detach",
        ])
        .await?;
    let id = started["redrive_id"].as_str().ok_or("no redrive")?;
    scene.with_open_letter().await?;
    // A second one, so that the first is still under way whatever the consumer does.
    let mut child = scene
        .world
        .command(&["redrives", "watch", id, "--json"])
        .spawn()?;
    let mut stdout = BufReader::new(child.stdout.take().ok_or("no standard output")?);
    let mut line = String::new();
    stdout.read_line(&mut line).await?;
    let seen: serde_json::Value = serde_json::from_str(&line)?;
    assert_eq!(seen["redrive_id"], id);
    if seen["state"] == "running" && seen["queued"] != 0 {
        interrupt(&child).await?;
        let mut stderr = String::new();
        child
            .stderr
            .take()
            .ok_or("no standard error")?
            .read_to_string(&mut stderr)
            .await?;
        assert_eq!(child.wait().await?.code(), Some(130));
        assert!(stderr.contains("the redrive goes on"), "{stderr}");
        assert!(
            stderr.contains(&format!("dispatcher redrives stop {id}")),
            "{stderr}"
        );
    }
    scene.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_reader_that_goes_away_is_no_error() -> TestResult {
    let world = World::new().await?;
    for arguments in [
        &["events", "find"][..],
        &["events", "tail"],
        &["roles"],
        &["completions", "bash"],
    ] {
        publish(&world, 1).await?;
        let mut child = world.command(arguments).spawn()?;
        drop(child.stdout.take());
        let mut stderr = String::new();
        child
            .stderr
            .take()
            .ok_or("no standard error")?
            .read_to_string(&mut stderr)
            .await?;
        assert_eq!(
            (child.wait().await?.code(), stderr.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
    Ok(())
}
