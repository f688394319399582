//! The registry at run time: what the contracts say about each event type.
//!
//! Generated code holds one [`Registry`] for all the contracts of a crate, as a static. It never
//! changes while a process runs; looking something up does no I/O and cannot fail half-way.
//! [`LoadedRegistry`] is another copy, read from a directory when the process starts; reading it is
//! all or nothing.

mod compare;
pub(crate) mod documents;
mod error;
mod file;
mod loaded;
mod numbers;
pub(crate) mod reach;

use std::borrow::Cow;

use crate::contract::decode_error::DecodeError;
use crate::contract::gate::{Document, PayloadSchema};

pub use compare::Difference;
pub use error::RegistryError;
pub use loaded::{LoadedEvent, LoadedRegistry, LoadedVersion};

/// All event types of a set of contracts, bundled in the binary.
///
/// ```
/// use acme_contracts::REGISTRY;
/// use dispatcher_runtime::Status;
///
/// let event = REGISTRY.event("credit.locked").ok_or("no such event type")?;
/// assert_eq!(event.producer, "revenue");
/// assert_eq!(event.consumers, ["coaching"]);
/// assert_eq!(event.status, Status::Active);
/// assert_eq!(event.subject, Some("/person_id"));
///
/// let version = event.version(1).ok_or("no such version")?;
/// let schema = version.schema.ok_or("retired")?;
/// assert_eq!(schema.path(), Some("credit-ledger/schema/payloads/credit-locked-v1.json"));
/// assert!(schema.check(&serde_json::json!({})).is_err());
///
/// assert!(REGISTRY.consumed_by("coaching").any(|event| event.event_type == "credit.locked"));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Registry {
    events: &'static [&'static EventContract],
    documents: &'static [Document],
}

impl Registry {
    #[doc(hidden)]
    pub const fn new(
        events: &'static [&'static EventContract],
        documents: &'static [Document],
    ) -> Self {
        Self { events, documents }
    }

    /// Every event type, sorted by name.
    pub fn events(&self) -> impl ExactSizeIterator<Item = &'static EventContract> + Clone {
        self.events.iter().copied()
    }

    /// The event type of that name (`credit.locked`).
    pub fn event(&self, event_type: &str) -> Option<&'static EventContract> {
        self.events().find(|event| event.event_type == event_type)
    }

    /// The name of a live event type that is spelt almost like this.
    pub(crate) fn closest(&self, event_type: &str) -> Option<String> {
        let live = self
            .events()
            .filter(|event| event.status != Status::Retired);
        closest(live.map(|event| event.event_type), event_type)
    }

    /// What a publish has to know of a live event type.
    pub(crate) fn contract(&self, event_type: &str, version: u32) -> Option<Contract<'static>> {
        let event = self
            .event(event_type)
            .filter(|event| event.status != Status::Retired)?;
        let schema = event.version(version).and_then(|version| version.schema);
        Some(Contract {
            event_type: Cow::Borrowed(event.event_type),
            producer: event.producer,
            subject: event.subject.map(Cow::Borrowed),
            schema: schema.ok_or_else(|| event.unknown_version(version)),
        })
    }

    /// The event types that `domain` handles, except the retired ones.
    pub fn consumed_by<'a>(
        &self,
        domain: &'a str,
    ) -> impl Iterator<Item = &'static EventContract> + use<'a> {
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

/// What a publish has to know of an event type, from whichever registry.
pub(crate) struct Contract<'a> {
    pub(crate) event_type: Cow<'static, str>,
    pub(crate) producer: &'a str,
    pub(crate) subject: Option<Cow<'static, str>>,
    /// The schema of the version that was asked for, or why there is none.
    pub(crate) schema: Result<&'a PayloadSchema, DecodeError>,
}

/// The name that is spelt almost like `wanted`.
fn closest<'a>(names: impl Iterator<Item = &'a str>, wanted: &str) -> Option<String> {
    names
        .map(|name| (strsim::damerau_levenshtein(name, wanted), name))
        .filter(|&(distance, name)| distance <= name.len().max(3) / 3)
        .min()
        .map(|(_, name)| name.to_owned())
}

/// What the registry says about one event type.
#[derive(Debug)]
pub struct EventContract {
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
    pub versions: &'static [VersionContract],
}

impl EventContract {
    /// The version of that number.
    pub fn version(&self, schema_version: u32) -> Option<&'static VersionContract> {
        self.versions
            .iter()
            .find(|version| version.schema_version == schema_version)
    }

    /// For generated code: a version that is not live was asked for.
    #[doc(hidden)]
    #[must_use]
    pub fn unknown_version(&self, schema_version: u32) -> DecodeError {
        let live = self.versions.iter();
        let live = live.filter(|version| version.schema.is_some());
        DecodeError::no_live_version(
            self.event_type,
            schema_version,
            live.map(|version| version.schema_version),
        )
    }
}

/// What the registry says about one schema version of an event type.
#[derive(Debug)]
pub struct VersionContract {
    /// A positive integer.
    pub schema_version: u32,
    /// Whether it is in use.
    pub status: Status,
    /// What a payload must be; `None` for a retired version, which nobody can publish or handle.
    pub schema: Option<&'static PayloadSchema>,
}

/// Whether an event type or a version of it is in use. The texts of a bundled registry are static;
/// those of a loaded one are `String`s.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status<S = &'static str> {
    /// In use.
    Active,
    /// In use, on its way out.
    Deprecated {
        /// In a sentence.
        reason: S,
        /// The event type that takes its place.
        replacement: Option<S>,
        /// A version or a date.
        since: Option<S>,
    },
    /// Neither published nor handled any more.
    Retired,
}
