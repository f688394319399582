use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{EventEnvelope, subscribe};

pub struct Full;

#[subscribe(credit_locked)]
async fn hold_slot(_event: EventEnvelope<CreditLocked>) -> Result<(), Full> {
    Ok(())
}

#[subscribe(credit_locked)]
async fn credit_history(_event: EventEnvelope<CreditLocked>) -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

fn main() {}
