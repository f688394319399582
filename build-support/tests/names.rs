//! An addition never moves a Rust name to another key: the contracts are refused, or every name that
//! is still there means what it meant.

use std::collections::BTreeMap;
use std::fs;

use dispatcher_build_support::{Contracts, Report};
use serde_json::{Map, Value, json};

const REGISTRY: &str = r#"{ "registry_version": 1, "event_types": [
  { "event_type": "person.born", "description": "A person was born.", "contract": "people",
    "producer": "identity", "consumers": [], "status": "active",
    "versions": [{ "schema_version": 1, "status": "active", "payload_schema": "p.json" }] }] }"#;

/// Names that meet, or nearly do.
const NAMES: [&str; 28] = [
    "foo_bar",
    "fooBar",
    "FooBar",
    "FOO_BAR",
    "foo-bar",
    "foo.bar",
    "foo bar",
    "_foo_bar",
    "_fooBar",
    "-foo-bar",
    "foo_bar_",
    "foo_bar__",
    "__foo_bar",
    "foo__bar",
    "foobar",
    "foo_bar_2",
    "foo_dash_bar",
    "underscore_foo_bar",
    "1",
    "-1",
    "n1",
    "_1",
    "self",
    "Self",
    "",
    "empty",
    "additional_properties",
    "additionalProperties",
];

fn render(schema: &Value) -> Result<String, Report> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let write = |name: &str, text: &str| {
        fs::write(directory.path().join(name), text).expect("writable");
    };
    write("event-types-registry.json", REGISTRY);
    write("p.json", &schema.to_string());
    let rendered = Contracts::new(directory.path()).render()?;
    Ok(rendered.rust)
}

/// Rust name → JSON name, from the call of a macro such as `object!`.
fn members(rust: &str, call: &str) -> BTreeMap<String, String> {
    let text = rust.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, text) = text.split_once(call).expect("the macro is called");
    let (_, text) = text.split_once("{ ").expect("it has members");
    let (text, _) = text.split_once(" }").expect("it has members");
    let member = |member: &str| {
        let (name, json) = member.split_once(" = ").expect("a name and a JSON name");
        let json = json
            .trim_start_matches("optional ")
            .trim_start_matches("present ");
        (name.to_owned(), json.trim_matches('"').to_owned())
    };
    text.split(", ").map(member).collect()
}

fn fields(names: &[&str], open: bool) -> Result<BTreeMap<String, String>, Report> {
    let properties: Map<_, _> = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "type": "string" })))
        .collect();
    let schema =
        json!({ "type": "object", "properties": properties, "additionalProperties": open });
    render(&schema).map(|rust| members(&rust, "object!("))
}

fn variants(values: &[&str]) -> Result<BTreeMap<String, String>, Report> {
    let schema = json!({ "type": "object", "properties": { "a": { "enum": values } } });
    render(&schema).map(|rust| members(&rust, "string_enum!("))
}

/// The names that an addition moved to another key.
fn moved<'a>(
    before: &'a BTreeMap<String, String>,
    after: &'a BTreeMap<String, String>,
) -> Vec<&'a String> {
    let other =
        |(name, json): &(&String, &String)| after.get(*name).is_some_and(|now| now != *json);
    before.iter().filter(other).map(|(name, _)| name).collect()
}

#[test]
fn a_property_that_is_added_takes_no_name_from_another_one() {
    let mut refused = 0;
    for open in [false, true] {
        for name in NAMES {
            let before = fields(&[name], open).expect("one property has a name");
            for added in NAMES.into_iter().filter(|added| *added != name) {
                match fields(&[name, added], open) {
                    Ok(after) => {
                        assert_eq!(after.len(), 2);
                        let moved = moved(&before, &after);
                        assert!(
                            moved.is_empty(),
                            "{added:?} beside {name:?} takes {moved:?}"
                        );
                        assert!(before.keys().all(|name| after.contains_key(name)));
                    }
                    Err(report) => {
                        refused += 1;
                        let report = report.to_string();
                        assert!(report.contains("both become the field"), "{report}");
                        assert!(report.contains("x-rust-name"), "{report}");
                    }
                }
            }
        }
    }
    assert!(refused > 0, "some of these meet");
}

#[test]
fn a_value_that_is_added_takes_no_variant_from_another_one() {
    for name in NAMES {
        let one = variants(&[name]).expect("one value has a name");
        for second in NAMES.into_iter().filter(|second| *second != name) {
            let Ok(two) = variants(&[name, second]) else {
                continue;
            };
            assert_eq!(two.len(), 2);
            assert!(moved(&one, &two).is_empty(), "{second:?} beside {name:?}");
        }
    }
}

#[test]
fn a_third_value_takes_no_variant_either() {
    let names = [
        "asc",
        "ASC",
        "Asc",
        "aSC",
        "lower_asc",
        "LOWER_ASC",
        "upper-asc",
        "mixed asc",
    ];
    for a in names {
        for b in names.into_iter().filter(|b| *b != a) {
            let Ok(before) = variants(&[a, b]) else {
                continue;
            };
            for added in names.into_iter().filter(|added| ![a, b].contains(added)) {
                let Ok(after) = variants(&[a, b, added]) else {
                    continue;
                };
                let moved = moved(&before, &after);
                assert!(
                    moved.is_empty(),
                    "{added:?} beside {a:?} and {b:?} takes {moved:?}"
                );
            }
        }
    }
}

/// FHIR has an element `_birthDate` beside each `birthDate`.
#[test]
fn a_leading_underscore_is_part_of_the_name() {
    let fields = fields(&["_birthDate", "birthDate"], false).expect("they have two names");
    assert_eq!(fields["birth_date"], "birthDate");
    assert_eq!(fields["underscore_birth_date"], "_birthDate");
}

#[test]
fn a_name_of_ones_own_settles_which_is_which() {
    let schema = json!({ "type": "object", "additionalProperties": false, "properties": {
        "fooBar": {}, "foo-bar": { "x-rust-name": "kebab" } } });
    let fields = members(&render(&schema).expect("they have two names"), "object!(");
    assert_eq!(fields["foo_bar"], "fooBar");
    assert_eq!(fields["kebab"], "foo-bar");
}

/// The schema that says most about a property need not be the one that names it.
#[test]
fn a_name_counts_wherever_the_property_is_described() {
    let schema = json!({ "type": "object", "additionalProperties": false,
        "properties": { "fooBar": { "x-rust-name": "own" }, "foo_bar": {} },
        "allOf": [{ "properties": { "fooBar": { "enum": ["a", "b"] } } }] });
    let fields = members(&render(&schema).expect("they have two names"), "object!(");
    assert_eq!(fields["own"], "fooBar");
}
