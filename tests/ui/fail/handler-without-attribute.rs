use acme_contracts::{Coaching, credit_locked::CreditLocked};
use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError};

async fn hold_slot(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {
    let _ = |pool| Consumer::<Coaching>::builder(pool).subscribe(hold_slot);
}
