//! Random pairs of small schemas against a small world of documents: no proof that one of these contradicts.
//!
//! Each pair has a seed. `PROOFS_SEEDS` says how many there are, and `PROOFS_FIRST` which is the first.

use serde_json::{Map, Value, json};

use super::{document, is_proved};
use crate::compat::Mode;

/// Pairs, where nothing else is asked for.
const PAIRS: u64 = 300;

const DRAFTS: [&str; 5] = ["draft-04", "draft-06", "draft-07", "2019-09", "2020-12"];

/// Makes schemas.
struct Maker {
    random: fastrand::Rng,
    draft: &'static str,
}

impl Maker {
    fn below(&mut self, count: usize) -> usize {
        self.random.usize(..count)
    }

    fn one<'v>(&mut self, of: &'v [Value]) -> &'v Value {
        &of[self.below(of.len())]
    }

    fn schema(&mut self, depth: u32) -> Value {
        if self.draft != "draft-04" && self.below(14) == 0 {
            return Value::Bool(self.random.bool());
        }
        let mut schema = Map::new();
        for _ in 0..=self.below(3) {
            let (key, value) = self.keyword(depth);
            schema.insert(key.to_owned(), value);
        }
        Value::Object(schema)
    }

    fn schemas(&mut self, depth: u32) -> Value {
        let count = 1 + self.below(3);
        (0..count).map(|_| self.schema(depth)).collect()
    }

    fn keyword(&mut self, depth: u32) -> (&'static str, Value) {
        let values = world();
        let deep = if depth == 0 { 18 } else { 44 };
        let count = json!(self.below(3));
        match self.below(deep) {
            0 | 1 => ("type", json!(self.type_name())),
            2 => ("type", json!([self.type_name(), "null"])),
            3 => ("const", self.one(&values).clone()),
            4 => {
                let count = 1 + self.below(4);
                (
                    "enum",
                    (0..count).map(|_| self.one(&values).clone()).collect(),
                )
            }
            5 => ("minimum", json!(self.below(4))),
            6 => ("maximum", json!(self.below(4))),
            7 if self.draft != "draft-04" => ("exclusiveMinimum", json!(self.below(3))),
            8 => (
                "multipleOf",
                self.one(&[json!(1), json!(2), json!(0.5), json!(3)])
                    .clone(),
            ),
            9 => ("minLength", count),
            10 => ("maxLength", count),
            11 => ("pattern", self.pattern()),
            12 => ("minItems", count),
            13 => ("maxItems", count),
            14 => ("uniqueItems", json!(true)),
            15 => ("required", json!([self.name()])),
            16 => ("minProperties", count),
            17 => ("maxProperties", count),
            other => self.applicator(other.saturating_sub(18), depth - u32::from(depth > 0)),
        }
    }

    fn applicator(&mut self, which: usize, depth: u32) -> (&'static str, Value) {
        let name = self.name();
        match which {
            0..=3 => ("properties", json!({ name: self.schema(depth) })),
            4 => ("patternProperties", {
                let pattern = self.pattern();
                json!({ pattern.as_str().expect("text"): self.schema(depth) })
            }),
            5 => ("additionalProperties", self.schema(depth)),
            6 => ("additionalProperties", json!(false)),
            7 => ("propertyNames", self.schema(0)),
            8 => ("dependentRequired", json!({ name: [self.name()] })),
            9 => ("dependentSchemas", json!({ name: self.schema(depth) })),
            10 => ("dependencies", json!({ name: self.schema(depth) })),
            11 | 12 => ("items", self.schema(depth)),
            13 if self.draft == "2020-12" => ("prefixItems", self.schemas(depth)),
            13 => ("items", self.schemas(depth)),
            14 => ("additionalItems", self.schema(depth)),
            15 => ("contains", self.schema(depth)),
            16 => ("minContains", json!(self.below(3))),
            17 => ("maxContains", json!(self.below(3))),
            18 => ("allOf", self.schemas(depth)),
            19 => ("anyOf", self.schemas(depth)),
            20 | 21 => ("oneOf", self.schemas(depth)),
            22 => ("not", self.schema(depth)),
            23 => ("if", self.schema(depth)),
            24 => ("then", self.schema(depth)),
            _ if self.random.bool() => ("unevaluatedProperties", self.schema(depth)),
            _ => ("unevaluatedItems", self.schema(depth)),
        }
    }

    fn type_name(&mut self) -> &'static str {
        let names = [
            "null", "boolean", "integer", "number", "string", "array", "object", "object",
        ];
        names[self.below(names.len())]
    }

    fn name(&mut self) -> &'static str {
        ["a", "b", "ab"][self.below(3)]
    }

    fn pattern(&mut self) -> Value {
        let patterns = ["^a", "b$", "^a?$", "^[ab]*$", "a", "^(a|ab)$", "(?=a)"];
        json!(patterns[self.below(patterns.len())])
    }

    /// A schema with one place changed.
    fn changed(&mut self, schema: &Value, depth: u32) -> Value {
        match schema {
            Value::Object(members) if !members.is_empty() => {
                let mut members = members.clone();
                let keys: Vec<_> = members.keys().cloned().collect();
                let key = keys[self.below(keys.len())].clone();
                match self.below(5) {
                    0 => drop(members.remove(&key)),
                    1 => {
                        let (key, value) = self.keyword(depth);
                        members.insert(key.to_owned(), value);
                    }
                    2 => return json!({ "anyOf": [members, self.schema(depth)] }),
                    3 => return json!({ "oneOf": [members, self.schema(0)] }),
                    _ => {
                        if members[&key].is_object() {
                            let inner = self.changed(&members[&key].clone(), depth);
                            members.insert(key, inner);
                        }
                    }
                }
                Value::Object(members)
            }
            other => other.clone(),
        }
    }
}

