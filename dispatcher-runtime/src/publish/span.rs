//! The span of a publish.

use tracing::Span;
use tracing::field::Empty;

use super::cause::Cause;
use super::draft::Metadata;

/// Around an insert. Gives the event a trace context where it has none: that of the span, or of what
/// caused the event.
pub(super) fn publish(event_type: &str, metadata: &mut Metadata) -> Span {
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
    super::trace_context::carry(&span, metadata);
    let of_the_cause = || metadata.cause.as_ref().and_then(Cause::traceparent);
    if metadata.traceparent.is_none() {
        metadata.traceparent = of_the_cause().map(str::to_owned);
    }
    span
}
