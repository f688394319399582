//! The tables of `tests/compat`: one pair of schemas a line, and whether the new one surely takes what the old one does.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::is_proved;
use crate::compat::Mode;

#[track_caller]
fn holds(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/compat")
        .join(table);
    let text = fs::read_to_string(&path).expect("a table");
    let mut wrong = Vec::new();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).expect("JSON");
        let dialect = row["dialect"].as_str().unwrap_or("2020-12");
        let mode = match row["mode"].as_str() {
            Some("lenient") => Mode::Lenient,
            _ => Mode::Strict,
        };
        let proved = is_proved(&row["old"], &row["new"], dialect, mode);
        if row["proved"] != proved {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "not so:\n{}", wrong.join("\n"));
}

#[test]
fn scalars() {
    holds("scalars.jsonl");
}

#[test]
fn objects() {
    holds("objects.jsonl");
}

#[test]
fn arrays() {
    holds("arrays.jsonl");
}

#[test]
fn branches() {
    holds("branches.jsonl");
}

#[test]
fn references() {
    holds("references.jsonl");
}

#[test]
fn one_draft_against_another() {
    holds("drafts.jsonl");
}

#[test]
fn changes_backward_and_forward() {
    holds("changes.jsonl");
}

#[test]
fn lenient() {
    holds("lenient.jsonl");
}
