//! kill -9 of the consuming process, between handler and commit, again and again.

use std::process::Stdio;

use dispatcher_test_fixtures::{TestResult, lock};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::held::until;
use crate::support::{Script, World, hold_slot, whole_letters};

pub(crate) fn consumer(url: &str, mode: &str) -> TestResult<Process> {
    consumer_with(url, mode, [])
}

/// The process, and the lines that it prints.
pub(crate) type Process = (Child, Lines<BufReader<ChildStdout>>);

/// The same with these environment variables.
pub(crate) fn consumer_with<const N: usize>(
    url: &str,
    mode: &str,
    environment: [(&str, &str); N],
) -> TestResult<Process> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_crash-consumer"))
        .args([url, mode])
        .envs(environment)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let lines = BufReader::new(child.stdout.take().ok_or("no stdout")?).lines();
    Ok((child, lines))
}

/// SIGTERM, until it has ended.
pub(crate) async fn terminate(child: &mut Child) -> TestResult {
    let process = child.id().ok_or("it has ended")?.to_string();
    let sent = Command::new("kill")
        .args(["-TERM", &process])
        .status()
        .await?;
    assert!(sent.success());
    let ended = tokio::time::timeout(std::time::Duration::from_secs(60), child.wait()).await??;
    assert!(ended.success(), "{ended}");
    Ok(())
}

#[tokio::test]
async fn killed_between_handler_and_commit_each_effect_is_applied_once() -> TestResult {
    let world = World::new().await?;
    let url = world.database.url();
    world
        .revenue()
        .publish_all((1..=40).map(|credits| lock(credits, credits)))
        .await?;

    // SIGKILL: none of the process's code runs any more.
    for _ in 0..3 {
        let (mut child, mut lines) = consumer(url, "hang")?;
        lines
            .next_line()
            .await?
            .ok_or("it ended before it handled anything")?;
        child.kill().await?;
    }
    assert_eq!(
        world.count("SELECT count(*) FROM effect").await?,
        0,
        "nothing was committed"
    );

    // And while it works: after 3, 11 and 17 handled events, at whatever point of a batch that is.
    for events in [3, 11, 17] {
        let (mut child, mut lines) = consumer(url, "run")?;
        for _ in 0..events {
            if lines.next_line().await?.is_none() {
                break;
            }
        }
        child.kill().await?;
        if world.count("SELECT count(*) FROM effect").await? == 40 {
            break;
        }
    }
    world.revenue().publish(lock(41, 41)).await?;
    let last = world
        .coaching(&Script::new([]))
        .subscribe(hold_slot)
        .start()
        .await?;
    last.wait_caught_up().await?;
    last.stop().await;
    // An event whose attempt never ended may come after others.
    let mut effects = world.effects().await?;
    effects.sort_unstable();
    assert_eq!(effects, (1..=41).collect::<Vec<_>>(), "each once");
    world.close().await
}

/// Every start died at the same event: its attempts were never counted, and nothing behind it was handled.
#[tokio::test]
async fn a_handler_that_ends_its_process_has_an_end() -> TestResult {
    let world = World::new().await?;
    world
        .revenue()
        .publish_all((1..=6).map(|credits| lock(credits, credits)))
        .await?;
    // The second process is the first to write its attempts down.
    for _ in 0..4 {
        let (mut child, mut lines) = consumer(world.database.url(), "abort")?;
        while lines.next_line().await?.is_some() {}
        assert!(!child.wait().await?.success());
    }
    let (mut child, mut lines) = consumer(world.database.url(), "abort")?;
    until(&world, "SELECT count(*) FROM dispatcher_dead_letter", 1).await?;
    until(&world, "SELECT count(*) FROM effect", 5).await?;
    child.kill().await?;
    while lines.next_line().await?.is_some() {}
    let mut effects = world.effects().await?;
    effects.sort_unstable();
    assert_eq!(effects, [1, 2, 4, 5, 6]);
    let letters = dispatcher_runtime::DeadLetters::new(world.pool.clone());
    let letters = whole_letters(&letters, &Default::default()).await?;
    let [letter] = &letters[..] else {
        return Err(format!("{letters:?}").into());
    };
    assert_eq!(letter.reason, dispatcher_runtime::DeadLetterReason::Crashed);
    assert_eq!(letter.attempts, 3);
    assert_eq!(
        letter.error,
        "the attempt never ended: the process ended, or lost its lease, while the handler ran"
    );
    assert_eq!(letter.failures.len(), 3);
    world.close().await
}

/// Orchestrators send SIGTERM. It used to end the process in the middle of a handler.
#[tokio::test]
async fn sigterm_lets_the_handler_finish() -> TestResult {
    let world = World::new().await?;
    world.revenue().publish(lock(1, 1)).await?;
    let (mut child, mut lines) = consumer(world.database.url(), "run")?;
    lines
        .next_line()
        .await?
        .ok_or("it ended before it handled anything")?;
    terminate(&mut child).await?;
    assert_eq!(world.effects().await?, [1]);
    let leases = "SELECT count(*) FROM dispatcher_cursor WHERE holder IS NOT NULL";
    assert_eq!(world.count(leases).await?, 0, "it has given back its lease");
    world.close().await
}
