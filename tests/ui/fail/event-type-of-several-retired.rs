use acme_contracts::credit_expired;
use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use dispatcher_runtime::{EventEnvelope, EventUnion, HandlerError, subscribe};

#[derive(EventUnion)]
enum CreditEvent {
    Locked(CreditLocked),
    Released(CreditReleased),
}

#[subscribe(credit_locked, credit_released, credit_expired)]
async fn credit_board(_event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
