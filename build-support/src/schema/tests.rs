//! Where references lead, by example.

use std::fs;

use serde_json::json;

use super::load::{Loaded, Loader};
use super::*;

/// Loads `files` from the first of them on.
fn load(files: &[(&str, Value)]) -> Loaded {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for (path, value) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("writable");
        fs::write(path, value.to_string()).expect("writable");
    }
    let mut source = Files::new(directory.path().to_owned(), "contracts".to_owned());
    let mut loader = Loader::new(&mut source);
    loader.load(files[0].0).expect("the first file is there");
    loader.finish()
}

fn documents(files: &[(&str, Value)]) -> Documents {
    let loaded = load(files);
    assert_eq!(loaded.diagnostics, [], "no faults");
    loaded.documents
}

#[track_caller]
fn leads(documents: &Documents, from: (&str, &str), reference: &str, to: (&str, &str)) {
    let from = Location {
        document: from.0.to_owned(),
        pointer: from.1.to_owned(),
    };
    let to = Location {
        document: to.0.to_owned(),
        pointer: to.1.to_owned(),
    };
    assert_eq!(
        documents.resolve(&from, reference),
        Ok(to),
        "{reference} at {from:?}"
    );
}

#[test]
fn a_path_is_relative_to_its_file() {
    let documents = documents(&[
        (
            "pay/v1/locked.json",
            json!({ "$ref": "../../common/ids.json#/$defs/PersonId" }),
        ),
        (
            "common/ids.json",
            json!({ "$defs": { "PersonId": { "$ref": "more.json" } } }),
        ),
        ("common/more.json", json!({})),
    ]);
    leads(
        &documents,
        ("pay/v1/locked.json", ""),
        "../../common/ids.json#/$defs/PersonId",
        ("common/ids.json", "/$defs/PersonId"),
    );
    leads(
        &documents,
        ("common/ids.json", "/$defs/PersonId"),
        "more.json",
        ("common/more.json", ""),
    );
    leads(
        &documents,
        ("pay/v1/locked.json", ""),
        "/common/ids.json",
        ("common/ids.json", ""),
    );
    leads(
        &documents,
        ("pay/v1/locked.json", ""),
        "contract:///common/ids.json#",
        ("common/ids.json", ""),
    );
    assert_eq!(
        documents
            .iter()
            .map(|d| d.path.as_str())
            .collect::<Vec<_>>(),
        ["common/ids.json", "common/more.json", "pay/v1/locked.json"]
    );
}

