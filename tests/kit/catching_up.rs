//! What `wait_caught_up` waits for, and what it reports about events that do not arrive.

use std::sync::Arc;
use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::testing::TestKit;
use dispatcher_runtime::{
    Dispatcher, EventEnvelope, HandlerError, State, SubscriptionOptions, subscribe,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use tokio::sync::Semaphore;

use crate::support::{Failing, fail_at_one, kit, release, wait_for_gate};

#[derive(Clone)]
struct Chain {
    dispatcher: Dispatcher<Revenue>,
    released: Arc<Semaphore>,
}

/// Publishes an event that another handler of the same consumer handles.
#[subscribe(credit_locked)]
async fn release_at_once(
    _event: EventEnvelope<CreditLocked>,
    State(chain): State<Chain>,
) -> Result<(), HandlerError> {
    chain.dispatcher.publish(release(1, 1)).await?;
    Ok(())
}

#[subscribe(credit_released)]
async fn count_released(
    _event: EventEnvelope<CreditReleased>,
    State(chain): State<Chain>,
) -> Result<(), HandlerError> {
    chain.released.add_permits(1);
    Ok(())
}

#[tokio::test]
async fn what_handlers_publish_is_waited_for_too() -> TestResult {
    let released = Arc::new(Semaphore::new(0));
    let chain = Arc::clone(&released);
    let kit = kit()
        .await?
        .state_with(|pool| Chain {
            dispatcher: Dispatcher::builder(pool.clone())
                .tenant(TENANT)
                .build()
                .expect("the settings are right"),
            released: chain,
        })
        .subscribe(release_at_once)
        .subscribe_with(count_released, SubscriptionOptions::new().concurrency(2))
        .start()
        .await?;
    for round in 1..=10 {
        kit.publish(lock(1, 1)).await?;
        kit.wait_caught_up().await?;
        assert_eq!(released.available_permits(), round);
    }
    assert_eq!(kit.published::<CreditReleased>().await?.len(), 10);
    kit.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_handler_that_hangs_is_named() -> TestResult {
    let gate = Arc::new(Semaphore::new(0));
    let kit = kit().await?.timeout(Duration::from_millis(300));
    let kit = kit.state(Arc::clone(&gate)).subscribe(wait_for_gate);
    let kit = kit.start().await?;
    kit.publish(lock(1, 1)).await?;
    for error in [kit.wait_caught_up().await, kit.idle().await] {
        assert_eq!(
            error.unwrap_err().to_string(),
            "the consumer `coaching` has not caught up within 300ms: \
             wait_for_gate has read up to position 0 of 1"
        );
    }
    gate.add_permits(1);
    kit.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_transaction_of_the_test_that_is_still_open_is_named() -> TestResult {
    let gate = Arc::new(Semaphore::new(0));
    let kit = kit().await?.timeout(Duration::from_millis(300));
    let kit = kit.state(gate).subscribe(wait_for_gate).start().await?;
    let mut tx = kit.pool().begin().await?;
    kit.publish(lock(1, 1)).within(&mut tx).await?;
    let error = kit.idle().await.unwrap_err().to_string();
    assert!(
        error.contains("wait_for_gate has read up to position 0 of 1; the transaction of process ")
            && error.ends_with(" has published and not ended"),
        "{error}"
    );
    tx.rollback().await?;
    kit.close().await?;
    Ok(())
}

#[tokio::test]
async fn without_handlers_there_is_nothing_to_wait_for() -> TestResult {
    let kit = kit().await?.start().await?;
    kit.publish_all([lock(1, 1), lock(2, 2)]).await?;
    kit.wait_caught_up().await?;
    kit.idle().await?;
    kit.advance(Duration::from_secs(1));
    kit.dead_letters().await?.expect_none();
    kit.close().await?;
    Ok(())
}

#[tokio::test]
async fn handlers_and_settings_given_before_the_state_are_kept() -> TestResult {
    let failing = Failing::times(1);
    let kit = kit()
        .await?
        .configure(|consumer| consumer.retry([]))
        .subscribe(refuse)
        .state(failing.clone())
        .subscribe(fail_at_one)
        .start()
        .await?;
    kit.publish(lock(1, 1)).await?;
    kit.wait_caught_up().await?;
    assert_eq!(failing.attempts(), [(1, 1)], "without retries");
    let mut letters = kit.dead_letters().await?.to_vec();
    letters.sort_by(|one, other| one.subscription.cmp(&other.subscription));
    let names: Vec<_> = letters.iter().map(|it| it.subscription.as_str()).collect();
    assert_eq!(names, ["fail_at_one", "refuse"]);
    kit.close().await?;
    Ok(())
}

#[subscribe(credit_locked)]
async fn refuse(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Err(HandlerError::permanent("this one takes no state"))
}

/// A test may wait for a task of its own.
#[test]
fn what_a_kit_waits_on_can_be_spawned() {
    fn is_send(_: impl Send) {}
    fn all(kit: TestKit<Coaching>) {
        is_send(kit.wait_caught_up());
        is_send(kit.idle());
        is_send(kit.published::<CreditLocked>());
        is_send(kit.dead_letters());
        is_send(kit.close());
    }
    let _ = all;
}
