//! What applies to a value, with a branch of each union.

use std::collections::BTreeSet;

use super::Sampler;
use super::parts::Parts;
use crate::compat::Side;
use crate::compat::schema::Branch;

impl<'d> Sampler<'d> {
    /// Follows references and `allOf`, and chooses branches.
    pub(super) fn gather(&mut self, sides: &[Side<'d>]) -> Parts<'d> {
        let mut parts = Parts::default();
        let mut seen = BTreeSet::new();
        let mut open: Vec<Side<'d>> = sides.iter().rev().cloned().collect();
        while let Some(side) = open.pop() {
            // Two sides may use the same paths.
            let key = (std::ptr::from_ref(side.documents).addr(), side.root.clone());
            if !seen.insert(key) {
                continue;
            }
            parts.is_never |= side.is_never();
            let Some(schema) = side.schema() else {
                continue;
            };
            open.extend(schema.unconditional());
            for branch in schema.branches() {
                self.choose(&mut parts, branch, &mut open);
            }
            parts.schemas.push(schema);
        }
        parts
    }

    fn choose(&mut self, parts: &mut Parts<'d>, branch: Branch<'d>, open: &mut Vec<Side<'d>>) {
        match branch {
            Branch::Alternatives { branches, .. } => {
                let possible: Vec<_> = branches
                    .iter()
                    .filter(|branch| !branch.is_never())
                    .cloned()
                    .collect();
                let chosen = if possible.is_empty() {
                    &branches
                } else {
                    &possible
                };
                open.extend(self.choice(chosen).cloned());
                if self.overlaps && self.dice.bool() {
                    open.extend(self.choice(chosen).cloned());
                }
            }
            Branch::Condition {
                condition,
                then,
                otherwise,
            } => {
                if self.dice.bool() {
                    open.push(condition);
                    open.extend(then);
                } else {
                    open.extend(otherwise);
                }
            }
            Branch::Dependent { trigger, schema } => {
                if self.dice.bool() {
                    parts.wanted.push(trigger);
                    open.push(schema);
                } else {
                    parts.unwanted.push(trigger);
                }
            }
            Branch::Not(_) => {}
        }
    }
}
