//! How long a handler and its statements may take.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, DeliveryTx, EventEnvelope, HandlerError, State, subscribe,
};
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::Executor;
use sqlx::postgres::PgPoolOptions;

use crate::support::World;

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

/// Notes the limit of its statements.
#[subscribe(credit_locked)]
async fn note_limit(
    _event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(seen): State<Seen>,
) -> Result<(), HandlerError> {
    let limit = sqlx::query_scalar("SHOW statement_timeout");
    let limit: String = limit.fetch_one(&mut **tx).await?;
    seen.0.lock().unwrap().push(limit);
    Ok(())
}

type Builder = ConsumerBuilder<Coaching, Seen>;

/// The limits that the statements of two handlers have: the first event's transaction has read before.
async fn limits(
    session: &'static str,
    set: impl FnOnce(Builder) -> Builder,
) -> TestResult<Vec<String>> {
    let world = World::new().await?;
    let pool = PgPoolOptions::new().max_connections(5);
    let pool = pool.after_connect(move |connection, _| {
        Box::pin(async move { connection.execute(session).await.map(drop) })
    });
    let pool = pool.connect_with((*world.pool.connect_options()).clone()).await?;
    world.revenue().publish_all([lock(1, 1), lock(2, 2)]).await?;
    let seen = Seen::default();
    let consumer = set(Consumer::<Coaching>::builder(pool.clone()).state(seen.clone()));
    let consumer = consumer.start().await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    pool.close().await;
    world.close().await?;
    let limits = seen.0.lock().unwrap().clone();
    Ok(limits)
}

#[tokio::test]
async fn a_handler_and_its_statements_have_five_minutes_unless_it_is_said_otherwise() -> TestResult {
    let found = limits("SELECT", |consumer| consumer.subscribe(note_limit)).await?;
    assert_eq!(found, ["5min", "5min"]);
    Ok(())
}
