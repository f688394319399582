//! `contracts/event-types-registry.schema.json` and the checker agree: the schema accepts what the
//! checker accepts. The checker refuses more, because a schema cannot compare one entry with another;
//! [`BEYOND_A_SCHEMA`] lists these rules.

mod cases;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dispatcher_build_support::Contracts;
use jsonschema::Validator;
use serde_json::{Value, json};

use cases::{REASON, cases, changed};

const REGISTRY: &str = "event-types-registry.json";

/// What the messages of the rules contain that no schema of the registry can state.
const BEYOND_A_SCHEMA: [(&str, &str); 22] = [
    ("an event type is listed once", "duplicate event type"),
    ("a version is listed once", "duplicate version"),
    ("two names do not become one Rust name", "both become"),
    ("a name is one that Rust has", "Rust has no "),
    (
        "no domain is named like the enum of events",
        "`Event` is the enum",
    ),
    (
        "no event type is named like the shared module",
        "the module `shared`",
    ),
    (
        "no event type is named like what its module has",
        "defines for itself",
    ),
    ("a replacement is in the registry", "is not in the registry"),
    ("a replacement is not retired", "is retired"),
    (
        "an event type does not replace itself",
        "an event type does not replace itself",
    ),
    (
        "a version does not replace itself",
        "a version does not replace itself",
    ),
    ("a version's replacement is there", "it has no version"),
    (
        "a version is replaced by one of its own",
        "by one of its own event type",
    ),
    (
        "a version's replacement can be published",
        "is upcoming and cannot be published yet",
    ),
    (
        "an upcoming version has the highest number",
        ": upcoming, but the higher version",
    ),
    (
        "a key that starts with x- is not nearly ours",
        "did you mean \"x-",
    ),
    ("a key of ours is where it has an effect", "has no effect"),
    ("a schema's file is there", "does not exist"),
    (
        "a subject is a required string of each payload",
        ": locked.json ",
    ),
    ("a text is more than spaces", "is empty"),
    ("an integer is written as one", "found 1.0"),
    ("a key is written once", "duplicate key"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn schema() -> Validator {
    let path = root().join("contracts/event-types-registry.schema.json");
    let text = fs::read_to_string(path).expect("the schema is there");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("the schema compiles")
}

/// What the checker says about the registry itself, not about the schemas that it lists.
fn faults(directory: &Path) -> Vec<String> {
    match Contracts::new(directory).check() {
        Ok(_) => Vec::new(),
        Err(report) => report
            .iter()
            .filter(|fault| fault.file.ends_with(REGISTRY))
            .map(|fault| fault.message.clone())
            .collect(),
    }
}

fn is_beyond_a_schema(fault: &str) -> bool {
    BEYOND_A_SCHEMA.iter().any(|(_, part)| fault.contains(part))
}

/// What is wrong if the two do not agree about this registry.
fn disagreement(schema: &Validator, registry: &Value, faults: &[String]) -> Option<String> {
    let refused: Vec<_> = schema
        .iter_errors(registry)
        .map(|error| error.to_string())
        .collect();
    match (refused.is_empty(), faults) {
        (false, []) => Some(format!(
            "only the schema refuses it: {}",
            refused.join("; ")
        )),
        (true, [_, ..]) => {
            let unknown: Vec<_> = faults
                .iter()
                .filter(|fault| !is_beyond_a_schema(fault))
                .collect();
            (!unknown.is_empty()).then(|| format!("only the checker refuses it: {unknown:?}"))
        }
        _ => None,
    }
}

/// Every registry of the tests and of the reference contracts.
fn directories() -> Vec<PathBuf> {
    let root = root();
    let mut directories = vec![
        root.join("contracts"),
        root.join("build-support/tests/coverage/contracts"),
        root.join("tests/builds/outside/with-build-script/contracts"),
    ];
    for folder in ["golden", "diagnostics"] {
        let cases = fs::read_dir(root.join("build-support/tests").join(folder)).expect("the cases");
        directories.extend(cases.map(|case| case.expect("a case").path().join("contracts")));
    }
    directories.sort();
    directories
}

#[test]
fn both_say_the_same_of_every_registry_of_the_tests() {
    let schema = schema();
    let mut wrong = Vec::new();
    let mut read = 0;
    for directory in directories() {
        // Some of the cases have no registry, or one that is not JSON.
        let Ok(text) = fs::read_to_string(directory.join(REGISTRY)) else {
            continue;
        };
        let Ok(registry) = serde_json::from_str(&text) else {
            continue;
        };
        read += 1;
        if let Some(what) = disagreement(&schema, &registry, &faults(&directory)) {
            wrong.push(format!("{}: {what}", directory.display()));
        }
    }
    assert!(read > 60, "the registries are there");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn faults_of(registry: &Value) -> Vec<String> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join(REGISTRY), registry.to_string()).expect("writable");
    faults(directory.path())
}

#[test]
fn both_say_the_same_where_they_did_not() {
    let schema = schema();
    let mut wrong = Vec::new();
    for (name, is_right, registry) in cases() {
        let faults = faults_of(&registry);
        if faults.is_empty() != is_right {
            wrong.push(format!("{name}: {faults:?}"));
        }
        wrong.extend(
            disagreement(&schema, &registry, &faults).map(|what| format!("{name}: {what}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A rule that no registry breaks is not needed in the list.
#[test]
fn each_rule_beyond_the_schema_is_broken_by_some_registry() {
    let of_tests = directories()
        .into_iter()
        .map(|directory| faults(&directory));
    let of_cases = cases()
        .into_iter()
        .map(|(_, _, registry)| faults_of(&registry));
    let all: Vec<_> = of_tests.chain(of_cases).flatten().collect();
    for (rule, part) in BEYOND_A_SCHEMA {
        assert!(all.iter().any(|fault| fault.contains(part)), "{rule}");
    }
}

/// A path is right or wrong by its form, whether the file is there or not.
#[test]
fn both_take_the_same_paths() {
    let schema = schema();
    for (path, is_right) in [
        ("a.json", true),
        ("~a/+b@c=d/.e-f_g.json", true),
        ("a/b.schema", true),
        ("..a/b", true),
        ("", false),
        ("/a.json", false),
        ("./a.json", false),
        ("a/..", false),
        ("a//b", false),
        ("a/", false),
        ("a b", false),
        ("a\\b", false),
        ("C:/a", false),
        ("ü.json", false),
    ] {
        let registry = changed(&[("/event_types/0/versions/1/payload_schema", json!(path))]);
        let faults = faults_of(&registry);
        let is_form =
            |fault: &String| fault.contains("is not a path") || fault.contains("is empty");
        assert_eq!(
            !faults.iter().any(is_form),
            is_right,
            "{path:?}: {faults:?}"
        );
        assert_eq!(schema.is_valid(&registry), is_right, "{path:?}");
    }
}

/// Each value of the registry replaced by each of these, one at a time.
#[test]
fn both_say_the_same_of_registries_that_are_changed_anywhere() {
    let schema = schema();
    let base = changed(&[
        (
            "/event_types/0/deprecation",
            json!({ "reason": REASON, "replacement": "order.closed", "since": "2026" }),
        ),
        ("/event_types/0/status", json!("deprecated")),
        (
            "/event_types/0/versions/0/deprecation/replacement",
            json!("v2"),
        ),
        ("/event_types/0/x-compatibility", json!("full")),
        ("/event_types/0/versions/1/x-upcast", json!("by-hand")),
        ("/x-compatibility", json!("none")),
    ]);
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(1.5),
        json!(""),
        json!(" "),
        json!("a"),
        json!("A"),
        json!("v2"),
        json!("order.paid"),
        json!("order.closed"),
        json!("active"),
        json!("deprecated"),
        json!("retired"),
        json!("upcoming"),
        json!("backward"),
        json!("by-hand"),
        json!("/a"),
        json!("a/b"),
        json!("~"),
        json!("a-b"),
        json!("a\n"),
        json!([]),
        json!({}),
        json!(["a", "a"]),
        json!([{}]),
        json!({ "x-a": 1 }),
        json!({ "reason": "r" }),
    ];
    let mut pointers = BTreeSet::new();
    collect(&base, "", &mut pointers);
    let mut wrong = Vec::new();
    for pointer in &pointers {
        for value in &values {
            let mut registry = base.clone();
            *registry.pointer_mut(pointer).expect("it is there") = value.clone();
            let faults = faults_of(&registry);
            let refused = !schema.is_valid(&registry);
            if refused && faults.is_empty() {
                wrong.push(format!("{pointer} = {value}: only the schema refuses it"));
            }
            let what = disagreement(&schema, &registry, &faults);
            wrong.extend(what.map(|what| format!("{pointer} = {value}: {what}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn collect(value: &Value, at: &str, pointers: &mut BTreeSet<String>) {
    pointers.insert(at.to_owned());
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                collect(member, &format!("{at}/{key}"), pointers);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{at}/{index}"), pointers);
            }
        }
        _ => {}
    }
}
