//! Each event type by itself: whether a version is in use, and what replaces it.

use std::collections::BTreeMap;

use dispatcher_schema::registry::{EventEntry, Spot, Status, VersionEntry, VersionName};

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
        checker.upcoming(event);
        checker.upcasts(event);
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

    /// What is active has an active version, what is deprecated one that is not retired yet, and what
    /// is retired none of these.
    fn versions(&mut self, event: &EventEntry) {
        let Some(status) = &event.status else {
            return;
        };
        if status.value == Status::Retired {
            for version in &event.versions {
                if let Some(its) = &version.status
                    && its.value != Status::Retired
                {
                    let message = format!("{}: its event type is retired", version.label);
                    let at = format!("{}/status", version.pointer);
                    let help = "write \"status\": \"retired\"";
                    self.push(&at, Place::Value, message, help);
                }
            }
            return;
        }
        let is_in_use = |its: Option<&Status>| match its {
            Some(Status::Active) => true,
            Some(Status::Deprecated(_)) => status.value != Status::Active,
            Some(Status::Retired | Status::Upcoming) => false,
            // Its fault is reported already.
            None => true,
        };
        let mut versions = event.versions.iter();
        if event.versions_whole
            && !versions.any(|version| is_in_use(version.status.as_ref().map(|spot| &spot.value)))
        {
            let (what, help) = if status.value == Status::Active {
                (
                    "no version is active",
                    "add an active version, or deprecate or retire the event type",
                )
            } else {
                (
                    "no version is in use",
                    "add a version that is in use, or retire the event type",
                )
            };
            let message = format!("{}: {what}", event.label);
            let at = format!("{}/versions", event.pointer);
            self.push(&at, Place::Key, message, help);
        }
    }

    /// What is announced comes after everything that was published, because an upcast leads from each
    /// live version to the next one.
    fn upcoming(&mut self, event: &EventEntry) {
        let number = |version: &VersionEntry| version.number.as_ref().map(|spot| spot.value);
        let is_upcoming = |version: &VersionEntry| super::is_upcoming(version.status.as_ref());
        let published = event
            .versions
            .iter()
            .filter(|version| !is_upcoming(version));
        let Some(highest) = published.filter_map(number).max() else {
            return;
        };
        for version in event.versions.iter().filter(|version| is_upcoming(version)) {
            if number(version).is_some_and(|number| number < highest) {
                let label = &version.label;
                let message = format!("{label}: upcoming, but the higher version {highest} is not");
                let at = format!("{}/status", version.pointer);
                let help = "give it a higher number than every version that was published, \
                            or remove it";
                self.push(&at, Place::Value, message, help);
            }
        }
    }

    /// An upcast leads from a lower version.
    fn upcasts(&mut self, event: &EventEntry) {
        let numbers = event
            .versions
            .iter()
            .filter_map(|version| version.number.as_ref());
        let Some(lowest) = numbers.map(|number| number.value).min() else {
            return;
        };
        for version in &event.versions {
            let is_lowest = |number: &Spot<u32>| number.value == lowest;
            let is_first = version.number.as_ref().is_some_and(is_lowest);
            if event.versions_whole && is_first && version.upcast_by_hand {
                let label = &version.label;
                let message = format!("{label}: \"x-upcast\" in the lowest version has no effect");
                let at = format!("{}/x-upcast", version.pointer);
                let help = "remove it: an upcast leads from a lower version to this one";
                self.push(&at, Place::Key, message, help);
            }
        }
    }

    fn replacements(&mut self, event: &EventEntry) {
        if let Some((owner, replacement)) = replacement_of(event.status.as_ref()) {
            self.replacement(event, owner, replacement);
        }
        for version in &event.versions {
            if let Some((owner, replacement)) = replacement_of(version.status.as_ref()) {
                match VersionName::of(replacement) {
                    // An event type may be named like a version.
                    Some(_) if self.names.contains_key(replacement) => {
                        self.replacement(event, owner, replacement);
                    }
                    Some(name) => self.newer_version(event, version, owner, name),
                    None => self.replacement(event, owner, replacement),
                }
            }
        }
    }

    /// A version that another version of the event type replaces.
    fn newer_version(
        &mut self,
        event: &EventEntry,
        version: &VersionEntry,
        owner: &str,
        name: VersionName<'_>,
    ) {
        let number = |version: &VersionEntry| version.number.as_ref().map(|spot| spot.value);
        let wanted = name.number.parse().ok();
        let own = event.name.as_ref().map(|name| name.value.as_str());
        let found = event
            .versions
            .iter()
            .find(|version| wanted.is_some() && number(version) == wanted);
        let label = &version.label;
        let message = if name.event_type.is_some_and(|named| Some(named) != own) {
            format!(
                "{label}: a version is replaced by one of its own event type, or by an event type"
            )
        } else {
            match found {
                None => format!("{}: it has no version {}", event.label, name.number),
                Some(found) if found.pointer == version.pointer => {
                    format!("{label}: a version does not replace itself")
                }
                Some(found) if super::is_retired(found.status.as_ref()) => {
                    format!(
                        "{label}: the replacement, version {}, is retired",
                        name.number
                    )
                }
                Some(found) if super::is_upcoming(found.status.as_ref()) => {
                    format!(
                        "{label}: the replacement, version {}, is upcoming and cannot be published yet",
                        name.number
                    )
                }
                Some(_) => return,
            }
        };
        let at = format!("{owner}/deprecation/replacement");
        self.push(
            &at,
            Place::Value,
            message,
            "leave it out if the current version replaces it",
        );
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

/// What replaces an event type or a version that is deprecated, and the pointer to the latter.
fn replacement_of(status: Option<&Spot<Status>>) -> Option<(&str, &str)> {
    let status = status?;
    match &status.value {
        Status::Deprecated(deprecation) => {
            Some((&status.pointer, deprecation.replacement.as_deref()?))
        }
        _ => None,
    }
}
