//! Types of TypeScript, before they are text.

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Any JSON value.
    Unknown,
    /// No value.
    Never,
    /// A type of the language, a literal, or a type of this file.
    Name(String),
    /// One of them.
    Union(Vec<Shape>),
    /// All of them at once.
    All(Vec<Shape>),
    /// A list of any length.
    List(Box<Shape>),
    /// A list with a type for each place.
    Tuple {
        /// The places, and whether each has to be there.
        places: Vec<(Shape, bool)>,
        /// The type of what follows; none if nothing may.
        rest: Option<Box<Shape>>,
    },
    /// An object with any keys.
    Map(Box<Shape>),
    /// An object with known keys.
    Object {
        fields: Vec<Field>,
        /// Whether it may have others.
        open: bool,
    },
}

/// A property.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) docs: Vec<String>,
    pub(super) optional: bool,
    pub(super) shape: Shape,
}

impl Shape {
    pub(super) fn name(name: impl Into<String>) -> Self {
        Self::Name(name.into())
    }

    /// One of these types, each named once.
    pub(super) fn any_of(shapes: impl IntoIterator<Item = Self>) -> Self {
        let mut parts = Vec::new();
        for shape in shapes {
            match shape {
                Self::Unknown => return Self::Unknown,
                Self::Never => {}
                Self::Union(more) => more.into_iter().for_each(|part| add(&mut parts, part)),
                part => add(&mut parts, part),
            }
        }
        one_or(parts, Self::Never, Self::Union)
    }

    /// All of these types.
    pub(super) fn all_of(shapes: impl IntoIterator<Item = Self>) -> Self {
        let mut parts = Vec::new();
        for shape in shapes {
            match shape {
                Self::Never => return Self::Never,
                Self::Unknown => {}
                Self::All(more) => more.into_iter().for_each(|part| add(&mut parts, part)),
                part => add(&mut parts, part),
            }
        }
        one_or(parts, Self::Unknown, Self::All)
    }
}

fn add(parts: &mut Vec<Shape>, part: Shape) {
    if !parts.contains(&part) {
        parts.push(part);
    }
}

fn one_or(mut parts: Vec<Shape>, none: Shape, several: fn(Vec<Shape>) -> Shape) -> Shape {
    match parts.len() {
        0 => none,
        1 => parts.remove(0),
        _ => several(parts),
    }
}
