//! Events and tables that many tests use.

use acme_contracts::credit_locked::CreditLocked;
use acme_contracts::credit_released::CreditReleased;
use dispatcher_runtime::Payload;
use serde_json::{Value, json};
use sqlx::{Executor, PgPool};

/// What a test returns.
pub type TestResult<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The tenant of all tests.
pub const TENANT: &str = "tnt_swim_north";

/// A valid payload of `credit.locked`, about the person of that number.
pub fn lock_json(person: u32, credits: u32) -> Value {
    let number = uuid(person);
    json!({
        "credit_reservation_id": format!("crr_{number}"),
        "lesson_id": format!("les_{number}"),
        "person_id": format!("per_{number}"),
        "locked_credits": credits,
        "locked_at": "2026-11-23T09:15:02.418Z",
    })
}

/// A lock of `credits` credits of the person of that number.
pub fn lock(person: u32, credits: u32) -> CreditLocked {
    CreditLocked::from_json(lock_json(person, credits)).expect("the fixture is valid")
}

/// A release of `credits` credits of the person of that number.
pub fn release(person: u32, credits: u32) -> CreditReleased {
    let number = uuid(person);
    let payload = json!({
        "credit_reservation_id": format!("crr_{number}"),
        "lesson_id": format!("les_{number}"),
        "person_id": format!("per_{number}"),
        "released_credits": credits,
        "reason": "booking_cancelled",
        "released_at": "2026-11-23T10:15:02.418Z",
    });
    CreditReleased::from_json(payload).expect("the fixture is valid")
}

/// The id of the person of that number.
pub fn person_id(person: u32) -> String {
    format!("per_{}", uuid(person))
}

fn uuid(number: u32) -> String {
    format!("0192f3a1-7b64-7c3d-8e21-{number:012x}")
}

/// The table that handlers of the tests write to through their delivery's transaction. It has no
/// unique key on purpose: an effect that is applied twice shows as two rows.
pub async fn create_effect_table(pool: &PgPool) -> Result<(), sqlx::Error> {
    pool.execute(
        "CREATE TABLE effect (seq bigint GENERATED ALWAYS AS IDENTITY, subscription text NOT NULL, \
         event_id text NOT NULL, subject text, credits bigint NOT NULL)",
    )
    .await
    .map(drop)
}
