//! The registry at run time: what the contracts say about each event type.
//!
//! Generated code holds one [`Registry`] for all the contracts of a crate, as a static. It never
//! changes while a process runs; looking something up does no I/O and cannot fail half-way.

use crate::gate::{Document, PayloadSchema};

/// All event types of a set of contracts.
#[derive(Debug)]
pub struct Registry {
    events: &'static [&'static EventDescriptor],
    documents: &'static [Document],
}

impl Registry {
    #[doc(hidden)]
    pub const fn new(
        events: &'static [&'static EventDescriptor],
        documents: &'static [Document],
    ) -> Self {
        Self { events, documents }
    }

    /// Every event type, sorted by name.
    pub fn events(&self) -> impl ExactSizeIterator<Item = &'static EventDescriptor> + Clone {
        self.events.iter().copied()
    }

    /// The event type of that name (`credit.locked`).
    pub fn event(&self, event_type: &str) -> Option<&'static EventDescriptor> {
        self.events().find(|event| event.event_type == event_type)
    }

    /// The name of an event type that exists and is spelt almost like this.
    pub(crate) fn closest(&self, event_type: &str) -> Option<&'static str> {
        self.events()
            .filter(|event| event.status != Status::Retired)
            .map(|event| {
                (
                    strsim::damerau_levenshtein(event.event_type, event_type),
                    event.event_type,
                )
            })
            .filter(|&(distance, name)| distance <= name.len().max(3) / 3)
            .min()
            .map(|(_, name)| name)
    }

    /// The event types that `domain` handles, except the retired ones.
    pub fn consumed_by<'a>(
        &self,
        domain: &'a str,
    ) -> impl Iterator<Item = &'static EventDescriptor> + use<'a> {
        let events = self.events;
        events.iter().copied().filter(move |event| {
            event.status != Status::Retired && event.consumers.contains(&domain)
        })
    }

    /// The schema documents, as (path below the contracts directory, original text).
    pub fn documents(&self) -> impl ExactSizeIterator<Item = (&'static str, &'static str)> + use<> {
        let documents = self.documents;
        documents
            .iter()
            .map(|document| (document.path, document.text))
    }
}

/// What the registry says about one event type.
#[derive(Debug)]
pub struct EventDescriptor {
    /// `credit.locked`.
    pub event_type: &'static str,
    /// In a sentence.
    pub description: &'static str,
    /// The contract (folder) that it belongs to.
    pub contract: &'static str,
    /// The one domain that publishes it.
    pub producer: &'static str,
    /// The domains that handle it.
    pub consumers: &'static [&'static str],
    /// Whether it is in use.
    pub status: Status,
    /// JSON pointer into the payload: whom the event is about.
    pub subject: Option<&'static str>,
    /// All schema versions, ascending.
    pub versions: &'static [VersionDescriptor],
}

impl EventDescriptor {
    /// The version of that number.
    pub fn version(&self, schema_version: u32) -> Option<&'static VersionDescriptor> {
        self.versions
            .iter()
            .find(|version| version.schema_version == schema_version)
    }
}

/// What the registry says about one schema version of an event type.
#[derive(Debug)]
pub struct VersionDescriptor {
    /// A positive integer.
    pub schema_version: u32,
    /// Whether it is in use.
    pub status: Status,
    /// What a payload must be; `None` for a retired version, which nobody can publish or handle.
    pub schema: Option<&'static PayloadSchema>,
}

/// Whether an event type or a version of it is in use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// In use.
    Active,
    /// In use, on its way out.
    Deprecated {
        /// In a sentence.
        reason: &'static str,
        /// The event type that takes its place.
        replacement: Option<&'static str>,
        /// A version or a date.
        since: Option<&'static str>,
    },
    /// Neither published nor handled any more.
    Retired,
}
