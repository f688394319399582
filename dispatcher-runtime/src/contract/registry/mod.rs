//! The registry at run time: what the contracts say about each event type.
//!
//! Generated code holds one [`Registry`] for all the contracts of a crate, as a static. It never
//! changes while a process runs; looking something up does no I/O and cannot fail half-way.
//! [`LoadedRegistry`] is another copy, read from a directory when the process starts; reading it is
//! all or nothing.

mod compare;
mod documents;
mod error;
mod files;
mod loaded;
mod loaded_event;
mod lookup;
mod numbers;
pub(crate) mod reach;
#[cfg(feature = "consume")]
mod stored;

#[cfg(any(feature = "publish", feature = "consume"))]
use std::sync::OnceLock;

use dispatcher_schema::envelope::ENVELOPE_FILE;

use crate::contract::decode_error::DecodeError;
#[cfg(any(feature = "publish", feature = "consume"))]
use crate::contract::gate::envelope::EnvelopeGate;
use crate::contract::gate::{Document, PayloadSchema, REFERENCE_ENVELOPE};

pub(crate) use lookup::Described;
#[cfg(feature = "consume")]
pub(crate) use stored::stored_schema;

pub use compare::Difference;
#[cfg(feature = "consume")]
pub(crate) use compare::{parsed_documents, stored_differences};
pub use error::{RegistryError, RegistryFault};
pub use loaded::LoadedRegistry;
pub use loaded_event::{LoadedEvent, LoadedVersion};

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
/// assert!(schema.validate(&serde_json::json!({})).is_err());
///
/// assert!(REGISTRY.consumed_by("coaching").any(|event| event.event_type == "credit.locked"));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Registry {
    events: &'static [&'static EventContract],
    documents: &'static [Document],
    /// For the case that there is one among the documents.
    own_envelope: PayloadSchema,
    #[cfg(any(feature = "publish", feature = "consume"))]
    envelope_gate: OnceLock<EnvelopeGate>,
}

