//! Reads the objects of the registry, and says what is wrong with them.

use serde_json::{Map, Value};

use super::evolution;
use super::{Deprecation, Fault, Spot, Status, VersionName, is_event_type};
use crate::pointer::{self, Place};
use crate::words::{closest, found, listed, unquoted};

/// What a status is of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Of {
    EventType,
    Version,
}

impl Of {
    /// The help for a status that is not one.
    fn known_statuses(self, found: &str) -> String {
        let of_both = ["active", "deprecated", "retired"];
        if self == Self::EventType && found == "upcoming" {
            return "only a version can be upcoming; write active, deprecated or retired"
                .to_owned();
        }
        let of_version = Some("upcoming").filter(|_| self == Self::Version);
        match closest(found, of_both.into_iter().chain(of_version)) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None if self == Self::Version => {
                "write upcoming, active, deprecated or retired".to_owned()
            }
            None => "write active, deprecated or retired".to_owned(),
        }
    }
}

/// One registry being read: its faults so far.
pub(super) struct Reader<'a> {
    /// Names the place of a pointer for the reader of a message.
    pub(super) place_of: &'a dyn Fn(&str) -> String,
    pub(super) faults: Vec<Fault>,
}

impl Reader<'_> {
    pub(super) fn push(
        &mut self,
        pointer: &str,
        place: Place,
        label: &str,
        message: &str,
        help: Option<String>,
    ) {
        let message = if label.is_empty() {
            message.to_owned()
        } else {
            format!("{label}: {message}")
        };
        self.faults.push(Fault {
            pointer: pointer.to_owned(),
            place,
            message,
            help,
        });
    }

    /// `needs` says what is needed; what was found is added.
    pub(super) fn wrong(&mut self, pointer: &str, label: &str, needs: &str, value: &Value) {
        let help = unquoted(value, |bare| bare.as_u64().is_some_and(|number| number > 0));
        let help = help.filter(|_| needs.contains("integer"));
        self.push(
            pointer,
            Place::Value,
            label,
            &format!("{needs}, found {}", found(value)),
            help,
        );
    }

    /// The members of an object, when it is one; missing and unknown keys are reported.
    pub(super) fn object<'v>(
        &mut self,
        value: &'v Value,
        at: &str,
        label: &str,
        required: &[&str],
        optional: &[&str],
    ) -> Option<&'v Map<String, Value>> {
        let Value::Object(object) = value else {
            self.wrong(at, label, "an object is needed", value);
            return None;
        };
        let known = || required.iter().chain(optional).copied();
        let missing: Vec<_> = required
            .iter()
            .filter(|key| !object.contains_key(**key))
            .map(|key| format!("{key:?}"))
            .collect();
        match missing.as_slice() {
            [] => {}
            [key] => self.push(
                at,
                Place::Value,
                label,
                &format!("the key {key} is missing"),
                None,
            ),
            keys => {
                let message = format!("the keys {} are missing", keys.join(", "));
                self.push(at, Place::Value, label, &message, None);
            }
        }
        let unknown = |key: &&String| !known().any(|one| one == key.as_str());
        for key in object.keys().filter(unknown) {
            if key.starts_with("x-") {
                evolution::misplaced_or_misspelt(self, at, label, key);
                continue;
            }
            let (message, help) = match closest(key, known()) {
                Some(meant) => (
                    format!("unknown key {key:?}; did you mean {meant:?}?"),
                    None,
                ),
                None => (
                    format!("unknown key {key:?}"),
                    Some(format!(
                        "known: {}; a key of your own starts with x-",
                        listed(known())
                    )),
                ),
            };
            self.push(&pointer::join(at, key), Place::Key, label, &message, help);
        }
        Some(object)
    }

    pub(super) fn text(
        &mut self,
        object: &Map<String, Value>,
        at: &str,
        label: &str,
        key: &str,
    ) -> Option<Spot<String>> {
        let pointer = pointer::join(at, key);
        match object.get(key)? {
            Value::String(text) if text.trim().is_empty() => {
                self.push(
                    &pointer,
                    Place::Value,
                    label,
                    &format!("{key:?} is empty"),
                    None,
                );
                None
            }
            Value::String(text) => Some(Spot {
                value: text.clone(),
                pointer,
            }),
            Value::Null => {
                let help = Some("leave the key out".to_owned())
                    .filter(|_| ["subject", "payload_schema"].contains(&key));
                let message = format!("{key:?} needs a string, found null");
                self.push(&pointer, Place::Value, label, &message, help);
                None
            }
            other => {
                self.wrong(&pointer, label, &format!("{key:?} needs a string"), other);
                None
            }
        }
    }

    /// `status`, with the `deprecation` that it asks for or rules out.
    pub(super) fn status(
        &mut self,
        object: &Map<String, Value>,
        at: &str,
        label: &str,
        of: Of,
    ) -> Option<Spot<Status>> {
        let status = self.text(object, at, label, "status");
        let deprecation = object.get("deprecation");
        let deprecation_at = format!("{at}/deprecation");
        let status = status?;
        let value = match (status.value.as_str(), deprecation) {
            ("active", deprecation) => {
                self.no_deprecation(deprecation, &deprecation_at, label, "active");
                Status::Active
            }
            ("upcoming", deprecation) if of == Of::Version => {
                self.no_deprecation(deprecation, &deprecation_at, label, "upcoming");
                self.has_schema(object, &status, label);
                Status::Upcoming
            }
            // What was deprecated before it was retired may still say why.
            ("retired", Some(value)) => {
                self.deprecation(value, &deprecation_at, label, of)?;
                Status::Retired
            }
            ("retired", None) => Status::Retired,
            ("deprecated", Some(value)) => {
                Status::Deprecated(self.deprecation(value, &deprecation_at, label, of)?)
            }
            ("deprecated", None) => {
                let help = "add \"deprecation\": {\"reason\": \"…\"}".to_owned();
                self.push(
                    &status.pointer,
                    Place::Value,
                    label,
                    "deprecated without a \"deprecation\"",
                    Some(help),
                );
                return None;
            }
            (other, _) => {
                let help = of.known_statuses(other);
                let message = format!("unknown status {other:?}");
                self.push(&status.pointer, Place::Value, label, &message, Some(help));
                return None;
            }
        };
        Some(Spot {
            value,
            pointer: at.to_owned(),
        })
    }

    /// What is in use, or will be, is not on its way out.
    fn no_deprecation(&mut self, found: Option<&Value>, at: &str, label: &str, status: &str) {
        if found.is_some() {
            let message = format!("\"deprecation\" beside the status {status:?}");
            let help = "write \"status\": \"deprecated\", or remove \"deprecation\"".to_owned();
            self.push(at, Place::Key, label, &message, Some(help));
        }
    }

    /// What is announced says what its payloads will be.
    fn has_schema(&mut self, object: &Map<String, Value>, status: &Spot<String>, label: &str) {
        if !object.contains_key("payload_schema") {
            let message = "upcoming without a \"payload_schema\"";
            let help = "add the schema: consumers prepare for what it says".to_owned();
            self.push(&status.pointer, Place::Value, label, message, Some(help));
        }
    }

    fn deprecation(&mut self, value: &Value, at: &str, label: &str, of: Of) -> Option<Deprecation> {
        let object = self.object(value, at, label, &["reason"], &["replacement", "since"])?;
        let reason = self.text(object, at, label, "reason");
        let replacement = self.text(object, at, label, "replacement");
        let replacement = replacement.filter(|spot| self.is_replacement(label, spot, of));
        let since = self.text(object, at, label, "since");
        Some(Deprecation {
            reason: reason?.value,
            replacement: replacement.map(|spot| spot.value),
            since: since.map(|spot| spot.value),
        })
    }

    /// Whether a replacement has the form of one.
    fn is_replacement(&mut self, label: &str, replacement: &Spot<String>, of: Of) -> bool {
        let text = replacement.value.as_str();
        let is_version = of == Of::Version && VersionName::of(text).is_some();
        if is_version || is_event_type(text) {
            return true;
        }
        let (what, help) = match of {
            Of::EventType => ("the name of an event type", "leave it out if there is none"),
            Of::Version => (
                "a version or the name of an event type",
                "write \"v2\", or leave it out: the current version replaces an older one",
            ),
        };
        let message = format!("the replacement {text:?} is not {what}");
        let pointer = &replacement.pointer;
        self.push(
            pointer,
            Place::Value,
            label,
            &message,
            Some(help.to_owned()),
        );
        false
    }
}
