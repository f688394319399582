//! The errors of the program `conformance` for input that it cannot use.

use std::fs;
use std::path::Path;
use std::process::Command;

use dispatcher_conformance::TestResult;
use serde_json::json;

/// Exit code and standard error.
fn conformance(arguments: &[&str]) -> TestResult<(Option<i32>, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(arguments)
        .output()?;
    let text = String::from_utf8(output.stderr)?;
    assert!(!text.contains("panicked"), "{text}");
    Ok((output.status.code(), text))
}

fn registry(folder: &Path) -> TestResult {
    let registry = json!({ "registry_version": 1, "event_types": [
        { "event_type": "order.paid", "description": "Paid.", "contract": "shop", "producer": "shop",
          "consumers": [], "status": "active", "versions": [{ "schema_version": 1, "status": "active" },
          { "schema_version": 2, "status": "retired" }] }] });
    Ok(fs::write(
        folder.join("event-types-registry.json"),
        registry.to_string(),
    )?)
}

#[test]
fn without_a_directory_it_says_how_it_is_called() -> TestResult {
    for arguments in [&[][..], &["--contracts"], &["--contract", "x"]] {
        let (code, text) = conformance(arguments)?;
        assert_eq!(code, Some(2), "{text}");
        assert!(
            text.contains("usage: conformance --contracts DIR"),
            "{text}"
        );
    }
    Ok(())
}

#[test]
fn a_directory_that_cannot_be_used_is_named() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("nowhere");
    let (code, text) = conformance(&["--contracts", path.to_str().ok_or("no path")?])?;
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.contains("nowhere: there is no such directory"),
        "{text}"
    );

    let path = folder.path().to_str().ok_or("no path")?;
    let (code, text) = conformance(&["--contracts", path])?;
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("the registry does not exist"), "{text}");

    fs::write(
        folder.path().join("event-types-registry.json"),
        "{ \"registry_version\": 1,\n ]",
    )?;
    let (code, text) = conformance(&["--contracts", path])?;
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("event-types-registry.json:2:"), "{text}");
    Ok(())
}

#[test]
fn every_line_that_is_no_sample_is_named() -> TestResult {
    let folder = tempfile::tempdir()?;
    registry(folder.path())?;
    let samples = folder.path().join("samples.jsonl");
    let (path, file) = (
        folder.path().to_str().ok_or("no path")?,
        samples.to_str().ok_or("no path")?,
    );
    let (code, text) = conformance(&["--contracts", path, "--samples", file])?;
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("samples.jsonl"), "{text}");

    fs::write(
        &samples,
        "{\"event_type\": \"order.paid\", \"schema_version\": 1, \"payload\": {}}\n{oops\n7\n",
    )?;
    let (code, text) = conformance(&["--contracts", path, "--samples", file])?;
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("samples.jsonl:2: this is not JSON"), "{text}");
    assert!(
        text.contains("samples.jsonl:3: a sample is a JSON object"),
        "{text}"
    );

    fs::write(
        &samples,
        "{\"event_type\": \"order.payed\", \"schema_version\": 1, \"payload\": {}}\n\
         {\"event_type\": \"order.paid\", \"schema_version\": 2, \"payload\": {}}\n",
    )?;
    let (code, text) = conformance(&["--contracts", path, "--samples", file])?;
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.contains("samples.jsonl:1: the registry has no event type \"order.payed\""),
        "{text}"
    );
    assert!(
        text.contains("samples.jsonl:2: \"order.paid\" has no live version 2"),
        "{text}"
    );
    Ok(())
}
