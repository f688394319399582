//! What the contracts of a program and those in the database say differently.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::document::{newest, status};
use crate::contract::registry::{EventContract, Registry};

/// One place at which the contracts of a program and those in the database differ.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CatalogDifference {
    /// The event type.
    pub event_type: String,
    /// The version, where it is about one.
    pub schema_version: Option<i32>,
    /// What differs: `status`, `producer` or `consumer`.
    pub what: &'static str,
    /// What the program has; `None` for nothing.
    pub program: Option<String>,
    /// What the database has; `None` for nothing.
    pub database: Option<String>,
}

impl fmt::Display for CatalogDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = match self.schema_version {
            Some(version) => format!("version {version}"),
            None if self.what == "status" => "event type".to_owned(),
            None => self.what.to_owned(),
        };
        write!(f, "{}: ", self.event_type)?;
        match (&self.program, &self.database) {
            (Some(program), Some(database)) => write!(
                f,
                "the {subject} is {program} in the program and {database} in the database"
            ),
            (Some(program), None) => {
                write!(
                    f,
                    "the database lacks the {subject}, which is {program} in the program"
                )
            }
            (None, Some(database)) => {
                write!(
                    f,
                    "the program lacks the {subject}, which is {database} in the database"
                )
            }
            (None, None) => write!(f, "the {subject} differs"),
        }
    }
}

/// The contracts in the database.
#[derive(Debug, Default)]
pub(super) struct Stored(BTreeMap<String, StoredEventType>);

#[derive(Debug)]
struct StoredEventType {
    producer: String,
    status: String,
    newest_version: i32,
    consumers: BTreeSet<String>,
    versions: BTreeMap<i32, StoredVersion>,
}

#[derive(Debug, Deserialize)]
struct StoredVersion {
    schema_version: i32,
    status: String,
    has_schema: bool,
    read_as: Vec<i32>,
}

impl Stored {
    pub(super) fn from_rows(rows: &[PgRow]) -> Result<Self, sqlx::Error> {
        let mut stored = BTreeMap::new();
        for row in rows {
            let versions: Vec<StoredVersion> = serde_json::from_str(row.try_get("versions")?)
                .map_err(|error| sqlx::Error::Decode(error.into()))?;
            let versions = versions.into_iter();
            let event_type = StoredEventType {
                producer: row.try_get("producer")?,
                status: row.try_get("status")?,
                newest_version: row.try_get("newest_version")?,
                consumers: row
                    .try_get::<Vec<String>, _>("consumers")?
                    .into_iter()
                    .collect(),
                versions: versions
                    .map(|version| (version.schema_version, version))
                    .collect(),
            };
            stored.insert(row.try_get("event_type")?, event_type);
        }
        Ok(Self(stored))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn number(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

/// Whether a push of the registry would write anything.
pub(super) fn has_news(registry: &Registry, stored: &Stored) -> bool {
    registry
        .events()
        .any(|event| match stored.0.get(event.event_type) {
            None => true,
            Some(stored) => is_news(event, stored),
        })
}

fn is_news(event: &EventContract, stored: &StoredEventType) -> bool {
    let newest = number(newest(event));
    let is_overtaken = newest < stored.newest_version;
    let is_later = |ours: &str, theirs: &str| !is_overtaken && rank(ours) > rank(theirs);
    let mut consumers = event.consumers.iter();
    newest > stored.newest_version
        || is_later(status(&event.status), &stored.status)
        || consumers.any(|consumer| !stored.consumers.contains(*consumer))
        || event.versions.iter().any(|version| {
            let Some(stored) = stored.versions.get(&number(version.schema_version)) else {
                return true;
            };
            let mut read_as = version.read_as.iter();
            let path = version.schema.and_then(|schema| schema.path());
            let has_schema = stored.status != "retired" || stored.has_schema || path.is_none();
            !has_schema
                || is_later(status(&version.status), &stored.status)
                || read_as.any(|older| !stored.read_as.contains(&number(older.schema_version)))
        })
}

/// How far a status is; `dispatcher_status_rank` says the same.
fn rank(status: &str) -> u8 {
    match status {
        "upcoming" => 0,
        "active" => 1,
        "deprecated" => 2,
        _ => 3,
    }
}

/// By event type; of each, the event type before its versions.
pub(super) fn between(registry: &Registry, stored: &Stored) -> Vec<CatalogDifference> {
    let names: BTreeSet<&str> = registry
        .events()
        .map(|event| event.event_type)
        .chain(stored.0.keys().map(String::as_str))
        .collect();
    let mut found = Vec::new();
    for name in names {
        match (registry.event(name), stored.0.get(name)) {
            (Some(event), Some(stored)) => compare(event, stored, &mut found),
            (program, database) => found.push(CatalogDifference {
                event_type: name.to_owned(),
                schema_version: None,
                what: "status",
                program: program.map(|event| status(&event.status).to_owned()),
                database: database.map(|stored| stored.status.clone()),
            }),
        }
    }
    found
}

fn compare(event: &EventContract, stored: &StoredEventType, found: &mut Vec<CatalogDifference>) {
    let mut push = |schema_version, what, program: Option<&str>, database: Option<&str>| {
        if program != database {
            found.push(CatalogDifference {
                event_type: event.event_type.to_owned(),
                schema_version,
                what,
                program: program.map(str::to_owned),
                database: database.map(str::to_owned),
            });
        }
    };
    let ours = status(&event.status);
    push(None, "status", Some(ours), Some(&stored.status));
    push(
        None,
        "producer",
        Some(event.producer),
        Some(&stored.producer),
    );
    let consumers: BTreeSet<&str> = event.consumers.iter().copied().collect();
    for consumer in &consumers {
        let stored = stored.consumers.get(*consumer);
        push(None, "consumer", Some(consumer), stored.map(String::as_str));
    }
    for consumer in &stored.consumers {
        let program = consumers.get(consumer.as_str());
        push(None, "consumer", program.copied(), Some(consumer));
    }
    let numbers: BTreeSet<i32> = event
        .versions
        .iter()
        .map(|version| number(version.schema_version))
        .chain(stored.versions.keys().copied())
        .collect();
    for version in numbers {
        let ours = u32::try_from(version)
            .ok()
            .and_then(|version| event.version(version));
        let theirs = stored.versions.get(&version);
        push(
            Some(version),
            "status",
            ours.map(|version| status(&version.status)),
            theirs.map(|version| version.status.as_str()),
        );
    }
}
