//! Structs that were written by hand, held against a contract by verdict: what the struct reads, and what it writes.
//!
//! The schema of the struct comes from schemars, as JSON, so this crate does not depend on schemars. Both directions
//! are strict: nothing prunes a payload before a struct of the user's reads it, and the gate refuses a property that a
//! closed contract does not declare. A struct writes the properties that it has and no others, so its schema is closed
//! before it counts as a writer (`schema`). A comparison that is undecided fails like one that found a payload.
//!
//! Where the contract has no schema yet, the struct's can be written as the first one (`first`).

mod first;
mod schema;

use std::fmt;

use serde_json::Value;

use crate::compat::{Mode, Side, Verdict, compare};
use crate::diagnostic::Report;
use crate::files::Files;
use crate::model::{Model, Status, Version};
use crate::schema::{Documents, Location};

/// The environment variable that has missing schemas written: `DISPATCHER_WRITE_SCHEMAS=1`.
pub(crate) const WRITE: &str = "DISPATCHER_WRITE_SCHEMAS";

/// The name of the struct's schema in messages.
const STRUCT: &str = "schema-of-the-struct.json";

/// Why a struct is not the payload of a contract; see [`Contracts::compare_schema`](crate::Contracts::compare_schema).
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaMismatch {
    /// The contracts have faults, which come first. The report lists all of them.
    #[error(transparent)]
    Contracts(#[from] Report),
    /// The registry has no such event type or version, or it is retired.
    #[error("{subject} {problem}")]
    #[non_exhaustive]
    Unknown {
        /// The event type, and the version if the event type is known.
        subject: String,
        /// What the registry says instead.
        problem: String,
    },
    /// The contract has no schema to compare with.
    #[error("{subject} has no schema yet\n  help: {help}")]
    #[non_exhaustive]
    Missing {
        /// The event type and the version.
        subject: String,
        /// How to write it.
        help: String,
    },
    /// The schema of the struct cannot be compared.
    #[error("the schema of the struct cannot be compared with {subject}: {problem}")]
    #[non_exhaustive]
    Schema {
        /// The event type and the version.
        subject: String,
        /// What is wrong with it, and what to do about it.
        problem: String,
    },
    /// The struct and the contract do not describe the same payloads.
    #[error("the struct is not the payload of {subject}{}", listed(differences))]
    #[non_exhaustive]
    Different {
        /// The event type and the version.
        subject: String,
        /// One or two differences.
        differences: Vec<SchemaDifference>,
    },
}

/// A direction in which a struct and a contract differ.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SchemaDifference {
    /// The struct refuses a payload that the contract accepts.
    #[non_exhaustive]
    NotRead {
        /// The payload.
        payload: Value,
        /// Where and why the struct's schema refuses it.
        refusal: String,
    },
    /// The contract refuses a payload that the struct may write.
    #[non_exhaustive]
    NotWritten {
        /// The payload.
        payload: Value,
        /// Where and why the contract refuses it.
        refusal: String,
    },
    /// A direction could not be decided.
    #[non_exhaustive]
    Undecided {
        /// Which direction: "whether the struct reads every payload".
        question: &'static str,
        /// The keyword, the place and the reason.
        reason: String,
    },
}

impl fmt::Display for SchemaDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRead { payload, refusal } => write!(
                f,
                "the struct does not read a payload that the contract allows: {payload}\n    {refusal}"
            ),
            Self::NotWritten { payload, refusal } => write!(
                f,
                "the struct may write a payload that the contract refuses: {payload}\n    {refusal}"
            ),
            Self::Undecided { question, reason } => {
                write!(f, "it could not be decided {question}: {reason}")
            }
        }
    }
}

fn listed(differences: &[SchemaDifference]) -> String {
    let lines = differences
        .iter()
        .map(|difference| format!("\n  {difference}"));
    lines.collect()
}

/// The schema that a struct reads with, and the one that it writes with.
pub(crate) struct Schemas {
    pub(crate) reads: Value,
    pub(crate) writes: Value,
}

