//! The registry's text, which turns the faults of its reader into diagnostics with a line and a
//! column. What the registry says is read by [`dispatcher_schema::registry`].

use dispatcher_schema::registry::{Fault, Registry};
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::json::{self, Place};

/// The registry's text, for diagnostics.
#[derive(Debug)]
pub(crate) struct Source {
    /// As a reader would open it.
    pub(crate) file: String,
    pub(crate) text: String,
}

impl Source {
    /// A diagnostic at a value (or the key that holds it) of the registry.
    pub(crate) fn diagnostic(&self, pointer: &str, place: Place, message: String) -> Diagnostic {
        Diagnostic::new(self.file.clone(), message).at(json::locate(&self.text, pointer, place))
    }

    /// `line:column` of a value, to name a second place in a message.
    pub(crate) fn place(&self, pointer: &str) -> String {
        let (line, column) = json::locate(&self.text, pointer, Place::Value).unwrap_or((1, 1));
        format!("{line}:{column}")
    }
}

/// Reads a registry; its faults go to `diagnostics`.
pub(crate) fn read(source: &Source, root: &Value, diagnostics: &mut Vec<Diagnostic>) -> Registry {
    let mut registry = dispatcher_schema::registry::read(root, &|pointer| source.place(pointer));
    diagnostics.extend(
        std::mem::take(&mut registry.faults)
            .into_iter()
            .map(|fault: Fault| {
                source
                    .diagnostic(&fault.pointer, fault.place, fault.message)
                    .help(fault.help.unwrap_or_default())
            }),
    );
    registry
}
