//! What a publish by name has to know of an event type, from the contracts in the binary or from those
//! that were loaded.

use std::borrow::Cow;

use dispatcher_schema::words;

use crate::contract::decode_error::DecodeError;
use crate::contract::gate::PayloadSchema;
use crate::contract::registry::{Described, EventContract, LoadedEvent, LoadedRegistry, Registry};

/// What the contracts say about a live event type.
pub(super) struct Contract<'a> {
    pub(super) event_type: Cow<'static, str>,
    pub(super) producer: &'a str,
    pub(super) subject: Option<Cow<'static, str>>,
    /// The schema of the version that was asked for, or why there is none.
    pub(super) schema: Result<&'a PayloadSchema, DecodeError>,
}

/// There is no live event type of that name.
pub(super) struct Unknown {
    /// The name of a live event type that is spelt almost like it.
    pub(super) suggestion: Option<String>,
}

impl<'a> Contract<'a> {
    /// From the loaded contracts, if there are any.
    pub(super) fn find(
        bundled: &Registry,
        loaded: Option<&'a LoadedRegistry>,
        event_type: &str,
        version: u32,
    ) -> Result<Self, Unknown> {
        match loaded {
            Some(loaded) => Self::among(loaded.events(), event_type, version),
            None => Contract::among(bundled.events(), event_type, version),
        }
    }

    fn among<E: Publishable<'a>>(
        events: impl Iterator<Item = E> + Clone,
        event_type: &str,
        version: u32,
    ) -> Result<Self, Unknown> {
        let mut live = events.filter(|event| !event.is_retired());
        let names = live.clone().map(Described::name);
        let Some(event) = live.find(|event| event.name() == event_type) else {
            return Err(Unknown {
                suggestion: words::closest(event_type, names).map(str::to_owned),
            });
        };
        let schema = event
            .live_schemas()
            .find_map(|(number, schema)| (number == version).then_some(schema));
        let live_versions = event.live_schemas().map(|(number, _)| number);
        Ok(Self {
            event_type: event.owned_name(),
            producer: event.producer(),
            subject: event.subject(),
            schema: schema
                .ok_or_else(|| DecodeError::no_live_version(event.name(), version, live_versions)),
        })
    }
}

/// An event type, as either registry describes it to its producer.
trait Publishable<'a>: Described<'a> {
    /// The name, static where it can be.
    fn owned_name(self) -> Cow<'static, str>;
    fn producer(self) -> &'a str;
    fn subject(self) -> Option<Cow<'static, str>>;
    /// Every version that is not retired, with its schema.
    fn live_schemas(self) -> impl Iterator<Item = (u32, &'a PayloadSchema)>;
}

impl<'a> Publishable<'a> for &'a EventContract {
    fn owned_name(self) -> Cow<'static, str> {
        Cow::Borrowed(self.event_type)
    }

    fn producer(self) -> &'a str {
        self.producer
    }

    fn subject(self) -> Option<Cow<'static, str>> {
        self.subject.map(Cow::Borrowed)
    }

    fn live_schemas(self) -> impl Iterator<Item = (u32, &'a PayloadSchema)> {
        self.versions
            .iter()
            .filter_map(|version| Some((version.schema_version, version.schema?)))
    }
}

impl<'a> Publishable<'a> for &'a LoadedEvent {
    fn owned_name(self) -> Cow<'static, str> {
        Cow::Owned(self.event_type.clone())
    }

    fn producer(self) -> &'a str {
        &self.producer
    }

    fn subject(self) -> Option<Cow<'static, str>> {
        self.subject.clone().map(Cow::Owned)
    }

    fn live_schemas(self) -> impl Iterator<Item = (u32, &'a PayloadSchema)> {
        self.versions
            .iter()
            .filter_map(|version| Some((version.schema_version, version.schema.as_ref()?)))
    }
}
