//! Events that an operator publishes: gated by the contracts that are known, and audited.

use acme_contracts::REGISTRY;
use dispatcher_runtime::{Actor, ContractsCatalog, Events, EventsError, KnownContracts, Operator};
use dispatcher_test_fixtures::{TENANT, TestResult, lock_json, person_id};
use serde_json::{Value, json};
use sqlx::{Executor, Row};

use crate::support::{Script, World, hold_slot};

fn event() -> Value {
    json!({ "event_type": "credit.locked", "schema_version": 1, "tenant_id": TENANT, "payload": lock_json(1, 7) })
}

fn with(field: &str, value: Value) -> Value {
    let mut event = event();
    event[field] = value;
    event
}

const MIA: fn() -> Actor<'static> = || Actor::new("mia").because("it was lost").by_way_of("cli");

#[tokio::test]
async fn an_event_is_published_as_its_contract_says_and_stands_in_the_audit() -> TestResult {
    let world = World::new().await?;
    let operator = Operator::new(world.pool.clone()).registry(&REGISTRY);
    let contracts = operator.known_contracts().await?;
    let published = operator
        .events()
        .publish(&event(), &contracts, MIA())
        .await?;
    assert_eq!(published.producer, "revenue");
    assert_eq!(published.subject, Some(person_id(1)));
    let detail = operator.events().get(&published.event_id).await?;
    let envelope: Value = serde_json::from_str(detail.envelope.get())?;
    assert_eq!(envelope["actor"], "operator:mia");
    assert_eq!(envelope["payload"], lock_json(1, 7));
    let entry = operator.audit().list(1, None).await?.entries.remove(0);
    assert_eq!(
        [entry.who, entry.way, entry.what, entry.why, entry.outcome],
        [
            "mia".to_owned(),
            "cli".to_owned(),
            format!("publish event {} (credit.locked)", published.event_id),
            "it was lost".to_owned(),
            "published".to_owned()
        ]
    );
    // A second time it is the same event, and the audit says so.
    let mut again = with("event_id", json!(published.event_id));
    for (field, value) in [
        ("producer", "revenue"),
        ("subject", "per_other"),
        ("actor", "person:ada"),
        ("correlation_id", "a"),
        ("causation_id", "b"),
        ("traceparent", "no trace"),
        ("occurred_at", "2026-11-29T08:00:00Z"),
    ] {
        again[field] = json!(value);
    }
    let found = operator.events().publish(&again, &contracts, MIA()).await?;
    assert_eq!(found.subject, Some(person_id(1)));
    assert_eq!(found.position, published.position);
    let entry = operator.audit().list(1, None).await?.entries.remove(0);
    assert_eq!(entry.outcome, "the log had it already");
    // A consumer takes it.
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [7]);
    world.close().await
}

async fn refusal(events: &Events, event: &Value, contracts: &KnownContracts) -> TestResult<String> {
    match events.publish(event, contracts, MIA()).await {
        Err(EventsError::Refused(refused)) => Ok(refused.to_string()),
        other => Err(format!("{event}: {other:?}").into()),
    }
}

