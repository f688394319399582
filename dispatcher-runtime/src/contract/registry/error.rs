//! Why a contracts directory could not be loaded. Nothing of it is used then.

use std::path::{Path, PathBuf};

use dispatcher_schema::registry::Fault;

/// A contracts directory could not be loaded: what is wrong, in which file, and what to do. The message
/// has everything; there is no [`source`](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// A file is not there or may not be read: do as the remedy says.
    #[error("{} cannot be read: {error}; {remedy}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
        /// What to do.
        remedy: String,
    },
    /// A file's text is not JSON: correct it at the line and column that the message names.
    #[error("{} is not valid JSON: {error}", path.display())]
    NotJson {
        /// The file.
        path: PathBuf,
        /// Where and why.
        error: serde_json::Error,
    },
    /// The registry file, or the envelope's schema, does not have its form: correct it at each pointer.
    #[error("{}", listed(path, faults))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Every fault, in the order of the pointers.
        faults: Vec<RegistryFault>,
    },
    /// A number of a schema would be read as another one: write one that is held, or make the value
    /// a string, in the schema and in payloads.
    #[error(
        "{} at `{pointer}`: {number} would be changed: JSON numbers are held as 64-bit integers or \
         doubles; write one that is held, or a string",
        path.display()
    )]
    Inexact {
        /// The schema file.
        path: PathBuf,
        /// JSON pointer to the number.
        pointer: String,
        /// As it is spelled.
        number: String,
    },
    /// A payload schema cannot be used: correct it, or leave its event type out of the directory.
    #[error("{}, the schema of {event_type} v{schema_version}, cannot be used: {problem}", path.display())]
    Schema {
        /// The schema file.
        path: PathBuf,
        /// The event type.
        event_type: String,
        /// The schema version.
        schema_version: u32,
        /// What the validator says.
        problem: String,
    },
    /// The envelope's schema cannot be used: correct it, or leave it out of the directory, so that the
    /// reference schema holds.
    #[error("{}, the schema of the envelope, cannot be used: {problem}", path.display())]
    EnvelopeSchema {
        /// The schema file.
        path: PathBuf,
        /// What the validator says.
        problem: String,
    },
}

/// One fault of a registry file, or of the envelope's schema.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub struct RegistryFault {
    /// JSON pointer to the place.
    pub pointer: String,
    /// What is wrong, and what to do about it.
    pub problem: String,
}

impl RegistryError {
    pub(super) fn malformed(path: PathBuf, faults: Vec<Fault>) -> Self {
        let mut faults: Vec<_> = faults
            .into_iter()
            .map(|fault| RegistryFault {
                pointer: fault.pointer,
                problem: match fault.help {
                    Some(help) => format!("{}; {help}", fault.message),
                    None => fault.message,
                },
            })
            .collect();
        faults.sort();
        Self::Malformed { path, faults }
    }
}

fn listed(path: &Path, faults: &[RegistryFault]) -> String {
    let faults: Vec<_> = faults
        .iter()
        .map(|fault| {
            let RegistryFault { pointer, problem } = fault;
            format!("{} at `{pointer}`: {problem}", path.display())
        })
        .collect();
    faults.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::error_chain::assert_says_once;

    #[test]
    fn what_the_system_and_the_parser_say_is_said_once() {
        let path = PathBuf::from("contracts/a.json");
        let unreadable = RegistryError::Unreadable {
            path: path.clone(),
            error: std::io::Error::other("the disk is gone"),
            remedy: "mount it".to_owned(),
        };
        assert_says_once(&unreadable, "the disk is gone");
        let error = serde_json::from_str::<serde_json::Value>("{").expect_err("it is cut off");
        let message = error.to_string();
        assert_says_once(&RegistryError::NotJson { path, error }, &message);
    }
}
