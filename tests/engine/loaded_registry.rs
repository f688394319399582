//! The contracts at run time: another copy, read from a directory, and how it differs.

mod faults;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use acme_contracts::{REGISTRY, Revenue};
use dispatcher_runtime::{Dispatcher, LoadedRegistry, PublishError, Registry, Status};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, lock_json};
use serde_json::{Value, json};

use crate::support::World;

const LIST: &str = "event-types-registry.json";
const LOCKED: &str = "credit-ledger/schema/payloads/credit-locked-v1.json";

/// A copy of the reference contracts that a test may change.
struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> TestResult<Self> {
        let copy = Self(tempfile::tempdir()?);
        let original = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts"));
        let documents = REGISTRY.documents().map(|(path, _)| path);
        for path in documents.chain([LIST]) {
            copy.write(path, &fs::read_to_string(original.join(path))?)?;
        }
        Ok(copy)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) -> TestResult {
        fs::create_dir_all(self.path(path).parent().unwrap())?;
        Ok(fs::write(self.path(path), text)?)
    }

    fn replace(&self, path: &str, from: &str, to: &str) -> TestResult {
        let text = fs::read_to_string(self.path(path))?;
        assert!(text.contains(from), "{path} says {from}");
        self.write(path, &text.replacen(from, to, 1))
    }

    /// The differences from the bundled contracts, one line for each place.
    fn differences(&self) -> TestResult<Vec<String>> {
        let differences = LoadedRegistry::from_dir(self.0.path())?.compare(&REGISTRY);
        Ok(differences.iter().map(ToString::to_string).collect())
    }
}

#[test]
fn a_copy_has_the_same_look_ups() -> TestResult {
    let copy = Copy::new()?;
    let loaded = LoadedRegistry::from_dir(copy.0.path())?;
    let bundled: &Registry = &REGISTRY;
    assert_eq!(loaded.directory(), copy.0.path());
    assert_eq!(loaded.events().len(), bundled.events().len());
    for (loaded, bundled) in loaded.events().zip(bundled.events()) {
        assert_eq!(loaded.event_type, bundled.event_type);
        assert_eq!(loaded.producer, bundled.producer);
        assert_eq!(loaded.consumers, bundled.consumers);
        assert_eq!(loaded.subject.as_deref(), bundled.subject);
        for version in bundled.versions {
            let copied = loaded.version(version.schema_version).unwrap();
            let (copied, version) = (copied.schema.as_ref(), version.schema);
            assert_eq!(
                copied.map(|it| (it.path(), it.text())),
                version.map(|it| (it.path(), it.text()))
            );
        }
    }
    let names = |events: Vec<&str>| events.into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        names(
            loaded
                .consumed_by("coaching")
                .map(|it| it.event_type.as_str())
                .collect()
        ),
        names(
            bundled
                .consumed_by("coaching")
                .map(|it| it.event_type)
                .collect()
        ),
    );
    assert!(loaded.event("credit.lockd").is_none());
    let locked = loaded.event("credit.locked").unwrap();
    assert_eq!(locked.status, Status::Active);
    assert!(locked.version(2).is_none());
    let schema = locked.version(1).unwrap().schema.as_ref().unwrap();
    assert!(schema.validate(&lock_json(1, 1)).is_ok());
    let report = schema.validate(&lock_json(1, 0)).unwrap_err();
    assert_eq!(report.schema(), Some(LOCKED));
    Ok(())
}

#[test]
fn white_space_and_the_order_of_keys_are_no_difference() -> TestResult {
    fn reversed(value: &Value) -> String {
        match value {
            Value::Object(fields) => {
                let fields = fields.iter().rev();
                let fields: Vec<_> = fields
                    .map(|(key, value)| format!("{} :\n {}", json!(key), reversed(value)))
                    .collect();
                format!("{{\t{}}}", fields.join(" , "))
            }
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(reversed).collect();
                format!("[ {} ]", items.join(","))
            }
            // The same number, spelled differently.
            other if *other == json!(1) => "1.0".to_owned(),
            other => other.to_string(),
        }
    }
    let copy = Copy::new()?;
    for (path, text) in REGISTRY.documents() {
        copy.write(path, &reversed(&serde_json::from_str(text)?))?;
    }
    assert_eq!(copy.differences()?, [""; 0]);
    Ok(())
}

