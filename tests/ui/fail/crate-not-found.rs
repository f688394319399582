use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{EventEnvelope, EventUnion, HandlerError, subscribe};

#[subscribe(credit_locked, crate = "acme::runtime")]
async fn hold_slot(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[derive(EventUnion)]
#[event_union(path = "acme::runtime")]
enum CreditEvent {
    Locked(CreditLocked),
    Again(credit_locked::CreditLocked),
}

fn main() {}
