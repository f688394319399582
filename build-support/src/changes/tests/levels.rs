//! What a level makes of a verdict.

use super::*;

/// Version 2 beside version 1 at a level, with or without `"x-upcast": "by-hand"`.
fn step(old: Value, new: Value, level: &str, by_hand: bool, samples: &[Value]) -> Vec<String> {
    let mut announced = version(2, "upcoming");
    if by_hand {
        announced["x-upcast"] = json!("by-hand");
    }
    let at = |versions: Value| {
        let mut event = event("credit.locked", versions);
        event["x-compatibility"] = json!(level);
        registry(json!([event]))
    };
    let before = Directory::new(
        &at(json!([version(1, "active")])),
        &[("v1.json", old.clone())],
    );
    let after = Directory::new(
        &at(json!([version(1, "active"), announced])),
        &[("v1.json", old), ("v2.json", new)],
    );
    lines(&between_by(
        &before.revision(),
        &after.revision(),
        &by_samples(samples),
    ))
}

#[test]
fn a_level_decides_what_of_a_verdict_is_an_error() {
    let old = || payload(json!({ "a": { "type": "string" } }), json!(["a"]));
    // Old data lacks `b`; consumers of version 1 do not take a null.
    let new = || {
        payload(
            json!({ "a": { "type": ["string", "null"] }, "b": {} }),
            json!(["a", "b"]),
        )
    };
    let samples = [json!({ "a": "x" }), json!({ "a": null, "b": 1 })];
    let of = |level: &str, by_hand: bool| step(old(), new(), level, by_hand, &samples);

    let required = "error property-required [1 2] v2#/required/1 {\"a\":\"x\"}";
    let widened = "error type-widened [1 2] v2#/properties/a/type {\"a\":null,\"b\":1}";
    let required_note = "note property-required [1 2] v2#/required/1";
    let widened_note = "note type-widened [1 2] v2#/properties/a/type";
    let upcast =
        "warning upcast-needed [1 2] event-types-registry#/event_types/0/versions/1 {\"a\":\"x\"}";
    let deploy = "warning deploy-consumers-first [1 2] event-types-registry#/event_types/0/versions/1 {\"a\":null,\"b\":1}";
    assert_eq!(of("upcast", false), [required, deploy, widened_note]);
    assert_eq!(
        of("upcast", true),
        [deploy, upcast, widened_note, required_note]
    );
    assert_eq!(of("backward", false), [required, deploy, widened_note]);
    assert_eq!(
        of("backward", true),
        of("backward", false),
        "an upcast does not make it take old data"
    );
    assert_eq!(of("forward", false), [widened, upcast, required_note]);
    assert_eq!(of("full", false), [widened, required]);
    assert!(
        of("none", false)
            .iter()
            .all(|line| line.starts_with("note ")),
        "{:?}",
        of("none", false)
    );
}

#[test]
fn an_example_is_shown_with_the_change_that_it_meets_and_others_are_errors_too() {
    let old = payload(
        json!({ "a": { "type": "string" }, "n": { "type": "integer" } }),
        json!(["a", "n"]),
    );
    let new = payload(
        json!({ "a": { "type": "string", "maxLength": 1 }, "n": { "type": "integer", "minimum": 5 } }),
        json!(["a", "n"]),
    );
    assert_eq!(
        step(old, new, "backward", false, &[json!({ "a": "x", "n": 1 })])[..2],
        [
            // By itself, the comparison of `a` finds nothing; the example shows that of `n` breaks.
            "error bound-narrowed [1 2] v2#/properties/n/minimum {\"a\":\"x\",\"n\":1}".to_owned(),
            "note length-narrowed [1 2] v2#/properties/a/maxLength".to_owned(),
        ]
    );
}

#[test]
fn a_refusal_without_a_change_that_explains_it_is_told_by_its_keyword() {
    let branches = |more: Value| {
        let mut branches = vec![json!({ "type": "string", "title": "Text" })];
        branches.extend(more.as_array().cloned().unwrap_or_default());
        payload(json!({ "a": { "oneOf": branches } }), json!(["a"]))
    };
    let found = step(
        branches(json!([])),
        branches(json!([{ "maxLength": 9, "title": "Short" }])),
        "backward",
        false,
        &[json!({ "a": "x" })],
    );
    assert_eq!(
        found[0],
        "error branch-overlaps [1 2] v2#/properties/a/oneOf {\"a\":\"x\"}"
    );
}

#[test]
fn what_could_not_be_decided_is_an_error_and_names_the_place() {
    let old = payload(json!({ "a": { "pattern": "^(?=a)" } }), json!([]));
    let new = payload(json!({ "a": { "pattern": "^(?=b)" } }), json!([]));
    let before = Directory::new(
        &registry(json!([event("x", json!([version(1, "active")]))])),
        &[("v1.json", old.clone())],
    );
    let after = Directory::new(
        &registry(json!([event(
            "x",
            json!([version(1, "active"), version(2, "active")])
        )])),
        &[("v1.json", old), ("v2.json", new)],
    );
    let found = between_by(&before.revision(), &after.revision(), &never);
    assert_eq!(
        lines(&found),
        [
            "error undecided [1 2] v2#/properties/a/pattern",
            "warning deploy-consumers-first [1 2] event-types-registry#/event_types/0/versions/1",
            "note pattern-changed [1 2] v2#/properties/a/pattern",
        ]
    );
    assert_eq!(
        found[0].says,
        "`pattern` for /a cannot be compared: it uses a look-ahead"
    );
}

