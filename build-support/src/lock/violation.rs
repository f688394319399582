//! What contracts do that their lock forbids.

use super::digest::Digest;
use super::entry::{Entry, Lock, entry};
use crate::diagnostic::Diagnostic;
use crate::model::{Compatibility, Event, Model, Status, Version};
use crate::places::RegistryPlaces;
use crate::schema::Location;

/// How contracts break their lock.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Broken {
    /// The schema of a published version accepts other payloads, or may do so.
    VersionEdited,
    /// A published version is no longer in the registry.
    VersionRemoved,
    /// A retired version is live again.
    VersionUnretired,
    /// The number of a version that was removed is in use again.
    NumberReused,
    /// An event type with published versions is no longer in the registry.
    EventTypeRemoved,
    /// The name of an event type that was retired or removed is in use again.
    NameReused,
}

/// One thing that contracts do and their lock forbids.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Violation {
    /// What was broken.
    pub broken: Broken,
    /// Such as `credit.locked`.
    pub event: String,
    /// The version; none where the event type as a whole is meant.
    pub version: Option<u32>,
    /// The schema that was edited.
    pub schema: Option<Location>,
}

impl Lock {
    /// What the contracts do that this lock forbids, sorted by event type and version.
    ///
    /// An event type of the level `none` may do everything: it is `none` in the lock and in the registry.
    #[must_use]
    pub fn violations(&self, model: &Model) -> Vec<Violation> {
        let mut violations = self.missing(model);
        let gone = self.gone();
        for event in &model.events {
            let reused = gone.contains(event.name.as_str())
                && event.status != Status::Retired
                && event.live_versions().next().is_some();
            if reused {
                violations.push(Violation::of(Broken::NameReused, &event.name, None));
                continue;
            }
            let versions = event.versions.iter();
            violations.extend(versions.filter_map(|version| self.violation(model, event, version)));
        }
        violations.sort_by(|a, b| (&a.event, a.version).cmp(&(&b.event, b.version)));
        violations
    }

    /// What this lock has as published, and the registry has not.
    fn missing(&self, model: &Model) -> Vec<Violation> {
        let mut missing: Vec<Violation> = Vec::new();
        for (name, number, entry) in self.iter() {
            let Entry::Published { level, .. } = entry else {
                continue;
            };
            if level == Compatibility::None {
                continue;
            }
            let event = model.events.iter().find(|event| event.name == name);
            let violation = match event {
                None => Violation::of(Broken::EventTypeRemoved, name, None),
                Some(event)
                    if event
                        .versions
                        .iter()
                        .all(|version| version.number != number) =>
                {
                    Violation::of(Broken::VersionRemoved, name, Some(number))
                }
                Some(_) => continue,
            };
            if !missing.contains(&violation) {
                missing.push(violation);
            }
        }
        missing
    }

    fn violation(&self, model: &Model, event: &Event, version: &Version) -> Option<Violation> {
        let of = |broken| Violation::of(broken, &event.name, Some(version.number));
        let now = entry(model, event, version);
        match (self.entry(&event.name, version.number)?, now) {
            (Entry::Removed, Some(Entry::Published { .. }) | None) => {
                Some(of(Broken::NumberReused))
            }
            (Entry::Retired, Some(Entry::Published { .. }) | None) => {
                Some(of(Broken::VersionUnretired))
            }
            (Entry::Published { level, digest }, now) => {
                let is_free = level == Compatibility::None && event.compatibility == level;
                let digest_now = match now {
                    Some(Entry::Published { digest, .. }) => digest,
                    // Announced again after it was published.
                    None => Digest::of(&model.documents, version.schema.as_deref()),
                    Some(_) => return None,
                };
                let schema = version.schema.as_ref().map(Location::root);
                (!is_free && digest_now != digest).then(|| Violation {
                    schema,
                    ..of(Broken::VersionEdited)
                })
            }
            (Entry::Removed | Entry::Retired, Some(_)) => None,
        }
    }
}

impl Violation {
    fn of(broken: Broken, event: &str, version: Option<u32>) -> Self {
        Self {
            broken,
            event: event.to_owned(),
            version,
            schema: None,
        }
    }

    /// What was done, without what to do about it: `version 1 of credit.locked was changed in place`.
    #[must_use]
    pub fn message(&self) -> String {
        let event = &self.event;
        let version = self.version.unwrap_or_default();
        match self.broken {
            Broken::VersionEdited => format!("version {version} of {event} was changed in place"),
            Broken::VersionRemoved => {
                format!("version {version} of {event} was published and is no longer listed")
            }
            Broken::VersionUnretired => format!("version {version} of {event} was retired before"),
            Broken::NumberReused => {
                format!("version {version} of {event} existed before and was removed")
            }
            Broken::EventTypeRemoved => {
                format!("the event type {event} was published and is no longer listed")
            }
            Broken::NameReused => {
                format!("the name {event} belonged to an event type that is gone")
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        let event = &self.event;
        match self.broken {
            Broken::VersionEdited => format!(
                "undo the change, or make it a new version: `dispatcher contracts new-version {event}`"
            ),
            Broken::VersionRemoved => "list it with the status \"retired\"".to_owned(),
            Broken::EventTypeRemoved => {
                "list it with the status \"retired\", and its versions too".to_owned()
            }
            Broken::VersionUnretired | Broken::NumberReused => {
                format!("use a new number: `dispatcher contracts new-version {event}`")
            }
            Broken::NameReused => "choose a name that was never used".to_owned(),
        }
    }

    /// The violation as a fault that stops a build.
    pub(crate) fn diagnostic(&self, model: &Model, places: &RegistryPlaces) -> Diagnostic {
        let message = format!("{}; contracts.lock forbids it", self.message());
        let diagnostic = match &self.schema {
            Some(schema) => model.documents.diagnostic(schema, message, None),
            None => {
                let pointer = match self.version {
                    Some(version) => places.version(&self.event, version),
                    None => places.event(&self.event),
                };
                places.diagnostic(&pointer, message)
            }
        };
        diagnostic.help(self.help())
    }
}
