use acme_contracts::order_paid::{self, OrderPaid, v1};
use acme_contracts::refund_issued::{self, RefundIssued};
use dispatcher_runtime::{EventEnvelope, EventUnion, HandlerError, subscribe};

#[derive(EventUnion)]
enum Versions {
    Paid(OrderPaid),
    Older(v1::OrderPaid),
    Refunded(RefundIssued),
}

#[subscribe(order_paid, refund_issued)]
async fn versions(_event: EventEnvelope<Versions>) -> Result<(), HandlerError> {
    Ok(())
}

#[derive(EventUnion)]
enum Spellings {
    Paid(OrderPaid),
    Again(order_paid::OrderPaid),
}

#[derive(EventUnion)]
enum OlderOnly {
    Older(v1::OrderPaid),
    Refunded(RefundIssued),
}

fn main() {}
