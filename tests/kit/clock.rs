//! Time stands still unless the test moves it.

use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{DeadLetters, Delivery, EventEnvelope, HandlerError, subscribe};
use dispatcher_test_fixtures::{TestResult, lock};

use crate::support::{Failing, fail_at_one, kit};

#[tokio::test]
async fn a_retry_waits_until_the_clock_is_moved_to_it() -> TestResult {
    let failing = Failing::times(1);
    let kit = kit()
        .await?
        .state(failing.clone())
        .subscribe(fail_at_one)
        .configure(|consumer| consumer.retry([Duration::from_secs(3600)]))
        .start()
        .await?;
    kit.publish(lock(1, 1)).await?;
    kit.idle().await?;
    assert_eq!(failing.attempts(), [(1, 1)]);

    // Not by itself, and not a moment too early. The other event ensures that due retries are
    // looked for.
    kit.advance(Duration::from_millis(3_599_999));
    kit.publish(lock(2, 2)).await?;
    kit.idle().await?;
    assert_eq!(failing.attempts(), [(1, 1), (2, 1)]);

    kit.advance(Duration::from_millis(1));
    kit.idle().await?;
    assert_eq!(failing.attempts(), [(1, 1), (2, 1), (1, 2)]);
    kit.dead_letters().await?.expect_none();
    kit.close().await?;
    Ok(())
}

#[tokio::test]
async fn caught_up_moves_the_clock_to_each_retry_and_no_further() -> TestResult {
    let failing = Failing::times(u32::MAX);
    let kit = kit().await?.state(failing.clone()).subscribe(fail_at_one);
    let kit = kit.start().await?;
    let start = kit.now();
    kit.publish(lock(1, 1)).await?;
    kit.wait_caught_up().await?;
    assert_eq!(failing.attempts(), [(1, 1), (1, 2), (1, 3), (1, 4)]);
    assert_eq!(kit.now() - start, Duration::from_secs(1 + 5 + 15));
    let letter = kit.dead_letters().await?.expect_one();
    assert_eq!(letter.attempts, 4);
    assert_eq!(letter.error, "attempt 4 fails");
    assert_eq!(letter.created_at, kit.now());
    kit.close().await?;
    Ok(())
}

#[tokio::test]
async fn the_delays_are_those_that_the_test_configures() -> TestResult {
    let failing = Failing::times(2);
    let day = Duration::from_secs(24 * 3600);
    let kit = kit()
        .await?
        .state(failing.clone())
        .subscribe(fail_at_one)
        .configure(move |consumer| consumer.retry([day, day * 2]))
        .start()
        .await?;
    let start = kit.now();
    kit.publish(lock(1, 1)).await?;
    kit.wait_caught_up().await?;
    assert_eq!(failing.attempts(), [(1, 1), (1, 2), (1, 3)]);
    assert_eq!(kit.now() - start, day * 3);
    kit.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_redriven_event_is_caught_up_with() -> TestResult {
    let failing = Failing::times(2);
    let kit = kit()
        .await?
        .state(failing.clone())
        .subscribe(fail_at_one)
        .configure(|consumer| consumer.retry([]))
        .start()
        .await?;
    kit.publish(lock(1, 1)).await?;
    kit.wait_caught_up().await?;
    let dead_letters = DeadLetters::new(kit.pool().clone());
    for attempts in 1..=2 {
        let letter = kit.dead_letters().await?.expect_one();
        assert_eq!(failing.attempts().len(), attempts);
        dead_letters
            .redrive(&letter.dead_letter_id, "mia", None)
            .await?;
        kit.wait_caught_up().await?;
    }
    kit.dead_letters().await?.expect_one();
    assert_eq!(failing.attempts(), [(1, 1), (1, 1), (1, 1)]);
    kit.close().await?;
    Ok(())
}

#[subscribe(credit_locked)]
async fn come_back_in_an_hour(
    _event: EventEnvelope<CreditLocked>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    match delivery.attempt {
        1 => Err(HandlerError::retry_after(
            Duration::from_secs(3600),
            "the pool is closed",
        )),
        _ => Ok(()),
    }
}

#[tokio::test]
async fn a_delay_that_the_handler_asks_for_goes_by_the_same_clock() -> TestResult {
    let kit = kit().await?.subscribe(come_back_in_an_hour).start().await?;
    let start = kit.now();
    kit.publish(lock(1, 1)).await?;
    kit.wait_caught_up().await?;
    assert_eq!(kit.now() - start, Duration::from_secs(3600));
    kit.dead_letters().await?.expect_none();
    kit.close().await?;
    Ok(())
}
