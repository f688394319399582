//! Why a reference does not resolve, and what was probably meant.

use dispatcher_schema::draft::Draft;

use super::{CONTRACT_SCHEME, Documents, Location};
use crate::diagnostic::{closest, listed};
use crate::json;

/// Why a reference does not resolve.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RefError {
    /// No URI reference.
    #[error("{reference:?} is not a reference: {reason}")]
    Malformed {
        /// As written.
        reference: String,
        /// What is wrong with it.
        reason: String,
    },
    /// More `..` than there are directories.
    #[error("{reference:?} leaves the contracts directory")]
    Outside {
        /// As written.
        reference: String,
    },
    /// A file of the contracts that is not there.
    #[error("{reference:?} leads to {path}, which does not exist")]
    NoFile {
        /// As written.
        reference: String,
        /// Relative to the contracts directory.
        path: String,
        /// The file that was probably meant.
        meant: Option<String>,
    },
    /// An address that no document of the contracts has.
    #[error("{reference:?} means {uri}, and no contract has that address")]
    NoDocument {
        /// As written.
        reference: String,
        /// The address, resolved.
        uri: String,
    },
    /// The document is there; the pointer does not resolve in it.
    #[error("{reference:?} does not resolve: {path} has no {pointer}")]
    NoValue {
        /// As written.
        reference: String,
        /// The document.
        path: String,
        /// The pointer, up to the first token that is not there.
        pointer: String,
        /// What was probably meant, or what there is.
        help: Option<String>,
    },
    /// The document is there; it has no such anchor.
    #[error("{reference:?} does not resolve: {path} has no anchor {anchor:?}")]
    NoAnchor {
        /// As written.
        reference: String,
        /// The document.
        path: String,
        /// The anchor.
        anchor: String,
        /// What was probably meant, or what there is.
        help: Option<String>,
    },
    /// The document has faults of its own, which are reported where they are.
    #[error("{path} has faults of its own")]
    Faulty {
        /// The document.
        path: String,
    },
}

impl RefError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Malformed { .. } => Some(
                "write a path relative to this file, and #/$defs/… for a definition".to_owned(),
            ),
            Self::Outside { .. } => Some(
                "contracts can refer only to files in the contracts directory: move it there"
                    .to_owned(),
            ),
            Self::NoFile { meant, path, .. } => match meant {
                Some(meant) => Some(format!("did you mean {meant}?")),
                None => Some(match dispatcher_schema::path::check_path(path) {
                    Ok(()) => "a path is relative to the file that contains it".to_owned(),
                    Err(fault) => fault.message,
                }),
            },
            Self::NoDocument { uri, .. } => {
                Some(if let Some(draft) = Draft::from_schema_uri(uri) {
                    format!("did you mean {:?}?", draft.schema_uri())
                } else if uri.starts_with("http") {
                    "nothing is fetched: put the document into the contracts directory, with this address as its $id"
                    .to_owned()
                } else {
                    "give a document of the contracts this $id, or refer to it by its path"
                        .to_owned()
                })
            }
            Self::NoValue { help, .. } | Self::NoAnchor { help, .. } => help.clone(),
            Self::Faulty { .. } => None,
        }
    }
}

impl Documents {
    pub(super) fn no_document(&self, reference: &str, uri: String) -> RefError {
        match uri.strip_prefix(CONTRACT_SCHEME) {
            Some(path) if self.faulty.contains(path) => RefError::Faulty {
                path: path.to_owned(),
            },
            Some(path) => RefError::NoFile {
                reference: reference.to_owned(),
                path: path.to_owned(),
                meant: None,
            },
            None => RefError::NoDocument {
                reference: reference.to_owned(),
                uri,
            },
        }
    }

    pub(super) fn no_value(
        &self,
        from: &Location,
        reference: &str,
        resource: &Location,
        fragment: &str,
    ) -> RefError {
        let mut at = resource.clone();
        let mut help = None;
        for token in fragment.split('/').skip(1) {
            let next = at.descend(&format!("/{token}"));
            if self.lookup(&next).is_some() {
                at = next;
                continue;
            }
            let address = reference.split('#').next().unwrap_or_default();
            let local = |at: &Location| at.pointer[resource.pointer.len()..].to_owned();
            help = self.other_definition(resource, fragment).or_else(|| {
                let keys = self.value(&at).as_object()?.keys().map(String::as_str);
                closest(&json::unescape(token), keys).map(|key| local(&at.join(key)))
            });
            help = match help {
                Some(pointer) => Some(format!(
                    "did you mean {:?}?",
                    format!("{address}#{pointer}")
                )),
                None => self
                    .value(&at)
                    .as_object()
                    .filter(|keys| !keys.is_empty())
                    .map(|keys| {
                        let place = if at.pointer.is_empty() {
                            "the root".to_owned()
                        } else {
                            at.pointer.clone()
                        };
                        format!("{place} has {}", listed(keys.keys().map(String::as_str)))
                    }),
            };
            at = next;
            break;
        }
        let path = if from.document == at.document {
            "this file".to_owned()
        } else {
            at.document
        };
        RefError::NoValue {
            reference: reference.to_owned(),
            path,
            pointer: at.pointer,
            help,
        }
    }

    /// `definitions` became `$defs` in 2019-09; both are in use, and easily taken for each other.
    fn other_definition(&self, resource: &Location, fragment: &str) -> Option<String> {
        let other = if let Some(rest) = fragment.strip_prefix("/definitions/") {
            format!("/$defs/{rest}")
        } else {
            format!("/definitions/{}", fragment.strip_prefix("/$defs/")?)
        };
        self.lookup(&resource.descend(&other)).map(|_| other)
    }

    pub(super) fn no_anchor(
        &self,
        reference: &str,
        resource: &Location,
        uri: &str,
        anchor: String,
    ) -> RefError {
        let mut known: Vec<_> = self
            .anchors
            .keys()
            .filter(|(of, _)| of == uri)
            .map(|(_, name)| name.as_str())
            .collect();
        known.sort_unstable();
        let definition = ["$defs", "definitions"]
            .iter()
            .map(|place| json::join(&format!("/{place}"), &anchor))
            .find(|pointer| self.lookup(&resource.descend(pointer)).is_some());
        let help = if let Some(pointer) = definition {
            Some(format!("did you mean \"#{pointer}\"?"))
        } else if let Some(meant) = closest(&anchor, known.iter().copied()) {
            Some(format!("did you mean {:?}?", format!("#{meant}")))
        } else if known.is_empty() {
            Some("a JSON pointer starts with a slash: #/$defs/…".to_owned())
        } else {
            Some(format!("its anchors: {}", listed(known)))
        };
        let path = resource.document.clone();
        RefError::NoAnchor {
            reference: reference.to_owned(),
            path,
            anchor,
            help,
        }
    }
}
