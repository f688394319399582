//! The contracts that an operator's program knows: those that it was built with, and those in the database.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use serde::Serialize;
use serde_json::Value;

use super::stored_contracts::{Stored, StoredVersion};
use crate::contract::gate::PayloadSchema;
use crate::contract::gate::envelope::EnvelopeGate;
use crate::contract::registry::{
    EventContract, Registry, Status, VersionContract, parsed_documents, stored_differences,
};

/// The contracts that a program knows: those that it was built with, and those that were pushed to the database, as
/// they were when it asked. Where both have a version of an event type, the bundled one counts. Clones share the schemas,
/// of which each is compiled when it is first used.
///
/// ```no_run
/// # async fn example(operator: dispatcher_runtime::Operator) -> Result<(), Box<dyn std::error::Error>> {
/// let contracts = operator.known_contracts().await?;
/// for contract in contracts.list() {
///     println!("{} is published by {}", contract.event_type, contract.producer);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct KnownContracts {
    bundled: Option<&'static Registry>,
    stored: Arc<Stored>,
    /// The documents of the program by their paths, once they are compared.
    parsed: Arc<OnceLock<BTreeMap<String, Value>>>,
}

/// An event type of the [`KnownContracts`].
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct KnownContract {
    /// The event type.
    pub event_type: String,
    /// What happened.
    pub description: String,
    /// The domain that publishes it.
    pub producer: String,
    /// The domains that handle it, as the contracts say.
    pub consumers: Vec<String>,
    /// `active`, `deprecated` or `retired`.
    pub status: String,
    /// Where the payload has the subject, as a JSON pointer.
    pub subject: Option<String>,
    /// Its versions, ascending.
    pub versions: Vec<KnownVersion>,
}

/// A version of a [`KnownContract`].
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct KnownVersion {
    /// The version.
    pub schema_version: u32,
    /// `upcoming`, `active`, `deprecated` or `retired`.
    pub status: String,
    /// The payload's schema, if the contracts have one that can be used.
    pub schema: Option<Value>,
    /// Whether the program was built with it.
    pub is_bundled: bool,
    /// Whether it was pushed to the database.
    pub is_stored: bool,
}

impl KnownContracts {
    /// Those that a program was built with, and no others.
    pub fn bundled(registry: &'static Registry) -> Self {
        Self {
            bundled: Some(registry),
            ..Self::default()
        }
    }

    pub(super) fn new(bundled: Option<&'static Registry>, stored: Arc<Stored>) -> Self {
        Self {
            bundled,
            stored,
            parsed: Arc::default(),
        }
    }

    /// Whether there are none: then nothing is masked.
    pub fn is_empty(&self) -> bool {
        self.bundled.is_none() && self.stored.is_empty()
    }

    /// Every event type, by name.
    pub fn list(&self) -> Vec<KnownContract> {
        let bundled = self.bundled.into_iter().flat_map(Registry::events);
        let names: BTreeSet<&str> = bundled
            .map(|event| event.event_type)
            .chain(self.stored.keys().map(String::as_str))
            .collect();
        let contracts = names.into_iter().filter_map(|name| self.get(name));
        contracts.collect()
    }

    /// The event type of that name.
    pub fn get(&self, event_type: &str) -> Option<KnownContract> {
        let versions = self.versions(event_type);
        let contract = self
            .bundled_contract(event_type)
            .or_else(|| self.stored_contract(event_type))?;
        Some(KnownContract {
            versions,
            ..contract
        })
    }

    /// The event type as the program was built with it.
    pub(super) fn bundled_contract(&self, event_type: &str) -> Option<KnownContract> {
        let event = self.bundled_event(event_type)?;
        let mut versions = self.versions(event_type);
        versions.retain(|version| version.is_bundled);
        Some(KnownContract {
            event_type: event_type.to_owned(),
            description: event.description.to_owned(),
            producer: event.producer.to_owned(),
            consumers: event.consumers.iter().copied().map(str::to_owned).collect(),
            status: status(&event.status).to_owned(),
            subject: event.subject.map(str::to_owned),
            versions,
        })
    }

