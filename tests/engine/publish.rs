//! Publishing: either with the domain's write or not at all, and only through the gate.

use std::future::IntoFuture;

use acme_contracts::Revenue;
use acme_contracts::credit_locked::CreditLocked;
use dispatcher_runtime::time::{OffsetDateTime, UtcOffset};
use dispatcher_runtime::{
    DateTime, DecodeError, Dispatcher, EventEnvelope, EventId, Payload, PublishError, Published,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, lock_json, person_id};
use serde_json::json;
use sqlx::{PgConnection, Row};

use crate::support::World;

#[tokio::test]
async fn an_event_commits_with_the_domains_write_or_not_at_all() -> TestResult {
    let world = World::new().await?;
    let dispatcher = world.revenue();

    let mut tx = world.pool.begin().await?;
    sqlx::query("INSERT INTO effect (subscription, event_id, credits) VALUES ('domain', '-', 1)")
        .execute(&mut *tx)
        .await?;
    dispatcher.publish(lock(1, 1)).within(&mut tx).await?;
    tx.rollback().await?;
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_event").await?,
        0
    );

    let mut tx = world.pool.begin().await?;
    sqlx::query("INSERT INTO effect (subscription, event_id, credits) VALUES ('domain', '-', 1)")
        .execute(&mut *tx)
        .await?;
    dispatcher.publish(lock(1, 1)).within(&mut tx).await?;
    tx.commit().await?;
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_event").await?,
        1
    );
    assert_eq!(world.effects().await?, [1]);
    world.close().await
}

/// What a domain's repository receives: a connection, in whatever transaction it is.
async fn publish_on(
    dispatcher: &Dispatcher<Revenue>,
    connection: &mut PgConnection,
) -> Result<Published, PublishError> {
    dispatcher.publish(lock(1, 1)).within(connection).await
}

/// A `DeliveryTx` is the fourth: tests/ui/pass/publish-within.rs.
#[tokio::test]
async fn an_event_joins_whatever_derefs_to_a_connection() -> TestResult {
    let world = World::new().await?;
    let dispatcher = world.revenue();
    let mut tx = world.pool.begin().await?;
    dispatcher.publish(lock(1, 1)).within(&mut tx).await?;
    publish_on(&dispatcher, &mut tx).await?;
    let mut savepoint = sqlx::Acquire::begin(&mut tx).await?;
    let two = [lock(1, 1), lock(1, 2)];
    dispatcher.publish_all(&two).within(&mut savepoint).await?;
    savepoint.commit().await?;
    tx.commit().await?;
    let mut connection = world.pool.acquire().await?;
    dispatcher
        .publish(lock(1, 1))
        .within(&mut connection)
        .await?;
    publish_on(&dispatcher, &mut connection).await?;
    let events = "SELECT count(*) FROM dispatcher_event";
    assert_eq!(world.count(events).await?, 6);
    drop(connection);
    world.close().await
}

#[tokio::test]
async fn a_publish_borrows_nothing_and_can_be_spawned() -> TestResult {
    let world = World::new().await?;
    let event = lock(1, 6);
    let publish = world.revenue().publish(&event);
    let published = tokio::spawn(publish.into_future()).await??;
    assert_eq!(published.position, Some(1.into()));
    let all = world.revenue().publish_all([&event, &event]);
    assert_eq!(tokio::spawn(all.into_future()).await??.len(), 2);
    world.close().await
}

#[tokio::test]
async fn a_tenant_is_that_of_the_publish_or_of_its_dispatcher() -> TestResult {
    let world = World::new().await?;
    let north = world.revenue();
    let south = north.for_tenant("tnt_south".parse()?);
    assert_eq!(south.tenant_id().as_str(), "tnt_south");
    north.publish(lock(1, 1)).await?;
    south.publish(lock(1, 1)).await?;
    let west = south.publish(lock(1, 1)).for_tenant("tnt_west".parse()?);
    west.await?;
    let tenants: Vec<String> =
        sqlx::query_scalar("SELECT tenant_id FROM dispatcher_event ORDER BY position")
            .fetch_all(&world.pool)
            .await?;
    assert_eq!(tenants, [TENANT, "tnt_south", "tnt_west"]);
    world.close().await
}

