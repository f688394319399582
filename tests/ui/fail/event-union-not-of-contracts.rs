use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released;
use dispatcher_runtime::{EventEnvelope, EventUnion, HandlerError, subscribe};

#[derive(EventUnion)]
enum CreditEvent {
    Locked(CreditLocked),
    Released(String),
}

#[subscribe(credit_locked, credit_released)]
async fn credit_board(_event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    Ok(())
}

enum WithoutDerive {
    Locked(CreditLocked),
    Released(credit_released::CreditReleased),
}

#[subscribe(credit_locked, credit_released)]
async fn without_derive(_event: EventEnvelope<WithoutDerive>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
