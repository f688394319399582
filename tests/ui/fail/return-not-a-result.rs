use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked)]
async fn returns_a_bool(_event: EventEnvelope<CreditLocked>) -> bool {
    true
}

#[subscribe(credit_locked)]
async fn returns_a_value(_event: EventEnvelope<CreditLocked>) -> Result<u32, HandlerError> {
    Ok(1)
}

fn main() {}
