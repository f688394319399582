//! Output that has no end, readers that go away, and Ctrl-C.

use dispatcher_test_fixtures::{TestResult, lock_json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
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

/// A redrive that is not done within the time of a test: the first of its letters is handed over, the second is not.
async fn slow_redrive(scene: &Scene) -> TestResult<String> {
    scene.with_open_letter().await?;
    let start = ["redrives", "start", "--all", "--per-second", "0.0001"];
    let start = [&start[..], &["--yes", "--detach"]].concat();
    let started = scene.world.json(&start).await?;
    assert_eq!(started["total"], 2);
    Ok(started["redrive_id"]
        .as_str()
        .ok_or("no redrive")?
        .to_owned())
}

/// A command that watches a redrive, after it has printed its first line.
async fn watching(scene: &Scene, id: &str) -> TestResult<Child> {
    let watch = ["redrives", "watch", id, "--json"];
    let mut child = scene.world.command(&watch).spawn()?;
    let mut stdout = BufReader::new(child.stdout.take().ok_or("no standard output")?);
    let mut line = String::new();
    stdout.read_line(&mut line).await?;
    let seen: serde_json::Value = serde_json::from_str(&line)?;
    assert_eq!(seen["redrive_id"], id);
    // What follows is read to the end, so that the command never waits for a full pipe.
    tokio::spawn(async move {
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).await
    });
    Ok(child)
}

/// How it ended, and what it said.
async fn last_words(child: &mut Child) -> TestResult<(Option<i32>, String)> {
    let mut stderr = String::new();
    let mut pipe = child.stderr.take().ok_or("no standard error")?;
    pipe.read_to_string(&mut stderr).await?;
    let words: Vec<_> = stderr.split_whitespace().collect();
    Ok((child.wait().await?.code(), words.join(" ")))
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_redrive_goes_on_when_the_one_who_watches_is_interrupted() -> TestResult {
    let scene = Scene::new().await?;
    let id = slow_redrive(&scene).await?;
    let mut child = watching(&scene, &id).await?;
    interrupt(&child).await?;
    let (code, words) = last_words(&mut child).await?;
    assert_eq!(code, Some(130), "{words}");
    assert!(words.contains("the redrive goes on"), "{words}");
    let stop = format!("dispatcher redrives stop {id}");
    assert!(words.contains(&stop), "{words}");
    let running = scene.world.json(&["redrives", "show", &id]).await?;
    assert_eq!(running["state"], "running");
    let stopped = scene.world.json(&["redrives", "stop", &id]).await?;
    assert_eq!(stopped["left_out"], 1);
    // What was stopped was not done.
    let watched = scene.world.run(&["redrives", "watch", &id]).await?;
    assert_eq!(
        watched.code,
        Some(4),
        "{}{}",
        watched.stdout,
        watched.stderr
    );
    scene.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_in_the_middle_leaves_it_half_way() -> TestResult {
    let scene = Scene::new().await?;
    let id = slow_redrive(&scene).await?;
    let mut child = watching(&scene, &id).await?;
    let options = scene.world.database.options().clone();
    let mut admin = PgConnection::connect_with(&options.database("postgres")).await?;
    let name = scene.world.database.name();
    let closed = |allowed| format!("ALTER DATABASE \"{name}\" ALLOW_CONNECTIONS {allowed}");
    sqlx::raw_sql(AssertSqlSafe(closed(false)))
        .execute(&mut admin)
        .await?;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = $1 AND application_name = 'dispatcher'";
    sqlx::query(end).bind(name).execute(&mut admin).await?;
    let (code, words) = last_words(&mut child).await?;
    let asked = scene.world.run(&["overview"]).await?;
    sqlx::raw_sql(AssertSqlSafe(closed(true)))
        .execute(&mut admin)
        .await?;
    assert_eq!(code, Some(4), "{words}");
    assert!(words.contains("the redrive goes on"), "{words}");
    assert_eq!(asked.code, Some(3), "{}", asked.stderr);
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
