//! A contract in full: fields, examples, and what the program and the database say differently of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use super::contracts::{KnownContract, KnownContracts};
use crate::contract::gate::PayloadField;

/// An event type with all that is known of its versions. [`KnownContracts::detail`] returns it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ContractDetail {
    /// The contract.
    #[serde(flatten)]
    pub contract: KnownContract,
    /// What payloads of each version look like, ascending.
    pub payloads: Vec<VersionPayload>,
    /// What differs between the contracts that the program was built with and those in the database, where both have the event
    /// type.
    pub differences: Vec<ContractDifference>,
}

/// What payloads of a version look like.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct VersionPayload {
    /// The version.
    pub schema_version: u32,
    /// Its fields, each after what it is in; at most 500, and 6 deep.
    pub fields: Vec<PayloadField>,
    /// As [`KnownContracts::example`] returns it.
    pub example: Option<Value>,
}

/// One place at which the program and the database differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ContractDifference {
    /// The version that it is about; `None` if it is about the event type.
    pub schema_version: Option<u32>,
    /// What differs: a field of the contract, such as `producer`, or a file of schemas and a JSON pointer into it.
    pub place: String,
    /// What the program has there; `None` for nothing.
    pub bundled: Option<Value>,
    /// What the database has there; `None` for nothing.
    pub stored: Option<Value>,
}

impl KnownContracts {
    /// The event type of that name, with fields and an example of each version, and what the program and the database say
    /// differently.
    pub fn detail(&self, event_type: &str) -> Option<ContractDetail> {
        let contract = self.get(event_type)?;
        let versions = contract.versions.iter();
        let payloads = versions.map(|version| {
            let number = i32::try_from(version.schema_version).unwrap_or(i32::MAX);
            let schema = self.schema(event_type, number);
            VersionPayload {
                schema_version: version.schema_version,
                fields: schema
                    .map(|(_, schema)| schema.fields())
                    .unwrap_or_default(),
                example: self.example(event_type, version.schema_version),
            }
        });
        Some(ContractDetail {
            payloads: payloads.collect(),
            differences: self.differences(event_type),
            contract,
        })
    }

    /// What differs of an event type that the program and the database both have.
    pub fn differences(&self, event_type: &str) -> Vec<ContractDifference> {
        let (Some(bundled), Some(stored)) = (
            self.bundled_contract(event_type),
            self.stored_contract(event_type),
        ) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut field = |schema_version, place: &str, bundled: Value, stored: Value| {
            if bundled != stored {
                let there = |value: Value| Some(value).filter(|value| !value.is_null());
                found.push(ContractDifference {
                    schema_version,
                    place: place.to_owned(),
                    bundled: there(bundled),
                    stored: there(stored),
                });
            }
        };
        let set = |names: &[String]| json!(names.iter().collect::<BTreeSet<_>>());
        for (place, one, other) in [
            (
                "description",
                json!(bundled.description),
                json!(stored.description),
            ),
            ("producer", json!(bundled.producer), json!(stored.producer)),
            ("consumers", set(&bundled.consumers), set(&stored.consumers)),
            ("status", json!(bundled.status), json!(stored.status)),
            ("subject", json!(bundled.subject), json!(stored.subject)),
        ] {
            field(None, place, one, other);
        }
        let versions = |contract: &KnownContract| -> BTreeMap<u32, String> {
            let versions = contract.versions.iter();
            versions
                .map(|version| (version.schema_version, version.status.clone()))
                .collect()
        };
        let (one, other) = (versions(&bundled), versions(&stored));
        let numbers: BTreeSet<u32> = one.keys().chain(other.keys()).copied().collect();
        for number in &numbers {
            let status = |of: &BTreeMap<u32, String>| json!(of.get(number));
            field(Some(*number), "status", status(&one), status(&other));
        }
        for number in numbers {
            for (place, bundled, stored) in self.schema_differences(event_type, number) {
                found.push(ContractDifference {
                    schema_version: Some(number),
                    place,
                    bundled,
                    stored,
                });
            }
        }
        found
    }
}
