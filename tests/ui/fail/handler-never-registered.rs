#![deny(dead_code)]

use acme_contracts::{credit_locked, credit_locked::CreditLocked};
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked)]
async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    note(&event.payload);
    Ok(())
}

fn note(_payload: &CreditLocked) {}

fn main() {}
