//! The contracts that an operator's program knows: those that it was built with, and those in the database.

use serde::Serialize;
use serde_json::Value;

use super::operator::Operator;
use crate::contract::gate::PayloadSchema;
use crate::contract::registry::Registry;
use crate::postgres::error::DatabaseError;

/// The contracts that a program knows: those that it was built with, and those that were pushed to the database. Where
/// both have a version of an event type, the bundled one counts.
#[derive(Debug, Default)]
pub struct KnownContracts {
    bundled: Option<&'static Registry>,
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
    /// Its versions.
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
    /// The payload's schema, if the contracts have it.
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
        }
    }

    /// Whether there are none: then nothing is masked.
    pub fn is_empty(&self) -> bool {
        self.bundled.is_none()
    }

    /// Every event type, by name.
    pub fn list(&self) -> Vec<KnownContract> {
        todo!()
    }

    /// The event type of that name.
    pub fn get(&self, event_type: &str) -> Option<KnownContract> {
        todo!("{event_type}")
    }

    /// Where the payloads of that event type and version have their subject, and their schema.
    pub(crate) fn schema(
        &self,
        event_type: &str,
        schema_version: i32,
    ) -> Option<(Option<&str>, &PayloadSchema)> {
        todo!("{event_type} {schema_version} {:?}", self.bundled)
    }
}

impl Operator {
    /// The contracts that the program was built with, if [`registry`](Self::registry) was called, and those in the
    /// database.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn known_contracts(&self) -> Result<KnownContracts, DatabaseError> {
        todo!()
    }
}
