use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked)]
async unsafe extern "C" fn hold_slot(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
