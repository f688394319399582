use acme_contracts::credit_locked;
use dispatcher_runtime::{DeliveryTx, subscribe};

#[subscribe(credit_locked, nam = "hold_slot")]
fn hold_slot<T>(_tx: DeliveryTx, _pool: T) {}

fn main() {
    hold_slot;
}
