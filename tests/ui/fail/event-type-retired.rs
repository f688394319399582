use acme_contracts::credit_expired;
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_expired)]
async fn free_slot(_event: EventEnvelope<serde_json::Value>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
