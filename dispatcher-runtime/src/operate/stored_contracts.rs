//! The contracts in the database, kept between two looks at them.
//!
//! What describes the contracts is read each time. Documents are read once for each version, because they are only
//! added; a version that was pushed again is another one. A schema is compiled when it is first asked for. One that does
//! not compile is unknown, and its payloads are masked as a whole.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde::Deserialize;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::contract::gate::PayloadSchema;
use crate::contract::registry::stored_schema;
use crate::log::EventLog;
use crate::postgres::error::DatabaseError;
use crate::postgres::transaction;

/// The event types that programs have pushed, by name.
pub(super) type Stored = BTreeMap<String, StoredContract>;

/// An event type in the database.
#[derive(Debug)]
pub(super) struct StoredContract {
    pub(super) description: String,
    pub(super) producer: String,
    pub(super) consumers: Vec<String>,
    pub(super) status: String,
    pub(super) subject: Option<String>,
    pub(super) versions: BTreeMap<i32, StoredVersion>,
}

/// A version of it.
#[derive(Debug)]
pub(super) struct StoredVersion {
    pub(super) status: String,
    described: Described,
    schema: Arc<StoredSchema>,
}

#[derive(Deserialize)]
struct VersionRow {
    schema_version: i32,
    status: String,
    #[serde(flatten)]
    described: Described,
}

/// Two versions that are described alike have the same documents.
#[derive(Debug, Deserialize, Eq, PartialEq)]
struct Described {
    schema_path: Option<String>,
    pushed_at: String,
}

#[derive(Debug, Default)]
struct StoredSchema {
    /// Path → text.
    documents: OnceLock<BTreeMap<String, String>>,
    compiled: OnceLock<Option<PayloadSchema>>,
}

impl StoredContract {
    /// With the documents that were read before, where they still are those of the version.
    fn from_row(row: &PgRow, before: &Stored) -> Result<(String, Self), sqlx::Error> {
        let event_type: String = row.try_get("event_type")?;
        let before = before.get(&event_type);
        let versions: Vec<VersionRow> = serde_json::from_str(row.try_get("versions")?)
            .map_err(|error| sqlx::Error::Decode(error.into()))?;
        let versions = versions.into_iter().map(|version| {
            let number = version.schema_version;
            let read = before
                .and_then(|contract| contract.versions.get(&number))
                .filter(|read| read.described == version.described)
                .map(|read| Arc::clone(&read.schema));
            let version = StoredVersion {
                status: version.status,
                described: version.described,
                schema: read.unwrap_or_default(),
            };
            (number, version)
        });
        let contract = Self {
            description: row.try_get("description")?,
            producer: row.try_get("producer")?,
            consumers: row.try_get("consumers")?,
            status: row.try_get("status")?,
            subject: row.try_get("subject")?,
            versions: versions.collect(),
        };
        Ok((event_type, contract))
    }
}

impl StoredVersion {
    /// The path of the schema; `None` where any object will do.
    pub(super) fn schema_path(&self) -> Option<&str> {
        self.described.schema_path.as_deref()
    }

    /// The documents that the schema reaches, by path.
    pub(super) fn documents(&self) -> Option<&BTreeMap<String, String>> {
        self.schema.documents.get()
    }

    /// The schema; `None` if the database has none that compiles.
    pub(super) fn schema(&self, event_type: &str, schema_version: i32) -> Option<&PayloadSchema> {
        let compiled = self.schema.compiled.get_or_init(|| {
            let Some(path) = &self.described.schema_path else {
                // Of one that was pushed as retired, the schema is not known.
                return (self.status != "retired").then(PayloadSchema::any_object);
            };
            let documents = self.schema.documents.get().cloned().unwrap_or_default();
            let number = u32::try_from(schema_version).unwrap_or_default();
            match stored_schema(path, documents, event_type, number) {
                Ok(schema) => Some(schema),
                Err(error) => {
                    tracing::warn!(
                        event_type,
                        schema_version,
                        %error,
                        "a schema in the database cannot be used; its payloads are masked as a whole"
                    );
                    None
                }
            }
        });
        compiled.as_ref()
    }
}

/// Reads the contracts that were pushed to a table family. Clones share what was read.
#[derive(Clone, Debug)]
pub(super) struct StoredContracts {
    /// The log beside which they are.
    log: EventLog,
    read: Arc<Mutex<Arc<Stored>>>,
}

impl StoredContracts {
    pub(super) fn new(log: EventLog) -> Self {
        Self {
            log,
            read: Arc::default(),
        }
    }

    /// The contracts as they are now.
    ///
    /// # Errors
    /// The tables are missing, the role may not read them, or the database failed.
    pub(super) async fn read(&self) -> Result<Arc<Stored>, DatabaseError> {
        let mut connection = transaction::acquire(self.log.pool()).await?;
        let read = self.log.searches.read_known_contracts.query();
        let rows = read.fetch_all(&mut *connection).await?;
        if rows.is_empty() {
            return Ok(Arc::default());
        }
        let before = Arc::clone(&*self.lock());
        let contracts = rows
            .iter()
            .map(|row| StoredContract::from_row(row, &before));
        let stored: Stored = contracts.collect::<Result<_, _>>()?;
        self.read_documents(&mut connection, &stored).await?;
        let stored = Arc::new(stored);
        *self.lock() = Arc::clone(&stored);
        Ok(stored)
    }

    /// Of the versions whose documents were not read yet.
    async fn read_documents(
        &self,
        connection: &mut PgConnection,
        stored: &Stored,
    ) -> Result<(), sqlx::Error> {
        let mut unread = BTreeMap::new();
        for (event_type, contract) in stored {
            for (number, version) in &contract.versions {
                if version.schema.documents.get().is_none() {
                    let entry = (&*version.schema, BTreeMap::<String, String>::new());
                    unread.insert((event_type.clone(), *number), entry);
                }
            }
        }
        if unread.is_empty() {
            return Ok(());
        }
        let (event_types, versions): (Vec<String>, Vec<i32>) = unread.keys().cloned().unzip();
        let read = self.log.searches.read_contract_documents.query();
        let read = read.bind(event_types).bind(versions);
        for row in read.fetch_all(connection).await? {
            let key = (row.try_get("event_type")?, row.try_get("schema_version")?);
            if let Some((_, documents)) = unread.get_mut(&key) {
                documents.insert(row.try_get("path")?, row.try_get("document")?);
            }
        }
        for (schema, documents) in unread.into_values() {
            // Another reader may have been first, with the same ones.
            let _ = schema.documents.set(documents);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Stored>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
