//! The intermediate representation: Rust items before they are text.
//!
//! A [`Type`] holds every value that its schema allows and gives it back equal. It need not reject
//! invalid values, since the gate does. Nothing here fails or reads a schema.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::schema::Location;

use super::docs::Docs;

/// Index into [`Program::items`].
pub(super) type ItemId = usize;

/// Every type of a generated file.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) items: Vec<Item>,
    /// The payload type of each version.
    pub(super) payloads: BTreeMap<Home, ItemId>,
    /// For each version, the names of its types that did not change afterwards, with the later version's type.
    pub(super) replaced: BTreeMap<Home, BTreeMap<String, ItemId>>,
}

/// The module that an item belongs to.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Home {
    /// `shared`: the item's file is not a payload schema, or is the schema of several payloads.
    Shared,
    /// The module of a version.
    Version { event: usize, number: u32 },
}

/// A named type.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) home: Home,
    /// The location of its schema; none for a payload without one.
    pub(super) at: Option<Location>,
    /// Set by [`super::naming`], except for payload types.
    pub(super) name: String,
    /// Its name in the contracts, for messages.
    pub(super) subject: String,
    pub(super) docs: Docs,
    pub(super) shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Not lowered yet. After naming: replaced by another item.
    Pending,
    Struct(Fields),
    /// Objects that a constant property tells apart.
    Tagged {
        tag: String,
        variants: Vec<Variant>,
    },
    /// Values that their JSON type tells apart.
    Untagged(Vec<Alternative>),
    /// Values that only their schemas tell apart.
    Choice(Vec<Choice>),
    StringEnum(Vec<StringVariant>),
    /// Values that are not all strings.
    ValueEnum(Vec<ValueVariant>),
    Scalar(Scalar),
    List(List),
    /// A public wrapper.
    Newtype(Type),
    /// Any JSON value, kept as it is.
    Opaque,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fields {
    pub(super) fields: Vec<Field>,
    /// Whether there may be other properties, which are kept.
    pub(super) open: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) json: String,
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) required: bool,
    pub(super) deprecated: bool,
    pub(super) docs: Docs,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Variant {
    pub(super) json: String,
    pub(super) name: String,
    pub(super) docs: Docs,
    pub(super) fields: Fields,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Alternative {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) docs: Docs,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) docs: Docs,
    /// The schema that says whether a value is this variant.
    pub(super) at: Location,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct StringVariant {
    pub(super) json: String,
    pub(super) name: String,
    pub(super) docs: Docs,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct ValueVariant {
    pub(super) json: Value,
    pub(super) name: String,
}

/// A checked list. `expected` completes "`lines` must …".
#[derive(Clone, Debug, PartialEq)]
pub(super) struct List {
    /// A [`Type::List`].
    pub(super) ty: Type,
    pub(super) expected: String,
    pub(super) least: usize,
    pub(super) most: Option<usize>,
    pub(super) unique: bool,
}

/// A checked newtype. `expected` completes "`locked_credits` must …".
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scalar {
    pub(super) expected: String,
    pub(super) rule: Rule,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rule {
    Range {
        inner: Inner,
        minimum: Option<i128>,
        maximum: Option<i128>,
        multiple_of: i128,
    },
    /// An integer that this schema allows.
    Integer { inner: Inner, schema: String },
    /// A number that this schema allows.
    Number(String),
    /// A string that this schema allows.
    Text(String),
}

/// What a newtype of an integer holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Inner {
    Signed,
    Unsigned,
    /// Not every allowed integer fits into 64 bits.
    Any,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Bool,
    Integer,
    Number,
    Text,
    DateTime,
    Date,
    /// Any JSON value, kept as it is.
    Value,
    /// Any JSON object, kept as it is.
    Object,
    Named(ItemId),
    List(Box<Type>),
    Map(Box<Type>),
    Tuple(Vec<Type>),
    Nullable(Box<Type>),
}

impl Type {
    pub(super) fn nullable(self) -> Self {
        match self {
            Self::Value | Self::Nullable(_) => self,
            other => Self::Nullable(Box::new(other)),
        }
    }

    pub(super) fn visit(&self, named: &mut impl FnMut(ItemId)) {
        match self {
            Self::Named(id) => named(*id),
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.visit(named),
            Self::Tuple(items) => items.iter().for_each(|item| item.visit(named)),
            _ => {}
        }
    }

    /// Calls `named` for the items that a value of this type contains directly, not in a list or a map.
    pub(super) fn visit_inline(&self, named: &mut impl FnMut(ItemId)) {
        match self {
            Self::Named(id) => named(*id),
            Self::Nullable(inner) => inner.visit_inline(named),
            Self::Tuple(items) => items.iter().for_each(|item| item.visit_inline(named)),
            _ => {}
        }
    }
}

impl Item {
    /// The location of its schema, `p.json#/$defs/Part`; empty for a payload without one.
    pub(super) fn place(&self) -> String {
        let place = self.at.as_ref();
        place.map_or_else(String::new, |at| format!("{}#{}", at.document, at.pointer))
    }
}

impl Shape {
    pub(super) fn types(&self) -> Vec<&Type> {
        fn of(fields: &Fields) -> impl Iterator<Item = &Type> {
            fields.fields.iter().map(|field| &field.ty)
        }
        match self {
            Self::Struct(fields) => of(fields).collect(),
            Self::Tagged { variants, .. } => variants
                .iter()
                .flat_map(|variant| of(&variant.fields))
                .collect(),
            Self::Untagged(alternatives) => alternatives
                .iter()
                .map(|alternative| &alternative.ty)
                .collect(),
            Self::Choice(choices) => choices.iter().map(|choice| &choice.ty).collect(),
            Self::Newtype(inner) | Self::List(List { ty: inner, .. }) => vec![inner],
            Self::Pending
            | Self::StringEnum(_)
            | Self::ValueEnum(_)
            | Self::Scalar(_)
            | Self::Opaque => Vec::new(),
        }
    }
}

impl Shape {
    pub(super) fn types_mut(&mut self) -> Vec<&mut Type> {
        fn of(fields: &mut Fields) -> impl Iterator<Item = &mut Type> {
            fields.fields.iter_mut().map(|field| &mut field.ty)
        }
        match self {
            Self::Struct(fields) => of(fields).collect(),
            Self::Tagged { variants, .. } => variants
                .iter_mut()
                .flat_map(|variant| of(&mut variant.fields))
                .collect(),
            Self::Untagged(alternatives) => alternatives
                .iter_mut()
                .map(|alternative| &mut alternative.ty)
                .collect(),
            Self::Choice(choices) => choices.iter_mut().map(|choice| &mut choice.ty).collect(),
            Self::Newtype(inner) | Self::List(List { ty: inner, .. }) => vec![inner],
            Self::Pending
            | Self::StringEnum(_)
            | Self::ValueEnum(_)
            | Self::Scalar(_)
            | Self::Opaque => Vec::new(),
        }
    }
}

impl Program {
    /// Whether null can be decoded to this type.
    pub(super) fn takes_null(&self, ty: &Type) -> bool {
        self.takes_null_beside(ty, &mut Vec::new())
    }

    /// `seen` has the items that were visited already, since a union may contain itself.
    fn takes_null_beside(&self, ty: &Type, seen: &mut Vec<ItemId>) -> bool {
        let id = match ty {
            Type::Value | Type::Nullable(_) => return true,
            Type::Named(id) if !seen.contains(id) => *id,
            _ => return false,
        };
        seen.push(id);
        match self.items.get(id).map(|item| &item.shape) {
            Some(Shape::Opaque) => true,
            Some(Shape::Newtype(inner)) => self.takes_null_beside(inner, seen),
            Some(Shape::Choice(choices)) => choices
                .iter()
                .any(|choice| self.takes_null_beside(&choice.ty, seen)),
            _ => false,
        }
    }
}
