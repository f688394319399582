//! The AsyncAPI document: against the official schema, and as AsyncAPI's own parser reads it.

use std::path::Path;

use dispatcher_cli::export::{ExportError, asyncapi, catalogue, typescript};
use dispatcher_runtime::LoadedRegistry;
use dispatcher_test_fixtures::TestResult;
use serde_json::Value;

use crate::{directory, node};

fn document(directory: &Path) -> TestResult<Value> {
    Ok(serde_json::from_str(&asyncapi(&directory::arguments(
        directory,
    ))?)?)
}

fn of_domain(name: &str) -> Result<String, ExportError> {
    let mut arguments = directory::arguments(&directory::reference());
    arguments.domain = Some(name.to_owned());
    asyncapi(&arguments)
}

#[test]
fn the_official_schema_accepts_the_document() -> TestResult {
    let Some(packages) = node::packages() else {
        return Ok(());
    };
    let schema = packages.join("node_modules/@asyncapi/specs/schemas/3.1.0.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema)?)?;
    let validator = jsonschema::validator_for(&schema)?;
    let rare = directory::rare()?;
    for directory in [directory::reference().as_path(), rare.path()] {
        let document = document(directory)?;
        let faults: Vec<_> = validator
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert!(faults.is_empty(), "{faults:#?}");
    }
    let mut broken = document(&directory::reference())?;
    broken["operations"]["revenue.send.credit.locked"]["action"] = "publish".into();
    assert!(!validator.is_valid(&broken));
    Ok(())
}

#[test]
fn the_parser_reads_every_operation_with_its_message() -> TestResult {
    let Some(packages) = node::packages() else {
        return Ok(());
    };
    let rare = directory::rare()?;
    for directory in [directory::reference().as_path(), rare.path()] {
        let text = asyncapi(&directory::arguments(directory))?;
        let read: Value = serde_json::from_str(&node::run(&packages, "parse-asyncapi.js", &text)?)?;
        assert_eq!(read["diagnostics"], Value::Array(Vec::new()));
        assert_eq!(read["read"], true);
    }
    let read = node::run(&packages, "parse-asyncapi.js", &of_domain("coaching")?)?;
    let read: Value = serde_json::from_str(&read)?;
    let messages = read["messages"].as_array().ok_or("messages")?;
    let find = |operation: &str| {
        messages
            .iter()
            .find(|message| message["operation"] == operation)
    };
    let received = find("coaching.receive.credit.locked").ok_or("it is received")?;
    assert_eq!(received["action"], "receive");
    assert_eq!(received["channel"], "credit.locked");
    assert_eq!(received["name"], "credit.locked");
    assert_eq!(received["version"], "1");
    assert_eq!(
        received["format"],
        "application/schema+json;version=2020-12"
    );
    // EventCatalog documents a message where it is sent.
    assert_eq!(received["role"], "client");
    let sent = find("coaching.send.coach.certified").ok_or("it is sent")?;
    assert_eq!(sent["role"], Value::Null);
    assert!(find("revenue.send.credit.locked").is_none());
    Ok(())
}

#[test]
fn every_live_version_is_a_message_with_examples_that_the_gate_accepts() -> TestResult {
    let document = document(&directory::reference())?;
    let gate = LoadedRegistry::from_dir(directory::reference())?;
    let mut checked = 0;
    for event in gate.events() {
        let channel = &document["channels"][&event.event_type];
        for version in &event.versions {
            let name = format!("{}.v{}", event.event_type, version.schema_version);
            let Some(schema) = &version.schema else {
                assert!(
                    channel["messages"][&name].is_null()
                        && document["components"]["messages"][&name].is_null()
                );
                continue;
            };
            assert!(channel["messages"][&name].is_object(), "{name}");
            let examples = document["components"]["messages"][&name]["examples"]
                .as_array()
                .ok_or("examples")?;
            assert!(!examples.is_empty(), "{name}");
            for example in examples {
                schema.validate(&example["payload"])?;
                let mut envelope = example["headers"].clone();
                envelope["payload"] = example["payload"].clone();
                gate.envelope_schema().validate(&envelope)?;
                checked += 1;
            }
        }
    }
    assert!(checked > 15, "{checked}");
    let deprecated = &document["components"]["messages"]["lesson.rescheduled.v1"];
    assert_eq!(deprecated["x-eventcatalog-deprecated-date"], "2026-09-01");
    Ok(())
}

#[test]
fn payloads_in_the_document_accept_what_the_gate_accepts() -> TestResult {
    let document = document(&directory::reference())?;
    let registry = jsonschema::Registry::new()
        .add("asyncapi:///document", &document)?
        .prepare()?;
    let samples = include_str!("../../contracts/samples.jsonl");
    for line in samples.lines() {
        let sample: Value = serde_json::from_str(line)?;
        let (event, version) = (
            sample["event_type"].as_str().ok_or("a name")?,
            &sample["schema_version"],
        );
        let name = format!("{event}.v{version}");
        let payload = &document["components"]["messages"][&name]["payload"];
        if payload["schemaFormat"].is_null() {
            // A retired version.
            continue;
        }
        let place = format!("asyncapi:///document#/components/messages/{name}/payload/schema");
        let schema = serde_json::json!({ "$ref": place });
        let validator = jsonschema::options()
            .with_registry(&registry)
            .should_validate_formats(true)
            .build(&schema)?;
        assert_eq!(
            Value::Bool(validator.is_valid(&sample["payload"])),
            sample["valid"],
            "{line}"
        );
    }
    Ok(())
}

#[test]
fn references_lead_to_schemas_of_the_document() -> TestResult {
    let rare = directory::rare()?;
    for directory in [directory::reference().as_path(), rare.path()] {
        let document = document(directory)?;
        let mut count = 0;
        let mut open = vec![&document];
        while let Some(value) = open.pop() {
            match value {
                Value::Array(items) => open.extend(items),
                Value::Object(members) => {
                    if let Some(Value::String(reference)) = members.get("$ref") {
                        let pointer = reference
                            .strip_prefix('#')
                            .ok_or("it leads into the document")?;
                        assert!(document.pointer(pointer).is_some(), "{reference}");
                        count += 1;
                    }
                    open.extend(members.values());
                }
                _ => {}
            }
        }
        assert!(count > 10, "{count}");
    }
    Ok(())
}

#[test]
fn an_announced_version_is_received_and_not_sent_yet() -> TestResult {
    let announced = directory::announced()?;
    let document = document(announced.path())?;
    let count = |operation: &str| {
        document["operations"][operation]["messages"]
            .as_array()
            .map(Vec::len)
    };
    assert_eq!(count("shop.send.a.happened"), Some(1));
    assert_eq!(count("billing.receive.a.happened"), Some(2));
    assert_eq!(
        document["components"]["messages"]["a.happened.v2"]["x-eventcatalog-draft"],
        true
    );
    let types = typescript(announced.path())?;
    assert!(
        types.contains("export type AHappened = AHappenedV1;"),
        "{types}"
    );
    let pages = catalogue(&directory::catalogue(announced.path()))?;
    let page = pages
        .iter()
        .find(|page| page.path == "events/a.happened.md")
        .ok_or("a page")?;
    assert!(
        page.text
            .contains("## Version 2 *upcoming*\n\nIt is announced"),
        "{}",
        page.text
    );
    Ok(())
}

#[test]
fn a_domain_that_is_not_known_is_refused_with_the_one_that_was_meant() {
    let error = of_domain("revnue").expect_err("no domain has that name");
    assert_eq!(
        error.to_string(),
        "no event type is produced or consumed by \"revnue\"; did you mean \"revenue\"?"
    );
}

#[test]
fn the_same_contracts_give_the_same_document() -> TestResult {
    let once = asyncapi(&directory::arguments(&directory::reference()))?;
    assert_eq!(
        once,
        asyncapi(&directory::arguments(&directory::reference()))?
    );
    Ok(())
}
