//! Registries by what is special about each.

use serde_json::{Value, json};

/// Two event types, of which each case changes something.
fn registry() -> Value {
    json!({ "registry_version": 1, "event_types": [
        { "event_type": "order.paid", "description": "An order was paid.", "contract": "orders",
          "producer": "revenue", "consumers": ["growth"], "status": "active", "subject": "/order_id",
          "versions": [
            { "schema_version": 1, "status": "deprecated", "deprecation": { "reason": "It says less." } },
            { "schema_version": 2, "status": "active" }] },
        { "event_type": "order.closed", "description": "An order was closed.", "contract": "orders",
          "producer": "revenue", "consumers": [], "status": "active",
          "versions": [{ "schema_version": 1, "status": "active" }] }] })
}

/// The registry with other values at these pointers. A pointer to a missing member adds it.
pub(crate) fn changed(changes: &[(&str, Value)]) -> Value {
    let mut registry = registry();
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        match registry.pointer_mut(parent).expect("the parent is there") {
            Value::Object(members) => {
                members.insert(key.to_owned(), value.clone());
            }
            Value::Array(items) => {
                let index: usize = key.parse().expect("an index");
                items[index] = value.clone();
            }
            _ => panic!("{parent} holds nothing"),
        }
    }
    registry
}

const PAID: &str = "/event_types/0";
pub(crate) const REASON: &str = "It is on its way out.";

