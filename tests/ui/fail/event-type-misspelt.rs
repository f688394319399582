use acme_contracts::credit_locked::CreditLocked;
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe("credit.locked")]
async fn in_quotes(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit.locked)]
async fn dotted(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(CreditLocked)]
async fn payload(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked::CreditLocked)]
async fn path_of_the_payload(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(42)]
async fn number(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
