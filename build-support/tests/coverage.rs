//! The report on a schema with each kind of keyword.

use std::path::{Path, PathBuf};

use dispatcher_build_support::coverage::HeldBy;
use dispatcher_build_support::{Contracts, Coverage};

fn contracts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/coverage/contracts")
}

fn coverage() -> Coverage {
    Contracts::new(contracts()).coverage().expect("no faults")
}

/// `UPDATE_EXPECT=1` rewrites it.
#[test]
fn the_report_says_what_the_gate_holds_alone_and_what_nothing_holds() {
    let expected = contracts().join("../expected.txt");
    let report = format!("{}\n", coverage());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&expected, &report).expect("writable");
    }
    let expected = std::fs::read_to_string(expected).expect("the expected report");
    assert_eq!(report, expected);
}

#[test]
fn each_keyword_that_says_something_is_counted_once() {
    let coverage = coverage();
    let held_by = |path: &str, pointer: &str, keyword: &str| {
        let schema = coverage.schemas.iter().find(|schema| schema.path == path)?;
        let mut found = schema
            .keywords
            .iter()
            .filter(|one| one.pointer == pointer && one.keyword == keyword);
        let first = found.next()?;
        assert!(found.next().is_none(), "twice: {path} {pointer} {keyword}");
        Some(first.held_by)
    };
    let (ty, gate, nothing) = (HeldBy::Type, HeldBy::Gate, HeldBy::Unsupported);
    for (path, pointer, keyword, expected) in [
        ("a.json", "", "additionalProperties", Some(ty)),
        ("a.json", "", "required", Some(gate)), // `elsewhere` is not a property
        ("a.json", "", "title", None),
        ("a.json", "/properties/at", "format", Some(ty)),
        ("a.json", "/properties/count", "minimum", Some(ty)),
        ("a.json", "/properties/sure", "const", Some(gate)), // it is a bool
        ("a.json", "/properties/state", "enum", Some(ty)),
        ("a.json", "/properties/tags", "contains", Some(gate)),
        ("a.json", "/properties/tags/items", "maxLength", Some(ty)),
        ("a.json", "/properties/pair", "items", Some(ty)),
        ("a.json", "/properties/payment", "oneOf", Some(ty)),
        (
            "a.json",
            "/properties/payment/oneOf/0/properties/kind",
            "const",
            Some(ty),
        ),
        ("a.json", "/properties/maybe", "anyOf", Some(ty)),
        ("a.json", "/properties/note", "nullable", Some(nothing)),
        (
            "a.json",
            "/properties/note",
            "contentEncoding",
            Some(nothing),
        ),
        ("a.json", "/properties/note", "x-owner", None),
        ("a.json", "", "if", Some(gate)),
        ("b.json", "/properties/id", "$ref", Some(ty)),
        ("b.json", "/properties/id", "minLength", Some(nothing)), // draft 7: beside a $ref
        ("b.json", "/properties/rest", "minProperties", Some(gate)),
        ("ids.json", "/$defs/Id", "pattern", Some(ty)),
        ("ids.json", "/$defs/NobodyUsesIt", "not", None),
    ] {
        assert_eq!(
            held_by(path, pointer, keyword),
            expected,
            "{path}#{pointer} {keyword}"
        );
    }
    let ids = coverage
        .schemas
        .iter()
        .find(|schema| schema.path == "ids.json");
    let used_by = ids.map(|schema| schema.used_by.clone()).unwrap_or_default();
    assert_eq!(used_by, ["a.happened v1", "b.happened v2"]);
}

#[test]
fn what_nothing_enforces_can_be_made_a_fault() {
    let contracts = Contracts::new(contracts());
    assert!(contracts.render().is_ok());
    let report = contracts
        .deny_unsupported()
        .render()
        .expect_err("three of them")
        .to_string();
    assert!(report.contains("a.json:19:33\n  at /properties/note/nullable: nothing enforces the keyword \"nullable\""), "{report}");
    assert!(
        report.contains("help: remove it, or rename it to \"x-nullable\" if it is documentation"),
        "{report}"
    );
    assert!(
        report.contains(
            "help: draft 7 ignores keywords beside a $ref: move the $ref into an \"allOf\""
        ),
        "{report}"
    );
    assert!(
        report.ends_with("3 faults in the contracts; nothing was generated"),
        "{report}"
    );
}