/// A registry by what is special about it, and whether it is right.
pub(crate) fn cases() -> Vec<(&'static str, bool, Value)> {
    let at = |path: &str| format!("{PAID}{path}");
    let of = |changes: &[(&str, Value)]| {
        let changes: Vec<_> = changes
            .iter()
            .map(|(path, value)| (at(path), value.clone()))
            .collect();
        let changes: Vec<_> = changes
            .iter()
            .map(|(at, value)| (at.as_str(), value.clone()))
            .collect();
        changed(&changes)
    };
    let deprecated = |status: &str| json!({ "schema_version": 1, "status": status, "deprecation": { "reason": REASON } });
    let replaced = |by: &str| {
        of(&[(
            "/versions/0/deprecation",
            json!({ "reason": REASON, "replacement": by }),
        )])
    };
    let type_replaced = |by: &str| {
        of(&[
            ("/status", json!("deprecated")),
            (
                "/deprecation",
                json!({ "reason": REASON, "replacement": by }),
            ),
        ])
    };
    let contract = |name: &str| of(&[("/contract", json!(name))]);
    let path = |path: &str| of(&[("/versions/1/payload_schema", json!(path))]);
    let retired = |versions: Value| of(&[("/status", json!("retired")), ("/versions", versions)]);
    vec![
        ("as it is", true, registry()),
        (
            "a deprecated type without a replacement",
            true,
            of(&[
                ("/status", json!("deprecated")),
                ("/deprecation", json!({ "reason": REASON })),
            ]),
        ),
        (
            "a type that another one replaces",
            true,
            type_replaced("order.closed"),
        ),
        ("a type that a version replaces", false, type_replaced("v2")),
        (
            "a type that nothing can be named after replaces",
            false,
            type_replaced("Order paid"),
        ),
        ("a version that v2 replaces", true, replaced("v2")),
        ("a version that 2 replaces", true, replaced("2")),
        (
            "a version that order.paid v2 replaces",
            true,
            replaced("order.paid v2"),
        ),
        (
            "a version that another type replaces",
            true,
            replaced("order.closed"),
        ),
        ("a version that replaces itself", false, replaced("v1")),
        (
            "a version that a missing one replaces",
            false,
            replaced("v7"),
        ),
        (
            "a version that one of another type replaces",
            false,
            replaced("order.closed v1"),
        ),
        (
            "a version with a replacement that is no name",
            false,
            replaced("the new one"),
        ),
        ("a version with a signed replacement", false, replaced("+2")),
        (
            "a version with a padded replacement",
            false,
            replaced(" 2 "),
        ),
        (
            "an active type with deprecated versions only",
            false,
            of(&[("/versions", json!([deprecated("deprecated")]))]),
        ),
        (
            "a deprecated type with deprecated versions only",
            true,
            of(&[
                ("/status", json!("deprecated")),
                ("/deprecation", json!({ "reason": REASON })),
                ("/versions", json!([deprecated("deprecated")])),
            ]),
        ),
        (
            "a deprecated type with retired versions only",
            false,
            of(&[
                ("/status", json!("deprecated")),
                ("/deprecation", json!({ "reason": REASON })),
                (
                    "/versions",
                    json!([{ "schema_version": 1, "status": "retired" }]),
                ),
            ]),
        ),
        (
            "a retired type with retired versions",
            true,
            retired(json!([{ "schema_version": 1, "status": "retired" }])),
        ),
        (
            "a retired type with an active version",
            false,
            retired(json!([{ "schema_version": 1, "status": "active" }])),
        ),
        (
            "a retired type with a deprecated version",
            false,
            retired(json!([deprecated("deprecated")])),
        ),
        ("a retired type without versions", false, retired(json!([]))),
        (
            "a retired version with a replacement that is no name",
            false,
            of(&[(
                "/versions/0",
                json!({ "schema_version": 1, "status": "retired",
                "deprecation": { "reason": REASON, "replacement": "the new one" } }),
            )]),
        ),
        (
            "a retired version that says why",
            true,
            of(&[(
                "/versions/0",
                json!({ "schema_version": 1, "status": "retired",
                "deprecation": { "reason": REASON, "replacement": "v2" } }),
            )]),
        ),
        (
            "an active type without versions",
            false,
            of(&[("/versions", json!([]))]),
        ),
        ("a contract in kebab case", true, contract("credit-ledger")),
        ("a contract in snake case", true, contract("credit_ledger")),
        ("a contract in capitals", true, contract("Orders.v2")),
        ("a contract with a space", false, contract("credit ledger")),
        (
            "a contract that is a path",
            false,
            contract("credits/ledger"),
        ),
        (
            "a contract that is the parent folder",
            false,
            contract(".."),
        ),
        ("a contract that is this folder", false, contract(".")),
        (
            "a path with every character that a path may have",
            false,
            path("~a/+b@c=d/.e-f_g.json"),
        ),
        (
            "a path that leaves the directory",
            false,
            path("a/../b.json"),
        ),
        ("a path with an empty part", false, path("a//b.json")),
        ("a path with a space", false, path("a b.json")),
        (
            "a key of one's own",
            true,
            of(&[("/x-owner", json!({ "any": 1 }))]),
        ),
        (
            "an upcoming version without a schema",
            false,
            of(&[("/versions/1/status", json!("upcoming"))]),
        ),
        (
            "an upcoming event type",
            false,
            of(&[("/status", json!("upcoming"))]),
        ),
        (
            "a level of its own",
            true,
            of(&[("/x-compatibility", json!("forward"))]),
        ),
        (
            "an unknown level",
            false,
            of(&[("/x-compatibility", json!("strict"))]),
        ),
        (
            "a level for all",
            true,
            changed(&[("/x-compatibility", json!("none"))]),
        ),
        (
            "an unknown level for all",
            false,
            changed(&[("/x-compatibility", json!("Full"))]),
        ),
        (
            "an upcast by hand",
            true,
            of(&[("/versions/1/x-upcast", json!("by-hand"))]),
        ),
        (
            "an upcast by something else",
            false,
            of(&[("/versions/1/x-upcast", json!(true))]),
        ),
        (
            "a key that is nearly one of ours",
            false,
            of(&[("/versions/1/x-upcasts", json!("by-hand"))]),
        ),
        (
            "a key of ours in another place",
            false,
            of(&[("/x-upcast", json!("by-hand"))]),
        ),
        ("an unknown key", false, of(&[("/owner", json!("revenue"))])),
        (
            "a subject that is no pointer",
            false,
            of(&[("/subject", json!("order_id"))]),
        ),
        (
            "a deprecation of an active type",
            false,
            of(&[("/deprecation", json!({ "reason": REASON }))]),
        ),
        (
            "a type that replaces itself",
            false,
            type_replaced("order.paid"),
        ),
        (
            "a text of spaces",
            false,
            of(&[("/description", json!(" "))]),
        ),
        (
            "version 1.0",
            false,
            of(&[("/versions/1/schema_version", json!(1.0))]),
        ),
        (
            "version 0",
            false,
            of(&[("/versions/1/schema_version", json!(0))]),
        ),
        (
            "a number beyond 32 bits",
            false,
            of(&[("/versions/1/schema_version", json!(2_147_483_648_u32))]),
        ),
    ]
}
