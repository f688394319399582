use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked)]
async fn hold_slot(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    let slots = std::rc::Rc::new(1);
    std::future::ready(()).await;
    drop(slots);
    Ok(())
}

fn main() {}