#[tokio::test]
async fn a_command_that_runs_again_publishes_once() -> TestResult {
    let world = World::new().await?;
    let accepted_at: DateTime = "2026-11-29T08:00:00Z".parse()?;
    for runs_again in [false, true] {
        let id = EventId::derived_from("cmd_1/credit.locked", accepted_at.clone());
        let published = world.revenue().publish(lock(1, 1)).event_id(id).await?;
        assert_eq!(published.is_duplicate(), runs_again);
    }
    world.close().await
}

/// As anyhow's `{:#}` and other reporters of the whole chain print it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[tokio::test]
async fn a_refusal_repeats_nothing_of_its_cause() -> TestResult {
    let world = World::new().await?;
    let publish = world
        .revenue()
        .publish_untyped("credit.locked", 1, lock_json(1, 0));
    let error = publish.await.unwrap_err();
    let says = chain(&error);
    assert_eq!(says.matches("/locked_credits").count(), 1, "{says}");
    let error = world
        .revenue()
        .publish_untyped("credit.locked", 9, json!({}));
    assert_eq!(
        chain(&error.await.unwrap_err()),
        "credit.locked has no live version 9; the live versions in the contracts: 1"
    );
    world.close().await
}

#[test]
fn an_envelope_is_made_and_mapped() -> TestResult {
    let event = EventEnvelope::new(TENANT.parse()?, lock(7, 6));
    assert_eq!(event.event_type, "credit.locked");
    assert_eq!(event.producer, "revenue");
    assert_eq!(event.actor, "system:revenue");
    assert_eq!(event.subject, Some(person_id(7)));
    let id = event.event_id.clone();
    let text = event.try_map(|payload| serde_json::to_string(&payload))?;
    let event = text.try_map(|text| <CreditLocked as Payload>::from_json_str(&text))?;
    let credits = event.map(|payload| payload.locked_credits.get());
    assert_eq!((credits.event_id, credits.payload), (id, 6));
    Ok(())
}

#[test]
fn a_payload_is_read_from_its_text_through_the_gate() {
    type Locked = CreditLocked;
    let text = lock_json(1, 6).to_string();
    assert_eq!(Locked::from_json_str(&text).ok(), Some(lock(1, 6)));
    let rounded = text.replace(":6,", ":12345678901234567890123,");
    let error = Locked::from_json_str(&rounded).unwrap_err().to_string();
    assert!(error.contains("would be changed"), "{error}");
    assert!(matches!(
        Locked::from_json_str("{"),
        Err(DecodeError::NotJson { .. })
    ));
    assert!(matches!(
        Locked::from_json_str("{}"),
        Err(DecodeError::Invalid { .. })
    ));
}

#[tokio::test]
async fn the_runtime_fills_in_the_envelope() -> TestResult {
    let world = World::new().await?;
    let published = world
        .revenue()
        .publish(lock(7, 6))
        .correlation_id("req-1")
        .await?;
    let row = sqlx::query("SELECT *, payload::text AS payload_text FROM dispatcher_event")
        .fetch_one(&world.pool)
        .await?;
    let text = |column: &str| row.try_get::<Option<String>, _>(column).unwrap();
    assert_eq!(
        text("event_id").as_deref(),
        Some(published.event_id.as_str())
    );
    assert_eq!(text("event_type").as_deref(), Some("credit.locked"));
    assert_eq!(text("producer").as_deref(), Some("revenue"));
    assert_eq!(text("tenant_id").as_deref(), Some(TENANT));
    assert_eq!(text("actor").as_deref(), Some("system:revenue"));
    assert_eq!(
        text("subject"),
        Some(person_id(7)),
        "the contract's subject pointer"
    );
    assert_eq!(text("correlation_id").as_deref(), Some("req-1"));
    assert_eq!(text("causation_id"), None);
    assert_eq!(row.try_get::<i32, _>("schema_version")?, 1);
    let payload: serde_json::Value = serde_json::from_str(&text("payload_text").unwrap())?;
    assert_eq!(
        payload,
        lock_json(7, 6),
        "what was validated is what is stored"
    );
    assert_eq!(
        published.position,
        Some(row.try_get::<i64, _>("position")?.into())
    );
    world.close().await
}

