use acme_contracts::{credit_locked, credit_locked::CreditLocked};
use dispatcher_runtime::{EventEnvelope, HandlerError, State, subscribe};

#[subscribe(credit_locked)]
async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    hold(event.payload.lesson);
    Ok(())
}

#[subscribe(credit_locked)]
async fn credit_history(_event: EventEnvelope<CreditLockd>) -> Result<(), HandlerEror> {
    Ok(())
}

#[subscribe(credit_locked)]
async fn free_slot(_event: EventEnvelope<CreditLocked>, _app: State<App>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
