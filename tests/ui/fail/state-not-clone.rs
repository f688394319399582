use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError, State, subscribe};

pub struct App;

#[subscribe(credit_locked)]
async fn hold_slot(_event: EventEnvelope<CreditLocked>, _app: State<App>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {
    let _ = |pool| Consumer::<Coaching>::builder(pool).state(App).subscribe(hold_slot);
}
