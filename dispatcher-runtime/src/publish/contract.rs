//! What a publish by name has to know of an event type, from the contracts in the binary or from those
//! that were loaded.

use std::borrow::Cow;

use dispatcher_schema::words;

use super::deprecated::Deprecated;
use crate::contract::decode_error::DecodeError;
use crate::contract::gate::PayloadSchema;
use crate::contract::registry::{
    Described, EventContract, LoadedEvent, LoadedRegistry, Registry, Status,
};

/// What the contracts say about a live event type.
pub(super) struct Contract<'a> {
    pub(super) event_type: Cow<'static, str>,
    pub(super) producer: &'a str,
    pub(super) subject: Option<Cow<'static, str>>,
    /// The schema of the version that was asked for, or why there is none.
    pub(super) schema: Result<&'a PayloadSchema, DecodeError>,
    /// Set if that version is deprecated.
    pub(super) deprecated: Option<Deprecated<'a>>,
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
        let is_upcoming = |live: &LiveVersion<'_>| live.status == Status::Upcoming;
        let found = event.live_versions().find(|live| live.number == version);
        let active = event
            .live_versions()
            .filter(|live| live.status == Status::Active);
        let current = active.map(|live| live.number).max();
        let deprecated = found
            .as_ref()
            .and_then(|live| Deprecated::of(&live.status, version, current));
        let schema = match &found {
            Some(live) if is_upcoming(live) => Err(DecodeError::UpcomingVersion {
                event_type: event.name().to_owned(),
                schema_version: version,
            }),
            Some(live) => Ok(live.schema),
            None => {
                let published = event.live_versions().filter(|live| !is_upcoming(live));
                let published = published.map(|live| live.number);
                Err(DecodeError::no_live_version(
                    event.name(),
                    version,
                    published,
                ))
            }
        };
        Ok(Self {
            event_type: event.owned_name(),
            producer: event.producer(),
            subject: event.subject(),
            schema,
            deprecated,
        })
    }
}

/// An event type, as either registry describes it to its producer.
trait Publishable<'a>: Described<'a> {
    /// The name, static where it can be.
    fn owned_name(self) -> Cow<'static, str>;
    fn producer(self) -> &'a str;
    fn subject(self) -> Option<Cow<'static, str>>;
    /// Every version that is not retired.
    fn live_versions(self) -> impl Iterator<Item = LiveVersion<'a>>;
}

/// A version that is not retired.
struct LiveVersion<'a> {
    number: u32,
    status: Status<&'a str>,
    schema: &'a PayloadSchema,
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

    fn live_versions(self) -> impl Iterator<Item = LiveVersion<'a>> {
        self.versions.iter().filter_map(|version| {
            Some(LiveVersion {
                number: version.schema_version,
                status: version.status.borrowed(),
                schema: version.schema?,
            })
        })
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

    fn live_versions(self) -> impl Iterator<Item = LiveVersion<'a>> {
        self.versions.iter().filter_map(|version| {
            Some(LiveVersion {
                number: version.schema_version,
                status: version.status.borrowed(),
                schema: version.schema.as_ref()?,
            })
        })
    }
}
