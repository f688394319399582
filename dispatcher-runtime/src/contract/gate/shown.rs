//! What is shown of a payload's values, where they may be shown at all.
//!
//! A value under `"x-sensitive": true` is never shown, wherever in the schema the mark stands: in a branch
//! that the value was not meant for, behind a reference, or at a place around it.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use super::explain::{Place, Segment};
use super::outline::{NodeId, Outline};
use crate::contract::bounded_text::BoundedText;

/// How many bytes of a value are shown.
const LONGEST_VALUE: usize = 120;

/// Stands for a value that is not shown.
pub(crate) const MASKED: &str = "[masked]";

/// A value as a report with values shows it, as JSON.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Shown(pub(super) String);

impl Shown {
    /// A value at a place of the payload; `None` where it is marked as sensitive.
    pub(super) fn at(outline: &Outline, place: &Place<'_>, value: &Value) -> Option<Self> {
        if !outline.has_marks() {
            return Some(Self::unmarked(value));
        }
        let mut schemas = Schemas::at_root(outline);
        for segment in place.segments() {
            if schemas.are_sensitive() {
                return None;
            }
            schemas = schemas.inside(*segment);
        }
        if schemas.are_sensitive() {
            return None;
        }
        let mut text = BoundedText::new(LONGEST_VALUE);
        write(&mut text, value, Some(&schemas));
        Some(Self(text.into_excerpt()))
    }

    /// A value of which no schema says that it is sensitive.
    pub(super) fn unmarked(value: &Value) -> Self {
        let mut text = BoundedText::new(LONGEST_VALUE);
        write(&mut text, value, None);
        Self(text.into_excerpt())
    }
}

/// All schemas that may look at a value, whether they are meant for it or not.
struct Schemas<'o> {
    outline: &'o Outline,
    ids: BTreeSet<NodeId>,
}

impl<'o> Schemas<'o> {
    fn at_root(outline: &'o Outline) -> Self {
        Self::of(outline, [Outline::ROOT])
    }

    /// With all that look at the same value because of them.
    fn of(outline: &'o Outline, ids: impl IntoIterator<Item = NodeId>) -> Self {
        let mut open: Vec<_> = ids.into_iter().collect();
        let mut ids = BTreeSet::new();
        while let Some(id) = open.pop() {
            if !ids.insert(id) {
                continue;
            }
            let node = outline.node(id);
            open.extend(&node.same);
            open.extend(node.unions.iter().flat_map(|union| &union.branches));
            open.extend(node.not);
            if let Some(condition) = &node.condition {
                open.push(condition.test);
                open.extend(condition.then);
                open.extend(condition.otherwise);
            }
            open.extend(node.dependent.iter().map(|(_, schema)| *schema));
        }
        Self { outline, ids }
    }

    /// Those of a part of the value.
    fn inside(&self, segment: Segment<'_>) -> Self {
        let nodes = self.ids.iter().map(|id| self.outline.node(*id));
        let mut parts = Vec::new();
        for node in nodes {
            match segment {
                Segment::Key(name) => {
                    parts.extend(node.of_property(name));
                    parts.extend(node.unevaluated_properties);
                }
                Segment::Index(index) => {
                    parts.extend(node.of_item(index));
                    parts.extend(node.contains.as_ref().map(|contains| contains.item));
                    parts.extend(node.unevaluated_items);
                }
            }
        }
        Self::of(self.outline, parts)
    }

    fn are_sensitive(&self) -> bool {
        let mut nodes = self.ids.iter().map(|id| self.outline.node(*id));
        // What an opaque schema marks is not known.
        nodes.any(|node| node.is_sensitive || node.is_opaque)
    }
}

/// The same payload with [`MASKED`] in the place of each value that is marked.
pub(super) fn masked(outline: &Outline, payload: &Value) -> Value {
    without_marked(payload, &Schemas::at_root(outline))
}

/// Whether a value at that JSON pointer may be marked, or one around it.
#[cfg(feature = "consume")]
pub(super) fn is_marked_at(outline: &Outline, pointer: &str) -> bool {
    let mut schemas = Schemas::at_root(outline);
    for segment in pointer.split('/').skip(1) {
        // Without a payload it is not known whether a number is an index or a name.
        if schemas.are_sensitive() || segment.bytes().all(|byte| byte.is_ascii_digit()) {
            return true;
        }
        let name = segment.replace("~1", "/").replace("~0", "~");
        schemas = schemas.inside(Segment::Key(&name));
    }
    schemas.are_sensitive()
}

fn without_marked(value: &Value, schemas: &Schemas<'_>) -> Value {
    if schemas.are_sensitive() {
        return hidden();
    }
    match value {
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items
                .map(|(index, item)| without_marked(item, &schemas.inside(Segment::Index(index))))
                .collect()
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| {
                let member = without_marked(member, &schemas.inside(Segment::Key(name)));
                (name.clone(), member)
            });
            Value::Object(members.collect())
        }
        scalar => scalar.clone(),
    }
}

/// What stands for a value that is not shown.
pub(super) fn hidden() -> Value {
    Value::from(MASKED)
}

/// Writes a value as JSON until the text is full.
fn write(text: &mut BoundedText, value: &Value, schemas: Option<&Schemas<'_>>) {
    if text.is_full() {
        return;
    }
    let put = |text: &mut BoundedText, part: &dyn std::fmt::Display| {
        let _ = write!(text, "{part}");
    };
    if schemas.is_some_and(Schemas::are_sensitive) {
        return put(text, &MASKED);
    }
    let inside = |segment| schemas.map(|schemas| schemas.inside(segment));
    match value {
        Value::Array(items) => {
            put(text, &"[");
            for (index, item) in items.iter().enumerate() {
                if text.is_full() {
                    return;
                }
                if index > 0 {
                    put(text, &",");
                }
                write(text, item, inside(Segment::Index(index)).as_ref());
            }
            put(text, &"]");
        }
        Value::Object(members) => {
            put(text, &"{");
            for (index, (name, member)) in members.iter().enumerate() {
                if text.is_full() {
                    return;
                }
                let comma = if index > 0 { "," } else { "" };
                let _ = write!(text, "{comma}{}:", Value::from(name.as_str()));
                write(text, member, inside(Segment::Key(name)).as_ref());
            }
            put(text, &"}");
        }
        scalar => put(text, scalar),
    }
}
