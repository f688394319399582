use acme_contracts::{Coaching, credit_locked::CreditLocked};
use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError, subscribe};

#[subscribe]
async fn hold_slot(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(name = "hold-slot")]
async fn hold_slot_too(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

// A handler that has faults can still be registered: nothing is said about this line.
fn main() {
    let _ = |pool| Consumer::<Coaching>::builder(pool).subscribe(hold_slot).subscribe(hold_slot_too);
}
