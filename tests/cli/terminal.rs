//! Questions and progress, on a terminal of 80 columns.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;
use std::sync::mpsc;

use dispatcher_test_fixtures::TestResult;
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::scene::Scene;
use crate::world::World;

/// A terminal: the end of the person, and that of the program.
fn terminal() -> TestResult<(File, File)> {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&person)?;
    unlockpt(&person)?;
    let flags = OFlags::RDWR | OFlags::NOCTTY;
    let program = rustix::fs::open(ptsname(&person, Vec::new())?, flags, Mode::empty())?;
    tcsetwinsize(
        &person,
        Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        },
    )?;
    Ok((person.into(), program.into()))
}

/// Runs a command on a terminal, types the answer to its question, and returns its exit code and what the terminal got.
async fn typed(
    world: &World,
    arguments: &[&str],
    answer: &str,
) -> TestResult<(Option<i32>, String)> {
    let (mut person, program) = terminal()?;
    let mut command = world.command(arguments);
    command
        .stdin(Stdio::from(program.try_clone()?))
        .stdout(Stdio::from(program.try_clone()?))
        .stderr(Stdio::from(program));
    let mut child = command.spawn()?;
    // It holds the program's end of the terminal.
    drop(command);
    let mut screen = person.try_clone()?;
    let (sender, pieces) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut piece = [0; 4096];
        // When the program has ended, reading fails.
        while let Ok(read @ 1..) = screen.read(&mut piece) {
            let text = String::from_utf8_lossy(&piece[..read]).into_owned();
            if sender.send(text).is_err() {
                return;
            }
        }
    });
    let mut shown = String::new();
    while let Ok(piece) = pieces.recv() {
        shown += &piece;
        if shown.ends_with("to go on: ") {
            person.write_all(answer.as_bytes())?;
        }
    }
    let code = child.wait().await?.code();
    reader.join().map_err(|_| "the reader panicked")?;
    Ok((code, shown))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_is_typed_and_progress_is_shown() -> TestResult {
    let scene = Scene::new().await?;
    let start = ["redrives", "start", "--subscription", "coaching/hold_slot"];
    for wrong in ["\n", "y\n", "2\n"] {
        let (code, shown) = typed(&scene.world, &start, wrong).await?;
        assert_eq!(code, Some(1), "{shown}");
        assert!(shown.contains("Redrive 1 in the database"), "{shown}");
        assert!(shown.contains("nothing was changed"), "{shown}");
    }
    let (code, shown) = typed(&scene.world, &start, "1\n").await?;
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("1 dead letter of 1 subject"), "{shown}");
    assert!(shown.contains("redriving "), "{shown}");
    assert!(shown.contains("0 of 1 handled, 1 failed again"), "{shown}");
    scene.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_removes_a_subscription_wants_its_name() -> TestResult {
    let scene = Scene::new().await?;
    let remove = ["subscriptions", "remove", "coaching/release_stats"];
    let (code, shown) = typed(&scene.world, &remove, "yes\n").await?;
    assert_eq!(code, Some(1), "{shown}");
    let (code, shown) = typed(&scene.world, &remove, "coaching/release_stats\n").await?;
    assert_eq!(code, Some(0), "{shown}");
    scene.stop().await;
    Ok(())
}
