//! The lock: what a digest counts, and what a build does where the contracts break it.

use std::fs;
use std::path::{Path, PathBuf};

use dispatcher_build_support::lock::{Digest, LOCK_FILE, Lock};
use dispatcher_build_support::{Contracts, Model};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A contracts directory with one event type, `credit.locked`.
struct Directory(TempDir);

impl Directory {
    /// With version 1 of this schema.
    fn new(schema: &Value) -> Self {
        let directory = Self(tempfile::tempdir().expect("a temporary directory"));
        directory.write("locked-v1.json", schema);
        directory.registry(&[
            json!({ "schema_version": 1, "status": "active", "payload_schema": "locked-v1.json" }),
        ]);
        directory
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, value: &Value) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("writable");
        fs::write(path, format!("{value:#}\n")).expect("writable");
    }

    /// Writes a registry with these versions; without any, a registry without event types.
    fn registry(&self, versions: &[Value]) {
        let retired = versions
            .iter()
            .all(|version| version["status"] == "retired");
        let event = json!({
            "event_type": "credit.locked", "description": "Credits were locked.", "contract": "credits",
            "producer": "revenue", "consumers": ["coaching"],
            "status": if retired { "retired" } else { "active" }, "versions": versions
        });
        let events = if versions.is_empty() {
            vec![]
        } else {
            vec![event]
        };
        self.write(
            "event-types-registry.json",
            &json!({ "registry_version": 1, "event_types": events }),
        );
    }

    fn contracts(&self) -> Contracts {
        Contracts::new(self.path()).shown_as("contracts")
    }

    fn model(&self) -> Model {
        self.contracts().ignore_lock().check().expect("no faults")
    }

    /// Locks what there is now, as `dispatcher contracts lock` does.
    fn lock(&self) {
        let before = self.contracts().lock().expect("a lock").unwrap_or_default();
        let lock = before.updated(&self.model());
        fs::write(self.lock_file(), lock.to_string()).expect("writable");
    }

    fn lock_file(&self) -> PathBuf {
        self.path().join(LOCK_FILE)
    }

    /// The faults that stop a build; empty if it goes on.
    fn faults(&self) -> String {
        let built = self.contracts().render();
        built.map_or_else(|report| report.to_string(), |_| String::new())
    }

    fn digest(&self) -> Digest {
        Digest::of(&self.model().documents, Some("locked-v1.json"))
    }
}

fn payload(properties: &Value) -> Value {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn digest(schema: &Value) -> Digest {
    Directory::new(schema).digest()
}

#[track_caller]
fn same(left: &Value, right: &Value) {
    assert_eq!(digest(left), digest(right), "{left} and {right}");
}

#[track_caller]
fn different(left: &Value, right: &Value) {
    assert_ne!(digest(left), digest(right), "{left} and {right}");
}

#[test]
fn annotations_do_not_count() {
    let plain = payload(&json!({ "a": { "type": "string", "maxLength": 9 } }));
    let described = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://acme.example/locked",
        "title": "Locked", "description": "…", "$comment": "…", "x-owner": "revenue", "type": ["object"],
        "properties": { "a": {
            "type": "string", "maxLength": 9.0, "title": "A", "description": "…", "examples": ["b"],
            "default": "c", "deprecated": true, "readOnly": true, "x-sensitive": true, "$anchor": "a"
        } },
        "additionalProperties": false, "$defs": { "Unused": { "type": "integer" } }
    });
    same(&plain, &described);
}

#[test]
fn sets_have_no_order_and_what_demands_nothing_does_not_count() {
    same(
        &json!({ "type": "object", "required": ["a", "b"], "properties": { "c": { "enum": [1, "x"] } } }),
        &json!({ "type": "object", "required": ["b", "a"], "properties": { "c": { "enum": ["x", 1.0] } } }),
    );
    same(
        &json!({ "type": "object", "required": [], "properties": { "c": {} }, "then": { "required": ["c"] } }),
        &json!({ "type": "object", "properties": { "c": true } }),
    );
}

#[test]
fn a_definition_counts_where_it_is_reached_and_its_name_does_not() {
    let inline = payload(&json!({ "a": { "type": "string" }, "b": { "type": "string" } }));
    let defined = json!({
        "type": "object", "additionalProperties": false,
        "properties": { "a": { "$ref": "#/$defs/Text", "description": "…" }, "b": { "$ref": "#text" } },
        "$defs": { "Text": { "$anchor": "text", "type": "string" } }
    });
    same(&inline, &defined);

    let shared = Directory::new(&payload(
        &json!({ "a": { "$ref": "common/ids.json#/$defs/Id" } }),
    ));
    shared.write(
        "common/ids.json",
        &json!({ "$defs": { "Id": { "type": "string" } } }),
    );
    let before = shared.digest();
    shared.write(
        "common/ids.json",
        &json!({ "$defs": { "Id": { "type": "string", "minLength": 1 } } }),
    );
    assert_ne!(before, shared.digest(), "a shared definition was changed");
}

