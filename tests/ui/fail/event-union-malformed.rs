use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use dispatcher_runtime::{EventEnvelope, EventUnion, HandlerError, subscribe};

#[derive(EventUnion)]
enum CreditEvent {
    Nothing,
    Empty(),
    Named {
        locked: CreditLocked,
    },
    Two {
        locked: CreditLocked,
        released: CreditReleased,
    },
    Both(CreditLocked, CreditReleased),
    Locked(CreditLocked),
    Again(CreditLocked),
}

#[subscribe(credit_locked, credit_released)]
async fn credit_board(_event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    Ok(())
}

#[derive(EventUnion)]
struct Struct {
    locked: CreditLocked,
    released: CreditReleased,
}

#[subscribe(credit_locked, credit_released)]
async fn of_a_struct(_event: EventEnvelope<Struct>) -> Result<(), HandlerError> {
    Ok(())
}

#[derive(EventUnion)]
enum Generic<T> {
    Locked(T),
    Released(CreditReleased),
}

#[subscribe(credit_locked, credit_released)]
async fn of_parameters(_event: EventEnvelope<Generic<CreditLocked>>) -> Result<(), HandlerError> {
    Ok(())
}

#[derive(EventUnion)]
enum One {
    Locked(CreditLocked),
}

#[derive(EventUnion)]
enum None {}

#[derive(EventUnion)]
enum Conditions
where
    CreditLocked: Clone,
{
    Locked(CreditLocked),
    Released(CreditReleased),
}

fn main() {}
