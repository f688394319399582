//! What an object schema becomes: a struct, an enum of tagged variants, a map, or just an object.

use std::collections::BTreeSet;

use crate::schema::Location;

use super::schemas::Schemas;

/// What an object schema becomes.
pub(super) enum ObjectShape {
    Struct,
    Tagged(Tagged),
    /// Every value is of the type at this location.
    Map(Location),
    Any,
}

/// A union of objects that a constant property distinguishes.
pub(super) struct Tagged {
    pub(super) tag: String,
    /// The `oneOf` or `anyOf`.
    pub(super) union: Location,
    /// The tag's value, and the branch.
    pub(super) branches: Vec<(String, Location)>,
}

/// One branch of a tagged union, which adds to the object that the union stands in.
#[derive(Clone, Copy)]
pub(super) struct Branch<'a> {
    /// The `oneOf` or `anyOf`.
    pub(super) union: &'a Location,
    pub(super) at: &'a Location,
    /// The property that selects the variant, and is therefore not a field.
    pub(super) tag: &'a str,
}

impl Schemas<'_> {
    /// What the schema at this location becomes, if only objects are valid against it. Where an
    /// object is `assumed`, the schema need not say so.
    pub(super) fn object_shape(self, at: &Location, assumed: bool) -> Option<ObjectShape> {
        let parts = self.parts(at);
        let is_object = self.is_object(&parts, assumed);
        let mut unions = parts
            .iter()
            .filter_map(|part| self.tagged_union(at, part, is_object));
        match (unions.next(), unions.next()) {
            (Some(tagged), None) => Some(ObjectShape::Tagged(tagged)),
            (Some(_), Some(_)) => None,
            (None, _) => is_object.then(|| self.shape_of_parts(&parts)),
        }
    }

    /// The same as if the schema had no `oneOf` and no `anyOf`.
    pub(super) fn object_shape_beside_unions(self, at: &Location) -> Option<ObjectShape> {
        let parts = self.parts(at);
        let is_object = self.is_object(&parts, false);
        is_object.then(|| self.shape_of_parts(&parts))
    }

    fn is_object(self, parts: &[Location], assumed: bool) -> bool {
        self.types(parts).map_or(assumed, |types| {
            types.contains("object") && types.iter().all(|name| matches!(*name, "object" | "null"))
        })
    }

    fn shape_of_parts(self, parts: &[Location]) -> ObjectShape {
        let view = self.object_view(parts, None);
        if !view.properties.is_empty() {
            return ObjectShape::Struct;
        }
        match (view.patterns.as_slice(), view.additional) {
            _ if view.parts > 1 => ObjectShape::Any,
            ([], Some(value)) => ObjectShape::Map(value),
            ([value], None) if !view.open => ObjectShape::Map(value.clone()),
            _ => ObjectShape::Any,
        }
    }

    /// The tagged union that the schema at `part` holds, which stands in the schema at `at`.
    fn tagged_union(self, at: &Location, part: &Location, is_object: bool) -> Option<Tagged> {
        let (union, mut branches) = self.branches(part)?;
        branches.retain(|branch| !self.is_null(branch));
        let mut known: Vec<_> = Vec::new();
        for branch in &branches {
            let mut parts = self.parts(at);
            self.collect_parts(branch, &mut parts);
            let objects = match self.types(&parts) {
                Some(types) => types.len() == 1 && types.contains("object"),
                None => is_object,
            };
            // A union inside the branch would be lost.
            let has_union = |branch| {
                let parts = self.parts(branch);
                parts.iter().any(|part| self.branches(part).is_some())
            };
            if !objects || has_union(branch) {
                return None;
            }
            known.push(self.constants(&parts));
        }
        let first = known.first().filter(|_| known.len() > 1)?;
        let tag = first.keys().find(|tag| {
            let values: BTreeSet<_> = known.iter().filter_map(|known| known.get(*tag)).collect();
            values.len() == known.len()
        })?;
        let values: Vec<_> = known
            .iter()
            .filter_map(|known| known.get(tag).cloned())
            .collect();
        let branches = values.into_iter().zip(branches).collect();
        Some(Tagged {
            tag: tag.clone(),
            union,
            branches,
        })
    }

    /// The branches of a union of objects that differ in their properties, where the schema at `at`
    /// names none itself.
    pub(super) fn object_branches(self, at: &Location) -> Option<Vec<Location>> {
        if self.has_dynamic_references {
            return None;
        }
        let mut unions = self
            .parts(at)
            .into_iter()
            .filter_map(|part| self.branches(&part));
        let (_, mut branches) = unions.next().filter(|_| unions.next().is_none())?;
        branches.retain(|branch| !self.is_null(branch));
        let all_objects = branches.iter().all(|branch| {
            let resolved = self.resolved(branch);
            let says_so = self.types(&self.parts(&resolved)).is_some();
            // A referenced schema that does not say so may allow other values elsewhere.
            (says_so || resolved == *branch)
                && matches!(
                    self.object_shape(&resolved, true),
                    Some(ObjectShape::Struct | ObjectShape::Tagged(_) | ObjectShape::Map(_))
                )
        });
        (branches.len() > 1 && all_objects).then_some(branches)
    }
}
