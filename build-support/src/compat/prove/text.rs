//! Strings: lengths, patterns, formats, and strings that are excluded.

use std::rc::Rc;

use super::Prover;
use super::facts::Branch;
use super::regular::{self, Machine};
use super::rule::Text;

/// Formats, and others whose strings include theirs.
const INCLUDED: [(&str, &[&str]); 3] = [
    ("uri", &["uri-reference", "iri", "iri-reference"]),
    ("uri-reference", &["iri-reference"]),
    ("iri", &["iri-reference"]),
];

/// What all strings of a format match.
const SHAPES: [(&str, &str); 9] = [
    ("date", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    ("date-time", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[^0-9].{8}"),
    ("time", r"^[0-9]{2}:[0-9]{2}:[0-9]{2}."),
    ("duration", "^P."),
    ("email", "@"),
    ("ipv4", r"^[0-9]{1,3}(\.[0-9]{1,3}){3}$"),
    ("ipv6", "^[0-9a-fA-F:.]{2,45}$"),
    ("uri", "^[A-Za-z][A-Za-z0-9+.-]*:"),
    (
        "uuid",
        "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    ),
];

impl Prover<'_> {
    /// Whether no string is left.
    pub(super) fn no_text(&mut self, branch: &Branch) -> bool {
        let text = &branch.text;
        if text.max.is_some_and(|max| max < text.min) {
            return true;
        }
        let yes = || text.tests.iter().filter(|(_, holds)| *holds);
        let no = || text.tests.iter().filter(|(_, holds)| !*holds);
        if no().any(|(no, _)| yes().any(|(yes, _)| includes(no, yes))) {
            return true;
        }
        let mut machines = Vec::new();
        for (test, holds) in &text.tests {
            let pattern = match test {
                Text::Pattern(pattern) => Rc::clone(pattern),
                Text::Format(name) if *holds => match shape(name) {
                    Some(shape) => shape.into(),
                    None => continue,
                },
                _ => continue,
            };
            // A pattern without a machine says nothing.
            if let Ok(machine) = self.schemas.machine(&pattern) {
                machines.push((machine, *holds));
            }
        }
        if !text.excluded.is_empty() {
            let excluded = text.excluded.iter().map(|text| &**text);
            machines.push((Rc::new(Machine::of_strings(excluded)), false));
        }
        regular::is_empty(&machines, text.min, text.max, &mut self.budget)
    }
}

fn shape(format: &str) -> Option<&'static str> {
    let found = SHAPES.iter().find(|(name, _)| *name == format);
    found.map(|(_, shape)| *shape)
}

/// Whether all strings that pass `inner` surely pass `outer`.
fn includes(outer: &Text, inner: &Text) -> bool {
    match (outer, inner) {
        (Text::Pattern(outer), Text::Pattern(inner)) => outer == inner,
        (Text::Content(outer, value), Text::Content(inner, other)) => {
            outer == inner && value == other
        }
        (Text::Format(outer), Text::Format(inner)) => {
            outer == inner
                || INCLUDED
                    .iter()
                    .any(|(name, wider)| **name == **inner && wider.contains(&&**outer))
        }
        _ => false,
    }
}
