use acme_contracts::order_paid::{self, OrderPaid, v1};
use acme_contracts::refund_issued::{self, RefundIssued};
use dispatcher_runtime::{EventEnvelope, EventPayload, HandlerError, subscribe};

#[derive(EventPayload)]
enum Versions {
    Paid(OrderPaid),
    Older(v1::OrderPaid),
    Refunded(RefundIssued),
}

#[subscribe(order_paid, refund_issued)]
async fn versions(_event: EventEnvelope<Versions>) -> Result<(), HandlerError> {
    Ok(())
}

#[derive(EventPayload)]
enum Spellings {
    Paid(OrderPaid),
    Again(order_paid::OrderPaid),
}

#[derive(EventPayload)]
enum OlderOnly {
    Older(v1::OrderPaid),
    Refunded(RefundIssued),
}

fn main() {}
