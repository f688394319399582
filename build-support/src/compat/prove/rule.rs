//! A schema as rules: one form for every draft.
//!
//! A [`Node`] is a schema of one side; it holds when all of its [`Rule`]s hold. A rule is one keyword (or what belongs
//! together: `properties` with what applies to the rest), with the place of the keyword. `compile` makes them.

use std::collections::BTreeMap;
use std::rc::Rc;

use num_rational::BigRational;
use serde_json::Value;

use super::number::Bound;
use crate::schema::Location;

/// A schema of one side, by its index in [`Schemas`](super::schemas::Schemas).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct NodeId(pub(super) u32);

/// The schema that accepts everything.
pub(super) const ANYTHING: NodeId = NodeId(0);
/// The schema that accepts nothing.
pub(super) const NOTHING: NodeId = NodeId(1);

/// A schema, or what it does not accept.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Signed {
    pub(super) node: NodeId,
    /// Whether the value is accepted by it.
    pub(super) holds: bool,
}

impl Signed {
    pub(super) fn yes(node: NodeId) -> Self {
        Self { node, holds: true }
    }

    pub(super) fn no(node: NodeId) -> Self {
        Self { node, holds: false }
    }
}

/// A schema.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) writer: bool,
    pub(super) rules: Vec<Rule>,
}

/// What one keyword says.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) keyword: &'static str,
    pub(super) place: Location,
    pub(super) test: Test,
}

/// One of the six types of JSON values.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Type {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Type {
    pub(super) const ALL: [Self; 6] = [
        Self::Object,
        Self::Array,
        Self::String,
        Self::Number,
        Self::Boolean,
        Self::Null,
    ];

    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }

    /// As a sentence names a value of it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

/// The numbers that a `type` takes.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Numbers {
    #[default]
    None,
    /// `integer` of draft 4: `1.0` is none.
    IntegerLiterals,
    Integers,
    All,
}

/// What `type` names.
#[derive(Clone, Debug, Default)]
pub(super) struct Types {
    /// All but numbers.
    pub(super) others: Vec<Type>,
    pub(super) numbers: Numbers,
}

impl Types {
    /// Whether some value of the type is among them.
    pub(super) fn has(&self, ty: Type) -> bool {
        if ty == Type::Number {
            self.numbers != Numbers::None
        } else {
            self.others.contains(&ty)
        }
    }
}

/// `properties`, `patternProperties` and what the rest has to be.
#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    pub(super) by_name: BTreeMap<Rc<str>, NodeId>,
    pub(super) by_pattern: Vec<(Rc<str>, NodeId)>,
    pub(super) rest: Option<NodeId>,
    /// Whether what the rest has to be declares it: it is neither absent nor `true` nor `{}`.
    pub(super) declares_rest: bool,
}

/// `prefixItems` and the items behind it.
#[derive(Clone, Debug, Default)]
pub(super) struct Items {
    pub(super) prefix: Vec<NodeId>,
    pub(super) rest: Option<NodeId>,
}

/// A keyword of strings.
#[derive(Clone, Debug)]
pub(super) enum Text {
    AtLeast(u64),
    AtMost(u64),
    Pattern(Rc<str>),
    Format(Rc<str>),
    /// `contentEncoding` or `contentMediaType` with its value.
    Content(&'static str, Rc<str>),
}

/// What a rule asks for.
#[derive(Debug)]
pub(super) enum Test {
    Types(Types),
    Values(Rc<Vec<Value>>),
    Low(Bound),
    High(Bound),
    MultipleOf(BigRational),
    Text(Text),
    MinItems(u64),
    MaxItems(u64),
    Items(Rc<Items>),
    Contains {
        node: NodeId,
        min: u64,
        max: Option<u64>,
    },
    Unique,
    /// What the items are that nothing else looks at: at most these are looked at, and at least those.
    UnevaluatedItems {
        most: Rc<Items>,
        least: Rc<Items>,
    },
    Required(Rc<str>),
    MinProperties(u64),
    MaxProperties(u64),
    /// At least so many declared properties: `minProperties` where the others are taken out before.
    MinDeclared(Rc<Members>, u64),
    Members(Rc<Members>),
    UnevaluatedProperties {
        most: Rc<Members>,
        least: Rc<Members>,
    },
    Names(NodeId),
    /// With the property, these are there too.
    Dependent(Rc<str>, Vec<Rc<str>>),
    DependentSchema(Rc<str>, NodeId),
    All(Vec<NodeId>),
    Any(Vec<NodeId>),
    One(Vec<NodeId>),
    Not(NodeId),
    If {
        condition: NodeId,
        then: NodeId,
        otherwise: NodeId,
    },
    /// Nothing accepts it: `false`.
    Never,
    /// Not looked into; why.
    Opaque(&'static str),
}

impl Test {
    /// The type whose values it tests; none where it tests values of every type.
    pub(super) fn concerns(&self) -> Option<Type> {
        Some(match self {
            Self::Low(_) | Self::High(_) | Self::MultipleOf(_) => Type::Number,
            Self::Text(_) => Type::String,
            Self::MinItems(_)
            | Self::MaxItems(_)
            | Self::Items(_)
            | Self::Contains { .. }
            | Self::Unique
            | Self::UnevaluatedItems { .. } => Type::Array,
            Self::Required(_)
            | Self::MinProperties(_)
            | Self::MaxProperties(_)
            | Self::MinDeclared(..)
            | Self::Members(_)
            | Self::UnevaluatedProperties { .. }
            | Self::Names(_)
            | Self::Dependent(..)
            | Self::DependentSchema(..) => Type::Object,
            _ => return None,
        })
    }
}
