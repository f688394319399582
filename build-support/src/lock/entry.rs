//! What a lock holds of each version.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::digest::Digest;
use crate::model::{Compatibility, Event, Model, Status, Version};

/// What has been published: an [`Entry`] for each version of each event type.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Lock {
    pub(super) entries: BTreeMap<(String, u32), Entry>,
}

/// What a lock holds of one version.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Entry {
    /// It is live: its schema may not change.
    Published {
        /// The level of its event type.
        level: Compatibility,
        /// What its schema accepts.
        digest: Digest,
    },
    /// It is retired: its number may not be used again.
    Retired,
    /// The registry no longer has it: its number may not be used again.
    Removed,
}

impl Entry {
    /// Whether the version is no longer live.
    #[must_use]
    pub fn is_gone(self) -> bool {
        matches!(self, Self::Retired | Self::Removed)
    }
}

/// A line that differs from the registry, without anything being wrong.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Outdated {
    /// Such as `credit.locked`.
    pub event: String,
    /// The version.
    pub version: u32,
    /// Such as `has no line yet`.
    pub says: String,
}

impl fmt::Display for Outdated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{} {}", self.event, self.version, self.says)
    }
}

impl Lock {
    /// The lock of contracts that were never locked before.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        Self::default().updated(model)
    }

    /// The lock of these contracts. What this lock has and the registry does not is kept, as removed.
    #[must_use]
    pub fn updated(&self, model: &Model) -> Self {
        let mut entries: BTreeMap<_, _> = self
            .entries
            .keys()
            .map(|key| (key.clone(), Entry::Removed))
            .collect();
        for (event, version) in versions(model) {
            if let Some(entry) = entry(model, event, version) {
                entries.insert((event.name.clone(), version.number), entry);
            }
        }
        Self { entries }
    }

    /// The same lock without what it holds of an event type.
    #[must_use]
    pub fn without(mut self, event: &str) -> Self {
        self.entries.retain(|(name, _), _| name != event);
        self
    }

    /// The same lock without the line of a version.
    #[must_use]
    pub fn without_version(mut self, event: &str, version: u32) -> Self {
        self.entries.remove(&(event.to_owned(), version));
        self
    }

    /// What this lock holds of a version.
    #[must_use]
    pub fn entry(&self, event: &str, version: u32) -> Option<Entry> {
        self.entries.get(&(event.to_owned(), version)).copied()
    }

    /// Every version, sorted by event type and number.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u32, Entry)> {
        self.entries
            .iter()
            .map(|((event, version), entry)| (event.as_str(), *version, *entry))
    }

    /// The event types of which no version is live, and which versions they had.
    pub(super) fn gone(&self) -> BTreeSet<&str> {
        let live: BTreeSet<_> = self
            .iter()
            .filter(|(_, _, entry)| !entry.is_gone())
            .map(|(event, ..)| event)
            .collect();
        self.iter()
            .map(|(event, ..)| event)
            .filter(|event| !live.contains(event))
            .collect()
    }

    /// The lines that `dispatcher contracts lock` would add or change, besides those of [violations](Self::violations).
    #[must_use]
    pub fn outdated(&self, model: &Model) -> Vec<Outdated> {
        let broken: BTreeSet<_> = self
            .violations(model)
            .into_iter()
            .map(|violation| (violation.event, violation.version))
            .collect();
        let updated = self.updated(model);
        let lines = updated.iter().filter(|(event, version, _)| {
            let key = |version| ((*event).to_owned(), version);
            !broken.contains(&key(Some(*version))) && !broken.contains(&key(None))
        });
        lines
            .filter_map(|(event, version, now)| {
                let says = match (self.entry(event, version), now) {
                    (Some(was), now) if was == now => return None,
                    (None, Entry::Published { .. }) => "has no line yet".to_owned(),
                    (None, _) => "is retired and has no line yet".to_owned(),
                    (Some(_), Entry::Retired) => {
                        "is retired, and its line does not say so".to_owned()
                    }
                    (Some(_), Entry::Removed) => "is gone, and its line does not say so".to_owned(),
                    (Some(Entry::Published { level: was, .. }), Entry::Published { level, .. })
                        if was != level =>
                    {
                        format!(
                            "has the level {}, and its line {}",
                            level.as_str(),
                            was.as_str()
                        )
                    }
                    (Some(_), Entry::Published { .. }) => {
                        "was changed, and its line has the former digest".to_owned()
                    }
                };
                Some(Outdated {
                    event: event.to_owned(),
                    version,
                    says,
                })
            })
            .collect()
    }
}

fn versions(model: &Model) -> impl Iterator<Item = (&Event, &Version)> {
    let events = model.events.iter();
    events.flat_map(|event| event.versions.iter().map(move |version| (event, version)))
}

/// What a lock holds of this version; nothing of one that is not published yet.
pub(super) fn entry(model: &Model, event: &Event, version: &Version) -> Option<Entry> {
    if event.status == Status::Retired {
        return Some(Entry::Retired);
    }
    match version.status {
        Status::Upcoming => None,
        Status::Retired => Some(Entry::Retired),
        Status::Active | Status::Deprecated(_) => Some(Entry::Published {
            level: event.compatibility,
            digest: Digest::of(&model.documents, version.schema.as_deref()),
        }),
    }
}
