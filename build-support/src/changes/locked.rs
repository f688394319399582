//! The findings against a lock, which has digests and no schemas: edited, removed, used again.

use crate::lock::{Broken, Lock, Violation};

use super::finding::{Finding, Severity};
use super::revision::Revision;
use super::rule;

/// What a lock can tell. Whether a new version fits an older one, it cannot: that takes the schemas of a revision.
#[must_use]
pub fn against_lock(lock: &Lock, new: &Revision) -> Vec<Finding> {
    let violations = lock.violations(&new.model);
    let mut findings: Vec<_> = violations
        .iter()
        .map(|violation| finding(new, violation))
        .collect();
    Finding::sort(&mut findings);
    findings
}

fn finding(new: &Revision, violation: &Violation) -> Finding {
    let id = match violation.broken {
        Broken::VersionEdited => "version-edited",
        Broken::VersionRemoved => "version-removed",
        Broken::VersionUnretired => "version-unretired",
        Broken::NumberReused => "version-number-reused",
        Broken::EventTypeRemoved => "event-type-removed",
        Broken::NameReused => "event-type-name-reused",
    };
    let name = &violation.event;
    let pointer = match violation.version {
        Some(version) => new.places.version(name, version),
        None => new.places.event(name),
    };
    let says = match violation.broken {
        Broken::VersionEdited => {
            "its digest differs from the one in contracts.lock; to see what changed, compare with a git ref: `--against main`"
        }
        _ => "contracts.lock has it",
    };
    Finding {
        rule: rule::named_or_undecided(id),
        severity: Severity::Error,
        event_type: name.clone(),
        versions: violation.version.into_iter().collect(),
        title: violation.message(),
        spot: match &violation.schema {
            Some(schema) => new.schema_spot(schema),
            None => new.registry_spot(&pointer),
        },
        says: says.to_owned(),
        example: None,
        hits: new
            .event(name)
            .map(|event| event.consumers.clone())
            .unwrap_or_default(),
        help: violation.help(),
    }
}
