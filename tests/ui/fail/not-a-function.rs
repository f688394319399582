use acme_contracts::credit_locked::CreditLocked;
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked)]
pub struct HoldSlot;

impl HoldSlot {
    #[subscribe(credit_locked)]
    pub async fn handle(&self, _event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
        Ok(())
    }
}

fn main() {}
