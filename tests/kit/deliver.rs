//! One handler by itself.

use std::sync::{Arc, Mutex};

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::order_paid::{self, OrderPaid};
use dispatcher_runtime::testing::{deliver, deliver_within, event};
use dispatcher_runtime::{
    Delivery, DeliveryTx, EventEnvelope, EventId, HandlerError, Payload, State, subscribe,
};
use dispatcher_test_fixtures::{TestResult, lock, person_id};
use dispatcher_test_launcher::Server;
use serde_json::json;
use sqlx::{Executor, PgPool};

type Delivered = (EventEnvelope<CreditLocked>, Delivery);

/// Records what reached it.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Option<Delivered>>>);

#[subscribe(credit_locked)]
async fn look(
    event: EventEnvelope<CreditLocked>,
    State(Seen(seen)): State<Seen>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    *seen.lock().unwrap() = Some((event, delivery));
    Ok(())
}

#[tokio::test]
async fn the_envelope_is_as_the_producer_would_have_written_it() -> TestResult {
    let seen = Seen::default();
    deliver(look, seen.clone(), lock(1, 6)).await?;
    let (event, delivery) = seen.0.lock().unwrap().take().ok_or("nothing reached it")?;
    assert_eq!(event.event_type, "credit.locked");
    assert_eq!(event.schema_version, 1);
    assert_eq!(event.producer, "revenue");
    assert_eq!(event.actor, "system:revenue");
    assert_eq!(event.tenant_id.as_str(), "tnt_test");
    assert_eq!(event.subject, Some(person_id(1)));
    assert_eq!(event.payload, lock(1, 6));
    assert_eq!(
        (delivery.attempt, delivery.consumer, delivery.subscription),
        (1, "coaching", "look")
    );
    Ok(())
}

#[tokio::test]
async fn the_envelope_is_as_the_test_says() -> TestResult {
    let seen = Seen::default();
    let id = EventId::generate();
    let occurred_at = dispatcher_runtime::time::OffsetDateTime::UNIX_EPOCH;
    let said = event(lock(1, 6))
        .event_id(id.clone())
        .occurred_at(occurred_at)
        .tenant("tnt_swim_south".parse()?)
        .subject("per_x")
        .actor("person:mia")
        .correlation_id("request 7")
        .causation_id("click 3")
        .traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .attempt(3);
    deliver(look, seen.clone(), said).await?;
    let (event, delivery) = seen.0.lock().unwrap().take().ok_or("nothing reached it")?;
    assert_eq!((event.event_id, event.occurred_at), (id, occurred_at));
    assert_eq!(event.tenant_id.as_str(), "tnt_swim_south");
    assert_eq!(event.subject.as_deref(), Some("per_x"));
    assert_eq!(event.actor, "person:mia");
    assert_eq!(event.correlation_id.as_deref(), Some("request 7"));
    assert_eq!(event.causation_id.as_deref(), Some("click 3"));
    assert!(event.traceparent.is_some_and(|text| text.ends_with("-01")));
    assert_eq!(delivery.attempt, 3);
    Ok(())
}

/// Handles the current version, and receives an older one.
#[subscribe(order_paid)]
async fn thank(event: EventEnvelope<OrderPaid>) -> Result<(), HandlerError> {
    Err(HandlerError::permanent(format!(
        "v{} for {:?}",
        event.schema_version, event.subject
    )))
}

#[tokio::test]
async fn an_older_version_reaches_the_handler_upcast() -> TestResult {
    let v1 = order_paid::v1::OrderPaid::from_json(json!({
        "order_id": "ord_0192f3a1-7b64-7c3d-8e21-000000000001",
        "person_id": person_id(1),
        "product_code": "SWIM-10",
        "credits": 10,
        "amount_minor": 4200,
        "currency": "EUR",
        "paid_at": "2026-11-23T09:15:02.418Z",
    }))?;
    let error = deliver(thank, (), v1).await.unwrap_err();
    assert!(error.is_permanent());
    assert_eq!(
        error.to_string(),
        format!("v1 for Some({:?})", person_id(1))
    );
    Ok(())
}

#[subscribe(credit_locked)]
async fn fail(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    match event.payload.locked_credits.get() {
        1 => panic!("one is too few"),
        2 => Err(HandlerError::retry("two")),
        _ => Err(HandlerError::permanent("many")),
    }
}

#[tokio::test]
async fn a_failure_says_what_would_become_of_the_event() {
    let failed = async |credits| {
        let error = deliver(fail, (), lock(1, credits)).await.unwrap_err();
        (error.to_string(), error.is_permanent())
    };
    assert_eq!(
        failed(1).await,
        ("the handler panicked: one is too few".to_owned(), false)
    );
    assert_eq!(failed(2).await, ("two".to_owned(), false));
    assert_eq!(failed(3).await, ("many".to_owned(), true));
}

/// Writes a row, then fails as the number of credits says.
#[subscribe(credit_locked)]
async fn write(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
) -> Result<(), HandlerError> {
    let credits = event.payload.locked_credits.get();
    sqlx::query("INSERT INTO slot VALUES ($1)")
        .bind(credits)
        .execute(&mut **tx)
        .await?;
    match credits {
        1 => Ok(()),
        2 => Err(HandlerError::retry("two")),
        3 => {
            let _ = tx.execute("SELECT 1 / 0").await;
            Ok(())
        }
        4 => {
            tx.execute("COMMIT").await?;
            Ok(())
        }
        _ => Ok(()), // breaks the deferred constraint
    }
}

async fn slots(pool: &PgPool) -> TestResult<Vec<i64>> {
    Ok(sqlx::query_scalar("SELECT credits FROM slot ORDER BY 1")
        .fetch_all(pool)
        .await?)
}

/// None of the dispatcher's tables exist.
#[tokio::test]
async fn what_a_handler_writes_is_committed_if_it_succeeds_and_only_then() -> TestResult {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(2).await?;
    pool.execute(
        "CREATE TABLE small (credits bigint PRIMARY KEY); INSERT INTO small VALUES (1), (2), (3), (4);
         CREATE TABLE slot (credits bigint REFERENCES small DEFERRABLE INITIALLY DEFERRED)",
    )
    .await?;
    deliver_within(&pool, write, (), lock(1, 1)).await?;
    let failed = async |credits| {
        let failed = deliver_within(&pool, write, (), lock(1, credits)).await;
        failed.unwrap_err().to_string()
    };
    assert_eq!(failed(2).await, "two");
    assert_eq!(
        failed(3).await,
        "the handler returned Ok, but a statement had failed in its transaction: pass the error on with `?`"
    );
    let deferred = failed(5).await;
    assert!(
        deferred.starts_with("what the handler wrote could not be committed: "),
        "{deferred}"
    );
    assert_eq!(slots(&pool).await?, [1]);
    assert_eq!(
        failed(4).await,
        "the handler ended its delivery's transaction: it must not COMMIT or ROLLBACK there"
    );
    pool.close().await;
    database.close().await?;
    Ok(())
}

/// A handler that takes no transaction may be run alongside handlers that do.
#[tokio::test]
async fn a_handler_without_a_transaction_runs_too() -> TestResult {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(1).await?;
    let seen = Seen::default();
    deliver_within(&pool, look, seen.clone(), lock(1, 6)).await?;
    assert!(seen.0.lock().unwrap().is_some());
    pool.close().await;
    database.close().await?;
    Ok(())
}
