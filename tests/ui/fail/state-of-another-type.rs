use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError, State, subscribe};

#[derive(Clone)]
pub struct App;

#[derive(Clone)]
pub struct Other;

#[subscribe(credit_locked)]
async fn hold_slot(_event: EventEnvelope<CreditLocked>, _app: State<App>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {
    let _ = |pool| Consumer::<Coaching>::builder(pool).state(Other).subscribe(hold_slot);
    let _ = |pool| Consumer::<Coaching>::builder(pool).subscribe(hold_slot);
}