/// Compares a struct with a version of an event type. `write` has a missing schema written, into the directory of
/// `files`; `model` checks the contracts after that.
pub(crate) fn check(
    files: &mut Files,
    model: impl FnOnce() -> Result<Model, Report>,
    (event_type, number): (&str, u32),
    schemas: Schemas,
    write: bool,
) -> Result<(), SchemaMismatch> {
    let subject = format!("{event_type} version {number}");
    let unusable = |problem: String| SchemaMismatch::Schema {
        subject: subject.clone(),
        problem,
    };
    let reads = schema::plain(schemas.reads).map_err(unusable)?;
    let writes = schema::plain(schemas.writes).map_err(unusable)?;
    let writes = schema::closed(&writes);
    first::ensure(files, event_type, number, &writes, write)?;
    let model = model()?;
    let version = version(&model, event_type, number)?;
    let path = version
        .schema
        .clone()
        .ok_or_else(|| SchemaMismatch::Missing {
            subject: subject.clone(),
            help: format!("give it a \"payload_schema\", and run the test with {WRITE}=1"),
        })?;
    let documents = |value: Value| {
        Documents::from_values([(STRUCT, value)]).map_err(|report| unusable(report.to_string()))
    };
    let (reads, writes) = (documents(reads)?, documents(writes)?);
    let contract = Side {
        documents: &model.documents,
        root: Location::root(path),
    };
    let differences: Vec<_> = [
        not_read(&contract, &side(&reads)),
        not_written(&side(&writes), &contract),
    ]
    .into_iter()
    .flatten()
    .collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(SchemaMismatch::Different {
        subject,
        differences,
    })
}

fn side(documents: &Documents) -> Side<'_> {
    Side {
        documents,
        root: Location::root(STRUCT),
    }
}

fn not_read(contract: &Side<'_>, reads: &Side<'_>) -> Option<SchemaDifference> {
    match compare(contract, reads, Mode::Strict) {
        Verdict::Compatible => None,
        Verdict::Incompatible(found) => Some(SchemaDifference::NotRead {
            refusal: found.refusal,
            payload: found.document,
        }),
        Verdict::Undecided(open) => Some(SchemaDifference::Undecided {
            question: "whether the struct reads every payload of the contract",
            reason: reason(&open),
        }),
    }
}

fn not_written(writes: &Side<'_>, contract: &Side<'_>) -> Option<SchemaDifference> {
    match compare(writes, contract, Mode::Strict) {
        Verdict::Compatible => None,
        Verdict::Incompatible(found) => Some(SchemaDifference::NotWritten {
            refusal: found.refusal,
            payload: found.document,
        }),
        Verdict::Undecided(open) => Some(SchemaDifference::Undecided {
            question: "whether the contract allows whatever the struct writes",
            reason: reason(&open),
        }),
    }
}

fn reason(open: &crate::compat::Undecided) -> String {
    format!("{:?} at {:?}: {}", open.keyword, open.at, open.reason)
}

fn version<'m>(
    model: &'m Model,
    event_type: &str,
    number: u32,
) -> Result<&'m Version, SchemaMismatch> {
    let unknown = |subject: String, problem: String| SchemaMismatch::Unknown { subject, problem };
    let Some(event) = model.events.iter().find(|event| event.name == event_type) else {
        let names = model.events.iter().map(|event| event.name.as_str());
        let problem = match dispatcher_schema::words::closest(event_type, names) {
            Some(meant) => format!("is not an event type of the registry; did you mean {meant:?}?"),
            None => "is not an event type of the registry".to_owned(),
        };
        return Err(unknown(event_type.to_owned(), problem));
    };
    let subject = format!("{event_type} version {number}");
    let found = event
        .versions
        .iter()
        .find(|version| version.number == number);
    let Some(found) = found else {
        let numbers = event
            .versions
            .iter()
            .map(|version| version.number.to_string());
        let numbers = numbers.collect::<Vec<_>>().join(", ");
        return Err(unknown(
            subject,
            format!("is not in the registry, which has {numbers}"),
        ));
    };
    if event.status == Status::Retired || found.status == Status::Retired {
        return Err(unknown(
            subject,
            "is retired: it is neither published nor handled".to_owned(),
        ));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
