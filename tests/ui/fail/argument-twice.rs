use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{Delivery, DeliveryTx, EventEnvelope, HandlerError, State, subscribe};

#[subscribe(credit_locked)]
async fn hold_slot(
    _event: EventEnvelope<CreditLocked>,
    _tx: &mut DeliveryTx,
    _slots: State<u8>,
    _delivery: Delivery,
    _other_tx: &mut DeliveryTx,
    _coaches: State<u16>,
    _other_slots: State<u8>,
    _other_delivery: Delivery,
) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
