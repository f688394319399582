//! Waivers, and notes about generated code.

use super::*;

#[test]
fn a_waiver_accepts_one_finding_until_its_day() {
    let before = Directory::new(
        &registry(json!([event("x", json!([version(1, "active")]))])),
        &[("v1.json", payload(json!({}), json!([])))],
    );
    let mut moved = event("x", json!([version(1, "active")]));
    moved["producer"] = json!("billing");
    let after = Directory::new(
        &registry(json!([moved])),
        &[("v1.json", payload(json!({}), json!([])))],
    );
    let waiver = |rule: &str| json!({ "rule": rule, "event_type": "x", "pointer": "/event_types/0/producer", "reason": "No consumer is deployed yet.", "until": "2026-09-30" });
    let found = |waivers: Value, today: &str| {
        write(
            after.0.path(),
            "contracts-waivers.json",
            &json!({ "waivers": waivers }),
        );
        let waivers = Waivers::read(&after.contracts()).unwrap_or_else(|report| panic!("{report}"));
        let findings = between_by(&before.revision(), &after.revision(), &by_samples(&[]));
        lines(&waivers.apply(findings, today, true))
    };
    let error = "error producer-changed [] event-types-registry#/event_types/0/producer";
    let waived = || json!([waiver("producer-changed")]);
    assert_eq!(found(json!([]), "2026-09-30"), [error]);
    assert_eq!(found(waived(), "2026-09-30"), [""; 0]);
    assert_eq!(
        found(waived(), "2026-10-01"),
        [
            "error waiver-expired [] contracts-waivers#/waivers/0",
            error
        ]
    );
    let unused = json!([waiver("producer-changed"), waiver("subject-changed")]);
    assert_eq!(
        found(unused, "2026-09-30"),
        ["warning waiver-unused [] contracts-waivers#/waivers/1"]
    );
}

#[test]
fn each_fault_of_the_waivers_is_reported() {
    let directory = Directory::new(&registry(json!([])), &[]);
    let report = |waivers: Value| {
        write(directory.0.path(), "contracts-waivers.json", &waivers);
        Waivers::read(&directory.contracts())
            .expect_err("faults")
            .to_string()
    };
    let found = report(json!({ "waivers": [
        { "rule": "property-*", "event_type": "x", "reason": "…", "until": "2026-09-31", "version": [1] },
        { "rule": "property-requird", "event_type": "", "versions": "all", "until": "2026-09-30" },
    ] }));
    for says in [
        "there is no rule \"property-*\"\n  help: `dispatcher contracts explain` lists the rules; there are no wildcards",
        "\"2026-09-31\" is not a day\n  help: write the last day on which the waiver counts: \"2026-09-30\"",
        "unknown key \"version\"\n  help: did you mean \"versions\"?",
        "there is no rule \"property-requird\"\n  help: did you mean \"property-required\"?",
        "\"event_type\" needs a text",
        "the key \"reason\" is missing",
        "\"versions\" needs an array of numbers\n  help: write the numbers that the finding names: [1, 2]",
    ] {
        assert!(found.contains(says), "{says}\n\n{found}");
    }
    assert!(report(json!([])).contains("an object with an array \"waivers\" is needed"));
}

#[test]
fn code_that_uses_the_types_is_told_what_it_has_to_follow() {
    let of = |schema: Value, statuses: &[&str]| {
        let versions: Value = statuses
            .iter()
            .zip(1..)
            .map(|(status, number)| version(number, status))
            .collect();
        Directory::new(
            &registry(json!([event("credit.locked", versions)])),
            &[
                (
                    "v1.json",
                    payload(json!({ "a": { "enum": ["x"] } }), json!(["a"])),
                ),
                ("v2.json", schema),
            ],
        )
    };
    let before = of(json!({}), &["active"]);
    let after = of(
        payload(
            json!({ "a": { "enum": ["x", "y"] }, "b": { "type": "string" } }),
            json!([]),
        ),
        &["active", "active"],
    );
    let notes = crate::changes::rust_notes(&before.revision(), &after.revision())
        .unwrap_or_else(|report| panic!("{report}"));
    let said: Vec<_> = notes
        .iter()
        .map(|note| format!("{} {} {}", note.rule.id, note.title, note.says))
        .collect();
    assert_eq!(
        said,
        [
            "rust-variant-added `credit_locked::A` the variant `Y` was added",
            "rust-field-type `credit_locked::CreditLocked` `a` was `A`, and is `Option<A>`",
            "rust-field-added `credit_locked::CreditLocked` the field `b` was added",
        ]
    );
    assert!(
        notes
            .iter()
            .all(|note| note.severity == crate::changes::Severity::Note)
    );
    let gone = crate::changes::rust_notes(&after.revision(), &before.revision())
        .unwrap_or_else(|report| panic!("{report}"));
    assert!(gone.iter().any(|note| note.rule.id == "rust-type-renamed"
        && note.title == "`credit_locked::v2::CreditLocked`"));
}

#[test]
fn the_root_of_a_schema_is_a_place() {
    let directory = Directory::new(
        &registry(json!([event("x", json!([version(1, "active")]))])),
        &[("v1.json", payload(json!({}), json!([])))],
    );
    let spot = directory.revision().schema_spot(&Location::root("v1.json"));
    assert_eq!(
        (
            spot.file.as_str(),
            spot.line,
            spot.column,
            spot.pointer.as_str()
        ),
        ("contracts/v1.json", Some(1), Some(1), "")
    );
}
