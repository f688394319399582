//! What changed in the registry: names, numbers, states, producers, consumers.

use crate::lock::Digest;
use crate::model::{Compatibility, Event, Status, Version};

use super::finding::{Finding, Severity};
use super::revision::Revision;
use super::rule;

/// The findings about the registry, in the order of the event types.
pub(super) fn findings(old: &Revision, new: &Revision) -> Vec<Finding> {
    let mut findings = Vec::new();
    for before in &old.model.events {
        match new.event(&before.name) {
            Some(event) => findings.extend(Both { new, before, event }.findings()),
            None => findings.extend(gone(old, new, before)),
        }
    }
    findings
}

/// An event type that is no longer listed: removed, or under another name.
fn gone(old: &Revision, new: &Revision, before: &Event) -> Option<Finding> {
    if before.compatibility == Compatibility::None {
        return None;
    }
    let renamed = new.model.events.iter().find(|event| {
        let is_new = old.event(&event.name).is_none();
        is_new && event.producer == before.producer && digests(old, before) == digests(new, event)
    });
    let name = &before.name;
    let finding = Finding {
        rule: rule::named_or_undecided("event-type-removed"),
        severity: Severity::Error,
        event_type: name.clone(),
        versions: Vec::new(),
        title: format!("{name} is no longer listed"),
        spot: new.registry_spot("/event_types"),
        says: "its name would be free for another event type".to_owned(),
        example: None,
        hits: before.consumers.clone(),
        help: "list it with the status \"retired\", and its versions too".to_owned(),
    };
    Some(match renamed {
        None => finding,
        Some(event) => Finding {
            rule: rule::named_or_undecided("event-type-renamed"),
            title: format!("{name} is called {} now", event.name),
            spot: new.registry_spot(
                &new.places
                    .member(&new.places.event(&event.name), "event_type"),
            ),
            says: "the log and the subscriptions know it by the old name".to_owned(),
            help: format!(
                "keep {name} as \"deprecated\" with {:?} as its \"replacement\"",
                event.name
            ),
            ..finding
        },
    })
}

/// What the live versions of an event type accept.
fn digests(revision: &Revision, event: &Event) -> Vec<(u32, Digest)> {
    let documents = &revision.model.documents;
    let versions = event
        .versions
        .iter()
        .filter(|version| version.status != Status::Retired);
    versions
        .map(|version| {
            (
                version.number,
                Digest::of(documents, version.schema.as_deref()),
            )
        })
        .collect()
}

/// An event type of both revisions.
struct Both<'r> {
    new: &'r Revision,
    before: &'r Event,
    event: &'r Event,
}

