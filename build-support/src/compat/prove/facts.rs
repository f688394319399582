//! What a branch of a proof knows of its value.
//!
//! Facts only ever say more than a caller asked for when that is sure; what cannot be expressed is left out, so that
//! facts describe at least the values that the branch stands for. A proof shows that there are none.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::number::NumberFacts;
use super::rule::{Items, Members, NodeId, Rule, Signed, Text, Type};

/// Something that is asserted of a value.
#[derive(Clone, Debug)]
pub(super) enum Claim {
    Schema(Signed),
    /// A rule of a node, and whether it holds.
    Rule(NodeId, usize, bool),
    /// The object has the property.
    Present(Rc<str>),
    Absent(Rc<str>),
    /// Some property is so.
    SomeMember(SomeMember),
    /// Some item is so.
    SomeItem(SomeItem),
    /// At least so many items are accepted.
    ManyItems(NodeId, u64),
    /// At most so many items are accepted.
    FewItems(NodeId, u64),
}

/// A property that is there.
#[derive(Clone, Debug)]
pub(super) struct SomeMember {
    pub(super) which: Which,
    /// What its value is.
    pub(super) value: Option<Signed>,
    /// What its name is.
    pub(super) name: Option<Signed>,
}

/// Which names a property may have.
#[derive(Clone, Debug)]
pub(super) enum Which {
    Name(Rc<str>),
    Pattern(Rc<str>),
    /// Those that are neither named nor matched.
    Rest(Rc<Members>),
    Any,
}

/// An item that is there.
#[derive(Clone, Debug)]
pub(super) struct SomeItem {
    pub(super) from: usize,
    /// The last index; none where there is no limit.
    pub(super) to: Option<usize>,
    pub(super) value: Signed,
}

/// One of these is so.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) rank: Rank,
    pub(super) options: Options,
    /// The schema that is refused, where that is what the choice is about.
    pub(super) refused: Option<NodeId>,
}

#[derive(Clone, Debug)]
pub(super) enum Options {
    Claims(Vec<Vec<Claim>>),
    /// None or two of these schemas accept the value.
    NotOne(Vec<NodeId>),
}

/// In which order choices are split.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Rank {
    /// A branch of the writer.
    Branch,
    /// How a schema refuses.
    Refusal,
    /// What rarely matters.
    Aside,
}

/// What is known of a string.
#[derive(Clone, Debug, Default)]
pub(super) struct TextFacts {
    pub(super) min: u64,
    pub(super) max: Option<u64>,
    /// Patterns, formats and contents, and whether the string has them.
    pub(super) tests: Vec<(Text, bool)>,
    pub(super) excluded: BTreeSet<Rc<str>>,
}

/// What is known of an array.
#[derive(Clone, Debug, Default)]
pub(super) struct ArrayFacts {
    pub(super) min: u64,
    pub(super) max: Option<u64>,
    pub(super) items: Vec<Rc<Items>>,
    pub(super) some: Vec<SomeItem>,
    pub(super) many: Vec<(NodeId, u64)>,
    pub(super) few: Vec<(NodeId, u64)>,
    pub(super) unique: bool,
    pub(super) repeats: bool,
}

/// What is known of an object.
#[derive(Clone, Debug, Default)]
pub(super) struct ObjectFacts {
    pub(super) min: u64,
    pub(super) max: Option<u64>,
    pub(super) present: BTreeSet<Rc<str>>,
    pub(super) absent: BTreeSet<Rc<str>>,
    pub(super) members: Vec<Rc<Members>>,
    /// What every name is, or is not.
    pub(super) names: Vec<Signed>,
    pub(super) some: Vec<SomeMember>,
    pub(super) few_declared: Vec<(Rc<Members>, u64)>,
}

/// A refusal of the reader in a branch.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) node: NodeId,
    pub(super) rule: usize,
    /// The place inside of the keyword: `/name` for a property.
    pub(super) below: String,
}

/// One way in which a value of a type may be what is asked for.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) ty: Type,
    /// The writer's schemas that say which properties are declared here; none where all are.
    pub(super) declared: Option<Rc<Vec<NodeId>>>,
    pub(super) todo: Vec<Signed>,
    pub(super) seen: BTreeSet<Signed>,
    /// What decides whether a given value is in the branch.
    pub(super) claims: Vec<Claim>,
    pub(super) choices: Vec<Choice>,
    pub(super) refusals: Vec<Refusal>,
    /// Whether nothing is left.
    pub(super) closed: bool,
    /// The values that it may be; none where there is no list.
    pub(super) values: Option<Rc<Vec<serde_json::Value>>>,
    pub(super) number: NumberFacts,
    pub(super) text: TextFacts,
    pub(super) array: ArrayFacts,
    pub(super) object: ObjectFacts,
}

impl Branch {
    pub(super) fn new(ty: Type, declared: Option<Rc<Vec<NodeId>>>, todo: &[Signed]) -> Self {
        Self {
            ty,
            declared,
            todo: todo.to_vec(),
            seen: BTreeSet::new(),
            claims: todo.iter().copied().map(Claim::Schema).collect(),
            choices: Vec::new(),
            refusals: Vec::new(),
            closed: false,
            values: match ty {
                Type::Null => Some(Rc::new(vec![serde_json::Value::Null])),
                Type::Boolean => Some(Rc::new(vec![true.into(), false.into()])),
                _ => None,
            },
            number: NumberFacts::default(),
            text: TextFacts::default(),
            array: ArrayFacts::default(),
            object: ObjectFacts::default(),
        }
    }

    /// Whether a rule says something of values of this type.
    pub(super) fn concerns(&self, rule: &Rule) -> bool {
        rule.test.concerns().is_none_or(|ty| ty == self.ty)
    }
}

/// The smaller of two limits.
pub(super) fn least(limit: Option<u64>, other: u64) -> Option<u64> {
    Some(limit.map_or(other, |limit| limit.min(other)))
}
