//! The code of docs/event-or-action.md, run.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use acme_contracts::order_paid::{self, OrderPaid};
use acme_contracts::{Growth, Revenue};
use dispatcher_runtime::{Consumer, Dispatcher};
use dispatcher_runtime::{EventEnvelope, HandlerError, State, subscribe};
use dispatcher_test_fixtures::{TENANT, TestResult};
use dispatcher_test_launcher::Server;
use serde_json::json;

/// The provider: it drops a second request with the same key, and its answer to the first one may
/// be lost.
#[derive(Clone, Default)]
struct Receipts {
    sent: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Receipts {
    async fn send(&self, idempotency_key: &str, order: &OrderPaid) -> Result<(), std::io::Error> {
        let mut sent = self.sent.lock().expect("nobody panics here");
        match sent.insert(idempotency_key.to_owned(), order.order_id.to_string()) {
            None => Err(std::io::Error::other("the answer was lost")),
            Some(_) => Ok(()),
        }
    }
}

#[subscribe(order_paid)]
async fn send_receipt(
    event: EventEnvelope<OrderPaid>,
    State(receipts): State<Receipts>,
) -> Result<(), HandlerError> {
    receipts
        .send(event.event_id.as_str(), &event.payload)
        .await?; // an error: retried
    Ok(())
}

#[tokio::test]
async fn a_receipt_whose_answer_was_lost_is_sent_once() -> TestResult {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(4).await?;
    dispatcher_runtime::migrate(&pool).await?;
    let revenue = Dispatcher::<Revenue>::builder(pool.clone())
        .tenant(TENANT)
        .build()?;
    let payload = json!({
        "order_id": "ord_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e",
        "person_id": "per_0191c2b7-4e90-7f35-8d6a-7c5b4a392817",
        "lines": [{ "product_code": "TEN", "quantity": 1, "credits": 10, "amount_minor": 19_900 }],
        "total": { "amount_minor": 19_900, "currency": "EUR" },
        "paid_at": "2026-11-23T09:15:02Z",
    });
    revenue.publish_untyped("order.paid", 2, payload).await?;

    let receipts = Receipts::default();
    let growth = Consumer::<Growth>::builder(pool.clone())
        .state(receipts.clone())
        .retry([Duration::from_millis(1)])
        .subscribe(send_receipt)
        .start()
        .await?;
    growth.wait_caught_up().await?;
    growth.stop().await;

    assert_eq!(receipts.sent.lock().expect("nobody panics here").len(), 1);
    let handled: i64 = sqlx::query_scalar("SELECT count(*) FROM dispatcher_dedup")
        .fetch_one(&pool)
        .await?;
    assert_eq!(handled, 1);
    pool.close().await;
    database.close().await?;
    Ok(())
}
