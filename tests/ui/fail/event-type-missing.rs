use acme_contracts::order_paid;
use acme_contracts::{Coaching, credit_locked::CreditLocked, credit_released::CreditReleased};
use dispatcher_runtime::{Consumer, EventEnvelope, EventUnion, HandlerError, subscribe};

#[derive(EventUnion)]
enum CreditEvent {
    Locked(CreditLocked),
    Released(CreditReleased),
}

#[subscribe]
async fn not_a_payload(_event: EventEnvelope<String>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe]
async fn several(_event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(name = "any_version")]
async fn of_any_version(_event: EventEnvelope<order_paid::AnyVersion>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe()]
async fn without_envelope(_payload: CreditLocked) -> Result<(), HandlerError> {
    Ok(())
}

// A handler that has faults can still be registered: nothing is said about this line.
fn main() {
    let _ = |pool| {
        Consumer::<Coaching>::builder(pool)
            .subscribe(not_a_payload)
            .subscribe(several)
            .subscribe(of_any_version)
            .subscribe(without_envelope)
    };
}
