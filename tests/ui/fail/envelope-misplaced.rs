use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{Delivery, DeliveryTx, EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked)]
async fn not_first(_tx: &mut DeliveryTx, _event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked)]
async fn twice(
    _event: EventEnvelope<CreditLocked>,
    _delivery: Delivery,
    _again: EventEnvelope<CreditLocked>,
) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked)]
async fn borrowed(_event: &EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
