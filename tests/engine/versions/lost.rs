//! Consumers of an event type whose first version is retired.

use dispatcher_runtime::{
    Consumer, ConsumerBuilder, EventEnvelope, EventUnion, HandlerError, State, SubscriptionOptions,
    subscribe,
};
use sqlx::PgPool;
use tokio::sync::mpsc;

use super::after::Office;
use super::after::parcel_lost::{self, ParcelLost};
use super::after::parcel_sent::{self, ParcelSent};
use super::programs::{Handled, quick};

type Sender = mpsc::UnboundedSender<String>;

#[subscribe]
async fn search(
    event: EventEnvelope<ParcelLost>,
    State(handled): State<Sender>,
) -> Result<(), HandlerError> {
    handled.send(event.payload.parcel_id)?;
    Ok(())
}

pub(super) fn consumer(pool: &PgPool, handled: &Handled) -> ConsumerBuilder<Office, Sender> {
    Consumer::<Office>::builder(pool.clone())
        .state(handled.sender())
        .subscribe(search)
}

#[derive(EventUnion)]
enum ParcelEvent {
    Sent(ParcelSent),
    Lost(ParcelLost),
}

#[subscribe(parcel_sent, parcel_lost)]
async fn watch(
    event: EventEnvelope<ParcelEvent>,
    State(handled): State<Sender>,
) -> Result<(), HandlerError> {
    handled.send(match event.payload {
        ParcelEvent::Sent(sent) => sent.parcel_id,
        ParcelEvent::Lost(lost) => lost.parcel_id,
    })?;
    Ok(())
}

pub(super) fn both(pool: &PgPool, handled: &Handled) -> ConsumerBuilder<Office, Sender> {
    let consumer = Consumer::<Office>::builder(pool.clone()).state(handled.sender());
    quick(consumer).subscribe_with(watch, SubscriptionOptions::new().partitions(8))
}
