//! The trace context that an event carries to its consumers.

use ::opentelemetry::Context;
use ::opentelemetry::trace::{SpanContext, TraceContextExt};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::draft::Metadata;
use crate::observe::trace_context::{parse, remote};

/// Gives the event the context of its `publish` span, where the caller gave it none. Where it did,
/// that stays, and the span joins its trace. The span also joins that of an event which the caller
/// names as the cause; a handler's own cause is joined by the span of the handler.
pub(super) fn carry(span: &Span, metadata: &mut Metadata) {
    if let Some(given) = &metadata.traceparent {
        if let Some(given) = parse(given) {
            join(span, given);
        }
        return;
    }
    let cause = metadata.cause.as_ref();
    let leading = cause.filter(|cause| cause.leads_trace);
    let leading = leading.and_then(|cause| parse(cause.traceparent()?));
    if let Some(leading) = &leading {
        join(span, leading.clone());
    }
    // The span may be filtered away; then whatever is around it, as long as it is of that trace.
    metadata.traceparent = [
        span.context(),
        Span::current().context(),
        Context::current(),
    ]
    .iter()
    .map(of)
    .filter(SpanContext::is_valid)
    .find(|context| {
        let leads = |leading: &SpanContext| leading.trace_id() == context.trace_id();
        leading.as_ref().is_none_or(leads)
    })
    .map(|context| write(&context));
}

/// Makes the span a child of that context, unless it is in its trace already.
fn join(span: &Span, context: SpanContext) {
    if context.trace_id() != of(&Span::current().context()).trace_id() {
        // It is refused only where no subscriber records the span.
        let _ = span.set_parent(remote(context));
    }
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
