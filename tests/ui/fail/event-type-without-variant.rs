use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use acme_contracts::{Coaching, credit_debited};
use dispatcher_runtime::{Consumer, EventEnvelope, EventUnion, HandlerError, subscribe};

#[derive(EventUnion)]
enum CreditEvent {
    Locked(CreditLocked),
    Released(CreditReleased),
}

#[subscribe(credit_locked, credit_released, credit_debited)]
async fn credit_board(_event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked, credit_released, acme_contracts::credit_debited)]
async fn by_path(_event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {
    let _ = |pool| {
        Consumer::<Coaching>::builder(pool)
            .subscribe(credit_board)
            .subscribe(by_path)
    };
}
