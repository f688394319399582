//! The contracts that an operator's program knows, and what it masks by them.

use acme_contracts::REGISTRY;
use dispatcher_runtime::{ContractsCatalog, DeadLetter, DeadLetterSummary, Operator};
use dispatcher_test_fixtures::{TENANT, TestResult, person_id};
use serde_json::{Value, json};
use sqlx::Executor;

use crate::support::World;

/// A dead letter with a payload of that event type and version.
async fn letter(world: &World, event_type: &str, version: i32, payload: &Value) -> TestResult {
    let envelope = json!({ "event_type": event_type, "subject": person_id(1), "payload": payload });
    sqlx::query(
        "INSERT INTO dispatcher_dead_letter
                (dead_letter_id, consumer, subscription, position, event_id, event_type, schema_version, tenant_id,
                 subject, envelope, reason, error, attempts, failures, created_at)
         VALUES ('dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e', 'coaching', 'greet', 1, 'evt_a', $1, $2, $3, $4, $5,
                 'permanent', 'no', 1, '[]', now())
             ON CONFLICT (dead_letter_id)
             DO UPDATE SET event_type = excluded.event_type, schema_version = excluded.schema_version,
                           envelope = excluded.envelope",
    )
    .bind(event_type)
    .bind(version)
    .bind(TENANT)
    .bind(person_id(1))
    .bind(envelope.to_string())
    .execute(&world.pool)
    .await?;
    Ok(())
}

fn person() -> Value {
    json!({
        "person_id": person_id(1), "given_name": "Ada", "family_name": "Lovelace",
        "email": "ada@example.com", "roles": ["swimmer"], "preferred_language": "en", "consents": {},
        "registered_at": "2026-11-29T08:00:00Z",
    })
}

/// The letter as this operator may show it.
async fn shown(operator: &Operator) -> TestResult<(Value, Option<String>)> {
    let contracts = operator.known_contracts().await?;
    let id = "dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e".parse()?;
    let letter: DeadLetter = operator.dead_letters().get(&id).await?;
    let summary = DeadLetterSummary::from(letter.clone()).masked_by(&contracts);
    let letter = letter.masked_by(&contracts);
    assert_eq!(summary.subject, letter.subject);
    let envelope: Value = serde_json::from_str(letter.envelope.get())?;
    Ok((envelope["payload"].clone(), letter.subject))
}

async fn push(world: &World) -> TestResult {
    let catalog = ContractsCatalog::new(world.pool.clone());
    assert!(catalog.push(&REGISTRY).await?);
    Ok(())
}

#[tokio::test]
async fn a_program_without_contracts_masks_by_those_that_were_pushed() -> TestResult {
    let world = World::new().await?;
    let operator = Operator::new(world.pool.clone());
    letter(&world, "person.registered", 1, &person()).await?;
    assert!(operator.known_contracts().await?.is_empty());
    assert_eq!(shown(&operator).await?.0, person(), "nothing is known");
    push(&world).await?;
    let (payload, subject) = shown(&operator).await?;
    assert_eq!(payload["given_name"], "[masked]");
    assert_eq!(payload["preferred_language"], "en");
    assert_eq!(subject, Some(person_id(1)), "it is not marked");
    // A payload that the gate refuses, a version and an event type that the contracts do not have.
    let mut misspelt = person();
    misspelt["givn_name"] = json!("Ada");
    for (event_type, version, payload) in [
        ("person.registered", 1, misspelt),
        ("person.registered", 7, person()),
        ("person.registered", -1, person()),
        ("person.forgotten", 1, person()),
    ] {
        letter(&world, event_type, version, &payload).await?;
        let shown = shown_of_unknown(&operator).await?;
        assert_eq!(shown, json!("[masked]"), "{event_type} {version}");
    }
    world.close().await
}

async fn shown_of_unknown(operator: &Operator) -> TestResult<Value> {
    let contracts = operator.known_contracts().await?;
    let id = "dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e".parse()?;
    let letter = operator.dead_letters().get(&id).await?;
    let letter = letter.masked_by(&contracts);
    assert_eq!(letter.subject.as_deref(), Some("[masked]"));
    let envelope: Value = serde_json::from_str(letter.envelope.get())?;
    Ok(envelope["payload"].clone())
}