    /// The event type as it is in the database.
    pub(super) fn stored_contract(&self, event_type: &str) -> Option<KnownContract> {
        let stored = self.stored.get(event_type)?;
        let mut versions = self.versions(event_type);
        versions.retain(|version| version.is_stored);
        for version in &mut versions {
            if let Some(stored) = self.stored_version(event_type, version.schema_version) {
                version.status.clone_from(&stored.status);
            }
        }
        Some(KnownContract {
            event_type: event_type.to_owned(),
            description: stored.description.clone(),
            producer: stored.producer.clone(),
            consumers: stored.consumers.clone(),
            status: stored.status.clone(),
            subject: stored.subject.clone(),
            versions,
        })
    }

    /// How many [`differences`](Self::differences) there are of each event type that has some.
    pub fn differing(&self) -> BTreeMap<String, usize> {
        let counted = self.stored.keys().map(|event_type| {
            let differences = self.differences(event_type);
            (event_type.clone(), differences.len())
        });
        counted.filter(|(_, count)| *count > 0).collect()
    }

    /// Where the program and the database differ in what the schema of a version reaches: the place, and what each has.
    pub(super) fn schema_differences(
        &self,
        event_type: &str,
        number: u32,
    ) -> Vec<(String, Option<Value>, Option<Value>)> {
        let (Some(registry), Some(bundled), Some(stored)) = (
            self.bundled,
            self.bundled_version(event_type, number),
            self.stored_version(event_type, number),
        ) else {
            return Vec::new();
        };
        let (Some(schema), Some(documents)) = (bundled.schema, stored.documents()) else {
            return Vec::new();
        };
        let (old, new) = (schema.path(), stored.schema_path());
        let Some(path) = old.filter(|path| new == Some(*path)) else {
            let path = |path: Option<&str>| path.map(Value::from);
            let differ = old != new;
            let paths = ("payload_schema".to_owned(), path(old), path(new));
            return differ.then_some(paths).into_iter().collect();
        };
        let bundled = self.parsed.get_or_init(|| parsed_documents(registry));
        let found = stored_differences(bundled, documents, path).into_iter();
        found
            .map(|((file, pointer), (old, new))| (format!("{file} at {pointer}"), old, new))
            .collect()
    }

    /// A valid payload of that event type and version, that shows what one looks like: the first of the schema's own
    /// `examples` that it accepts, or one that is composed from the schema, with what is required alone. The same
    /// contracts have the same example.
    ///
    /// `None` if the contracts have no such version, its schema cannot be used, or nothing was found that it accepts. That
    /// is so where the schema asks for more than can be composed, such as a pattern with a look-ahead.
    ///
    /// ```
    /// use dispatcher_runtime::KnownContracts;
    ///
    /// let contracts = KnownContracts::bundled(&acme_contracts::REGISTRY);
    /// let payload = contracts.example("credit.locked", 1).expect("an example");
    /// assert_eq!(payload["locked_credits"], 1);
    /// assert_eq!(contracts.example("credit.locked", 99), None);
    /// ```
    pub fn example(&self, event_type: &str, schema_version: u32) -> Option<Value> {
        let number = i32::try_from(schema_version).ok()?;
        let (_, schema) = self.schema(event_type, number)?;
        schema.example()
    }

    fn versions(&self, event_type: &str) -> Vec<KnownVersion> {
        let bundled = self.bundled_event(event_type);
        let stored = self.stored.get(event_type);
        let bundled = bundled.into_iter().flat_map(|event| event.versions);
        let stored = stored.into_iter().flat_map(|stored| stored.versions.keys());
        let numbers: BTreeSet<u32> = bundled
            .map(|version| version.schema_version)
            .chain(stored.filter_map(|number| u32::try_from(*number).ok()))
            .collect();
        let versions = numbers.into_iter().map(|number| {
            let bundled = self.bundled_version(event_type, number);
            let stored = self.stored_version(event_type, number);
            let schema = i32::try_from(number)
                .ok()
                .and_then(|number| self.schema(event_type, number));
            let text = schema.and_then(|(_, schema)| schema.text());
            KnownVersion {
                schema_version: number,
                status: match (bundled, stored) {
                    (Some(bundled), _) => status(&bundled.status).to_owned(),
                    (None, Some(stored)) => stored.status.clone(),
                    (None, None) => "retired".to_owned(),
                },
                schema: text.and_then(|text| serde_json::from_str(text).ok()),
                is_bundled: bundled.is_some(),
                is_stored: stored.is_some(),
            }
        });
        versions.collect()
    }

