//! What the rules about the registry say.

use super::*;

/// What changes in the registry, and what is found.
#[track_caller]
fn registry_change(before: Value, after: Value, expected: &[&str]) {
    let schemas = [
        ("v1.json", payload(json!({}), json!([]))),
        ("v2.json", payload(json!({}), json!([]))),
    ];
    let (before, after) = (
        Directory::new(&before, &schemas),
        Directory::new(&after, &schemas),
    );
    let found = between_by(&before.revision(), &after.revision(), &by_samples(&[]));
    assert_eq!(lines(&found), expected);
}

/// A registry with one event type, changed.
fn one(change: &dyn Fn(&mut Value)) -> Value {
    let mut event = event("credit.locked", json!([version(1, "active")]));
    change(&mut event);
    registry(json!([event]))
}

/// An expected line, with `@` for the list of event types.
fn is(line: &str) -> String {
    line.replace('@', "event-types-registry#/event_types")
}

#[test]
fn each_rule_about_an_event_type_has_a_change_that_leads_to_it() {
    let plain = || one(&|_| {});
    let retired = |event: &mut Value| {
        event["status"] = json!("retired");
        event["versions"] = json!([version(1, "retired")]);
    };
    for (before, after, expected) in [
        (
            plain(),
            registry(json!([])),
            "error event-type-removed [] @",
        ),
        (
            plain(),
            one(&|event| event["event_type"] = json!("credits.locked")),
            "error event-type-renamed [] @/0/event_type",
        ),
        (
            one(&retired),
            plain(),
            "error event-type-name-reused [] @/0/status",
        ),
        (
            plain(),
            one(&|event| event["producer"] = json!("billing")),
            "error producer-changed [] @/0/producer",
        ),
        (
            plain(),
            one(&|event| event["consumers"] = json!(["growth"])),
            "warning consumer-removed [] @/0/consumers",
        ),
        (
            plain(),
            one(&retired),
            "error retired-while-consumed [] @/0/status",
        ),
        (
            plain(),
            one(&|event| {
                event["status"] = json!("deprecated");
                event["deprecation"] = json!({ "reason": "…" });
            }),
            "warning deprecated-without-replacement [] @/0/deprecation",
        ),
        (
            one(&|event| event["x-compatibility"] = json!("backward")),
            one(&|event| event["x-compatibility"] = json!("forward")),
            "warning level-lowered [] @/0/x-compatibility",
        ),
    ] {
        registry_change(before, after, &[&is(expected)]);
    }
}

#[test]
fn each_rule_about_versions_has_a_change_that_leads_to_it() {
    let versions = |first: &str| {
        one(&|event| event["versions"] = json!([version(1, first), version(2, "active")]))
    };
    let only_2 = one(&|event| event["versions"] = json!([version(2, "active")]));
    for (before, after, expected) in [
        (
            versions("active"),
            only_2,
            "error version-removed [1] @/0/versions",
        ),
        (
            versions("retired"),
            versions("active"),
            "error version-unretired [1] @/0/versions/0/status",
        ),
        (
            versions("active"),
            versions("retired"),
            "error retired-while-consumed [1] @/0/versions/0/status",
        ),
    ] {
        registry_change(before, after, &[&is(expected)]);
    }
    // What was only announced may be given up, and what was deprecated may be retired.
    let announced =
        one(&|event| event["versions"] = json!([version(1, "active"), version(2, "upcoming")]));
    registry_change(announced, one(&|_| {}), &[]);
    let mut deprecated = version(1, "deprecated");
    deprecated["deprecation"] = json!({ "reason": "…" });
    let before = one(&|event| event["versions"] = json!([deprecated, version(2, "active")]));
    registry_change(before, versions("retired"), &[]);
}

#[test]
fn another_payload_under_a_retired_number_is_its_number_reused() {
    let with = |first: Value| registry(json!([event("x", json!([first, version(2, "active")]))]));
    let mut other = version(1, "active");
    other["payload_schema"] = json!("v2.json");
    registry_change(
        with(version(1, "retired")),
        with(other),
        &["error version-number-reused [1] event-types-registry#/event_types/0/versions/0/status"],
    );
}

#[test]
fn a_changed_subject_breaks_the_order_of_events() {
    let of = |subject: &str| {
        let mut event = event("x", json!([version(1, "active")]));
        event["subject"] = json!(subject);
        let text = json!({ "type": "string" });
        Directory::new(
            &registry(json!([event])),
            &[(
                "v1.json",
                payload(json!({ "a": text, "b": text }), json!(["a", "b"])),
            )],
        )
    };
    let found = between_by(&of("/a").revision(), &of("/b").revision(), &by_samples(&[]));
    assert_eq!(
        lines(&found),
        ["error subject-changed [] event-types-registry#/event_types/0/subject"]
    );
    assert_eq!(
        found[0].says,
        "it was /a, and is /b; the order of events is lost where it changes"
    );
}
