#![deny(dead_code)]

use acme_contracts::{credit_locked, credit_locked::CreditLocked};
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked)]
async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    note(&event.payload);
    Ok(())
}

fn note(_payload: &CreditLocked) {}

/// Another crate could register the first, and only this one the second.
pub mod handlers {
    use super::*;

    #[subscribe(credit_locked)]
    pub async fn of_anybody(_: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
        Ok(())
    }

    #[subscribe(credit_locked)]
    pub(crate) async fn of_this_crate(_: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
        Ok(())
    }
}

fn main() {}