/// Every document of the world.
fn world() -> Vec<Value> {
    let mut world: Vec<Value> = vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(1.0),
        json!(2),
        json!(2.0),
        json!(3),
        json!(0.5),
        json!(-1),
        json!(6),
        json!(1e300),
        json!(""),
        json!("a"),
        json!("b"),
        json!("ab"),
        json!("aba"),
        json!("c"),
        json!("\n"),
        json!([]),
        json!({}),
    ];
    let small = world.clone();
    for one in &small {
        world.push(json!([one]));
        world.push(json!({ "a": one }));
        world.push(json!({ "c": one }));
        for other in [json!(0), json!("a"), json!(null), json!({})] {
            world.push(json!([one, other]));
            world.push(json!({ "a": one, "b": other }));
            world.push(json!({ "ab": one, "a": other }));
            world.push(json!([other, one, one]));
        }
        world.push(json!({ "a": { "a": one } }));
        world.push(json!({ "a": [one] }));
        world.push(json!({ "b": one, "c": one, "d": one }));
        world.push(json!([[one]]));
    }
    world
}

/// A number that a variable of the environment holds.
fn number(variable: &str, default: u64) -> u64 {
    let number = std::env::var(variable).ok();
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or(default)
}

#[test]
fn no_small_document_contradicts_a_proof_about_random_schemas() {
    let first = number("PROOFS_FIRST", 0);
    let count = number("PROOFS_SEEDS", PAIRS);
    let world = world();
    let (mut proofs, mut undecided, mut wrong) = (0, 0, Vec::new());
    for (seed, draft) in (first..first + count).zip(DRAFTS.into_iter().cycle()) {
        let mut maker = Maker {
            random: fastrand::Rng::with_seed(seed),
            draft,
        };
        let one = maker.schema(2);
        let other = if maker.below(3) > 0 {
            maker.changed(&one, 1)
        } else {
            maker.schema(2)
        };
        let (Some(a), Some(b)) = (
            accepted(&one, draft, &world),
            accepted(&other, draft, &world),
        ) else {
            continue;
        };
        for (writer, reader, accepts, takes) in [(&one, &other, &a, &b), (&other, &one, &b, &a)] {
            let is_proved = is_proved(writer, reader, draft, Mode::Strict);
            let against = (0..world.len()).find(|&index| accepts[index] && !takes[index]);
            proofs += u32::from(is_proved);
            match against {
                Some(index) if is_proved => wrong.push(format!(
                    "seed {seed}, {draft}: {writer} is proved to be within {reader}, but for {}",
                    world[index]
                )),
                None if !is_proved => undecided += 1,
                _ => {}
            }
        }
    }
    println!("{proofs} proofs, {undecided} neither proved nor refuted");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(u64::from(proofs) > count / 4, "{proofs} proofs");
}

fn accepted(schema: &Value, draft: &str, world: &[Value]) -> Option<Vec<bool>> {
    let documents = document(schema, draft);
    let schema = &documents.get("schema.json")?.value;
    let validator = dispatcher_schema::formats::checked(jsonschema::options(), true)
        .build(schema)
        .ok()?;
    Some(
        world
            .iter()
            .map(|value| validator.is_valid(value))
            .collect(),
    )
}
