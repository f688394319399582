use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked, name = "")]
async fn empty(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked, name = "-hold_slot")]
async fn begins_with_a_hyphen(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked, name = "coaching/hold slot")]
async fn other_characters(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked, name = "holds_the_slot_of_a_lesson_until_the_credits_are_released_or_debited")]
async fn too_long(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked)]
async fn gebühren(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

// The function is free in its name once the subscription has its own.
#[subscribe(credit_locked, name = "fees")]
async fn gebühr(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {
    let _ = gebühr;
}
