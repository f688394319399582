//! The spans of `tracing`: `publish`, `receive` and `handle`, with the fields of OpenTelemetry's
//! messaging conventions. The destination is the event type, the consumer group is the consumer.
//!
//! With the feature `opentelemetry` and the layer of `tracing-opentelemetry` they are one trace:
//! the event carries the context of its `publish` span, and each `handle` span is a child of that,
//! however much later, and is linked to it as well; `receive` is linked to all that it read.

use tracing::Span;

/// The operation failed; `error_type` takes few values.
pub(crate) fn failed(span: &Span, error_type: &'static str) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", error_type);
}
