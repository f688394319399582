//! The checked contracts: the only input of code generation.
//!
//! A [`Model`] is made by `crate::check` alone, so in each one every name is well formed, every
//! `$ref` resolves, every schema compiles, and no two Rust names collide. Contracts with a fault have
//! no model. No I/O happens here.

use std::sync::Arc;

pub use dispatcher_schema::registry::{Compatibility, Deprecation, Status};

use crate::schema::Documents;

/// The checked content of one contracts directory.
///
/// Its fields are for the generator and may change in any release.
#[derive(Clone, Debug)]
pub struct Model {
    /// Every domain that produces or consumes something, sorted by name.
    pub domains: Vec<Domain>,
    /// Every event type, sorted by name, retired ones included.
    pub events: Vec<Event>,
    /// The schema documents that the event types and the envelope reach, directly or through `$ref`.
    /// The envelope's own stands there under its path, where the contracts have one.
    pub documents: Arc<Documents>,
}

/// A domain that produces event types, consumes event types, or both.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Domain {
    /// As the registry spells it: `revenue`.
    pub name: String,
    /// The marker type: `Revenue`.
    pub rust_type: String,
}

/// An event type of the registry.
#[derive(Clone, Debug)]
pub struct Event {
    /// As the registry spells it: `credit.locked`.
    pub name: String,
    /// The module: `credit_locked`. A Rust keyword is written without `r#`.
    pub module: String,
    /// The payload type and the variant of the event enum: `CreditLocked`.
    pub rust_type: String,
    /// The registry's description, for the docs.
    pub description: String,
    /// The contract (a folder) that the event type belongs to.
    pub contract: String,
    /// The only domain that publishes it.
    pub producer: String,
    /// The domains that handle it, in the registry's order.
    pub consumers: Vec<String>,
    /// Whether it is in use.
    pub status: Status,
    /// JSON pointer into the payload, to the identifier of what the event is about.
    pub subject: Option<String>,
    /// What its new versions have to be: its own `x-compatibility`, or else that of the registry.
    pub compatibility: Compatibility,
    /// Ascending by number.
    pub versions: Vec<Version>,
}

impl Event {
    /// The versions that types are generated for, upcoming ones too: those that are not retired, of an event type that
    /// is not retired.
    pub fn live_versions(&self) -> impl DoubleEndedIterator<Item = &Version> {
        let retired = self.status == Status::Retired;
        self.versions
            .iter()
            .filter(move |version| !retired && version.status != Status::Retired)
    }

    /// The version that producers publish: the highest active one, or the highest deprecated one if none is active.
    pub fn current(&self) -> Option<&Version> {
        self.live_versions()
            .rfind(|version| version.status == Status::Active)
            .or_else(|| {
                let deprecated =
                    |version: &&Version| matches!(version.status, Status::Deprecated(_));
                self.live_versions().rfind(deprecated)
            })
    }

    /// The version that a handler takes: the highest upcoming one, so that consumers can be deployed before it is
    /// published, or else the current one.
    pub fn handled(&self) -> Option<&Version> {
        self.live_versions()
            .rfind(|version| version.status == Status::Upcoming)
            .or_else(|| self.current())
    }

    /// The upcasts that lead from each other live version to the one that handlers take, as (from, to): each version
    /// becomes the next higher one. Versions above the one that handlers take, which are deprecated, become the next
    /// lower one.
    pub fn upcasts(&self) -> Vec<(&Version, &Version)> {
        let Some(handled) = self.handled() else {
            return Vec::new();
        };
        let is_above = |version: &&Version| version.number > handled.number;
        let up_to: Vec<_> = self
            .live_versions()
            .filter(|version| !is_above(version))
            .collect();
        let above = self.live_versions().rev().filter(is_above);
        let down_to: Vec<_> = above.chain([handled]).collect();
        [up_to, down_to]
            .iter()
            .flat_map(|line| line.windows(2))
            .filter_map(|pair| Some((*pair.first()?, *pair.last()?)))
            .collect()
    }
}

/// One schema version of an event type.
#[derive(Clone, Debug)]
pub struct Version {
    /// A positive integer.
    pub number: u32,
    /// Whether it is in use.
    pub status: Status,
    /// The path of the payload schema, relative to the contracts directory and separated by `/` (a
    /// key of [`Model::documents`]). Without a schema the payload is any JSON object.
    pub schema: Option<String>,
    /// Whether its upcast is written by hand, also where it could be generated.
    pub upcast_by_hand: bool,
}
