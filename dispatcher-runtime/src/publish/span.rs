//! The span of a publish.

use tracing::Span;
use tracing::field::Empty;

/// Around an insert. Gives the event a trace context where it has none.
#[cfg_attr(not(feature = "opentelemetry"), expect(unused_variables))]
pub(super) fn publish(event_type: &str, traceparent: &mut Option<String>) -> Span {
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
