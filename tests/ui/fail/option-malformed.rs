use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked, name = 5)]
async fn number(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked, name = "")]
async fn empty(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked, name("hold-slot"))]
async fn parentheses(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked, name = "hold-slot", name = "hold-slot")]
async fn twice(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked name = "hold-slot")]
async fn comma(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