#[test]
fn a_difference_names_event_type_version_file_and_place() -> TestResult {
    let copy = Copy::new()?;
    copy.replace(LOCKED, "\"minimum\": 1", "\"minimum\": 2")?;
    copy.replace(LOCKED, "\"maximum\": 9007199254740991,", "")?;
    assert_eq!(
        copy.differences()?,
        [
            format!(
                "credit.locked v1: {LOCKED} at /properties/locked_credits/maximum: bundled 9007199254740991, loaded nothing"
            ),
            format!(
                "credit.locked v1: {LOCKED} at /properties/locked_credits/minimum: bundled 1, loaded 2"
            ),
        ]
    );
    Ok(())
}

#[test]
fn a_shared_definition_is_a_difference_for_those_that_refer_to_it() -> TestResult {
    let copy = Copy::new()?;
    copy.replace("common/ids.json", "^crr_[0-9a-f]{8}", "^crr_[0-9a-f]{9}")?;
    let differences = LoadedRegistry::from_dir(copy.0.path())?.compare(&REGISTRY);
    let event_types: BTreeSet<_> = differences
        .iter()
        .filter_map(|difference| difference.event_type.as_deref())
        .collect();
    let with_reservation = REGISTRY.events().filter(|event| {
        let schemas = event.versions.iter().filter_map(|version| version.schema);
        let mut texts = schemas.filter_map(|schema| schema.text());
        texts.any(|text| text.contains("CreditReservationId"))
    });
    assert_eq!(
        event_types,
        with_reservation.map(|event| event.event_type).collect()
    );
    assert!(event_types.contains("credit.locked") && !event_types.contains("person.merged"));
    assert!(differences.iter().all(|difference| {
        difference.file == "common/ids.json"
            && difference.pointer == "/$defs/CreditReservationId/pattern"
    }));
    Ok(())
}

#[test]
fn the_registry_file_is_compared_too() -> TestResult {
    let copy = Copy::new()?;
    let mut list: Value = serde_json::from_str(&fs::read_to_string(copy.path(LIST))?)?;
    let events = list["event_types"].as_array_mut().unwrap();
    let place = |name: &str, events: &[Value]| {
        let found = events.iter().position(|event| event["event_type"] == name);
        found.unwrap()
    };
    let removed = place("person.merged", events);
    events.remove(removed);
    let order = place("order.paid", events);
    events[order]["producer"] = json!("growth");
    events[order]["versions"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "schema_version": 3, "status": "active" }));
    let refund = place("refund.issued", events);
    events[refund]["status"] = json!("deprecated");
    events[refund]["deprecation"] =
        json!({ "reason": "refunds are orders", "since": "2026-09-01" });
    // The order of a set does not matter.
    events[refund]["consumers"] = json!(["scheduling", "growth"]);
    events.push(json!({
        "event_type": "order.shipped", "description": "Left.", "contract": "orders", "producer": "revenue",
        "consumers": [], "status": "active", "x-owner": "revenue",
        "versions": [{ "schema_version": 1, "status": "active" }]
    }));
    let last = events.len() - 1;
    copy.write(LIST, &list.to_string())?;
    assert_eq!(
        copy.differences()?,
        [
            format!(
                "order.paid: {LIST} at /event_types/{order}/producer: bundled \"revenue\", loaded \"growth\""
            ),
            format!(
                "order.paid v3: {LIST} at /event_types/{order}/versions/2: bundled nothing, loaded 3"
            ),
            format!(
                "order.shipped: {LIST} at /event_types/{last}: bundled nothing, loaded \"order.shipped\""
            ),
            format!(
                "person.merged: {LIST} at /event_types: bundled \"person.merged\", loaded nothing"
            ),
            format!(
                "refund.issued: {LIST} at /event_types/{refund}/status: bundled \"active\", \
                 loaded \"deprecated: refunds are orders; since 2026-09-01\""
            ),
        ]
    );
    Ok(())
}

