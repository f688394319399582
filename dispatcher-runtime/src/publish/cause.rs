//! What led to a publish: the event that is being handled, or one that the caller names.
//!
//! A consumer sets it around each call of a handler, as a value of the task. So whatever the handler's
//! own future publishes knows it, however deep the call, and what the handler spawns does not: another
//! task may outlive the delivery, and its publishes need not follow from the event. A publish reads it
//! where it is made and not where it is awaited, so a publish itself can be spawned.

use crate::contract::envelope::EventEnvelope;
use crate::contract::traceparent;

/// An event that led to another.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    event_id: String,
    correlation_id: Option<String>,
    /// In the form of the envelope.
    traceparent: Option<String>,
    /// Whether its trace goes on whatever span is current, because the caller named it.
    #[cfg(feature = "opentelemetry")]
    pub(super) leads_trace: bool,
}

impl Cause {
    /// The event that a handler is called with.
    #[cfg(feature = "consume")]
    pub(crate) fn handled(
        event_id: &str,
        correlation_id: Option<&str>,
        traceparent: Option<&str>,
    ) -> Self {
        Self {
            event_id: event_id.to_owned(),
            correlation_id: correlation_id.map(str::to_owned),
            traceparent: traceparent.and_then(read_trace),
            #[cfg(feature = "opentelemetry")]
            leads_trace: false,
        }
    }

    /// The event that the caller names.
    pub(super) fn named<P>(event: &EventEnvelope<P>) -> Self {
        Self {
            event_id: event.event_id.to_string(),
            correlation_id: event.correlation_id.clone(),
            traceparent: event.traceparent.as_deref().and_then(read_trace),
            #[cfg(feature = "opentelemetry")]
            leads_trace: true,
        }
    }

    pub(super) fn event_id(&self) -> &str {
        &self.event_id
    }

    /// What both belong to: where the cause belongs to nothing, it is the beginning.
    pub(super) fn correlation_id(&self) -> &str {
        self.correlation_id.as_deref().unwrap_or(&self.event_id)
    }

    pub(super) fn traceparent(&self) -> Option<&str> {
        self.traceparent.as_deref()
    }
}

fn read_trace(text: &str) -> Option<String> {
    traceparent::read(text).map(Into::into)
}

#[cfg(feature = "consume")]
tokio::task_local! {
    static HANDLED: Cause;
}

/// Calls a handler: what its future publishes is caused by the event.
#[cfg(feature = "consume")]
pub(crate) async fn while_handling<F: Future>(cause: Cause, handler: F) -> F::Output {
    HANDLED.scope(cause, handler).await
}

/// The event whose handler makes a publish.
pub(super) fn current() -> Option<Cause> {
    #[cfg(feature = "consume")]
    return HANDLED.try_with(Cause::clone).ok();
    #[cfg(not(feature = "consume"))]
    None
}
