//! The spans of `tracing`: `publish`, `receive` and `handle`, with the fields of OpenTelemetry's
//! messaging conventions. The destination is the event type, the consumer group is the consumer.
//!
//! With the feature `opentelemetry` and the layer of `tracing-opentelemetry` they are one trace:
//! the event carries the context of its `publish` span, and each `handle` span is a child of that,
//! however much later, and is linked to it as well; `receive` is linked to all that it read.

use tracing::Span;
use tracing::field::Empty;

use crate::event::StoredEvent;
use crate::handler::Delivery;

/// Around an insert. Gives the event a trace context where it has none.
#[cfg_attr(not(feature = "opentelemetry"), expect(unused_variables))]
pub(crate) fn publish(event_type: &str, traceparent: &mut Option<String>) -> Span {
    let span = tracing::info_span!(
        "publish",
        otel.name = %format_args!("publish {event_type}"),
        otel.kind = "producer",
        otel.status_code = Empty,
        error.type = Empty,
        messaging.system = "dispatcher",
        messaging.operation.name = "publish",
        messaging.operation.type = "send",
        messaging.destination.name = event_type,
        messaging.message.id = Empty,
        messaging.batch.message_count = Empty,
    );
    #[cfg(feature = "opentelemetry")]
    super::trace_context::carry(&span, traceparent);
    span
}

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
    span.record("messaging.batch.message_count", events.len());
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
        dispatcher.attempt = delivery.attempt,
    );
    #[cfg(feature = "opentelemetry")]
    super::trace_context::follow(&span, event.traceparent.as_deref());
    span
}

/// The operation failed; `error_type` takes few values.
pub(crate) fn failed(span: &Span, error_type: &'static str) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", error_type);
}
