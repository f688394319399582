use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{Delivery, DeliveryTx, EventEnvelope, HandlerError, State, subscribe};

#[subscribe(credit_locked)]
async fn transaction_by_value(_event: EventEnvelope<CreditLocked>, _tx: DeliveryTx) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked)]
async fn transaction_shared(_event: EventEnvelope<CreditLocked>, _tx: &DeliveryTx) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked)]
async fn state_borrowed(_event: EventEnvelope<CreditLocked>, _app: &State<u8>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked)]
async fn state_of_what(_event: EventEnvelope<CreditLocked>, _app: State) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked)]
async fn delivery_borrowed(_event: EventEnvelope<CreditLocked>, _delivery: &Delivery) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
