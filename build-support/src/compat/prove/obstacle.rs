//! Where a proof failed.

use std::collections::HashSet;

use super::Prover;
use super::facts::Branch;
use super::rule::{NodeId, Rule, Signed, Test, Text};
use crate::compat::Undecided;
use crate::schema::Location;

/// Obstacles that are kept.
pub(super) const MOST_OBSTACLES: usize = 16;

/// A place where a proof failed, as seen from some value above it.
#[derive(Clone, Debug)]
pub(super) struct Obstacle {
    pub(super) keyword: String,
    pub(super) reader: Option<Location>,
    pub(super) writer: Option<Location>,
    /// JSON pointer from the value, with `*` for any property or item.
    pub(super) at: String,
    pub(super) reason: String,
}

impl Prover<'_> {
    /// An obstacle that no single keyword is about.
    pub(super) fn note(&self, signed: &[Signed], reason: &str) -> Obstacle {
        let place = |writer: bool, holds: bool| {
            signed
                .iter()
                .find(|signed| {
                    signed.holds == holds && self.schemas.source(signed.node).writer == writer
                })
                .map(|signed| self.schemas.source(signed.node).place.clone())
        };
        let reader = place(false, false);
        Obstacle {
            keyword: reader.as_ref().and_then(Location::name).unwrap_or_default(),
            reader,
            writer: place(true, true),
            at: String::new(),
            reason: reason.to_owned(),
        }
    }

    /// What stands in the way at the end of a branch.
    pub(super) fn at_leaf(&mut self, branch: &Branch, deeper: Vec<Obstacle>) -> Vec<Obstacle> {
        if !deeper.is_empty() {
            return deeper;
        }
        let writers: Vec<NodeId> = branch
            .seen
            .iter()
            .filter(|signed| signed.holds && self.schemas.source(signed.node).writer)
            .map(|signed| signed.node)
            .collect();
        let mut refusals = branch.refusals.clone();
        refusals.reverse();
        // Where every branch of a union refuses, the union is what refuses.
        let union = refusals.iter().rposition(|refusal| {
            let node = self.schemas.node(refusal.node);
            matches!(&node.rules[refusal.rule].test,
                Test::Any(nodes) | Test::One(nodes) if nodes.len() > 1)
        });
        if let Some(union) = union {
            let union = refusals.remove(union);
            refusals.insert(0, union);
        }
        refusals
            .iter()
            .take(MOST_OBSTACLES)
            .map(|refusal| {
                let node = self.schemas.node(refusal.node);
                let rule = &node.rules[refusal.rule];
                let mut reader = rule.place.clone();
                reader.pointer.push_str(&refusal.below);
                Obstacle {
                    keyword: rule.keyword.to_owned(),
                    reader: Some(reader),
                    writer: self.counterpart(&writers, rule.keyword),
                    at: String::new(),
                    reason: self.reason(branch, rule),
                }
            })
            .collect()
    }

    /// The writer's keyword of the same name, or its schema.
    fn counterpart(&mut self, writers: &[NodeId], keyword: &str) -> Option<Location> {
        for id in writers {
            let node = self.schemas.node(*id);
            if let Some(same) = node.rules.iter().find(|rule| rule.keyword == keyword) {
                return Some(same.place.clone());
            }
        }
        let first = writers.first()?;
        Some(self.schemas.source(*first).place.clone())
    }

    fn reason(&mut self, branch: &Branch, rule: &Rule) -> String {
        if self.budget.is_spent() {
            return "the comparison needs more steps than it may take".to_owned();
        }
        match &rule.test {
            Test::Opaque(reason) => (*reason).to_owned(),
            Test::Types(_) => format!("the writer may write {}", branch.ty.name()),
            Test::Required(name) => format!("the writer may leave out {name:?}"),
            Test::Text(Text::Pattern(pattern)) => match self.schemas.machine(pattern) {
                Err(reason) => format!("the pattern {reason}"),
                Ok(_) => "the writer may write a string that it does not match".to_owned(),
            },
            Test::Text(Text::Format(name)) => {
                format!("the writer may write a string that is not of the format {name:?}")
            }
            _ => format!("the writer may write {} that it refuses", branch.ty.name()),
        }
    }

    /// Obstacles in the form of the comparison.
    pub(super) fn report(
        &self,
        found: &[Obstacle],
        writer: &Location,
        reader: &Location,
    ) -> Vec<Undecided> {
        let mut seen = HashSet::new();
        found
            .iter()
            .map(|obstacle| Undecided {
                keyword: obstacle.keyword.clone(),
                reader: obstacle.reader.clone().unwrap_or_else(|| reader.clone()),
                writer: obstacle.writer.clone().unwrap_or_else(|| writer.clone()),
                at: obstacle.at.clone(),
                reason: obstacle.reason.clone(),
            })
            .filter(|undecided| seen.insert((undecided.reader.clone(), undecided.at.clone())))
            .collect()
    }
}

/// Obstacles of a part, as seen from the whole.
pub(super) fn below(token: &str, found: Vec<Obstacle>) -> Vec<Obstacle> {
    found
        .into_iter()
        .map(|mut obstacle| {
            obstacle.at = format!(
                "/{}{}",
                dispatcher_schema::pointer::escape(token),
                obstacle.at
            );
            obstacle
        })
        .collect()
}
