//! The spans of a consumer.

use tracing::Span;
use tracing::field::Empty;

use crate::consume::delivery::Delivery;
use crate::log::stored_event::StoredEvent;

/// Around a statement that reads events past the cursor.
pub(crate) fn receive(
    event_types: &[&str],
    consumer: &'static str,
    subscription: &'static str,
) -> Span {
    tracing::info_span!(
        "receive",
        otel.name = %format_args!("receive {}", event_types.join(", ")),
        otel.kind = "client",
        messaging.system = "dispatcher",
        messaging.operation.name = "receive",
        messaging.operation.type = "receive",
        messaging.destination.name = event_types.join(", "),
        messaging.destination.subscription.name = subscription,
        messaging.consumer.group.name = consumer,
        messaging.batch.message_count = Empty,
    )
}

/// Says what was read.
pub(crate) fn received<'a>(span: &Span, events: impl ExactSizeIterator<Item = &'a StoredEvent>) {
    if span.is_disabled() {
        return;
    }
    // A number that is unsigned would be exported as text.
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    span.record("messaging.batch.message_count", count);
    #[cfg(feature = "opentelemetry")]
    for event in events {
        super::trace_context::link(span, event.traceparent.as_deref());
    }
}

/// Around one call of a handler.
pub(crate) fn handle(event: &StoredEvent, delivery: &Delivery) -> Span {
    let span = tracing::info_span!(
        "handle",
        otel.name = %format_args!("handle {}", event.event_type),
        otel.kind = "consumer",
        otel.status_code = Empty,
        error.type = Empty,
        messaging.system = "dispatcher",
        messaging.operation.name = "handle",
        messaging.operation.type = "process",
        messaging.destination.name = event.event_type,
        messaging.destination.subscription.name = delivery.subscription,
        messaging.consumer.group.name = delivery.consumer,
        messaging.message.id = event.event_id,
        messaging.message.conversation_id = event.correlation_id.as_deref(),
        dispatcher.position = event.position,
        dispatcher.attempt = i64::from(delivery.attempt),
    );
    #[cfg(feature = "opentelemetry")]
    super::trace_context::follow(&span, event.traceparent.as_deref());
    span
}
