//! What a subscription does with events whose payload was erased.

/// What a subscription does with an event whose payload was [erased](crate::Erasure) before it was handled. No
/// handler is called in either case, because its type has no value without a payload. For
/// [`SubscriptionOptions::erased_events`](crate::SubscriptionOptions::erased_events).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum ErasedEvents {
    /// The event counts as handled and has a dedup row. The outcome in
    /// [`AttemptRecord`](crate::observe::AttemptRecord) is `erased`.
    #[default]
    Skip,
    /// The event becomes a dead letter without a payload, so that an operator can correct by hand what the handler
    /// would have written.
    DeadLetter,
}
