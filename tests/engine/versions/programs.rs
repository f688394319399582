//! The handler of each program, under one name, so that they are the same subscription.

use std::time::Duration;

use dispatcher_runtime::{
    Consumer, ConsumerBuilder, DeliveryTx, EventEnvelope, HandlerError, RunningConsumer, State,
    SubscriptionOptions, subscribe,
};
use dispatcher_test_fixtures::TestResult;
use sqlx::PgPool;
use tokio::sync::mpsc;

use super::{after, before};

const PATIENCE: Duration = Duration::from_secs(60);

/// What was handled: `parcel v1`.
pub(super) struct Handled {
    sender: mpsc::UnboundedSender<String>,
    receiver: mpsc::UnboundedReceiver<String>,
}

impl Handled {
    pub(super) fn new() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self { sender, receiver }
    }

    pub(super) fn sender(&self) -> mpsc::UnboundedSender<String> {
        self.sender.clone()
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> TestResult<String> {
        let next = tokio::time::timeout(PATIENCE, self.receiver.recv()).await?;
        Ok(next.ok_or("no consumer is left")?)
    }

    /// All that was handled since.
    pub(super) fn all(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.receiver.try_recv().ok()).collect()
    }
}

type Sender = mpsc::UnboundedSender<String>;

#[subscribe(name = "parcel_file")]
async fn file_before(
    event: EventEnvelope<before::parcel_sent::ParcelSent>,
    _tx: &mut DeliveryTx,
    State(handled): State<Sender>,
) -> Result<(), HandlerError> {
    handled.send(format!(
        "{} v{}",
        event.payload.parcel_id, event.schema_version
    ))?;
    Ok(())
}

#[subscribe(name = "parcel_file")]
async fn file_after(
    event: EventEnvelope<after::parcel_sent::ParcelSent>,
    _tx: &mut DeliveryTx,
    State(handled): State<Sender>,
) -> Result<(), HandlerError> {
    handled.send(format!(
        "{} v{}",
        event.payload.parcel_id, event.schema_version
    ))?;
    Ok(())
}

pub(super) fn quick<D: dispatcher_runtime::Domain>(
    consumer: ConsumerBuilder<D, Sender>,
) -> ConsumerBuilder<D, Sender> {
    consumer
        .poll_interval(Duration::from_millis(50))
        .lease(Duration::from_secs(2))
}

pub(super) fn old(
    pool: &PgPool,
    handled: &Handled,
    options: SubscriptionOptions,
) -> ConsumerBuilder<before::Office, Sender> {
    let consumer = Consumer::<before::Office>::builder(pool.clone()).state(handled.sender());
    quick(consumer).subscribe_with(file_before, options)
}

pub(super) fn new(
    pool: &PgPool,
    handled: &Handled,
    options: SubscriptionOptions,
) -> ConsumerBuilder<after::Office, Sender> {
    let consumer = Consumer::<after::Office>::builder(pool.clone()).state(handled.sender());
    quick(consumer).subscribe_with(file_after, options)
}

pub(super) async fn caught_up(consumer: &RunningConsumer) -> TestResult {
    Ok(tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??)
}
