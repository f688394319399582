//! From a `traceparent` to the context of a span.

use ::opentelemetry::Context;
use ::opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState,
};

use crate::contract::traceparent;

pub(crate) fn remote(context: SpanContext) -> Context {
    Context::new().with_remote_span_context(context)
}

/// `None` for what another program may have inserted that is not a trace context.
pub(crate) fn parse(traceparent: &str) -> Option<SpanContext> {
    let traceparent = traceparent::read(traceparent)?;
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
