use acme_contracts::{Growth, credit_locked, credit_locked::CreditLocked};
use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked)]
async fn hold_slot(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {
    let _ = |pool| Consumer::<Growth>::builder(pool).subscribe(hold_slot);
}
