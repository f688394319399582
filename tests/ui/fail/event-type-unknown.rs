use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_lockd)]
async fn hold_slot(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(acme_contracts::credit_lockd)]
async fn credit_history(_event: EventEnvelope<credit_locked::CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
