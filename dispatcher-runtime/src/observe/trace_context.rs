//! From a span to a `traceparent`, and from a `traceparent` to a span.

use ::opentelemetry::Context;
use ::opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState,
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::contract::traceparent::is_traceparent;

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

/// Makes the span a child of the event's producer, and links it.
pub(crate) fn follow(span: &Span, traceparent: Option<&str>) {
    if let Some(producer) = traceparent.and_then(parse) {
        let _ = span.set_parent(remote(producer.clone()));
        span.add_link(producer);
    }
}

pub(crate) fn link(span: &Span, traceparent: Option<&str>) {
    if let Some(producer) = traceparent.and_then(parse) {
        span.add_link(producer);
    }
}

fn of(context: &Context) -> SpanContext {
    context.span().span_context().clone()
}

fn remote(context: SpanContext) -> Context {
    Context::new().with_remote_span_context(context)
}

fn write(context: &SpanContext) -> String {
    format!(
        "00-{}-{}-{:02x}",
        context.trace_id(),
        context.span_id(),
        context.trace_flags().to_u8()
    )
}

/// `None` for what another program may have inserted that is no trace context.
fn parse(traceparent: &str) -> Option<SpanContext> {
    if !is_traceparent(traceparent) {
        return None;
    }
    let mut parts = traceparent.split('-').skip(1);
    let trace = TraceId::from_hex(parts.next()?).ok()?;
    let span = SpanId::from_hex(parts.next()?).ok()?;
    let flags = u8::from_str_radix(parts.next()?, 16).ok()?;
    let (flags, remote) = (TraceFlags::new(flags), true);
    Some(SpanContext::new(
        trace,
        span,
        flags,
        remote,
        TraceState::default(),
    ))
}

#[cfg(test)]
mod tests {
    use super::{parse, write};

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
    fn what_is_no_trace_context_is_none() {
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
