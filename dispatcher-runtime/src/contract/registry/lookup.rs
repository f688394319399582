//! The look-ups that a bundled and a loaded registry share, written once.
//!
//! A retired event type can be looked up by its name, and is left out wherever the question is what
//! may still be published or handled.

/// An event type, as either registry describes it.
pub(crate) trait Described<'a>: Copy {
    fn name(self) -> &'a str;
    fn is_retired(self) -> bool;
    fn is_consumed_by(self, domain: &str) -> bool;
}

pub(super) fn event<'a, E: Described<'a>>(
    mut events: impl Iterator<Item = E>,
    event_type: &str,
) -> Option<E> {
    events.find(|event| event.name() == event_type)
}

pub(super) fn consumed_by<'a, 'd, E: Described<'a>>(
    events: impl Iterator<Item = E>,
    domain: &'d str,
) -> impl Iterator<Item = E> {
    events.filter(move |event| !event.is_retired() && event.is_consumed_by(domain))
}
