//! A new user on call: what is wrong is found and named within two commands.

use dispatcher_test_fixtures::TestResult;

use crate::scene::Scene;
use crate::world::World;

/// What `overview` prints, and what the command prints that it names for this problem.
async fn found(world: &World, problem: &str) -> TestResult<(String, String)> {
    let overview = world.run(&["overview"]).await?.good().stdout;
    let mut lines = overview.lines().skip_while(|line| !line.contains(problem));
    let command = lines.find_map(|line| line.trim().strip_prefix("dispatcher "));
    let command = command.ok_or_else(|| format!("no command for {problem}:\n{overview}"))?;
    let words: Vec<_> = command.split_whitespace().collect();
    let next = world.run(&words).await?;
    assert_ne!(next.code, Some(2), "{command}: {}", next.stderr);
    Ok((overview, one_line(&(next.stdout + &next.stderr))))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_problem_is_named_within_two_commands() -> TestResult {
    let scene = Scene::new().await?;
    let blocker = scene.blocker().await?;
    let world = &scene.world;

    // A subscription that is stuck, because its replica never came back.
    let (overview, next) = found(world, "coaching/release_stats").await?;
    assert!(
        overview.contains("NO HOLDER coaching/release_stats"),
        "{overview}"
    );
    assert!(next.contains("no replica runs it"), "{next}");

    // A poison event.
    let (overview, next) = found(world, "DEAD LETTERS").await?;
    let (both, letter) = (overview + &next, scene.letter().await?);
    assert!(both.contains("more than a lesson can cost"), "{both}");
    let letters = world.run(&["dlq", "list"]).await?.good().stdout;
    assert!(letters.contains(&letter), "{letters}");

    // A transaction that holds readers back.
    let overview = world.run(&["overview"]).await?.good().stdout;
    assert!(overview.contains("nightly-import"), "{overview}");

    // A subscription that is paused: by whom, and why.
    let (overview, _) = found(world, "PAUSED coaching/slot_archive").await?;
    let line = one_line(&overview);
    assert!(
        line.contains("paused the archive moves (mia, "),
        "{overview}"
    );

    // And what its events fail with.
    let text = one_line(&overview);
    assert!(text.contains("\"slot service: 503\""), "{overview}");

    drop(blocker);
    scene.stop().await;
    Ok(())
}

/// Without line breaks.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