#[tokio::test]
async fn what_the_contracts_do_not_allow_is_refused_with_its_faults() -> TestResult {
    let world = World::new().await?;
    let operator = Operator::new(world.pool.clone()).registry(&REGISTRY);
    let contracts = operator.known_contracts().await?;
    let events = operator.events();
    let mut without_tenant = event();
    without_tenant
        .as_object_mut()
        .ok_or("an object")?
        .remove("tenant_id");
    for (event, text) in [
        (json!([]), "an event has to be an object, and is an array"),
        (
            json!("credit.locked"),
            "an event has to be an object, and is a string",
        ),
        (without_tenant, "missing field `tenant_id`"),
        (with("teant", json!(1)), "unknown field `teant`"),
        (
            with("occurred_at", json!("yesterday")),
            "/occurred_at: it has to be a string with a time",
        ),
        (
            with("event_type", json!("credit.lokced")),
            "the contracts have no event type credit.lokced",
        ),
        (
            with("schema_version", json!(9)),
            "credit.locked has no version 9",
        ),
        (
            with("schema_version", json!(4_294_967_295_u32)),
            "credit.locked has no version 4294967295",
        ),
        (
            with("schema_version", json!(-1)),
            "/schema_version: it has to be a number",
        ),
        (
            with("producer", json!("coaching")),
            "the producer has to be revenue",
        ),
        (
            with("payload", json!({})),
            "\"person_id\" is a required property",
        ),
        (with("payload", json!(null)), "object"),
        (with("tenant_id", json!("north")), "/tenant_id"),
        (with("event_id", json!("evt_1")), "/event_id"),
        (with("actor", json!("")), "/actor"),
        (with("actor", json!("a\0b")), "U+0000"),
        (
            with("actor", json!("a".repeat(2000))),
            "actor is 2000 bytes long",
        ),
    ] {
        let found = refusal(events, &event, &contracts).await?;
        assert!(found.contains(text), "{found}\n{text}");
    }
    let mut both = with("schema_version", json!(9));
    both["producer"] = json!("coaching");
    let found = refusal(events, &both, &contracts).await?;
    assert!(
        found.contains("has to be revenue; /schema_version: credit.locked has no version 9"),
        "{found}"
    );
    let found = refusal(events, &event(), &KnownContracts::default()).await?;
    assert!(found.starts_with("no contracts are known"), "{found}");
    let of_another = events.for_tenants(["tnt_swim_south".parse()?]);
    let found = refusal(&of_another, &event(), &contracts).await?;
    assert_eq!(
        found,
        "/tenant_id: the tenant is not one that this operator may see"
    );
    let unnamed = events.publish(&event(), &contracts, Actor::new(" ")).await;
    assert!(matches!(unnamed, Err(EventsError::Actor(_))));
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_event").await?,
        0
    );
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_audit").await?,
        0
    );
    world.close().await
}

#[tokio::test]
async fn contracts_in_the_database_gate_it_too() -> TestResult {
    let world = World::new().await?;
    let catalog = ContractsCatalog::new(world.pool.clone());
    catalog.push(&REGISTRY).await?;
    let operator = Operator::new(world.pool.clone());
    let contracts = operator.known_contracts().await?;
    let found = refusal(operator.events(), &with("payload", json!({})), &contracts).await?;
    assert!(found.contains("person_id"), "{found}");
    operator
        .events()
        .publish(&event(), &contracts, MIA())
        .await?;
    // A program whose contracts are older than what was pushed.
    let retired = "UPDATE dispatcher_contract_version SET status = 'retired' WHERE event_type = 'credit.locked'";
    world.pool.execute(retired).await?;
    let found = refusal(operator.events(), &event(), &contracts).await?;
    assert!(
        found.starts_with(
            "dispatcher: the event was not published: version 1 of credit.locked is retired"
        ),
        "{found}"
    );
    let contracts = operator.known_contracts().await?;
    let found = refusal(operator.events(), &event(), &contracts).await?;
    assert_eq!(
        found,
        "/schema_version: version 1 of credit.locked is retired"
    );
    world.close().await
}

/// The event and the audit are there together or not at all.
#[tokio::test]
async fn without_the_audit_nothing_is_published() -> TestResult {
    let world = World::new().await?;
    let forbid = "ALTER TABLE dispatcher_audit ADD CONSTRAINT nothing CHECK (false) NOT VALID";
    world.pool.execute(forbid).await?;
    let events = Events::new(world.pool.clone());
    let contracts = KnownContracts::bundled(&REGISTRY);
    let refused = events.publish(&event(), &contracts, MIA()).await;
    assert!(
        matches!(refused, Err(EventsError::Database(_))),
        "{refused:?}"
    );
    let published = sqlx::query("SELECT count(*) FROM dispatcher_event");
    let published: i64 = published.fetch_one(&world.pool).await?.try_get(0)?;
    assert_eq!(published, 0);
    world.close().await
}
