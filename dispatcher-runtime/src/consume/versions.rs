//! The versions of event types that a program can read, and those that its events wait for.
//!
//! An event of a version that is newer than all that the contracts have is no fault: its producer was deployed first. It
//! waits, with the later events of its subject, until a program works on the subscription that knows the version. An
//! older version that the contracts do not have, or that is retired, will not come back: such an event is left to
//! the handler's gate, which refuses it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use crate::contract::registry::Registry;
use crate::log::stored_event::StoredEvent;

/// Of how many versions it is logged that events wait for them. Any writer can make up numbers.
const MOST_LOGGED: usize = 100;

/// A version of an event type that a program does not have.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct AwaitedVersion {
    pub(crate) event_type: String,
    pub(crate) schema_version: i32,
}

/// What the contracts of a consumer say about versions.
#[derive(Debug)]
pub(crate) struct KnownVersions {
    registry: &'static Registry,
    newest: HashMap<&'static str, i32>,
    /// Newer versions that may be read as one that the contracts have.
    read_as: Mutex<HashMap<AwaitedVersion, u32>>,
    logged: Mutex<HashSet<(&'static str, AwaitedVersion)>>,
}

impl KnownVersions {
    pub(crate) fn new(registry: &'static Registry) -> Self {
        let newest = registry.events().map(|event| {
            let versions = event.versions.iter().map(|version| version.schema_version);
            let newest = versions.max().unwrap_or_default();
            (event.event_type, i32::try_from(newest).unwrap_or(i32::MAX))
        });
        Self {
            registry,
            newest: newest.collect(),
            read_as: Mutex::default(),
            logged: Mutex::default(),
        }
    }

    /// The newest version of each event type, live or not.
    pub(crate) fn newest(&self) -> impl Iterator<Item = (&'static str, i32)> {
        self.newest
            .iter()
            .map(|(event_type, version)| (*event_type, *version))
    }

    /// The newest version of each of these event types, as `join_replicas.sql` reads it.
    pub(crate) fn newest_of(&self, event_types: &[&'static str]) -> String {
        let known = event_types.iter();
        let known =
            known.filter_map(|event_type| Some((*event_type, self.newest.get(event_type)?)));
        serde_json::json!(known.collect::<BTreeMap<_, _>>()).to_string()
    }

    /// Whether the contracts have the version, or no newer contracts will.
    pub(crate) fn is_known(&self, event_type: &str, schema_version: i32) -> bool {
        let newest = self.newest.get(event_type);
        newest.is_none_or(|newest| schema_version <= *newest)
    }

    /// The contracts in the database say that a newer version may be read as an older one. It counts if the program
    /// has that one; of several, the newest.
    pub(crate) fn learn(&self, newer: AwaitedVersion, as_version: i32) {
        let Ok(as_version) = u32::try_from(as_version) else {
            return;
        };
        let event = self.registry.event(&newer.event_type);
        let version = event.and_then(|event| event.version(as_version));
        if version.is_some_and(|version| version.schema.is_some()) {
            let mut read_as = self.read_as.lock().unwrap_or_else(PoisonError::into_inner);
            let known = read_as.entry(newer).or_default();
            *known = as_version.max(*known);
        }
    }

    /// The older version as which it may be read, as far as is known.
    pub(crate) fn read_as(&self, newer: &AwaitedVersion) -> Option<u32> {
        let read_as = self.read_as.lock().unwrap_or_else(PoisonError::into_inner);
        read_as.get(newer).copied()
    }

    /// The version that an event has to wait for. One whose envelope is refused does not wait: no version helps it.
    pub(crate) fn awaited(&self, event: &StoredEvent) -> Option<AwaitedVersion> {
        if self.is_known(&event.event_type, event.schema_version)
            || event.check_envelope(self.registry).is_err()
        {
            return None;
        }
        Some(AwaitedVersion {
            event_type: event.event_type.clone(),
            schema_version: event.schema_version,
        })
    }

    /// Whether to log that an event of the subscription waits for this version: once in the life of the process.
    pub(crate) fn is_first(&self, subscription: &'static str, awaited: &AwaitedVersion) -> bool {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        logged.len() < MOST_LOGGED && logged.insert((subscription, awaited.clone()))
    }
}
