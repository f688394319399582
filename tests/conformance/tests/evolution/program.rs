//! The program `evolution-conformance`, as a user runs it.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use crate::TestResult;

fn run(arguments: &[&str]) -> TestResult<Output> {
    let program = env!("CARGO_BIN_EXE_evolution-conformance");
    Ok(Command::new(program).args(arguments).output()?)
}

fn file(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/evolution");
    folder.join(name).display().to_string()
}

#[test]
fn the_traps_seen_in_the_field_are_all_decided() -> TestResult {
    let output = run(&[&file("pairs.jsonl"), "--json"])?;
    let text = String::from_utf8(output.stdout)?;
    let report: Value = serde_json::from_str(&text)?;
    for direction in ["backward", "forward"] {
        let count = &report[direction];
        assert_eq!(count["false_proofs"], 0, "{text}");
        assert_eq!(count["false_incompatible"], 0, "{text}");
        assert_eq!(count["unknown"], 0, "{text}");
        assert_eq!(count["unconfirmed_counterexamples"], 0, "{text}");
        assert_eq!(count["agreed"], 20, "{text}");
    }
    assert_eq!(output.status.code(), Some(0));
    Ok(())
}

#[test]
fn a_false_statement_is_found() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("wrong.jsonl");
    let line = r#"{"id": "wrong", "old": {"type": "string"}, "new": {"type": "integer"}, "proved_backward": true}"#;
    std::fs::write(&path, line)?;
    let output = run(&[&path.display().to_string()])?;
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout)?;
    assert!(
        text.contains("false verdict: wrong backward: incompatible by \"\""),
        "{text}"
    );
    Ok(())
}

#[test]
fn the_history_of_the_reference_contracts_is_decided() -> TestResult {
    let contracts = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    let output = run(&["--history", &contracts.display().to_string()])?;
    let text = String::from_utf8(output.stdout)?;
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(
        text.contains("pairs of neighbouring versions, both directions"),
        "{text}"
    );
    Ok(())
}

#[test]
fn a_wrong_call_is_told_apart_from_a_finding() -> TestResult {
    for arguments in [
        &["no-such-file.jsonl"][..],
        &[],
        &["--history", "no-such-folder"],
    ] {
        assert_eq!(run(arguments)?.status.code(), Some(2), "{arguments:?}");
    }
    Ok(())
}
