//! Which versions are compared with which, and all findings between two revisions.

use std::collections::BTreeSet;

use crate::compat::{Mode, Side, Verdict, compare};
use crate::lock::Digest;
use crate::model::{Compatibility, Event, Status, Version};

use super::finding::Finding;
use super::judge::Judge;
use super::payload::Pair;
use super::registry;
use super::revision::Revision;

/// Every finding between two revisions, errors first.
///
/// A published version is compared with itself, and a version that is new or was only announced before with the live
/// versions below it: with the one directly below for the levels `none` and `upcast`, and with all of them otherwise.
#[must_use]
pub fn between(old: &Revision, new: &Revision) -> Vec<Finding> {
    between_by(old, new, &compare)
}

/// The findings about one published version that has another text in `new`. Without any, it is proved that both texts
/// accept the same payloads.
#[must_use]
pub fn edited_in_place(old: &Revision, new: &Revision, event: &str, version: u32) -> Vec<Finding> {
    let of = |revision: &'_ Revision| -> Option<(Event, Version)> {
        let event = revision.event(event)?;
        Some((event.clone(), published(event, version)?.clone()))
    };
    let (Some((old_event, was)), Some((new_event, is))) = (of(old), of(new)) else {
        return Vec::new();
    };
    let pair = Pair {
        old: (old, &old_event, &was),
        new: (new, &new_event, &is),
    };
    edited(&pair, &Judge::new(&compare))
}

/// [`between`] with another comparison, for tests.
pub(super) fn between_by(
    old: &Revision,
    new: &Revision,
    compare: &dyn Fn(&Side<'_>, &Side<'_>, Mode) -> Verdict,
) -> Vec<Finding> {
    let judge = Judge::new(compare);
    let mut findings = registry::findings(old, new);
    for event in &new.model.events {
        let before = old.event(&event.name);
        for version in event.live_versions() {
            let was = before.and_then(|before| published(before, version.number));
            match (before, was) {
                (Some(before), Some(was)) => {
                    let pair = Pair {
                        old: (old, before, was),
                        new: (new, event, version),
                    };
                    findings.extend(edited(&pair, &judge));
                }
                _ if is_as_before((old, before), (new, version)) => {}
                _ => findings.extend(added((old, before), (new, event, version), &judge)),
            }
        }
    }
    Finding::sort(&mut findings);
    findings
}

/// The version of this number, if it was published and is live.
pub(super) fn published(event: &Event, number: u32) -> Option<&Version> {
    let mut live = event.live_versions();
    live.find(|version| version.number == number && version.status != Status::Upcoming)
}

/// Whether a version is announced as it was before, so that nothing about it has changed.
fn is_as_before(
    (old, before): (&Revision, Option<&Event>),
    (new, version): (&Revision, &Version),
) -> bool {
    let mut versions = before.into_iter().flat_map(|event| &event.versions);
    let was = versions.find(|was| was.number == version.number);
    let digest = |revision: &Revision, version: &Version| {
        Digest::of(&revision.model.documents, version.schema.as_deref())
    };
    was.is_some_and(|was| {
        was.status == version.status
            && was.upcast_by_hand == version.upcast_by_hand
            && digest(old, was) == digest(new, version)
    })
}

/// A version that was published before, and still is.
fn edited(pair: &Pair<'_>, judge: &Judge<'_>) -> Vec<Finding> {
    let digest = |(revision, _, version): (&Revision, &Event, &Version)| {
        Digest::of(&revision.model.documents, version.schema.as_deref())
    };
    if digest(pair.old) == digest(pair.new) {
        return Vec::new();
    }
    pair.in_place(judge)
}

/// A version that was not published before: compared with the live versions below it.
fn added(
    (old, before): (&Revision, Option<&Event>),
    (new, event, version): (&Revision, &Event, &Version),
    judge: &Judge<'_>,
) -> Vec<Finding> {
    let itself = Pair {
        old: (new, event, version),
        new: (new, event, version),
    };
    if let Some(nothing) = itself.nothing_valid(judge) {
        // Nothing is inside of everything, so no comparison would say anything.
        return vec![nothing];
    }
    let mut findings: Vec<Finding> = Vec::new();
    let mut seen = BTreeSet::new();
    let below = event
        .live_versions()
        .filter(|other| other.number < version.number);
    for (distance, other) in below.rev().enumerate() {
        let is_next = distance == 0;
        let compares_all = !matches!(
            event.compatibility,
            Compatibility::None | Compatibility::Upcast
        );
        if !is_next && !compares_all {
            break;
        }
        let was = before.and_then(|before| Some((old, before, published(before, other.number)?)));
        let pair = Pair {
            old: was.unwrap_or((new, event, other)),
            new: (new, event, version),
        };
        for finding in pair.step(judge, is_next) {
            // What the next version below has shown already is not shown again.
            if seen.insert((finding.rule.id, finding.spot.clone())) {
                findings.push(finding);
            }
        }
    }
    findings
}
