use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked)]
async fn hold_slot<'a, T>(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError>
where
    T: 'a,
{
    Ok(())
}

#[subscribe(credit_locked)]
async fn credit_history(_event: EventEnvelope<impl Clone>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