    /// Where the payloads of that event type and version have their subject, and their schema.
    pub(crate) fn schema(
        &self,
        event_type: &str,
        schema_version: i32,
    ) -> Option<(Option<&str>, &PayloadSchema)> {
        let number = u32::try_from(schema_version).ok()?;
        let bundled = self.bundled_version(event_type, number);
        if let Some(schema) = bundled.and_then(|version| version.schema) {
            let event = self.bundled_event(event_type)?;
            return Some((event.subject, schema));
        }
        let contract = self.stored.get(event_type)?;
        let version = self.stored_version(event_type, number)?;
        let schema = version.schema(event_type, schema_version)?;
        Some((contract.subject.as_deref(), schema))
    }

    /// The domain that publishes the event type.
    pub(super) fn producer(&self, event_type: &str) -> Option<&str> {
        match self.bundled_event(event_type) {
            Some(event) => Some(event.producer),
            None => Some(self.stored.get(event_type)?.producer.as_str()),
        }
    }

    /// What the envelopes of an event type have to pass.
    pub(super) fn envelope_gate(&self, event_type: &str) -> &EnvelopeGate {
        match self.bundled.filter(|it| it.event(event_type).is_some()) {
            Some(registry) => registry.envelope_gate(),
            // Envelope schemas are not pushed.
            None => &EnvelopeGate::Reference,
        }
    }

    /// Why an event of that type and version may not be published, and by the domain `producer`, if that is named: the field
    /// of the event that is wrong, and what is.
    pub(super) fn faults(
        &self,
        event_type: &str,
        schema_version: u32,
        producer: Option<&str>,
    ) -> Vec<(&'static str, String)> {
        let Some(contract) = self.get(event_type) else {
            let problem = format!(
                "the contracts have no event type {event_type}: list them to see which there are"
            );
            return vec![("event_type", problem)];
        };
        let mut faults = Vec::new();
        if let Some(producer) = producer.filter(|producer| *producer != contract.producer) {
            let problem = format!(
                "{event_type} is not published by {producer}: the producer has to be {}",
                contract.producer
            );
            faults.push(("producer", problem));
        }
        let mut versions = contract.versions.iter();
        let version = versions.find(|version| version.schema_version == schema_version);
        let number = i32::try_from(schema_version).unwrap_or(i32::MAX);
        let status = version.map(|version| version.status.as_str());
        let problem = match status {
            _ if contract.status == "retired" => {
                faults.push(("event_type", format!("{event_type} is retired")));
                None
            }
            None => Some(format!("{event_type} has no version {schema_version}")),
            Some("retired") => Some(format!(
                "version {schema_version} of {event_type} is retired"
            )),
            Some("upcoming") => Some(format!(
                "version {schema_version} of {event_type} is announced and not active yet"
            )),
            Some(_) if self.schema(event_type, number).is_none() => Some(format!(
                "the schema of version {schema_version} of {event_type} cannot be used"
            )),
            Some(_) => None,
        };
        faults.extend(problem.map(|problem| ("schema_version", problem)));
        faults
    }

    fn bundled_event(&self, event_type: &str) -> Option<&'static EventContract> {
        self.bundled?.event(event_type)
    }

    fn bundled_version(&self, event_type: &str, number: u32) -> Option<&'static VersionContract> {
        self.bundled_event(event_type)?.version(number)
    }

    fn stored_version(&self, event_type: &str, number: u32) -> Option<&StoredVersion> {
        let number = i32::try_from(number).ok()?;
        self.stored.get(event_type)?.versions.get(&number)
    }
}

fn status(status: &Status) -> &'static str {
    match status {
        Status::Upcoming => "upcoming",
        Status::Active => "active",
        Status::Deprecated { .. } => "deprecated",
        Status::Retired => "retired",
    }
}
