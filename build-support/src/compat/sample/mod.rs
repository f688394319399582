//! Random documents of a schema: meant to be valid, though only a validator decides that.
//!
//! A value is made for all schemas that apply to it at once: references and `allOf` are followed, one branch of
//! each union is chosen, and what they say together decides the type, the names and the bounds. `not` is ignored.
//! The same seed gives the same documents.

pub mod change;
pub mod pattern;
pub mod text;

mod array;
mod gather;
pub(super) mod number;
mod object;
mod parts;

use fastrand::Rng;
use serde_json::{Value, json};

use super::Side;
use super::patterns::Patterns;
use parts::Parts;

/// Below this depth, optional parts are left out.
const DEEP: usize = 5;
/// Below this depth everything is left out: the schema has no small document.
const DEEPEST: usize = 24;
/// How many values one document may have before optional parts are left out.
const LARGE: usize = 400;
/// How many values one document may have at all.
const LARGEST: usize = 4000;

/// How much of what is optional a document has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fill {
    /// Only what is required.
    Least,
    /// Some of it.
    Some,
    /// All that is declared.
    All,
}

/// Makes documents.
pub struct Sampler<'d> {
    dice: Rng,
    patterns: Patterns,
    /// How much of what is optional the documents have.
    pub fill: Fill,
    /// Whether a value is made for two branches of a union at once where that may be possible.
    pub overlaps: bool,
    /// Names of properties that open objects are given now and then.
    pub names: Vec<String>,
    /// The tokens of a pointer: the place that documents are to have.
    pub path: Vec<String>,
    made: usize,
    side: std::marker::PhantomData<&'d ()>,
}

impl<'d> Sampler<'d> {
    /// A sampler that always makes the same documents.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Rng::with_seed(seed),
            patterns: Patterns::default(),
            fill: Fill::Some,
            overlaps: false,
            names: Vec::new(),
            path: Vec::new(),
            made: 0,
            side: std::marker::PhantomData,
        }
    }

    /// A document that is meant to be valid against all of these schemas.
    pub fn document(&mut self, sides: &[Side<'d>]) -> Value {
        self.made = 0;
        self.value(sides, 0, 0)
    }

    /// `along`: how many tokens of the path lead to this value, if it is on the path.
    fn value(&mut self, sides: &[Side<'d>], depth: usize, along: usize) -> Value {
        self.made += 1;
        let parts = self.gather(sides);
        if depth > DEEPEST || self.made > LARGEST || parts.is_never {
            return Value::Null;
        }
        if let Some(value) = self.listed(&parts) {
            return value;
        }
        match self.kind(&parts, along < self.path.len() && depth == along) {
            "object" => self.object(&parts, depth, along),
            "array" => self.array(&parts, depth, along),
            "string" => Value::from(self.string(&parts)),
            "integer" => self.integer(&parts),
            "number" => self.number(&parts),
            "boolean" => Value::from(self.dice.bool()),
            _ => Value::Null,
        }
    }

    /// Whether something optional is made.
    fn wants_optional(&mut self, depth: usize) -> bool {
        if depth >= DEEP || self.made > LARGE {
            return false;
        }
        match self.fill {
            Fill::Least => false,
            Fill::Some => self.dice.u8(..) < 140,
            Fill::All => true,
        }
    }

    /// One of the values of `const` or `enum`, if there are any.
    fn listed(&mut self, parts: &Parts<'d>) -> Option<Value> {
        let lists: Vec<&[Value]> = parts
            .schemas
            .iter()
            .flat_map(|schema| {
                let only = schema.get("const").map(std::slice::from_ref);
                only.into_iter().chain(schema.array("enum"))
            })
            .collect();
        let first = lists.first()?;
        let fits: Vec<&Value> = first
            .iter()
            .filter(|value| lists.iter().all(|list| list.contains(value)))
            .filter(|value| parts.allows(kind_of(value)))
            .collect();
        let values = if fits.is_empty() {
            first.iter().collect()
        } else {
            fits
        };
        self.choice(&values).copied().cloned()
    }

    fn choice<'v, T>(&mut self, values: &'v [T]) -> Option<&'v T> {
        (!values.is_empty()).then(|| &values[self.dice.usize(..values.len())])
    }

    /// The type of a value.
    fn kind(&mut self, parts: &Parts<'d>, leads_on: bool) -> &'static str {
        let allowed: Vec<_> = KINDS
            .into_iter()
            .filter(|kind| parts.allows(kind))
            .collect();
        let meant: Vec<_> = allowed
            .iter()
            .copied()
            .filter(|kind| parts.speaks_of(kind))
            .collect();
        if leads_on {
            let holds: Vec<_> = meant
                .iter()
                .chain(&allowed)
                .copied()
                .filter(|kind| ["object", "array"].contains(kind))
                .collect();
            if let Some(kind) = holds.first() {
                return kind;
            }
        }
        let likely = if meant.is_empty() || self.dice.u8(..) < 40 {
            &allowed
        } else {
            &meant
        };
        self.choice(likely).copied().unwrap_or("null")
    }

    fn string(&mut self, parts: &Parts<'d>) -> String {
        let schema = parts.string_keywords();
        // A pattern and a length rarely agree at once.
        let least = schema.get("minLength").and_then(Value::as_u64);
        let most = schema.get("maxLength").and_then(Value::as_u64);
        let fits = |text: &str| {
            let length = text.chars().count() as u64;
            least.is_none_or(|least| length >= least) && most.is_none_or(|most| length <= most)
        };
        let mut made = text::of(&schema, &mut self.dice);
        for _ in 0..8 {
            if fits(&made) {
                break;
            }
            made = text::of(&schema, &mut self.dice);
        }
        made
    }

    fn anything(&mut self) -> Value {
        match self.dice.u8(..7) {
            0 => Value::Null,
            1 => json!(self.dice.bool()),
            2 => json!(self.dice.i32(-9..9)),
            3 => json!({}),
            4 => json!([]),
            5 => json!(0.5),
            _ => json!("text"),
        }
    }
}

/// The types, `integer` before `number`.
const KINDS: [&str; 7] = [
    "object", "array", "string", "integer", "number", "boolean", "null",
];

/// The type of a value; a whole number is an `integer`.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
