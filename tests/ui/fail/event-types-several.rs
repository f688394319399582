use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use dispatcher_runtime::{EventEnvelope, EventUnion, HandlerError, subscribe};

#[derive(EventUnion)]
enum CreditEvent {
    Locked(CreditLocked),
    Released(CreditReleased),
}

#[subscribe(credit_locked, credit_released)]
async fn payload_of_one(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked)]
#[subscribe(credit_released)]
async fn two_attributes(_event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked, credit_released, credit_locked)]
async fn twice(_event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    Ok(())
}

use acme_contracts::credit_locked as locked;

#[subscribe(credit_locked, credit_released, locked)]
async fn twice_by_two_names(_event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked, credit_released)]
async fn no_envelope(_event: CreditEvent) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked, credit_released)]
async fn no_event() -> Result<(), HandlerError> {
    Ok(())
}

type Locked = EventEnvelope<CreditLocked>;

#[subscribe(credit_locked, credit_released)]
async fn behind_an_alias(_event: Locked) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked, credit_relased)]
async fn misspelt(_event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_locked, acme_contracts::credit_relased)]
async fn misspelt_path(_event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
