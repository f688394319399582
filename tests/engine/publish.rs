//! Publishing: with the domain's write or not at all, through the gate or not at all.

use dispatcher_runtime::{Dispatcher, EventId, Payload, PublishError};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, lock_json, person_id};
use serde_json::json;
use sqlx::Row;

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
    assert_eq!(published.position, Some(row.try_get("position")?));
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
    // The caller's transaction goes on.
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
    let positions: Vec<_> = published.iter().map(|one| one.position.unwrap()).collect();
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
            .publish_all(Vec::<acme_contracts::credit_locked::CreditLocked>::new())
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
    assert_eq!(
        refused(error),
        "the contracts know no event type `credit.lockd`; did you mean `credit.locked`?"
    );
    let error = dispatcher
        .publish_untyped("credit.locked", 9, json!({}))
        .await
        .unwrap_err();
    assert_eq!(
        refused(error),
        "credit.locked has no live version 9; the contracts know 1"
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
    let error = dispatcher
        .publish(lock(1, 1))
        .traceparent("00-abc")
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "credit.locked was not published: `traceparent` is not a W3C trace context, `00-<trace>-<span>-<flags>`"
    );
    assert!(dispatcher.publish(lock(1, 1)).actor("").await.is_err());
    assert!(
        dispatcher
            .publish(lock(1, 1))
            .subject("a\0b")
            .await
            .is_err()
    );
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
        error.contains("run `dispatcher_runtime::migrate(&pool)` before"),
        "{error}"
    );
    world.close().await
}

#[test]
fn a_value_is_checked_without_publishing_it() {
    assert!(lock(1, 1).check().is_ok());
}
