//! What the code under test has published.

use std::sync::{Arc, OnceLock};

use acme_contracts::Revenue;
use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::CreditReleased;
use acme_contracts::order_paid;
use dispatcher_runtime::testing::{self, TestKit};
use dispatcher_runtime::{
    Dispatcher, EventEnvelope, EventId, HandlerError, Payload, State, subscribe,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, person_id};
use dispatcher_test_launcher::Server;
use serde_json::json;
use sqlx::{Executor, PgPool};

use crate::support::{kit, release};

fn revenue(pool: &PgPool) -> Dispatcher<Revenue> {
    Dispatcher::builder(pool.clone())
        .tenant(TENANT)
        .build()
        .expect("the settings are right")
}

#[tokio::test]
async fn what_the_code_publishes_is_found_and_what_the_kit_publishes_is_not() -> TestResult {
    let server = Server::shared().await?.url();
    let kit = TestKit::<Revenue>::builder().server(server).start().await?;
    kit.publish(lock(1, 1)).await?;
    kit.publish_all([lock(2, 2), lock(3, 3)]).await?;
    kit.published::<CreditLocked>().await?.expect_none();

    let service = revenue(kit.pool());
    let mut tx = kit.pool().begin().await?;
    service.publish(lock(4, 4)).within(&mut tx).await?;
    kit.published::<CreditLocked>().await?.expect_none();
    tx.commit().await?;
    service.publish(lock(5, 5)).await?;
    service.publish(release(5, 5)).await?;

    let locked = kit.published::<CreditLocked>().await?;
    let credits = locked
        .iter()
        .map(|event| event.payload.locked_credits.get());
    assert_eq!(credits.collect::<Vec<_>>(), [4, 5]);
    let fifth = locked.one_where(|event| event.payload.locked_credits.get() == 5);
    assert_eq!(fifth.subject, Some(person_id(5)));
    assert_eq!(fifth.producer, "revenue");
    assert_eq!(fifth.tenant_id.as_str(), TENANT);
    let released = kit.published::<CreditReleased>().await?.expect_one();
    assert_eq!(released.payload, release(5, 5));
    kit.close().await?;
    Ok(())
}

#[tokio::test]
async fn the_kit_publishes_as_the_registered_producer() -> TestResult {
    let kit = kit().await?.tenant("tnt_swim_south").start().await?;
    kit.publish(lock(1, 1)).await?;
    let tenant = "tnt_swim_north".parse()?;
    kit.publish(lock(2, 2))
        .for_tenant(tenant)
        .actor("person:mia")
        .await?;
    kit.publish_all([lock(3, 3)]).await?;
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("SELECT producer, tenant_id, actor FROM dispatcher_event ORDER BY position")
            .fetch_all(kit.pool())
            .await?;
    let expected = [
        ("revenue", "tnt_swim_south", "system:revenue"),
        ("revenue", "tnt_swim_north", "person:mia"),
        ("revenue", "tnt_swim_south", "system:revenue"),
    ];
    assert_eq!(
        rows,
        expected.map(|(producer, tenant, actor)| (
            producer.to_owned(),
            tenant.to_owned(),
            actor.to_owned()
        ))
    );
    kit.close().await?;
    Ok(())
}

#[tokio::test]
async fn an_event_that_was_there_already_is_not_the_kits() -> TestResult {
    let kit = kit().await?.start().await?;
    let first = revenue(kit.pool()).publish(lock(1, 1)).await?;
    let again = kit.publish(lock(1, 1)).event_id(first.event_id.clone());
    assert!(again.await?.is_duplicate());
    let found = kit.published::<CreditLocked>().await?.expect_one();
    assert_eq!(found.event_id, first.event_id);
    kit.close().await?;
    Ok(())
}

/// The dispatcher of a service, which begins after the kit.
type Service = Arc<OnceLock<Dispatcher<Revenue>>>;

#[subscribe(credit_locked)]
async fn let_go(
    event: EventEnvelope<CreditLocked>,
    State(service): State<Service>,
) -> Result<(), HandlerError> {
    let credits = u32::try_from(event.payload.locked_credits.get())?;
    let revenue = service.get().ok_or("the service has not begun")?;
    revenue.publish(release(1, credits)).await?;
    Ok(())
}

#[tokio::test]
async fn what_a_handler_publishes_names_the_event_of_the_test_as_its_cause() -> TestResult {
    let service = Service::default();
    let state = Arc::clone(&service);
    let kit = kit().await?.state(state).subscribe(let_go).start().await?;
    service.get_or_init(|| revenue(kit.pool()));
    let locked = kit.publish(lock(1, 1)).correlation_id("booking-7").await?;
    kit.wait_caught_up().await?;
    // `deliver` calls the handler without a consumer.
    let delivered = testing::event(lock(1, 2));
    let delivered_id = EventId::generate();
    let delivered = delivered.event_id(delivered_id.clone());
    testing::deliver(let_go, Arc::clone(&service), delivered).await?;

    let found = kit.published::<CreditReleased>().await?;
    for (credits, cause, correlation) in [
        (1, locked.event_id.as_str(), "booking-7"),
        (2, delivered_id.as_str(), delivered_id.as_str()),
    ] {
        let is_meant =
            |it: &&EventEnvelope<CreditReleased>| it.payload.released_credits.get() == credits;
        let event = found.iter().find(is_meant).ok_or("it was not published")?;
        assert_eq!(event.causation_id.as_deref(), Some(cause));
        assert_eq!(event.correlation_id.as_deref(), Some(correlation));
    }
    kit.close().await?;
    Ok(())
}

#[tokio::test]
async fn versions_of_an_event_type_are_told_apart() -> TestResult {
    let kit = kit().await?.start().await?;
    let v1 = order_paid::v1::OrderPaid::from_json(json!({
        "order_id": "ord_0192f3a1-7b64-7c3d-8e21-000000000001",
        "person_id": person_id(1),
        "product_code": "SWIM-10",
        "credits": 10,
        "amount_minor": 4200,
        "currency": "EUR",
        "paid_at": "2026-11-23T09:15:02.418Z",
    }))?;
    revenue(kit.pool()).publish(v1).await?;
    kit.published::<order_paid::v2::OrderPaid>()
        .await?
        .expect_none();
    kit.published::<order_paid::v1::OrderPaid>()
        .await?
        .expect_one();
    kit.close().await?;
    Ok(())
}

#[tokio::test]
async fn an_event_that_no_dispatcher_published_is_an_error_that_names_it() -> TestResult {
    let kit = kit().await?.start().await?;
    let insert = "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload)
                  VALUES ('evt_0192f3a1-7b64-7c3d-8e21-000000000001', 'credit.locked', 1, now(), 'tnt_a', 'revenue', 'psql', '{}')";
    kit.pool().execute(insert).await?;
    let error = kit.published::<CreditLocked>().await.unwrap_err();
    let said = error.to_string();
    assert!(
        said.starts_with(
            "the event evt_0192f3a1-7b64-7c3d-8e21-000000000001 is not a valid credit.locked: "
        ) && said.contains("lesson_id"),
        "{said}"
    );
    kit.close().await?;
    Ok(())
}
