use acme_contracts::credit_debited::CreditDebited;
use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use dispatcher_runtime::{EventEnvelope, EventUnion, HandlerError, subscribe};

#[derive(EventUnion)]
enum CreditEvent {
    Locked(CreditLocked),
    Released(CreditReleased),
    Debited(CreditDebited),
}

#[subscribe(credit_locked, credit_released)]
async fn credit_board(_event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked)]
async fn of_one(_event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