#[test]
fn a_circle_is_the_same_however_it_is_drawn() {
    let node = |next: &str| json!({ "type": "object", "properties": { "next": { "$ref": next } } });
    let once = json!({ "$ref": "#/$defs/Node", "$defs": { "Node": node("#/$defs/Node") } });
    let unrolled = json!({
        "$ref": "#/$defs/A", "$defs": { "A": node("#/$defs/B"), "B": node("#/$defs/C"), "C": node("#/$defs/A") }
    });
    same(&once, &unrolled);
    let mut other = unrolled.clone();
    other["$defs"]["C"]["required"] = json!(["next"]);
    different(&unrolled, &other);
}

#[test]
fn what_decides_about_a_payload_counts() {
    let schema = payload(&json!({ "a": { "type": "string", "maxLength": 9 }, "b": {} }));
    for (pointer, value) in [
        ("/properties/a/maxLength", json!(10)),
        ("/properties/a/type", json!(["string", "null"])),
        ("/properties/a/pattern", json!("^x")),
        ("/properties/a/format", json!("email")),
        ("/properties/c", json!(true)),
        ("/properties/b", json!(false)),
        ("/required", json!(["a"])),
        ("/additionalProperties", json!(true)),
        ("/$schema", json!("http://json-schema.org/draft-07/schema#")),
    ] {
        let mut changed = schema.clone();
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        changed.pointer_mut(parent).expect("it is there")[key] = value;
        different(&schema, &changed);
    }
    different(
        &payload(&json!({ "a": { "enum": ["x"] } })),
        &payload(&json!({ "a=1 /properties/b": { "enum": ["x"] } })),
    );
}

#[test]
fn a_name_cannot_be_made_to_look_like_a_part_of_another_schema() {
    different(
        &json!({ "type": "object", "properties": { "a": {}, "b": {} } }),
        &json!({ "type": "object", "properties": { "a\"=1 \"/properties/b": {} } }),
    );
}

#[test]
fn a_payload_without_a_schema_is_any_object() {
    let directory = Directory::new(&json!({ "type": "object" }));
    let model = directory.model();
    assert_eq!(Digest::of(&model.documents, None), directory.digest());
}

#[test]
fn a_published_version_that_was_changed_in_place_stops_the_build() {
    let directory = Directory::new(&payload(&json!({ "a": { "type": "string" } })));
    directory.lock();
    assert_eq!(directory.faults(), "");
    directory.write(
        "locked-v1.json",
        &payload(&json!({ "a": { "type": "string", "title": "A" } })),
    );
    assert_eq!(directory.faults(), "", "a title is no change");
    directory.write(
        "locked-v1.json",
        &payload(&json!({ "a": { "type": "string" }, "b": {} })),
    );
    assert_eq!(
        directory.faults(),
        "error: contracts/locked-v1.json:1:1\n  \
         version 1 of credit.locked was changed in place; contracts.lock forbids it\n  \
         help: undo the change, or make it a new version: `dispatcher contracts new-version credit.locked`\n\
         1 fault in the contracts; nothing was generated"
    );
    assert!(directory.contracts().check().is_err());
    assert!(directory.contracts().coverage().is_err());
    assert!(directory.contracts().ignore_lock().check().is_ok());
}

#[test]
fn a_new_version_and_an_announced_one_are_free() {
    let directory = Directory::new(&payload(&json!({})));
    directory.lock();
    let v1 = json!({ "schema_version": 1, "status": "active", "payload_schema": "locked-v1.json" });
    let v2 = |status: &str| json!({ "schema_version": 2, "status": status, "payload_schema": "locked-v2.json" });
    directory.write("locked-v2.json", &payload(&json!({ "a": {} })));
    directory.registry(&[v1.clone(), v2("upcoming")]);
    assert_eq!(directory.faults(), "");
    directory.lock();
    directory.write("locked-v2.json", &payload(&json!({ "b": {} })));
    assert_eq!(directory.faults(), "", "it is not published yet");

    directory.registry(&[v1, v2("active")]);
    assert_eq!(directory.faults(), "");
    let lock = directory
        .contracts()
        .lock()
        .expect("a lock")
        .expect("a lock");
    let outdated: Vec<_> = lock
        .outdated(&directory.model())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(outdated, ["credit.locked v2 has no line yet"]);
    directory.lock();
    directory.write("locked-v2.json", &payload(&json!({ "c": {} })));
    assert!(
        directory
            .faults()
            .contains("version 2 of credit.locked was changed in place")
    );
}

