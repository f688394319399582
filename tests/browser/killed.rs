//! A process that is killed leaves no browser.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use dispatcher_test_fixtures::TestResult;
use tokio::io::AsyncReadExt;

use crate::browser::Browser;

/// How long something may take to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// Set where this program is to be killed.
const PART: &str = "BROWSER_PART";

/// How a process that was started to be killed begins the line with its folder.
const FOLDER: &str = "folder: ";

#[test]
fn a_killed_process_leaves_no_driver_no_browser_and_no_file() -> TestResult {
    // This program again, with a browser that waits until it is killed.
    let mut part = Command::new(std::env::current_exe()?)
        .args(["--exact", "killed::a_part_of_another_test", "--nocapture"])
        .env(PART, "")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let output = part.stdout.take().ok_or("no output")?;
    let mut lines = BufReader::new(output).lines();
    let folder = lines.find_map(|line| {
        let line = line.ok()?;
        line.split_once(FOLDER)
            .map(|(_, folder)| PathBuf::from(folder))
    });
    let Some(folder) = folder else {
        // It was skipped, and has said why.
        assert!(part.wait()?.success());
        return Ok(());
    };
    let running = programs_of(&folder)?;
    let names: BTreeSet<_> = running.iter().map(|(_, name)| name.as_str()).collect();
    assert!(names.contains("chromedriver"), "{names:?}");
    assert!(names.len() > 1, "a browser runs: {names:?}");
    assert!(folder.read_dir()?.next().is_some(), "its files are there");
    part.kill()?;
    part.wait()?;
    becomes("the programs end", || {
        Ok(running.iter().all(|(pid, name)| !runs(*pid, name)))
    })?;
    becomes("the files are removed", || Ok(!folder.exists()))?;
    becomes("nothing else uses them", || {
        Ok(programs_of(&folder)?.is_empty())
    })
}

/// Does nothing by itself: the other test starts it, in a process of its own.
#[tokio::test]
async fn a_part_of_another_test() -> TestResult {
    if std::env::var_os(PART).is_none() {
        return Ok(());
    }
    let Some(browser) = Browser::start_or_skip().await? else {
        return Ok(());
    };
    println!("{FOLDER}{}", browser.folder().display());
    // Until it is killed, or the other test has ended.
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    browser.close().await
}

/// The programs whose temporary files are in a folder, with their names.
fn programs_of(folder: &Path) -> TestResult<Vec<(u32, String)>> {
    let wanted = format!("TMPDIR={}", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // A process of another user, or one that has ended, has none to read.
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let mut variables = environment.split(|byte| *byte == 0);
        if variables.any(|variable| variable == wanted.as_bytes()) {
            found.push((pid, name_of(pid).unwrap_or_default()));
        }
    }
    Ok(found)
}

fn name_of(pid: u32) -> Option<String> {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}

/// Whether the process of that number still is the program, and has not ended: one that nothing has waited for is a zombie.
fn runs(pid: u32, name: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    name_of(pid).as_deref() == Some(name) && !status.contains("State:\tZ")
}

fn becomes(what: &str, condition: impl Fn() -> TestResult<bool>) -> TestResult {
    let end = Instant::now() + PATIENCE;
    while !condition()? {
        if Instant::now() > end {
            return Err(format!("in vain: {what}").into());
        }
        std::thread::yield_now();
    }
    Ok(())
}
