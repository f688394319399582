//! What a loaded registry says about its event types and their versions.

use dispatcher_schema::registry::{self, EventEntry};

use super::Status;
use super::lookup::Described;
use crate::contract::gate::PayloadSchema;

/// What a loaded registry says about one event type.
#[derive(Debug)]
#[non_exhaustive]
pub struct LoadedEvent {
    /// `credit.locked`.
    pub event_type: String,
    /// In a sentence.
    pub description: String,
    /// The contract (folder) that it belongs to.
    pub contract: String,
    /// The one domain that publishes it.
    pub producer: String,
    /// The domains that handle it.
    pub consumers: Vec<String>,
    /// Whether it is in use.
    pub status: Status<String>,
    /// JSON pointer into the payload: whom the event is about.
    pub subject: Option<String>,
    /// All schema versions, ascending.
    pub versions: Vec<LoadedVersion>,
    /// Its place in the registry file.
    pub(super) pointer: String,
}

impl LoadedEvent {
    /// The version of that number.
    pub fn version(&self, schema_version: u32) -> Option<&LoadedVersion> {
        self.versions
            .iter()
            .find(|version| version.schema_version == schema_version)
    }
}

/// What a loaded registry says about one schema version of an event type.
#[derive(Debug)]
#[non_exhaustive]
pub struct LoadedVersion {
    /// A positive integer.
    pub schema_version: u32,
    /// Whether it is in use.
    pub status: Status<String>,
    /// What a payload must be; `None` for a retired version, which nobody can publish or handle.
    pub schema: Option<PayloadSchema>,
    /// Its place in the registry file.
    pub(super) pointer: String,
}

impl LoadedEvent {
    /// The event type of an entry without a fault; none for one that has some. `schema` compiles
    /// the payload schema of a version that is not retired.
    pub(super) fn of<E>(
        entry: EventEntry,
        schema: impl Fn(&str, &str, u32) -> Result<PayloadSchema, E>,
    ) -> Result<Option<Self>, E> {
        let (Some(name), Some(producer), Some(status)) = (entry.name, entry.producer, entry.status)
        else {
            return Ok(None);
        };
        let event_type = name.value;
        let mut versions = Vec::with_capacity(entry.versions.len());
        for version in entry.versions {
            let (Some(number), Some(its_status)) = (version.number, version.status) else {
                return Ok(None);
            };
            let retired = [&status.value, &its_status.value].contains(&&registry::Status::Retired);
            let schema = match &version.payload_schema {
                _ if retired => None,
                None => Some(PayloadSchema::any_object()),
                Some(path) => Some(schema(&path.value, &event_type, number.value)?),
            };
            versions.push(LoadedVersion {
                schema_version: number.value,
                status: its_status.value.into(),
                schema,
                pointer: version.pointer,
            });
        }
        versions.sort_by_key(|version| version.schema_version);
        Ok(Some(Self {
            event_type,
            description: entry.description,
            contract: entry.contract,
            producer: producer.value,
            consumers: entry.consumers.into_iter().map(|spot| spot.value).collect(),
            status: status.value.into(),
            subject: entry.subject.map(|spot| spot.value),
            versions,
            pointer: entry.pointer,
        }))
    }
}

impl From<registry::Status> for Status<String> {
    fn from(status: registry::Status) -> Self {
        match status {
            registry::Status::Upcoming => Self::Upcoming,
            registry::Status::Active => Self::Active,
            registry::Status::Retired => Self::Retired,
            registry::Status::Deprecated(deprecation) => Self::Deprecated {
                reason: deprecation.reason,
                replacement: deprecation.replacement,
                since: deprecation.since,
            },
        }
    }
}

impl<'a> Described<'a> for &'a LoadedEvent {
    fn name(self) -> &'a str {
        &self.event_type
    }

    fn is_retired(self) -> bool {
        self.status == Status::Retired
    }

    fn is_consumed_by(self, domain: &str) -> bool {
        self.consumers.iter().any(|consumer| consumer == domain)
    }
}
