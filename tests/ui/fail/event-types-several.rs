use acme_contracts::{credit_locked, credit_locked::CreditLocked, credit_released};
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked, credit_released)]
async fn hold_slot(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked)]
#[subscribe(credit_released)]
async fn hold_slot_too(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
