use acme_contracts::credit_locked;
use acme_contracts::credit_released::CreditReleased;
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked)]
async fn hold_slot(_event: EventEnvelope<CreditReleased>) -> Result<(), HandlerError> {
    Ok(())
}

type Released = EventEnvelope<CreditReleased>;

#[subscribe(acme_contracts::credit_locked)]
async fn behind_an_alias(_event: Released) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked)]
async fn no_payload_at_all(_event: EventEnvelope<String>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
