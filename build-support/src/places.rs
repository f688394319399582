//! Where the entries of a registry stand in its text.
//!
//! A [`Model`](crate::Model) has no places, because the generator needs none. Whatever reports on the registry of a
//! checked model asks here. A name or number that the registry does not have is at the place of what it would be in.

use std::ops::Range;

use dispatcher_schema::registry::REGISTRY_FILE;
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::files::Files;
use crate::json::{self, Place};

/// The text of a registry that has no faults.
#[derive(Clone, Debug)]
pub struct RegistryPlaces {
    /// The file, as a reader would open it.
    pub file: String,
    /// Its text.
    pub text: String,
    value: Value,
}

impl RegistryPlaces {
    /// Reads the registry again, after the check has read it. What cannot be read now has no places.
    pub(crate) fn read(files: &mut Files) -> Self {
        let parsed = files.read(REGISTRY_FILE).ok().map(json::parse);
        let (text, value) = parsed.and_then(Result::ok).unwrap_or_default();
        Self {
            file: files.shown(REGISTRY_FILE),
            text,
            value,
        }
    }

    /// The pointer to an event type.
    #[must_use]
    pub fn event(&self, name: &str) -> String {
        let events = self.value.get("event_types").and_then(Value::as_array);
        let is_it = |event: &Value| event.get("event_type").and_then(Value::as_str) == Some(name);
        match events.and_then(|events| events.iter().position(is_it)) {
            Some(index) => format!("/event_types/{index}"),
            None => "/event_types".to_owned(),
        }
    }

    /// The pointer to a version of an event type, or else to the event type.
    #[must_use]
    pub fn version(&self, name: &str, number: u32) -> String {
        let event = self.event(name);
        let versions = self.value.pointer(&format!("{event}/versions"));
        let is_it = |version: &Value| {
            version.get("schema_version").and_then(Value::as_u64) == Some(u64::from(number))
        };
        let versions = versions.and_then(Value::as_array);
        match versions.and_then(|versions| versions.iter().position(is_it)) {
            Some(index) => format!("{event}/versions/{index}"),
            None => event,
        }
    }

    /// The pointer to a member of what `pointer` leads to, or `pointer` itself if there is none.
    #[must_use]
    pub fn member(&self, pointer: &str, key: &str) -> String {
        let member = format!("{pointer}/{key}");
        if self.value.pointer(&member).is_some() {
            member
        } else {
            pointer.to_owned()
        }
    }

    /// The value that `pointer` leads to.
    #[must_use]
    pub fn value(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    /// Line and column, from 1, of what `pointer` leads to.
    #[must_use]
    pub fn position(&self, pointer: &str) -> Option<(usize, usize)> {
        json::locate(&self.text, pointer, Place::Value)
    }

    /// The bytes of the text that `pointer` leads to.
    #[must_use]
    pub fn bytes(&self, pointer: &str) -> Option<Range<usize>> {
        json::bytes(&self.text, pointer)
    }

    /// A fault at what `pointer` leads to.
    pub(crate) fn diagnostic(&self, pointer: &str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.file.clone(), message).at(self.position(pointer))
    }
}
