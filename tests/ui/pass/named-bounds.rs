//! Bounds that users name: generic code that publishes or registers.

#![deny(warnings, missing_docs, clippy::pedantic)]

use acme_contracts::{Coaching, Revenue, credit_locked, credit_locked::CreditLocked};
use dispatcher_runtime::{
    ConsumedBy, Consumer, ConsumerBuilder, Dispatcher, Domain, EventEnvelope, EventType,
    EventTypes, Handler, HandlerError, PublishError, PublishedBy, SubscriptionOptions, subscribe,
};
use sqlx::PgPool;

async fn emit<P: PublishedBy<Revenue>>(
    dispatcher: &Dispatcher<Revenue>,
    payload: P,
) -> Result<(), PublishError> {
    dispatcher.publish(payload).actor("system:revenue").await?;
    Ok(())
}

#[expect(dead_code, reason = "it is enough that it compiles")]
async fn emit_of<D: Domain, P: PublishedBy<D>>(
    dispatcher: &Dispatcher<D>,
    payload: P,
) -> Result<(), PublishError> {
    tracing::info!(event_type = P::EVENT_TYPE, producer = D::NAME);
    dispatcher.publish(payload).actor("system").await?;
    Ok(())
}

#[expect(dead_code, reason = "it is enough that it compiles")]
fn credit_locked_is_revenues(dispatcher: &Dispatcher<Revenue>, payload: CreditLocked) {
    drop(emit(dispatcher, payload));
}

fn one_at_a_time<D, S, H>(consumer: ConsumerBuilder<D, S>, handler: H) -> ConsumerBuilder<D, S>
where
    D: Domain,
    S: Clone + Send + Sync + 'static,
    H: Handler<S>,
    H::EventTypes: ConsumedBy<D>,
{
    tracing::info!(event_types = ?H::EventTypes::NAMES);
    consumer.subscribe_with(handler, SubscriptionOptions::new().concurrency(1))
}

fn subject<E: EventType>() -> Option<&'static str> {
    E::SUBJECT
}

#[subscribe]
async fn hold_slot(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

pub(crate) fn consumer(pool: PgPool) -> ConsumerBuilder<Coaching, ()> {
    assert_eq!(subject::<credit_locked::EventType>(), Some("/person_id"));
    one_at_a_time(Consumer::builder(pool), hold_slot)
}
