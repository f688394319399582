//! The `JsonSchema` of a generated type is its contract: on its own, without the directory that it
//! comes from, it accepts and refuses what the contract does.

mod hand_written;

use std::collections::BTreeMap;

use boon::{Compiler, Draft, Schemas};
use dispatcher_runtime::{DateTime, Integer};
use dispatcher_test_fixtures::TestResult;
use schemars::{JsonSchema, Schema, schema_for};
use serde_json::{Value, json};

/// The schema of each payload type, by event type and version.
fn schemas() -> BTreeMap<(&'static str, u64), Schema> {
    use acme_contracts::{
        credit_debited, credit_locked, lesson_cancelled, order_paid, person_merged,
    };
    BTreeMap::from([
        (
            ("credit.debited", 1),
            schema_for!(credit_debited::CreditDebited),
        ),
        (
            ("credit.locked", 1),
            schema_for!(credit_locked::CreditLocked),
        ),
        (
            ("lesson.cancelled", 1),
            schema_for!(lesson_cancelled::LessonCancelled),
        ),
        (("order.paid", 1), schema_for!(order_paid::v1::OrderPaid)),
        (("order.paid", 2), schema_for!(order_paid::v2::OrderPaid)),
        (
            ("person.merged", 1),
            schema_for!(person_merged::PersonMerged),
        ),
    ])
}

/// Whether the schema accepts the value. Everything that it refers to is included.
fn accepts(schema: &Schema, value: &Value) -> TestResult<bool> {
    let mut compiler = Compiler::new();
    compiler.set_default_draft(Draft::V2020_12);
    compiler.enable_format_assertions();
    compiler
        .add_resource("test:///schema", schema.as_value().clone())
        .map_err(|error| error.to_string())?;
    let mut schemas = Schemas::new();
    let index = compiler
        .compile("test:///schema", &mut schemas)
        .map_err(|error| format!("{error:#}"))?;
    Ok(schemas.validate(value, index).is_ok())
}

#[test]
fn a_payload_s_schema_judges_as_the_contract_does() -> TestResult {
    let schemas = schemas();
    let samples = include_str!("../../contracts/samples.jsonl");
    let mut judged = BTreeMap::from([(true, 0), (false, 0)]);
    for line in samples.lines() {
        let sample: Value = serde_json::from_str(line)?;
        let (Some(event_type), Some(version)) = (
            sample["event_type"].as_str(),
            sample["schema_version"].as_u64(),
        ) else {
            return Err(format!("not a sample: {line}").into());
        };
        let Some(schema) = schemas.get(&(event_type, version)) else {
            continue;
        };
        let valid = sample["valid"] == json!(true);
        assert_eq!(accepts(schema, &sample["payload"])?, valid, "{line}");
        *judged.entry(valid).or_default() += 1;
    }
    assert!(judged.values().all(|&count| count >= 5), "{judged:?}");
    Ok(())
}

#[test]
fn it_is_the_original_with_an_address() -> TestResult {
    let path = "credit-ledger/schema/payloads/credit-locked-v1.json";
    let original =
        include_str!("../../contracts/credit-ledger/schema/payloads/credit-locked-v1.json");
    let original: Value = serde_json::from_str(original)?;
    let schema = schema_for!(acme_contracts::credit_locked::CreditLocked);
    for (keyword, value) in original.as_object().ok_or("an object")? {
        if keyword == "$defs" {
            continue; // definitions that it refers to are included
        }
        assert_eq!(schema.get(keyword), Some(value), "{keyword}");
    }
    let known = original.get("$id").cloned();
    assert_eq!(
        schema.get("$id").cloned(),
        known.or(Some(json!(format!("contract:///{path}"))))
    );
    Ok(())
}

#[test]
fn the_types_inside_a_payload_have_theirs() -> TestResult {
    let person = schema_for!(acme_contracts::credit_locked::PersonId);
    assert!(accepts(
        &person,
        &json!("per_0191c2b7-4e90-7f35-8d6a-7c5b4a392817")
    )?);
    assert!(!accepts(
        &person,
        &json!("les_0191c2b7-4e90-7f35-8d6a-7c5b4a392817")
    )?);
    // A type that refers to others.
    let line = schema_for!(acme_contracts::order_paid::v2::OrderLine);
    let good = json!({ "product_code": "CREDITS-10", "quantity": 1, "credits": 10, "amount_minor": 12_000 });
    assert!(accepts(&line, &good)?);
    assert!(!accepts(&line, &json!({ "product_code": 5 }))?);
    Ok(())
}

#[test]
fn another_schema_can_hold_them() -> TestResult {
    // As in an API description: several types in one document.
    struct Both;
    impl JsonSchema for Both {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Both".into()
        }

        fn json_schema(generator: &mut schemars::SchemaGenerator) -> Schema {
            schemars::json_schema!({
                "properties": {
                    "lock": generator.subschema_for::<acme_contracts::credit_locked::CreditLocked>(),
                    "order": generator.subschema_for::<acme_contracts::order_paid::v2::OrderPaid>(),
                    "at": generator.subschema_for::<DateTime>(),
                    "count": generator.subschema_for::<Integer>(),
                }
            })
        }
    }
    let both = schema_for!(Both);
    assert!(accepts(
        &both,
        &json!({ "lock": dispatcher_test_fixtures::lock_json(1, 6), "count": 1 })
    )?);
    assert!(!accepts(
        &both,
        &json!({ "lock": dispatcher_test_fixtures::lock_json(1, 0) })
    )?);
    assert!(!accepts(&both, &json!({ "at": "yesterday" }))?);
    assert!(!accepts(&both, &json!({ "order": {} }))?);
    Ok(())
}
