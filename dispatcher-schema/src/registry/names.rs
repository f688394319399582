//! The names of event types and domains, and what may be listed only once.

use std::collections::HashMap;

use super::reader::Reader;
use super::{EventEntry, Spot};
use crate::pointer::Place;

/// Whether a domain may have this name: one segment `[a-z][a-z0-9_]*`.
#[must_use]
pub fn is_segment(segment: &str) -> bool {
    segment.starts_with(|first: char| first.is_ascii_lowercase())
        && segment
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Whether an event type may have this name: segments with dots between them.
#[must_use]
pub fn is_event_type(name: &str) -> bool {
    name.split('.').all(is_segment)
}

/// A version as a `replacement` names it: `v2`, `2` or `order.paid v2`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct VersionName<'t> {
    /// The event type, if it is named.
    pub event_type: Option<&'t str>,
    /// The version's digits.
    pub number: &'t str,
}

impl<'t> VersionName<'t> {
    /// The version that this text names; none if it has not the form of such a name.
    #[must_use]
    pub fn of(text: &'t str) -> Option<Self> {
        let (event_type, version) = match text.split_once(' ') {
            Some((event_type, version)) => (Some(event_type), version),
            None => (None, text),
        };
        let number = version.strip_prefix('v').unwrap_or(version);
        let is_number = number.starts_with(|first: char| ('1'..='9').contains(&first))
            && number.bytes().all(|byte| byte.is_ascii_digit());
        (is_number && event_type.is_none_or(is_event_type)).then_some(Self { event_type, number })
    }
}

/// Checks the form of all names, and that nothing is listed twice.
pub(super) fn check(reader: &mut Reader<'_>, events: &[EventEntry]) {
    let mut first: HashMap<&str, &str> = HashMap::new();
    for event in events {
        if let Some(name) = &event.name {
            event_type(reader, name, first.get(name.value.as_str()).copied());
            first.entry(&name.value).or_insert(&name.pointer);
        }
        for domain in event.producer.iter().chain(&event.consumers) {
            domain_form(reader, &event.label, domain);
        }
        consumers(reader, event);
        versions(reader, event);
    }
}

fn event_type(reader: &mut Reader<'_>, name: &Spot<String>, first: Option<&str>) {
    if let Some(first) = first {
        let message = format!("duplicate event type {:?}", name.value);
        let help = format!(
            "it is first listed at {}; keep one of them",
            (reader.place_of)(first)
        );
        reader.push(&name.pointer, Place::Value, "", &message, Some(help));
    } else if !is_event_type(&name.value) {
        let mut help = "one or more segments [a-z][a-z0-9_]*, with dots between".to_owned();
        let plain = suggestion(&name.value, true);
        if plain != name.value && is_event_type(&plain) {
            help = format!("write {plain:?}: {help}");
        }
        let message = format!("{:?} is not the name of an event type", name.value);
        reader.push(&name.pointer, Place::Value, "", &message, Some(help));
    }
}

fn domain_form(reader: &mut Reader<'_>, label: &str, domain: &Spot<String>) {
    if is_segment(&domain.value) {
        return;
    }
    let mut help = "a domain is one segment [a-z][a-z0-9_]*".to_owned();
    let plain = suggestion(&domain.value, false);
    if plain != domain.value && is_segment(&plain) {
        help = format!("write {plain:?}: {help}");
    }
    let message = format!("{:?} is not the name of a domain", domain.value);
    reader.push(&domain.pointer, Place::Value, label, &message, Some(help));
}

fn consumers(reader: &mut Reader<'_>, event: &EventEntry) {
    let mut first: HashMap<&str, &str> = HashMap::new();
    for consumer in &event.consumers {
        if let Some(before) = first.insert(&consumer.value, &consumer.pointer) {
            let message = format!("duplicate consumer {:?}", consumer.value);
            let help = format!("it is first listed at {}", (reader.place_of)(before));
            reader.push(
                &consumer.pointer,
                Place::Value,
                &event.label,
                &message,
                Some(help),
            );
        }
    }
}

fn versions(reader: &mut Reader<'_>, event: &EventEntry) {
    let mut first: HashMap<u32, &str> = HashMap::new();
    for number in event
        .versions
        .iter()
        .filter_map(|version| version.number.as_ref())
    {
        if let Some(before) = first.insert(number.value, &number.pointer) {
            let message = format!("duplicate version {}", number.value);
            let help = format!(
                "it is first listed at {}; a new version has the next number",
                (reader.place_of)(before)
            );
            reader.push(
                &number.pointer,
                Place::Value,
                &event.label,
                &message,
                Some(help),
            );
        }
    }
}

/// The name in the form that is asked for, as far as that is obvious.
fn suggestion(name: &str, dots: bool) -> String {
    let mut plain = String::new();
    let mut previous = '.';
    for c in name.trim().chars() {
        let c = match c {
            '.' | ':' | '/' if dots => '.',
            c if c.is_ascii_alphanumeric() => c,
            _ => '_',
        };
        if c.is_ascii_uppercase() && (previous.is_ascii_lowercase() || previous.is_ascii_digit()) {
            plain.push('_');
        }
        plain.push(c.to_ascii_lowercase());
        previous = c;
    }
    plain
}
