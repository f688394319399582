use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked)]
async fn hold_slot(_event: EventEnvelope<CreditLocked>, _pool: &sqlx::PgPool, _at: (i32, i32)) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