#[test]
fn a_published_version_that_was_edited_is_an_error_unless_both_texts_accept_the_same() {
    let of = |schema: Value| {
        Directory::new(
            &registry(json!([event("x", json!([version(1, "active")]))])),
            &[("v1.json", schema)],
        )
    };
    let before = of(payload(json!({ "a": {} }), json!([])));
    let after = of(payload(json!({ "a": {}, "b": {} }), json!([])));
    let found = between_by(
        &before.revision(),
        &after.revision(),
        &by_samples(&[json!({ "b": 1 })]),
    );
    assert_eq!(
        lines(&found),
        [
            "error version-edited [1] v1#/properties/b {\"b\":1}",
            "note property-added [1] v1#/properties/b"
        ]
    );
    assert_eq!(found[0].hits, ["coaching", "growth"]);
    assert_eq!(
        lines(&between_by(
            &before.revision(),
            &after.revision(),
            &by_samples(&[])
        )),
        [""; 0]
    );
}

#[test]
fn a_level_that_protects_more_looks_at_all_live_versions() {
    let schema = |a: Value| payload(json!({ "a": a }), json!([]));
    let versions = |statuses: &[&str]| -> Value {
        statuses
            .iter()
            .zip(1..)
            .map(|(status, number)| version(number, status))
            .collect()
    };
    let files = |count: usize| -> Vec<(&'static str, Value)> {
        let schemas = [
            ("v1.json", schema(json!({ "type": "integer" }))),
            ("v2.json", schema(json!({}))),
            ("v3.json", schema(json!({ "type": "string" }))),
        ];
        schemas.into_iter().take(count).collect()
    };
    let at = |level: &str, statuses: &[&str]| {
        let mut event = event("x", versions(statuses));
        event["x-compatibility"] = json!(level);
        Directory::new(&registry(json!([event])), &files(statuses.len()))
    };
    let found = |level: &str| {
        let (before, after) = (
            at(level, &["active", "active"]),
            at(level, &["active", "active", "active"]),
        );
        lines(&between_by(
            &before.revision(),
            &after.revision(),
            &by_samples(&[json!({ "a": 1 })]),
        ))
    };
    assert_eq!(
        found("backward"),
        [
            "error type-changed [1 3] v3#/properties/a/type {\"a\":1}",
            "error type-narrowed [2 3] v3#/properties/a/type {\"a\":1}",
        ]
    );
    assert_eq!(
        found("upcast"),
        ["error type-narrowed [2 3] v3#/properties/a/type {\"a\":1}"]
    );
}

#[test]
fn a_new_version_that_accepts_nothing_is_an_error() {
    let old = payload(json!({ "a": { "type": "integer" } }), json!(["a"]));
    let contradiction = payload(
        json!({ "a": { "type": "integer", "minimum": 10, "maximum": 1 } }),
        json!(["a"]),
    );
    let of = |versions: Value| {
        let schemas = [("v1.json", old.clone()), ("v2.json", contradiction.clone())];
        Directory::new(&registry(json!([event("x", versions)])), &schemas)
    };
    let before = of(json!([version(1, "active")]));
    let after = of(json!([version(1, "active"), version(2, "upcoming")]));
    let found = crate::changes::between(&before.revision(), &after.revision());
    assert_eq!(lines(&found), ["error nothing-valid [2] v2#"]);
}

#[test]
fn a_schema_for_a_published_version_that_had_none_is_an_edit() {
    let of = |version: Value| {
        let schema = payload(json!({ "a": {} }), json!([]));
        Directory::new(
            &registry(json!([event("x", json!([version]))])),
            &[("v1.json", schema)],
        )
    };
    let before = of(json!({ "schema_version": 1, "status": "active" }));
    let after = of(version(1, "active"));
    let found = between_by(&before.revision(), &after.revision(), &by_samples(&[]));
    assert_eq!(lines(&found), ["error version-edited [1] v1#"]);
    assert_eq!(
        found[0].says,
        "one of the texts has no schema and accepts any object"
    );
}

#[test]
fn what_is_announced_as_before_is_not_reported_again() {
    let schemas = |a: Value| {
        let old = payload(json!({ "a": {} }), json!([]));
        [
            ("v1.json", old),
            ("v2.json", payload(json!({ "a": a }), json!([]))),
        ]
    };
    let of = |status: &str, a: Value| {
        let versions = json!([version(1, "active"), version(2, status)]);
        Directory::new(&registry(json!([event("x", versions)])), &schemas(a)).revision()
    };
    let text = || json!({ "type": "string" });
    let found = |after: Revision| {
        lines(&between_by(
            &of("upcoming", text()),
            &after,
            &by_samples(&[json!({ "a": 1 })]),
        ))
    };
    let narrowed = "error type-narrowed [1 2] v2#/properties/a/type {\"a\":1}";
    assert_eq!(found(of("upcoming", text())), [""; 0]);
    assert_eq!(found(of("active", text())), [narrowed], "it is published");
    assert_eq!(
        found(of("upcoming", json!({ "type": "null" }))),
        [narrowed],
        "it was changed"
    );
}