#[test]
fn a_document_is_found_by_its_id_and_by_its_path_in_any_draft() -> TestResult {
    let copy = Copy::new()?;
    copy.replace(
        LOCKED,
        "../../../common/ids.json#/$defs/LessonId",
        "https://acme.example/lesson.json#/definitions/Id",
    )?;
    copy.write(
        "elsewhere/lesson.json",
        r##"{ "$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://acme.example/lesson.json#",
              "definitions": { "Id": { "$ref": "part.json" } } }"##,
    )?;
    copy.write(
        "elsewhere/part.json",
        r#"{ "$id": "https://acme.example/part.json", "const": "les_1" }"#,
    )?;
    let loaded = LoadedRegistry::from_dir(copy.0.path())?;
    let locked = loaded.event("credit.locked").unwrap().version(1).unwrap();
    let schema = locked.schema.as_ref().unwrap();
    let mut payload = lock_json(1, 1);
    assert!(schema.validate(&payload).is_err());
    payload["lesson_id"] = json!("les_1");
    assert_eq!(schema.validate(&payload), Ok(()));
    assert!(!loaded.compare(&REGISTRY).is_empty());
    Ok(())
}

#[tokio::test]
async fn untyped_publishes_are_validated_against_the_loaded_contracts() -> TestResult {
    let world = World::new().await?;
    let copy = Copy::new()?;
    copy.replace(LOCKED, "\"minimum\": 1", "\"minimum\": 2")?;
    copy.replace(
        LIST,
        "\"event_types\": [",
        r#""event_types": [{
            "event_type": "order.shipped", "description": "Left.", "contract": "orders",
            "producer": "revenue", "consumers": [], "status": "active", "subject": "/order_id",
            "versions": [{ "schema_version": 4, "status": "active" }] },"#,
    )?;
    let dispatcher = Dispatcher::<Revenue>::builder(world.pool.clone())
        .tenant(TENANT)
        .registry(LoadedRegistry::from_dir(copy.0.path())?)
        .build()?;
    let untyped = |event_type: &'static str, version, payload| {
        dispatcher.publish_untyped(event_type, version, payload)
    };
    untyped("order.shipped", 4, json!({ "order_id": "ord_1" })).await?;
    let subject: String = sqlx::query_scalar("SELECT subject FROM dispatcher_event")
        .fetch_one(&world.pool)
        .await?;
    assert_eq!(subject, "ord_1");

    let refused = untyped("credit.locked", 1, lock_json(1, 1)).await;
    assert!(
        matches!(refused, Err(PublishError::PayloadInvalid { .. })),
        "{refused:?}"
    );
    untyped("credit.locked", 1, lock_json(1, 2)).await?;
    let says = |error: PublishError| error.to_string();
    assert_eq!(
        says(untyped("order.shiped", 4, json!({})).await.unwrap_err()),
        "the contracts have no event type `order.shiped`; did you mean `order.shipped`?"
    );
    assert_eq!(
        says(untyped("order.shipped", 1, json!({})).await.unwrap_err()),
        "order.shipped has no live version 1; the live versions in the contracts: 4"
    );
    assert_eq!(
        says(untyped("lesson.scheduled", 1, json!({})).await.unwrap_err()),
        "`revenue` does not produce `lesson.scheduled`: the registry names `scheduling` as its producer"
    );
    // A type was generated from the bundled contracts, and still follows them.
    dispatcher.publish(lock(1, 1)).await?;
    world.close().await
}

/// The copy accepted and refused other envelopes, and nothing told.
#[test]
fn the_schema_of_the_envelope_is_compared_too() -> TestResult {
    const ENVELOPE: &str = "event-envelope/schema/envelope-v1.json";
    let copy = Copy::new()?;
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(copy.path(ENVELOPE))?)?;
    schema["properties"]["actor"] = json!({ "type": "string", "pattern": "^system:" });
    let actor = REGISTRY.envelope_schema().text().ok_or("no envelope")?;
    let actor: Value = serde_json::from_str(actor)?;
    copy.write(ENVELOPE, &schema.to_string())?;
    let differences = copy.differences()?;
    assert!(
        differences.contains(&format!(
            "the envelope: {ENVELOPE} at /properties/actor/pattern: bundled {}, loaded \"^system:\"",
            actor["properties"]["actor"]
                .get("pattern")
                .map_or("nothing".to_owned(), ToString::to_string)
        )),
        "{differences:#?}"
    );
    assert!(
        differences
            .iter()
            .all(|line| line.starts_with("the envelope: ")),
        "{differences:#?}"
    );
    // Without one, the reference schema holds, which is the bundled one here.
    fs::remove_file(copy.path(ENVELOPE))?;
    assert_eq!(copy.differences()?, <[&str; 0]>::default());
    Ok(())
}
