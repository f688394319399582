//! Which branch of a union a value was meant for.
//!
//! A branch is out where it refuses the value's JSON type, or its tag: a property, or the value itself,
//! that has to be a certain constant. Of several that are left, those are taken that refuse no `enum`, and
//! of these the one with the fewest faults at the value and its direct parts. Where two are equal the report
//! names the union: to follow either would blame a property that the other one may not have.

use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use super::Walk;
use crate::contract::gate::outline::{NodeId, Outline, Union};

/// What one branch has against a value.
#[derive(Clone, Copy, Default)]
struct Survey {
    is_out: bool,
    /// How many constants of an `enum` it misses, which may be tags.
    tags: usize,
    faults: usize,
}

impl Survey {
    /// A constant that the value, or a direct part of it, is not.
    fn constant(&mut self, kind: &Kind) {
        match kind {
            Kind::Constant { .. } => self.is_out = true,
            Kind::Enum { options } if options.as_array().is_some_and(|all| all.len() == 1) => {
                self.is_out = true;
            }
            Kind::Enum { .. } => self.tags += 1,
            _ => {}
        }
    }
}

impl Walk<'_> {
    /// The branch that a value was meant for, which none of them accepts.
    pub(super) fn meant(&mut self, union: &Union, value: &Value) -> Option<NodeId> {
        let mut left = Vec::new();
        for branch in &union.branches {
            let mut survey = Survey::default();
            self.survey(*branch, value, &mut survey);
            if !survey.is_out {
                left.push((*branch, survey));
            }
        }
        if let [(branch, _)] = left[..] {
            return Some(branch);
        }
        left.retain(|(_, survey)| survey.tags == 0);
        let fewest = left.iter().map(|(_, survey)| survey.faults).min()?;
        left.retain(|(_, survey)| survey.faults == fewest);
        match left[..] {
            [(branch, _)] => Some(branch),
            _ => None,
        }
    }

    fn survey(&mut self, id: NodeId, value: &Value, survey: &mut Survey) {
        if survey.is_out || !self.step() {
            return;
        }
        self.depth += 1;
        let node = self.outline.node(id);
        survey.is_out |= node.is_never;
        for error in node.leaf.iter().flat_map(|leaf| leaf.errors(value)) {
            survey.faults += 1;
            survey.is_out |= matches!(error.kind(), Kind::Type { .. });
            survey.constant(error.kind());
        }
        for same in &node.same {
            self.survey(*same, value, survey);
        }
        if let Some(condition) = &node.condition {
            let holds = self.holds(condition.test, value);
            if let Some(consequence) = node.consequence(holds) {
                self.survey(consequence, value, survey);
            }
        }
        for union in &node.unions {
            if !self.union_holds(union, value) {
                survey.faults += 1;
                survey.is_out |= union.branches.iter().all(|branch| {
                    let mut inner = Survey::default();
                    self.survey(*branch, value, &mut inner);
                    inner.is_out
                });
            }
        }
        if node.not.is_some_and(|not| self.holds(not, value)) {
            survey.faults += 1;
        }
        self.survey_parts(id, value, survey);
        self.depth -= 1;
    }

    fn survey_parts(&mut self, id: NodeId, value: &Value, survey: &mut Survey) {
        let node = self.outline.node(id);
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    for schema in node.of_property(name) {
                        self.survey_part(schema, member, survey);
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Some(schema) = node.of_item(index) {
                        self.survey_part(schema, item, survey);
                    }
                }
            }
            _ => {}
        }
    }

    fn survey_part(&mut self, schema: NodeId, part: &Value, survey: &mut Survey) {
        if !survey.is_out && !self.holds(schema, part) {
            survey.faults += 1;
            constants(self.outline, schema, part, 0, survey);
        }
    }
}

/// Notes the constants of a schema that a part is not.
fn constants(outline: &Outline, id: NodeId, part: &Value, depth: u8, survey: &mut Survey) {
    /// References to references: a tag is not far away.
    const DEEPEST: u8 = 8;
    let node = outline.node(id);
    for error in node.leaf.iter().flat_map(|leaf| leaf.errors(part)) {
        survey.constant(error.kind());
    }
    if depth < DEEPEST {
        for same in &node.same {
            constants(outline, *same, part, depth + 1, survey);
        }
    }
}
