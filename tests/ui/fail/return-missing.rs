use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{EventEnvelope, subscribe};

#[subscribe(credit_locked)]
async fn hold_slot(_event: EventEnvelope<CreditLocked>) {}

fn main() {}
