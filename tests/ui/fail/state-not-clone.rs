use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{EventEnvelope, HandlerError, State, subscribe};

pub struct App;

#[subscribe(credit_locked)]
async fn hold_slot(_event: EventEnvelope<CreditLocked>, _app: State<App>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
