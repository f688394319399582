//! The spans of `tracing`: `publish`, `receive` and `handle`, with the fields of OpenTelemetry's
//! messaging conventions. The destination is the event type, the consumer group is the consumer.
//!
//! With the feature `opentelemetry` and the layer of `tracing-opentelemetry` they are one trace:
//! the event carries the context of its `publish` span, and each `handle` span is a child of that,
//! however much later, and is linked to it as well; `receive` is linked to all that it read.

use tracing::Span;
use tracing::field::Empty;

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

/// The operation failed; `error_type` takes few values.
pub(crate) fn failed(span: &Span, error_type: &'static str) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", error_type);
}