#[tokio::test]
async fn the_same_event_id_again_is_a_no_op_that_says_so() -> TestResult {
    let world = World::new().await?;
    let dispatcher = world.revenue();
    let id = EventId::generate();
    assert!(
        !dispatcher
            .publish(lock(1, 1))
            .event_id(id.clone())
            .await?
            .is_duplicate()
    );

    let mut tx = world.pool.begin().await?;
    let again = dispatcher
        .publish(lock(1, 2))
        .event_id(id.clone())
        .within(&mut tx)
        .await?;
    assert!(again.is_duplicate());
    assert_eq!(again.event_id, id);
    // The caller's transaction continues.
    dispatcher.publish(lock(1, 3)).within(&mut tx).await?;
    tx.commit().await?;
    let kept = world
        .count("SELECT count(*) FROM dispatcher_event WHERE payload->>'locked_credits' <> '2'")
        .await?;
    assert_eq!(kept, 2);
    world.close().await
}

#[tokio::test]
async fn a_batch_is_one_statement_in_order() -> TestResult {
    let world = World::new().await?;
    let published = world
        .revenue()
        .publish_all((1..=100).map(|credits| lock(credits, credits)))
        .await?;
    let positions: Vec<_> = published
        .iter()
        .map(|one| one.position.unwrap().get())
        .collect();
    assert!(positions.is_sorted());
    let rows = sqlx::query(
        "SELECT (payload->>'locked_credits')::int FROM dispatcher_event ORDER BY position",
    )
    .fetch_all(&world.pool)
    .await?;
    let credits: Vec<i32> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(credits, (1..=100).collect::<Vec<_>>());
    assert!(
        world
            .revenue()
            .publish_all(Vec::<CreditLocked>::new())
            .await?
            .is_empty()
    );
    world.close().await
}

#[tokio::test]
async fn an_untyped_publish_meets_the_same_contracts() -> TestResult {
    let world = World::new().await?;
    let dispatcher = world.revenue();
    dispatcher
        .publish_untyped("credit.locked", 1, lock_json(1, 6))
        .await?;

    let refused = |error: PublishError| error.to_string();
    let error = dispatcher
        .publish_untyped("credit.lockd", 1, json!({}))
        .await
        .unwrap_err();
    assert!(matches!(error, PublishError::UnknownEventType { .. }));
    assert_eq!(
        refused(error),
        "the contracts have no event type `credit.lockd`; did you mean `credit.locked`?"
    );
    let error = dispatcher
        .publish_untyped("credit.locked", 9, json!({}))
        .await
        .unwrap_err();
    assert!(matches!(error, PublishError::UnknownVersion(_)));
    assert_eq!(
        refused(error),
        "credit.locked has no live version 9; the live versions in the contracts: 1"
    );
    let error = dispatcher
        .publish_untyped("lesson.scheduled", 1, json!({}))
        .await
        .unwrap_err();
    assert_eq!(
        refused(error),
        "`revenue` does not produce `lesson.scheduled`: the registry names `scheduling` as its producer"
    );
    let error = dispatcher
        .publish_untyped("credit.locked", 1, lock_json(1, 0))
        .await
        .unwrap_err();
    let PublishError::PayloadInvalid { report, .. } = &error else {
        panic!("{error}")
    };
    let violation = &report.violations()[0];
    assert_eq!(
        (violation.instance_path.as_str(), violation.keyword.as_str()),
        ("/locked_credits", "minimum")
    );
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_event").await?,
        1
    );
    world.close().await
}

#[tokio::test]
async fn a_refused_payload_leaves_the_transaction_usable() -> TestResult {
    let world = World::new().await?;
    let dispatcher = world.revenue();
    let mut tx = world.pool.begin().await?;
    assert!(
        dispatcher
            .publish_untyped("credit.locked", 1, json!({}))
            .within(&mut tx)
            .await
            .is_err()
    );
    dispatcher.publish(lock(1, 1)).within(&mut tx).await?;
    tx.commit().await?;
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_event").await?,
        1
    );
    world.close().await
}

