//! How a consumer's spans refer to the producer's.

use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::observe::trace_context::{parse, remote};

/// Makes the span a child of the event's producer, and links it.
pub(super) fn follow(span: &Span, traceparent: Option<&str>) {
    if let Some(producer) = traceparent.and_then(parse) {
        let _ = span.set_parent(remote(producer.clone()));
        span.add_link(producer);
    }
}

pub(super) fn link(span: &Span, traceparent: Option<&str>) {
    if let Some(producer) = traceparent.and_then(parse) {
        span.add_link(producer);
    }
}