impl Registry {
    #[doc(hidden)]
    pub const fn new(
        events: &'static [&'static EventContract],
        documents: &'static [Document],
    ) -> Self {
        Self {
            events,
            documents,
            own_envelope: PayloadSchema::new(ENVELOPE_FILE, documents),
            #[cfg(any(feature = "publish", feature = "consume"))]
            envelope_gate: OnceLock::new(),
        }
    }

    /// Every event type, sorted by name.
    pub fn events(&self) -> impl ExactSizeIterator<Item = &'static EventContract> + Clone {
        self.events.iter().copied()
    }

    /// The event type of that name (`credit.locked`).
    pub fn event(&self, event_type: &str) -> Option<&'static EventContract> {
        lookup::event(self.events(), event_type)
    }

    /// The event types that `domain` handles, except the retired ones.
    pub fn consumed_by<'a>(
        &self,
        domain: &'a str,
    ) -> impl Iterator<Item = &'static EventContract> + use<'a> {
        let events = self.events;
        lookup::consumed_by(events.iter().copied(), domain)
    }

    /// The schema of the envelope that is around each payload: that of the contracts, or the reference
    /// schema where they have none. The reference schema's rules hold in any case.
    ///
    /// ```
    /// use acme_contracts::REGISTRY;
    ///
    /// let schema = REGISTRY.envelope_schema();
    /// assert_eq!(schema.path(), Some("event-envelope/schema/envelope-v1.json"));
    /// assert!(schema.validate(&serde_json::json!({ "event_id": "evt_1" })).is_err());
    /// ```
    pub fn envelope_schema(&self) -> &PayloadSchema {
        match self.own_envelope.text() {
            Some(_) => &self.own_envelope,
            None => &REFERENCE_ENVELOPE,
        }
    }

    #[cfg(any(feature = "publish", feature = "consume"))]
    pub(crate) fn envelope_gate(&'static self) -> &'static EnvelopeGate {
        self.envelope_gate.get_or_init(|| {
            if self.envelope_schema().is_reference_envelope() {
                EnvelopeGate::Reference
            } else {
                EnvelopeGate::Bundled(&self.own_envelope)
            }
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
#[non_exhaustive]
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

/// The fields of an [`EventContract`] by name, for generated code. A field that is added to
/// `EventContract` only gets a default in [`EventContract::new`].
#[doc(hidden)]
#[derive(Debug)]
pub struct EventContractParts {
    pub event_type: &'static str,
    pub description: &'static str,
    pub contract: &'static str,
    pub producer: &'static str,
    pub consumers: &'static [&'static str],
    pub status: Status,
    pub subject: Option<&'static str>,
    pub versions: &'static [VersionContract],
}

impl<'a> Described<'a> for &'a EventContract {
    fn name(self) -> &'a str {
        self.event_type
    }

    fn is_retired(self) -> bool {
        self.status == Status::Retired
    }

    fn is_consumed_by(self, domain: &str) -> bool {
        self.consumers.contains(&domain)
    }
}

impl EventContract {
    #[doc(hidden)]
    pub const fn new(parts: EventContractParts) -> Self {
        let EventContractParts {
            event_type,
            description,
            contract,
            producer,
            consumers,
            status,
            subject,
            versions,
        } = parts;
        Self {
            event_type,
            description,
            contract,
            producer,
            consumers,
            status,
            subject,
            versions,
        }
    }

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
#[non_exhaustive]
pub struct VersionContract {
    /// A positive integer.
    pub schema_version: u32,
    /// Whether it is in use.
    pub status: Status,
    /// What a payload must be; `None` for a retired version, which nobody can publish or handle.
    pub schema: Option<&'static PayloadSchema>,
    /// The older versions that a payload of this one may be read as, by programs that do not have this one yet. Each was
    /// proved where the contracts were built.
    pub read_as: &'static [ReadAs],
}

impl VersionContract {
    #[doc(hidden)]
    pub const fn new(
        schema_version: u32,
        status: Status,
        schema: Option<&'static PayloadSchema>,
    ) -> Self {
        Self {
            schema_version,
            status,
            schema,
            read_as: &[],
        }
    }

    /// The same version, which may be read as these older ones.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_read_as(self, read_as: &'static [ReadAs]) -> Self {
        Self { read_as, ..self }
    }
}

/// An older version that a payload may be read as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ReadAs {
    /// The older version.
    pub schema_version: u32,
    /// What was proved.
    pub proof: ReadAsProof,
}

impl ReadAs {
    #[doc(hidden)]
    pub const fn new(schema_version: u32, proof: ReadAsProof) -> Self {
        Self {
            schema_version,
            proof,
        }
    }
}

/// What was proved of a version that may be read as an older one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ReadAsProof {
    /// Each valid payload is a valid payload of the older version.
    Strict,
    /// Each payload that holds what its version declares is one of the older version, once what that one does not
    /// declare is taken out of its closed objects.
    Lenient,
}

impl ReadAsProof {
    /// The text that the table of contracts holds.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Lenient => "lenient",
        }
    }
}

/// Whether an event type or a version of it is in use. The texts of a bundled registry are static;
/// those of a loaded one are `String`s.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status<S = &'static str> {
    /// Announced: consumers take it already, and producers may not publish it yet. Only a version has
    /// this status.
    Upcoming,
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

#[cfg(feature = "publish")]
impl<S: AsRef<str>> Status<S> {
    /// The same, with borrowed texts.
    pub(crate) fn borrowed(&self) -> Status<&str> {
        match self {
            Self::Upcoming => Status::Upcoming,
            Self::Active => Status::Active,
            Self::Deprecated {
                reason,
                replacement,
                since,
            } => Status::Deprecated {
                reason: reason.as_ref(),
                replacement: replacement.as_ref().map(AsRef::as_ref),
                since: since.as_ref().map(AsRef::as_ref),
            },
            Self::Retired => Status::Retired,
        }
    }
}