#[test]
fn a_pointer_has_escapes() {
    let documents = documents(&[(
        "a.json",
        json!({
            "$defs": { "a/b": { "items": {} }, "c~d": true, "e%f": true, "g h": true, "": true, "0": true, "ü": true },
            "allOf": [true, { "title": "second" }]
        }),
    )]);
    for (reference, to) in [
        ("#", ""),
        ("#/$defs/a~1b/items", "/$defs/a~1b/items"),
        ("#/$defs/c~0d", "/$defs/c~0d"),
        ("#/$defs/e%25f", "/$defs/e%f"),
        ("#/$defs/g%20h", "/$defs/g h"),
        ("#/$defs/", "/$defs/"),
        ("#/%24defs/0", "/$defs/0"),
        ("#/$defs/%C3%BC", "/$defs/ü"),
        ("#/allOf/1", "/allOf/1"),
        ("a.json#/allOf/1/title", "/allOf/1/title"),
    ] {
        leads(&documents, ("a.json", ""), reference, ("a.json", to));
    }
    for wrong in [
        "#/allOf/2",
        "#/allOf/01",
        "#/allOf/-",
        "#/$defs/c~d",
        "#/nothing",
        "#%ff",
        "#%2",
    ] {
        assert!(
            documents.resolve(&Location::root("a.json"), wrong).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn an_id_is_the_base_of_what_it_encloses() {
    let documents = documents(&[
        (
            "x/a.json",
            json!({
                "$id": "https://acme.example/schemas/a.json",
                "properties": {
                    "b": { "$id": "nested/b.json", "properties": { "c": { "$ref": "c.json" } } },
                    "c": { "$id": "nested/c.json" },
                    "d": { "$ref": "d.json#/$defs/D" }
                }
            }),
        ),
        (
            "somewhere/else.json",
            json!({ "$id": "https://acme.example/schemas/d.json", "$defs": { "D": true } }),
        ),
    ]);
    let a = "x/a.json";
    leads(
        &documents,
        (a, "/properties/b/properties/c"),
        "c.json",
        (a, "/properties/c"),
    );
    leads(&documents, (a, "/properties/b"), "#", (a, "/properties/b"));
    leads(
        &documents,
        (a, "/properties/b/properties/c"),
        "#/properties/c",
        (a, "/properties/b/properties/c"),
    );
    leads(&documents, (a, ""), "#/properties/b", (a, "/properties/b"));
    leads(
        &documents,
        (a, "/properties/d"),
        "d.json#/$defs/D",
        ("somewhere/else.json", "/$defs/D"),
    );
    leads(&documents, (a, ""), "contract:///x/a.json", (a, ""));
    assert_eq!(
        documents.base_uri(&Location {
            document: a.to_owned(),
            pointer: "/properties/b/properties/c".to_owned()
        }),
        Some("https://acme.example/schemas/nested/b.json")
    );
}

#[test]
fn anchors_belong_to_their_resource() {
    let documents = documents(&[
        (
            "a.json",
            json!({
                "$defs": {
                    "one": { "$anchor": "id" },
                    "two": { "$id": "two.json", "$defs": { "x": { "$anchor": "id" } } },
                    "node": { "$dynamicAnchor": "node" },
                    "old": { "$ref": "old.json#id" }
                },
                "properties": { "next": { "$dynamicRef": "#node" } }
            }),
        ),
        (
            "old.json",
            json!({
                "$schema": "http://json-schema.org/draft-07/schema#",
                "definitions": { "a": { "$id": "#id" }, "ignored": { "$id": "x.json", "$ref": "#id" } }
            }),
        ),
    ]);
    leads(&documents, ("a.json", ""), "#id", ("a.json", "/$defs/one"));
    leads(
        &documents,
        ("a.json", ""),
        "two.json#id",
        ("a.json", "/$defs/two/$defs/x"),
    );
    leads(
        &documents,
        ("a.json", "/$defs/two"),
        "#id",
        ("a.json", "/$defs/two/$defs/x"),
    );
    leads(
        &documents,
        ("a.json", "/properties/next"),
        "#node",
        ("a.json", "/$defs/node"),
    );
    leads(
        &documents,
        ("a.json", ""),
        "old.json#id",
        ("old.json", "/definitions/a"),
    );
    assert!(
        documents
            .resolve(&Location::root("a.json"), "x.json")
            .is_err(),
        "an $id beside $ref counts for nothing in draft 7"
    );
}

#[test]
fn draft_4_calls_it_id() {
    let documents = documents(&[(
        "a.json",
        json!({
            "$schema": "http://json-schema.org/draft-04/schema#",
            "id": "https://acme.example/a.json",
            "properties": { "id": { "type": "string" }, "$id": { "id": "b.json" } },
            "definitions": { "x": { "id": "#x", "$id": "not-in-draft-4" } }
        }),
    )]);
    leads(
        &documents,
        ("a.json", ""),
        "#x",
        ("a.json", "/definitions/x"),
    );
    leads(
        &documents,
        ("a.json", ""),
        "b.json",
        ("a.json", "/properties/$id"),
    );
    assert_eq!(documents.draft(&Location::root("a.json")), Draft::Draft4);
}

#[test]
fn only_schemas_refer() {
    let values = json!({ "$ref": "nowhere.json", "$id": "https://acme.example/v", "$anchor": "v" });
    let documents = documents(&[(
        "a.json",
        json!({
            "enum": [values], "const": values, "default": values, "examples": [values], "x-note": values,
            "properties": { "$ref": { "type": "string" }, "$id": true, "$anchor": true },
            "dependentRequired": { "$ref": ["a"] }
        }),
    )]);
    assert!(
        documents
            .resolve(&Location::root("a.json"), "https://acme.example/v")
            .is_err()
    );
    assert!(documents.resolve(&Location::root("a.json"), "#v").is_err());
}

#[test]
fn a_target_in_no_schemas_place_is_followed() {
    let loaded = load(&[
        (
            "a.json",
            json!({ "$ref": "#/components/schemas/X", "components": { "schemas": { "X": { "$ref": "b.json" } } } }),
        ),
        ("b.json", json!({ "$ref": "missing.json" })),
    ]);
    assert!(loaded.documents.get("b.json").is_some());
    assert_eq!(loaded.diagnostics.len(), 1);
    assert_eq!(loaded.roots.len(), 3);
}

#[test]
fn metaschemas_are_there() {
    let documents = documents(&[(
        "a.json",
        json!({ "properties": {
        "whole": { "$ref": "https://json-schema.org/draft/2020-12/schema#" },
        "part": { "$ref": "https://json-schema.org/draft/2020-12/meta/validation#/$defs/simpleTypes" }
    } }),
    )]);
    let validation = "https://json-schema.org/draft/2020-12/meta/validation";
    leads(
        &documents,
        ("a.json", ""),
        &format!("{validation}#/$defs/simpleTypes"),
        (validation, "/$defs/simpleTypes"),
    );
    assert!(
        documents
            .get("https://json-schema.org/draft/2020-12/meta/core")
            .is_some_and(|d| d.builtin)
    );
    assert_eq!(documents.iter().count(), 1);
}

#[test]
fn circles_end() {
    let documents = documents(&[
        (
            "a.json",
            json!({ "properties": { "b": { "$ref": "b.json" }, "a": { "$ref": "#" } } }),
        ),
        (
            "b.json",
            json!({ "properties": { "a": { "$ref": "a.json" } } }),
        ),
    ]);
    leads(
        &documents,
        ("b.json", "/properties/a"),
        "a.json",
        ("a.json", ""),
    );
}

#[test]
fn what_climbs_out_is_refused() {
    let documents = documents(&[("x/a.json", json!({}))]);
    for reference in [
        "../../a.json",
        "../../x/a.json",
        "./../../x/a.json",
        "/../x/a.json",
        "b/../../../c",
    ] {
        let outcome = documents.resolve(&Location::root("x/a.json"), reference);
        assert!(
            matches!(outcome, Err(RefError::Outside { .. })),
            "{reference}: {outcome:?}"
        );
    }
    leads(
        &documents,
        ("x/a.json", ""),
        "../x/./a.json",
        ("x/a.json", ""),
    );
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_directory_is_refused() {
    let outside = tempfile::tempdir().expect("a temporary directory");
    fs::write(outside.path().join("secret.json"), "{}").expect("writable");
    let directory = tempfile::tempdir().expect("a temporary directory");
    std::os::unix::fs::symlink(
        outside.path().join("secret.json"),
        directory.path().join("a.json"),
    )
    .expect("links");
    std::os::unix::fs::symlink(outside.path(), directory.path().join("d")).expect("links");
    fs::write(directory.path().join("b.json"), "{}").expect("writable");
    std::os::unix::fs::symlink("b.json", directory.path().join("c.json")).expect("links");
    let mut files = Files::new(directory.path().to_owned(), String::new());
    let mut loader = Loader::new(&mut files);
    for path in ["a.json", "d/secret.json", "c.json"] {
        assert!(loader.load(path).is_ok());
    }
    let loaded = loader.finish();
    let faulty: Vec<_> = loaded
        .diagnostics
        .iter()
        .map(|fault| fault.file.as_str())
        .collect();
    assert_eq!(faulty, ["a.json", "d/secret.json"]);
}

#[test]
fn documents_of_memory_refer_to_each_other() {
    let documents = Documents::from_values([
        ("a/old.json", json!({ "$ref": "../b.json#/$defs/Id" })),
        ("b.json", json!({ "$defs": { "Id": { "type": "string" } } })),
    ])
    .expect("no faults");
    leads(
        &documents,
        ("a/old.json", ""),
        "../b.json#/$defs/Id",
        ("b.json", "/$defs/Id"),
    );
    let missing = Documents::from_values([("a.json", json!({ "$ref": "Cargo.toml" }))]);
    assert!(missing.is_err(), "no file is read");
}
