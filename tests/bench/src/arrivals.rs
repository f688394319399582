//! When events reach their handlers. The number in its payload identifies each event.

use std::sync::Arc;
use std::time::{Duration, Instant};

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, DeliveryTx, EventEnvelope, HandlerError, State, subscribe,
};
use serde_json::Value;
use sqlx::PgPool;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Error;
use super::raw_consumer::RawHandler;
use dispatcher_test_fixtures::lock;

/// The event of that number, and when its handler was called.
pub(super) type Arrival = (u32, Instant);

/// The channel on which handlers report, and its receiving end.
pub(super) fn arrivals() -> (UnboundedSender<Arrival>, Arrivals) {
    let (sender, receiver) = unbounded_channel();
    (sender, Arrivals(receiver))
}

/// The reports of handlers.
#[derive(Debug)]
pub(super) struct Arrivals(UnboundedReceiver<Arrival>);

impl Arrivals {
    /// The next arrival.
    pub(super) async fn next(&mut self) -> Result<Arrival, Error> {
        let gone = || Error::Figure("the consumer ended while it was measured".to_owned());
        self.0.recv().await.ok_or_else(gone)
    }

    /// The next arrival, if it comes within that time.
    pub(super) async fn next_within(&mut self, limit: Duration) -> Option<Arrival> {
        let next = tokio::time::timeout(limit, self.0.recv()).await;
        next.ok().flatten()
    }

    /// Discards the arrivals received so far.
    pub(super) fn forget(&mut self) {
        while self.0.try_recv().is_ok() {}
    }
}

/// The payload of that number.
pub(super) fn numbered(number: u32) -> CreditLocked {
    lock(number % 1000, number + 1)
}

/// A consumer whose handler only reports, in the delivery's transaction.
pub(super) fn consumer(
    pool: &PgPool,
    sender: &UnboundedSender<Arrival>,
) -> ConsumerBuilder<Coaching, UnboundedSender<Arrival>> {
    Consumer::<Coaching>::builder(pool.clone())
        .state(sender.clone())
        .subscribe(arrive)
}

#[subscribe(credit_locked)]
async fn arrive(
    event: EventEnvelope<CreditLocked>,
    _tx: &mut DeliveryTx,
    State(sender): State<UnboundedSender<Arrival>>,
) -> Result<(), HandlerError> {
    let number = u32::try_from(event.payload.locked_credits.get() - 1)?;
    // Nothing receives once the figure is taken.
    let _ = sender.send((number, Instant::now()));
    Ok(())
}

/// The same for the baseline, which reads only what it needs from the payload.
pub(super) fn raw_handler(sender: &UnboundedSender<Arrival>) -> RawHandler {
    let sender = sender.clone();
    Arc::new(move |payload| {
        let at = Instant::now();
        let payload: Value = serde_json::from_str(payload).unwrap_or_default();
        let credits = payload["locked_credits"].as_u64();
        if let Some(Ok(credits)) = credits.map(u32::try_from) {
            let _ = sender.send((credits - 1, at));
        }
    })
}
