//! Each event type by itself: whether a version is in use, and what replaces it.

use std::collections::BTreeMap;

use dispatcher_schema::registry::{Deprecation, EventEntry, Spot, Status};

use crate::diagnostic::{Diagnostic, closest};
use crate::json::Place;
use crate::registry::Source;

pub(super) fn check(source: &Source, events: &[EventEntry], diagnostics: &mut Vec<Diagnostic>) {
    let mut names: BTreeMap<&str, &EventEntry> = BTreeMap::new();
    for event in events {
        if let Some(name) = &event.name {
            names.entry(&name.value).or_insert(event);
        }
    }
    let mut checker = Checker {
        source,
        names,
        diagnostics,
    };
    for event in events {
        checker.versions(event);
        checker.replacements(event);
    }
}

struct Checker<'a> {
    source: &'a Source,
    names: BTreeMap<&'a str, &'a EventEntry>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Checker<'_> {
    fn push(&mut self, at: &str, place: Place, message: String, help: impl Into<String>) {
        self.diagnostics
            .push(self.source.diagnostic(at, place, message).help(help));
    }

    fn versions(&mut self, event: &EventEntry) {
        let in_use = event
            .status
            .as_ref()
            .is_some_and(|status| status.value != Status::Retired);
        let retired = |status: &Option<Spot<Status>>| super::is_retired(status.as_ref());
        if in_use
            && event.versions_whole
            && event
                .versions
                .iter()
                .all(|version| retired(&version.status))
        {
            let message = format!("{}: no version is in use", event.label);
            let at = format!("{}/versions", event.pointer);
            self.push(
                &at,
                Place::Key,
                message,
                "add an active version, or retire the event type",
            );
        }
    }

    fn replacements(&mut self, event: &EventEntry) {
        if let Some(status) = &event.status
            && let Status::Deprecated(Deprecation {
                replacement: Some(replacement),
                ..
            }) = &status.value
        {
            self.replacement(event, &status.pointer, replacement);
        }
        for version in &event.versions {
            if let Some(status) = &version.status
                && let Status::Deprecated(Deprecation {
                    replacement: Some(replacement),
                    ..
                }) = &status.value
                && !names_version(event, replacement)
            {
                self.replacement(event, &status.pointer, replacement);
            }
        }
    }

    fn replacement(&mut self, event: &EventEntry, owner: &str, replacement: &str) {
        let at = format!("{owner}/deprecation/replacement");
        let fault = match self.names.get(replacement) {
            None => {
                let meant = closest(replacement, self.names.keys().copied());
                let help = meant.map(|meant| format!("did you mean {meant:?}?"));
                Some((
                    format!(
                        "{}: the replacement {replacement:?} is not in the registry",
                        event.label
                    ),
                    help,
                ))
            }
            Some(other) if super::is_retired(other.status.as_ref()) => Some((
                format!(
                    "{}: the replacement {replacement:?} is retired",
                    event.label
                ),
                None,
            )),
            Some(other) if other.pointer == event.pointer && owner == event.pointer => Some((
                format!("{}: an event type does not replace itself", event.label),
                None,
            )),
            Some(_) => None,
        };
        if let Some((message, help)) = fault {
            self.push(&at, Place::Value, message, help.unwrap_or_default());
        }
    }
}

/// Whether a version's replacement is another version of the same event type: `2`, `v2` or
/// `order.paid v2`.
fn names_version(event: &EventEntry, replacement: &str) -> bool {
    let name = event.name.as_ref().map_or("", |name| name.value.as_str());
    let number = replacement.strip_prefix(name).unwrap_or(replacement).trim();
    let number = number.strip_prefix('v').unwrap_or(number).parse().ok();
    event
        .versions
        .iter()
        .any(|version| number.is_some() && version.number.as_ref().map(|spot| spot.value) == number)
}