/// A document that is broken, missing or refers to one that is missing; each in a program that has read none yet.
#[tokio::test]
async fn by_a_schema_that_cannot_be_used_everything_is_masked() -> TestResult {
    let world = World::new().await?;
    push(&world).await?;
    letter(&world, "person.registered", 1, &person()).await?;
    let of = "event_type = 'person.registered'";
    for break_it in [
        format!("UPDATE dispatcher_contract_document SET document = 'not JSON' WHERE {of}"),
        format!("UPDATE dispatcher_contract_document SET document = '{{\"type\": 7}}' WHERE {of}"),
        format!(
            "UPDATE dispatcher_contract_document SET document = '{{\"$ref\": \"other.json\"}}' WHERE {of}"
        ),
        format!(
            "UPDATE dispatcher_contract_document SET document = '{{\"$ref\": \"../../secret\"}}' WHERE {of}"
        ),
        format!(
            "UPDATE dispatcher_contract_document SET document = '{{\"pattern\": \"(\"}}' WHERE {of}"
        ),
        format!("DELETE FROM dispatcher_contract_document WHERE {of}"),
        format!(
            "UPDATE dispatcher_contract_version SET schema_path = NULL, status = 'retired' WHERE {of}"
        ),
    ] {
        world
            .pool
            .execute(sqlx::AssertSqlSafe(break_it.clone()))
            .await?;
        let operator = Operator::new(world.pool.clone());
        assert_eq!(shown_of_unknown(&operator).await?, "[masked]", "{break_it}");
        let contract = operator.known_contracts().await?.get("person.registered");
        let contract = contract.ok_or("it is not listed")?;
        assert_eq!(contract.versions[0].schema, None, "{break_it}");
    }
    world.close().await
}

#[tokio::test]
async fn the_bundled_and_the_stored_contracts_are_listed_together() -> TestResult {
    let world = World::new().await?;
    push(&world).await?;
    world
        .pool
        .execute(
            "INSERT INTO dispatcher_contract (event_type, producer, contract, description, subject, status, newest_version)
             VALUES ('parcel.sent', 'depot', 'parcels', 'A parcel left.', '/parcel_id', 'active', 2);
             INSERT INTO dispatcher_contract_consumer VALUES ('parcel.sent', 'office');
             INSERT INTO dispatcher_contract_version (event_type, schema_version, status, schema_path)
             VALUES ('parcel.sent', 1, 'deprecated', NULL), ('parcel.sent', 2, 'active', 'parcels/sent.json'),
                    ('person.registered', 2, 'upcoming', NULL);
             INSERT INTO dispatcher_contract_document
             VALUES ('parcel.sent', 2, 'parcels/sent.json', '{\"properties\": {\"to\": {\"$ref\": \"person.json\"}}}'),
                    ('parcel.sent', 2, 'parcels/person.json', '{\"type\": \"string\", \"x-sensitive\": true}')",
        )
        .await?;
    let operator = Operator::new(world.pool.clone()).registry(&REGISTRY);
    let contracts = operator.known_contracts().await?;
    let listed = contracts.list();
    assert_eq!(listed.len(), REGISTRY.events().len() + 1);
    assert!(listed.is_sorted_by(|a, b| a.event_type < b.event_type));
    let person = contracts.get("person.registered").ok_or("not listed")?;
    let versions = person.versions.iter();
    let versions: Vec<_> = versions
        .map(|it| (it.schema_version, &*it.status, it.is_bundled, it.is_stored))
        .collect();
    assert_eq!(
        versions,
        [(1, "active", true, true), (2, "upcoming", false, true)]
    );
    let parcel = serde_json::to_value(contracts.get("parcel.sent"))?;
    assert_eq!(
        parcel,
        json!({
            "event_type": "parcel.sent", "description": "A parcel left.", "producer": "depot", "consumers": ["office"],
            "status": "active", "subject": "/parcel_id",
            "versions": [
                { "schema_version": 1, "status": "deprecated", "schema": null, "is_bundled": false, "is_stored": true },
                { "schema_version": 2, "status": "active", "is_bundled": false, "is_stored": true,
                  "schema": { "properties": { "to": { "$ref": "person.json" } } } },
            ],
        })
    );
    // A reference to another document of the version counts.
    letter(
        &world,
        "parcel.sent",
        2,
        &json!({ "parcel_id": "a", "to": "Ada" }),
    )
    .await?;
    let (payload, _) = shown(&operator).await?;
    assert_eq!(payload, json!({ "parcel_id": "a", "to": "[masked]" }));
    assert!(contracts.get("parcel.lost").is_none());
    world.close().await
}

/// A program that runs for days sees what others push meanwhile.
#[tokio::test]
async fn what_is_pushed_later_is_seen() -> TestResult {
    let world = World::new().await?;
    let operator = Operator::new(world.pool.clone());
    assert!(operator.known_contracts().await?.is_empty());
    push(&world).await?;
    letter(&world, "person.registered", 2, &person()).await?;
    assert_eq!(shown_of_unknown(&operator).await?, "[masked]");
    world
        .pool
        .execute(
            "INSERT INTO dispatcher_contract_version (event_type, schema_version, status, schema_path)
             VALUES ('person.registered', 2, 'active', 'people/person.json');
             INSERT INTO dispatcher_contract_document
             VALUES ('person.registered', 2, 'people/person.json', '{\"properties\": {\"email\": {\"x-sensitive\": true}}}')",
        )
        .await?;
    let (payload, _) = shown(&operator).await?;
    assert_eq!(payload["email"], "[masked]");
    assert_eq!(payload["given_name"], "Ada");
    world.close().await
}
