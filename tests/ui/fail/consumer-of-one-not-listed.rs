use acme_contracts::Growth;
use acme_contracts::credit_debited::{self, CreditDebited};
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{Consumer, EventEnvelope, EventUnion, HandlerError, subscribe};

#[derive(EventUnion)]
enum CreditEvent {
    Debited(CreditDebited),
    Locked(CreditLocked),
}

#[subscribe(credit_debited, credit_locked)]
async fn credit_board(_event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {
    let _ = |pool| Consumer::<Growth>::builder(pool).subscribe(credit_board);
}
