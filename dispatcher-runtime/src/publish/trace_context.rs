//! The trace context that an event carries to its consumers.

use ::opentelemetry::Context;
use ::opentelemetry::trace::{SpanContext, TraceContextExt};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::observe::trace_context::{parse, remote};

/// Gives the event the context of its `publish` span, where the caller gave it none. Where it did,
/// that stays, and the span joins its trace.
pub(super) fn carry(span: &Span, traceparent: &mut Option<String>) {
    if let Some(given) = traceparent {
        if let Some(given) = parse(given)
            && given.trace_id() != of(&Span::current().context()).trace_id()
        {
            // It is refused only where no subscriber records the span.
            let _ = span.set_parent(remote(given));
        }
        return;
    }
    // The span may be filtered away; then whatever is around it.
    *traceparent = [
        span.context(),
        Span::current().context(),
        Context::current(),
    ]
    .iter()
    .map(of)
    .find(SpanContext::is_valid)
    .map(|context| write(&context));
}

fn of(context: &Context) -> SpanContext {
    context.span().span_context().clone()
}

fn write(context: &SpanContext) -> String {
    format!(
        "00-{}-{}-{:02x}",
        context.trace_id(),
        context.span_id(),
        context.trace_flags().to_u8()
    )
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::observe::trace_context::parse;

    #[test]
    fn a_trace_context_is_read_and_written_as_it_is() {
        for text in [
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-0000000000000000000000000000000a-0000000000000001-00",
        ] {
            assert_eq!(parse(text).as_ref().map(write).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_not_a_trace_context_is_none() {
        for text in [
            "",
            "00",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-+1",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