#[tokio::test]
async fn malformed_metadata_is_refused_before_the_database_sees_it() -> TestResult {
    let world = World::new().await?;
    let dispatcher = world.revenue();
    let nobody = dispatcher.publish(lock(1, 1)).actor("").await.unwrap_err();
    assert_eq!(
        nobody.to_string(),
        "credit.locked was not published: the envelope is invalid: /actor: a string of 0 characters is \
         shorter than 1 character [minLength] (schema event-envelope/schema/envelope-v1.json)"
    );
    let nul = dispatcher.publish(lock(1, 1)).subject("a\0b");
    assert_eq!(
        nul.await.unwrap_err().to_string(),
        "credit.locked was not published: the envelope is invalid: /subject: a string of 3 characters \
         contains a NUL character, which Postgres cannot store [nul]"
    );
    // In UTC it is in the year 10000, which RFC 3339 cannot write.
    let late = OffsetDateTime::from_unix_timestamp(253_402_300_799)?
        .replace_offset(UtcOffset::from_hms(-1, 0, 0)?);
    let late = dispatcher.publish(lock(1, 1)).occurred_at(late).await;
    let report = late.unwrap_err().to_string();
    assert!(report.contains("/occurred_at: "), "{report}");
    let context = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    dispatcher.publish(lock(1, 1)).traceparent(context).await?;
    world.close().await
}

#[tokio::test]
async fn a_table_family_has_a_schema_of_its_own() -> TestResult {
    let world = World::new().await?;
    dispatcher_runtime::migrate_schema(&world.pool, "revenue-north").await?;
    let dispatcher = Dispatcher::<acme_contracts::Revenue>::builder(world.pool.clone())
        .tenant(TENANT)
        .schema("revenue-north")
        .build()?;
    dispatcher.publish(lock(1, 1)).await?;
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_event").await?,
        0
    );
    assert_eq!(
        world
            .count("SELECT count(*) FROM \"revenue-north\".dispatcher_event")
            .await?,
        1
    );
    let event = sqlx::query(
        "SELECT horizon FROM \"revenue-north\".dispatcher_event_horizon('\"revenue-north\".dispatcher_event')",
    );
    assert_eq!(event.fetch_one(&world.pool).await?.get::<i64, _>(0), 1);
    world.close().await
}

#[tokio::test]
async fn publishing_without_tables_says_what_to_run() -> TestResult {
    let world = World::new().await?;
    let dispatcher = Dispatcher::<acme_contracts::Revenue>::builder(world.pool.clone())
        .tenant(TENANT)
        .schema("nowhere")
        .build()?;
    let error = dispatcher
        .publish(lock(1, 1))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("run `dispatcher_runtime::migrate(&pool)` first"),
        "{error}"
    );
    world.close().await
}

#[test]
fn a_value_is_checked_without_publishing_it() {
    assert!(lock(1, 1).check().is_ok());
}

/// `publish_all` used to begin a transaction first, and to answer what the database said.
#[tokio::test]
async fn what_is_refused_is_refused_without_the_database() -> TestResult {
    let nowhere = sqlx::postgres::PgPoolOptions::new()
        .acquire_timeout(std::time::Duration::from_millis(50))
        .connect_lazy("postgres://postgres@127.0.0.1:1/nowhere")?;
    let dispatcher = Dispatcher::<Revenue>::builder(nowhere)
        .tenant(TENANT)
        .build()?;
    let one = dispatcher.publish(lock(1, 1)).actor("").await;
    assert!(
        matches!(one, Err(PublishError::EnvelopeInvalid { .. })),
        "{one:?}"
    );
    let many = dispatcher.publish_all([lock(1, 1)]).actor("").await;
    assert!(
        matches!(many, Err(PublishError::EnvelopeInvalid { .. })),
        "{many:?}"
    );
    let none: [CreditLocked; 0] = [];
    assert_eq!(dispatcher.publish_all(none).await?.len(), 0);
    Ok(())
}
