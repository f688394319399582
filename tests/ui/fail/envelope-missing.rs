use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{DeliveryTx, HandlerError, subscribe};

#[subscribe(credit_locked)]
async fn no_arguments() -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked)]
async fn other_arguments(_tx: &mut DeliveryTx) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked)]
async fn bare_payload(_event: CreditLocked) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked)]
async fn another_type(_event: String) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
