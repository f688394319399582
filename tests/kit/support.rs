//! Shared by the tests of the kit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::CreditReleased;
use dispatcher_runtime::testing::{TestKit, TestKitBuilder};
use dispatcher_runtime::{Delivery, EventEnvelope, HandlerError, Payload, State, subscribe};
use dispatcher_test_fixtures::{TestResult, lock_json};
use dispatcher_test_launcher::Server;
use serde_json::json;
use tokio::sync::Semaphore;

/// A kit on the server that the tests share.
pub(crate) async fn kit() -> TestResult<TestKitBuilder<Coaching, ()>> {
    Ok(TestKit::builder().server(Server::shared().await?.url()))
}

/// The attempts that were made, as credits and attempt.
pub(crate) type Attempts = Arc<Mutex<Vec<(i64, u32)>>>;

/// Fails that many times at an event of 1 credit, and handles the others.
#[derive(Clone)]
pub(crate) struct Failing {
    pub(crate) times: u32,
    pub(crate) attempts: Attempts,
}

impl Failing {
    pub(crate) fn times(times: u32) -> Self {
        Self {
            times,
            attempts: Arc::default(),
        }
    }

    pub(crate) fn attempts(&self) -> Vec<(i64, u32)> {
        self.attempts.lock().unwrap().clone()
    }
}

#[subscribe(credit_locked)]
pub(crate) async fn fail_at_one(
    event: EventEnvelope<CreditLocked>,
    State(failing): State<Failing>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let credits = event.payload.locked_credits.get();
    let attempt = delivery.attempt;
    failing.attempts.lock().unwrap().push((credits, attempt));
    if credits == 1 && attempt <= failing.times {
        return Err(HandlerError::retry(format!("attempt {attempt} fails")));
    }
    Ok(())
}

/// Waits until the test releases it.
#[subscribe(credit_locked)]
pub(crate) async fn wait_for_gate(
    _event: EventEnvelope<CreditLocked>,
    State(gate): State<Arc<Semaphore>>,
) -> Result<(), HandlerError> {
    gate.acquire().await?.forget();
    Ok(())
}

/// The release of what `lock(person, credits)` locks.
pub(crate) fn release(person: u32, credits: u32) -> CreditReleased {
    let mut release = lock_json(person, credits);
    release["released_credits"] = release["locked_credits"].take();
    release["released_at"] = release["locked_at"].take();
    release["reason"] = json!("lesson_cancelled");
    let fields = release.as_object_mut().expect("it is an object");
    fields.retain(|_, value| !value.is_null());
    CreditReleased::from_json(release).expect("the fixture is valid")
}

/// The message of a failed assertion.
pub(crate) fn message<T>(assertion: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| drop(assertion())))
        .expect_err("the assertion should have failed");
    *panic.downcast::<String>().expect("it panics with a text")
}
