//! The look-ups that a bundled and a loaded registry share, written once.
//!
//! A retired event type can be looked up by its name, and is left out wherever the question is what
//! may still be published or handled.

use std::borrow::Cow;

use dispatcher_schema::words;

use crate::contract::decode_error::DecodeError;
use crate::contract::gate::PayloadSchema;

/// An event type, as either registry describes it.
pub(super) trait Described<'a>: Copy {
    fn name(self) -> &'a str;
    fn producer(self) -> &'a str;
    fn subject(self) -> Option<Cow<'static, str>>;
    /// The name, static where it can be.
    fn owned_name(self) -> Cow<'static, str>;
    fn is_retired(self) -> bool;
    fn is_consumed_by(self, domain: &str) -> bool;
    /// Every version that is not retired, with its schema.
    fn live_schemas(self) -> impl Iterator<Item = (u32, &'a PayloadSchema)>;
}

/// What a publish has to know of an event type, from whichever registry.
pub(crate) struct Contract<'a> {
    pub(crate) event_type: Cow<'static, str>,
    pub(crate) producer: &'a str,
    pub(crate) subject: Option<Cow<'static, str>>,
    /// The schema of the version that was asked for, or why there is none.
    pub(crate) schema: Result<&'a PayloadSchema, DecodeError>,
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

/// The name of a live event type that is spelt almost like this.
pub(super) fn closest<'a, E: Described<'a>>(
    events: impl Iterator<Item = E>,
    event_type: &str,
) -> Option<String> {
    let live = events.filter(|event| !event.is_retired());
    words::closest(event_type, live.map(Described::name)).map(str::to_owned)
}

/// What a publish has to know of a live event type.
pub(super) fn contract<'a, E: Described<'a>>(
    events: impl Iterator<Item = E>,
    event_type: &str,
    version: u32,
) -> Option<Contract<'a>> {
    let event = event(events, event_type).filter(|event| !event.is_retired())?;
    let schema = event
        .live_schemas()
        .find_map(|(number, schema)| (number == version).then_some(schema));
    let live = event.live_schemas().map(|(number, _)| number);
    Some(Contract {
        event_type: event.owned_name(),
        producer: event.producer(),
        subject: event.subject(),
        schema: schema.ok_or_else(|| DecodeError::no_live_version(event.name(), version, live)),
    })
}