impl Both<'_> {
    fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let was_retired = self.before.status == Status::Retired;
        if was_retired && self.event.status != Status::Retired {
            findings.push(Finding {
                title: format!(
                    "{} was retired, and its name is used again",
                    self.event.name
                ),
                says: "old events of this name mean something else".to_owned(),
                help: "choose a name that was never used".to_owned(),
                ..self.finding("event-type-name-reused", "status")
            });
            return findings;
        }
        findings.extend(self.level());
        if self.event.status != Status::Retired {
            findings.extend(self.producer());
            findings.extend(self.subject());
            findings.extend(self.consumers());
        }
        findings.extend(self.status());
        findings.extend(self.versions());
        findings
    }

    /// A finding at a member of the event type.
    fn finding(&self, id: &str, member: &str) -> Finding {
        let places = &self.new.places;
        let pointer = places.member(&places.event(&self.event.name), member);
        Finding {
            rule: rule::named_or_undecided(id),
            severity: Severity::Error,
            event_type: self.event.name.clone(),
            versions: Vec::new(),
            title: String::new(),
            spot: self.new.registry_spot(&pointer),
            says: String::new(),
            example: None,
            hits: self.event.consumers.clone(),
            help: String::new(),
        }
    }

    fn level(&self) -> Option<Finding> {
        /// How much a level protects: the larger, the more.
        fn rank(level: Compatibility) -> u8 {
            match level {
                Compatibility::None => 0,
                Compatibility::Upcast => 1,
                Compatibility::Backward | Compatibility::Forward => 2,
                Compatibility::Full => 3,
            }
        }
        let (was, is) = (self.before.compatibility, self.event.compatibility);
        let is_lower = rank(is) < rank(was) || (rank(is) == rank(was) && is != was);
        is_lower.then(|| Finding {
            severity: Severity::Warning,
            title: format!("{} promises less than before", self.event.name),
            says: format!("its level was {:?}, and is {:?}", was.as_str(), is.as_str()),
            help: "agree on it with the consumers".to_owned(),
            ..self.finding("level-lowered", "x-compatibility")
        })
    }

    fn producer(&self) -> Option<Finding> {
        let (was, is) = (&self.before.producer, &self.event.producer);
        (was != is).then(|| {
            let mut hits = vec![was.clone()];
            hits.extend(self.event.consumers.iter().filter(|consumer| *consumer != was).cloned());
            Finding {
                title: format!("{} has another producer", self.event.name),
                says: format!("it was {was}, and is {is}; consumers refuse the events of {was} that are in the log"),
                hits,
                help: format!("keep {was}, or add an event type for {is} and deprecate this one"),
                ..self.finding("producer-changed", "producer")
            }
        })
    }

    fn subject(&self) -> Option<Finding> {
        let (was, is) = (&self.before.subject, &self.event.subject);
        let shown = |subject: &Option<String>| subject.clone().unwrap_or_else(|| "none".to_owned());
        (was != is).then(|| Finding {
            title: format!("{} has another subject", self.event.name),
            says: format!(
                "it was {}, and is {}; the order of events is lost where it changes",
                shown(was),
                shown(is)
            ),
            help: "keep the subject, or add an event type with the new one".to_owned(),
            ..self.finding("subject-changed", "subject")
        })
    }

    fn consumers(&self) -> Option<Finding> {
        let gone: Vec<_> = self
            .before
            .consumers
            .iter()
            .filter(|consumer| !self.event.consumers.contains(consumer))
            .cloned()
            .collect();
        (!gone.is_empty()).then(|| Finding {
            severity: Severity::Warning,
            title: format!("{} has fewer consumers", self.event.name),
            says: format!("{} cannot handle it any more", gone.join(", ")),
            hits: gone,
            help: "make sure that its handlers and subscriptions are gone".to_owned(),
            ..self.finding("consumer-removed", "consumers")
        })
    }

    fn status(&self) -> Option<Finding> {
        let (was, is) = (&self.before.status, &self.event.status);
        match (was, is) {
            (Status::Active, Status::Retired) if !self.event.consumers.is_empty() => Some(Finding {
                title: format!("{} was retired without being deprecated first", self.event.name),
                says: "what is still in the log becomes a dead letter".to_owned(),
                help: "set it to \"deprecated\", and retire it when each consumer has handled the last event".to_owned(),
                ..self.finding("retired-while-consumed", "status")
            }),
            (Status::Active, Status::Deprecated(deprecation)) if deprecation.replacement.is_none() => Some(Finding {
                severity: Severity::Warning,
                title: format!("{} was deprecated without a replacement", self.event.name),
                says: "consumers are not told what to use instead".to_owned(),
                help: "add \"replacement\" to \"deprecation\", if there is one".to_owned(),
                ..self.finding("deprecated-without-replacement", "deprecation")
            }),
            _ => None,
        }
    }

    fn versions(&self) -> impl Iterator<Item = Finding> {
        let versions = self.before.versions.iter();
        versions.filter_map(|was| {
            let number = was.number;
            let mut versions = self.event.versions.iter();
            let is = versions.find(|version| version.number == number);
            let (name, places) = (&self.event.name, &self.new.places);
            let entry = match is {
                Some(_) => places.member(&places.version(name, number), "status"),
                None => places.member(&places.event(name), "versions"),
            };
            let finding = Finding {
                versions: vec![number],
                spot: self.new.registry_spot(&entry),
                ..self.finding("version-removed", "versions")
            };
            match is {
                None => self.removed(was, finding),
                Some(is) => self
                    .revived(was, is, &finding)
                    .or_else(|| self.retired(was, is, finding)),
            }
        })
    }

    /// A version that is no longer listed. What was only announced may be given up.
    fn removed(&self, was: &Version, finding: Finding) -> Option<Finding> {
        let is_free = self.before.compatibility == Compatibility::None
            && self.event.compatibility == Compatibility::None;
        (was.status != Status::Upcoming && !is_free).then(|| Finding {
            title: format!("{} v{} is no longer listed", self.event.name, was.number),
            says: "its number would be free for another payload".to_owned(),
            help: "list it with the status \"retired\"".to_owned(),
            ..finding
        })
    }

    /// A retired version that is in use again.
    fn revived(&self, was: &Version, is: &Version, finding: &Finding) -> Option<Finding> {
        let name = &self.event.name;
        // The schema of a retired version may be gone, so another file is taken for another payload.
        let id = if was.schema == is.schema {
            "version-unretired"
        } else {
            "version-number-reused"
        };
        (was.status == Status::Retired && is.status != Status::Retired).then(|| Finding {
            rule: rule::named_or_undecided(id),
            title: format!("{name} v{} was retired, and is in use again", was.number),
            says: "consumers that were built meanwhile make dead letters of its events".to_owned(),
            help: format!("use a new number: `dispatcher contracts new-version {name}`"),
            ..finding.clone()
        })
    }

    /// A version that was retired without being deprecated first.
    fn retired(&self, was: &Version, is: &Version, finding: Finding) -> Option<Finding> {
        let is_consumed = self.event.status != Status::Retired && !self.event.consumers.is_empty();
        let is_sudden = was.status == Status::Active && is.status == Status::Retired;
        (is_consumed && is_sudden).then(|| Finding {
            rule: rule::named_or_undecided("retired-while-consumed"),
            title: format!(
                "{} v{} was retired without being deprecated first",
                self.event.name, was.number
            ),
            says: "what is still in the log becomes a dead letter".to_owned(),
            help: "set it to \"deprecated\", and retire it when each consumer has handled the last event"
                .to_owned(),
            ..finding
        })
    }
}