#[test]
fn numbers_and_names_that_are_gone_are_not_used_again() {
    let schema = payload(&json!({}));
    let directory = Directory::new(&schema);
    directory.write("locked-v2.json", &schema);
    let version = |number: u32, status: &str| json!({ "schema_version": number, "status": status, "payload_schema": format!("locked-v{number}.json") });
    directory.registry(&[version(1, "active"), version(2, "active")]);
    directory.lock();

    directory.registry(&[version(2, "active")]);
    assert!(directory.faults().contains(
        "version 1 of credit.locked was published and is no longer listed; contracts.lock forbids it\n  \
         help: list it with the status \"retired\""
    ), "{}", directory.faults());
    directory.lock();
    assert_eq!(directory.faults(), "", "it was accepted");
    directory.registry(&[version(1, "active"), version(2, "active")]);
    assert!(
        directory.faults().contains(
            "event-types-registry.json:13:9\n  version 1 of credit.locked existed before"
        ),
        "{}",
        directory.faults()
    );

    directory.registry(&[version(1, "retired"), version(2, "active")]);
    directory.lock();
    directory.registry(&[version(1, "active"), version(2, "active")]);
    assert!(
        directory
            .faults()
            .contains("version 1 of credit.locked was retired before")
    );

    directory.registry(&[]);
    assert!(
        directory
            .faults()
            .contains("the event type credit.locked was published and is no longer listed")
    );
    directory.lock();
    directory.registry(&[version(2, "active")]);
    assert!(
        directory
            .faults()
            .contains("the name credit.locked belonged to an event type that is gone")
    );
}

#[test]
fn an_event_type_of_the_level_none_may_change() {
    let directory = Directory::new(&payload(&json!({})));
    let registry =
        fs::read_to_string(directory.path().join("event-types-registry.json")).expect("readable");
    let free = registry.replace(
        "\"contract\"",
        "\"x-compatibility\": \"none\", \"contract\"",
    );
    fs::write(directory.path().join("event-types-registry.json"), &free).expect("writable");
    directory.lock();
    directory.write("locked-v1.json", &payload(&json!({ "a": {} })));
    assert_eq!(directory.faults(), "");
    // The level of the lock counts too, so it cannot be lowered in the same step.
    directory.write("locked-v1.json", &payload(&json!({})));
    fs::write(directory.path().join("event-types-registry.json"), registry).expect("writable");
    directory.lock();
    fs::write(directory.path().join("event-types-registry.json"), free).expect("writable");
    directory.write("locked-v1.json", &payload(&json!({ "a": {} })));
    assert!(directory.faults().contains("was changed in place"));
}

#[test]
fn the_lock_is_an_input_of_the_build() {
    let directory = Directory::new(&payload(&json!({})));
    directory.lock();
    let rendered = directory.contracts().render().expect("no faults");
    assert!(rendered.inputs.contains(&directory.lock_file()));
}

#[test]
fn a_lock_is_read_as_it_was_written() {
    let directory = Directory::new(&payload(&json!({})));
    let lock = Lock::of(&directory.model());
    assert_eq!(Lock::parse(&lock.to_string(), "contracts.lock"), Ok(lock));
}

#[test]
fn each_line_that_is_not_one_of_a_lock_is_reported() {
    let report = |text: &str| {
        Lock::parse(text, "contracts.lock")
            .expect_err("faults")
            .to_string()
    };
    assert_eq!(
        report(
            "format 1\na 1 retired\na 1 removed\n<<<<<<< HEAD\na x retired\nb 1 upcats 00\nc 1 full 00\nd 1 lost\ne\n"
        ),
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lock-faults.txt"))
            .expect("the expected report")
            .trim_end()
    );
    assert!(report("").contains("the line \"format 1\" is missing"));
    assert!(report("format 2\nwhatever\n").contains(
        "\"format 1\" is needed here, found \"format 2\"\n  \
         help: use the version of `dispatcher` that wrote the file, or a later one\n1 fault"
    ));
}

#[test]
fn a_line_that_would_change_is_told_unless_something_is_wrong_with_it() {
    let schema = payload(&json!({}));
    let directory = Directory::new(&schema);
    directory.write("locked-v2.json", &schema);
    let version = |number: u32, status: &str| json!({ "schema_version": number, "status": status, "payload_schema": format!("locked-v{number}.json") });
    directory.registry(&[version(1, "active"), version(2, "active")]);
    directory.lock();
    let outdated = || -> Vec<String> {
        let lock = directory
            .contracts()
            .lock()
            .expect("a lock")
            .expect("a lock");
        lock.outdated(&directory.model())
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(outdated(), [""; 0]);
    directory.registry(&[version(1, "retired"), version(2, "active")]);
    assert_eq!(
        outdated(),
        ["credit.locked v1 is retired, and its line does not say so"]
    );
    directory.registry(&[version(2, "active")]);
    assert_eq!(outdated(), [""; 0], "that it is gone is a fault");
    directory.lock();
    directory.registry(&[version(1, "retired"), version(2, "active")]);
    assert_eq!(
        outdated(),
        ["credit.locked v1 is retired, and its line does not say so"]
    );
}
