//! Keywords of each draft as [`Rule`]s.
//!
//! Every keyword that says which values are valid has an arm here. One that is added to the vocabulary and not here
//! becomes [`Test::Opaque`], with which nothing is proved. Keys that no draft has are no concern of the gate.

use std::rc::Rc;

use dispatcher_schema::draft::Draft;
use dispatcher_schema::formats;
use dispatcher_schema::vocabulary::{self, Role};
use serde_json::{Map, Value};

use super::number::{Bound, exact};
use super::rule::{ANYTHING, Items, Members, NodeId, Numbers, Rule, Test, Text, Type, Types};
use super::schemas::{Schemas, Source};
use super::{reference, unevaluated};

/// What is not a schema keyword's value is refused when the gate is built.
const MALFORMED: &str = "its value is not one that the draft allows";

/// The rules of a schema.
pub(super) fn rules(schemas: &mut Schemas<'_>, source: &Source) -> Vec<Rule> {
    let documents = schemas.documents(source.writer);
    let schema = match documents.value(&source.place) {
        Value::Bool(true) => return Vec::new(),
        Value::Bool(false) => {
            return vec![Rule {
                keyword: "false",
                place: source.place.clone(),
                test: Test::Never,
            }];
        }
        Value::Object(schema) => schema,
        _ => {
            return vec![Rule {
                keyword: "schema",
                place: source.place.clone(),
                test: Test::Opaque("it is not a schema"),
            }];
        }
    };
    let draft = documents.draft(&source.place);
    let mut compiler = Compiler {
        schemas,
        source,
        schema,
        draft,
        rules: Vec::new(),
    };
    if draft.ref_hides_siblings() && schema.contains_key("$ref") {
        compiler.keyword("$ref", &schema["$ref"]);
    } else {
        for (key, value) in schema {
            compiler.keyword(key, value);
        }
    }
    // What is cheap to decide comes first.
    compiler.rules.sort_by_key(|rule| rank(&rule.test));
    compiler.rules
}

fn rank(test: &Test) -> u8 {
    match test {
        Test::Never | Test::Types(_) => 0,
        Test::Values(_) => 1,
        Test::Required(_) => 3,
        Test::Members(_) | Test::Items(_) => 4,
        Test::All(_) => 5,
        Test::Any(_) | Test::One(_) | Test::Not(_) | Test::If { .. } => 6,
        _ => 2,
    }
}

struct Compiler<'s, 'd> {
    schemas: &'s mut Schemas<'d>,
    source: &'s Source,
    schema: &'s Map<String, Value>,
    draft: Draft,
    rules: Vec<Rule>,
}

impl Compiler<'_, '_> {
    fn keyword(&mut self, key: &str, value: &Value) {
        let Some(keyword) = vocabulary::keyword(key).filter(|keyword| keyword.is_in(self.draft))
        else {
            return;
        };
        let asserted = match keyword.role {
            // An annotation since 2019-09.
            Role::Content => self.draft <= Draft::Draft7 && key != "contentSchema",
            _ => keyword.asserts(),
        };
        if !asserted {
            return;
        }
        match key {
            "properties" | "patternProperties" | "additionalProperties" => self.members(key),
            "items" | "prefixItems" | "additionalItems" => self.items(key),
            "required" => self.required(value),
            "dependentRequired" | "dependentSchemas" | "dependencies" => {
                self.dependent(keyword.name, value);
            }
            _ => {
                let test = self.test(keyword.name, value);
                match test {
                    Some(test) => self.rule(keyword.name, &[], test),
                    None if is_silent(key, self.schema, self.draft) => {}
                    None => self.rule(keyword.name, &[], Test::Opaque(MALFORMED)),
                }
            }
        }
    }

    fn rule(&mut self, keyword: &'static str, below: &[&str], test: Test) {
        let mut place = self.source.place.join(keyword);
        for token in below {
            place = place.join(token);
        }
        self.rules.push(Rule {
            keyword,
            place,
            test,
        });
    }

    /// The rule of a keyword that has one; none where its value is malformed, or says nothing.
    fn test(&mut self, key: &'static str, value: &Value) -> Option<Test> {
        Some(match key {
            "type" => Test::Types(types(value, self.draft)?),
            "enum" => Test::Values(Rc::new(value.as_array()?.clone())),
            "const" => Test::Values(Rc::new(vec![value.clone()])),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                self.bound(key, value)?
            }
            "multipleOf" => {
                let step = exact(value.as_number()?);
                if !num_traits::Signed::is_positive(&step) {
                    return None;
                }
                Test::MultipleOf(step)
            }
            "minLength" => Test::Text(Text::AtLeast(count(value)?)),
            "maxLength" => Test::Text(Text::AtMost(count(value)?)),
            "pattern" => Test::Text(Text::Pattern(value.as_str()?.into())),
            "format" => match value.as_str()? {
                name if formats::ANNOTATIONS.contains(&name) => return None,
                // The gate's drafts 4 and 6 know no rules for internationalised names.
                "hostname" if self.draft <= Draft::Draft6 => {
                    Test::Text(Text::Format("hostname of draft 4".into()))
                }
                name => Test::Text(Text::Format(name.into())),
            },
            "contentEncoding" | "contentMediaType" => {
                Test::Text(Text::Content(key, value.as_str()?.into()))
            }
            "minItems" => Test::MinItems(count(value)?),
            "maxItems" => Test::MaxItems(count(value)?),
            "uniqueItems" if value == &Value::Bool(true) => Test::Unique,
            "uniqueItems" => return None,
            "contains" => self.contains()?,
            "minContains" | "maxContains" => return None,
            "minProperties" => Test::MinProperties(count(value)?),
            "maxProperties" => Test::MaxProperties(count(value)?),
            "propertyNames" => Test::Names(self.child(&[key])),
            "unevaluatedProperties" => unevaluated::properties(self.schemas, self.source),
            "unevaluatedItems" => unevaluated::items(self.schemas, self.source),
            "allOf" => Test::All(self.children(key, value)?),
            "anyOf" => Test::Any(self.children(key, value)?),
            "oneOf" => Test::One(self.children(key, value)?),
            "not" => Test::Not(self.child(&[key])),
            "if" => self.condition()?,
            "then" | "else" => return None,
            "$ref" | "$dynamicRef" | "$recursiveRef" => self.reference(key),
            _ => Test::Opaque("the comparison has no rule for it"),
        })
    }

    fn child(&mut self, below: &[&str]) -> NodeId {
        let mut place = self.source.place.clone();
        for token in below {
            place = place.join(token);
        }
        self.schemas.id(Source {
            writer: self.source.writer,
            pruned: false,
            place,
        })
    }

    fn children(&mut self, key: &str, value: &Value) -> Option<Vec<NodeId>> {
        let count = value.as_array()?.len();
        Some(
            (0..count)
                .map(|index| self.child(&[key, &index.to_string()]))
                .collect(),
        )
    }

    fn reference(&mut self, key: &'static str) -> Test {
        match reference::target(
            self.schemas.documents(self.source.writer),
            &self.source.place,
            key,
        ) {
            Ok(place) => Test::All(vec![self.schemas.id(Source {
                writer: self.source.writer,
                pruned: false,
                place,
            })]),
            Err(reason) => Test::Opaque(reason),
        }
    }

    fn bound(&self, key: &str, value: &Value) -> Option<Test> {
        let is_low = key.ends_with("inimum");
        let exclusive = match (self.draft, key) {
            (Draft::Draft4, "minimum") => self.flag("exclusiveMinimum"),
            (Draft::Draft4, "maximum") => self.flag("exclusiveMaximum"),
            // A flag of the bound beside it.
            (Draft::Draft4, _) => return None,
            (_, key) => key.starts_with("exclusive"),
        };
        let bound = Bound {
            at: exact(value.as_number()?),
            exclusive,
        };
        Some(if is_low {
            Test::Low(bound)
        } else {
            Test::High(bound)
        })
    }

    fn flag(&self, key: &str) -> bool {
        self.schema.get(key).and_then(Value::as_bool) == Some(true)
    }

    fn contains(&mut self) -> Option<Test> {
        let counts = self.draft >= Draft::Draft201909;
        let limit = |key| self.schema.get(key).filter(|_| counts);
        let min = limit("minContains").map_or(Some(1), count)?;
        let max = match limit("maxContains") {
            Some(max) => Some(count(max)?),
            None => None,
        };
        Some(Test::Contains {
            node: self.child(&["contains"]),
            min,
            max,
        })
    }

    fn condition(&mut self) -> Option<Test> {
        let mut branch = |key: &str| match self.schema.get(key) {
            Some(_) => self.child(&[key]),
            None => ANYTHING,
        };
        let (then, otherwise) = (branch("then"), branch("else"));
        if then == ANYTHING && otherwise == ANYTHING {
            return None;
        }
        Some(Test::If {
            condition: self.child(&["if"]),
            then,
            otherwise,
        })
    }

    fn required(&mut self, value: &Value) {
        let names = value.as_array();
        let Some(names) = names.and_then(|names| strings(names)) else {
            // Draft 3 had a flag here.
            self.rule("required", &[], Test::Opaque(MALFORMED));
            return;
        };
        for (index, name) in names.into_iter().enumerate() {
            self.rule("required", &[&index.to_string()], Test::Required(name));
        }
    }

    fn dependent(&mut self, key: &'static str, value: &Value) {
        let Some(members) = value.as_object() else {
            self.rule(key, &[], Test::Opaque(MALFORMED));
            return;
        };
        for (trigger, value) in members {
            let test = match value {
                Value::Array(names) => match strings(names) {
                    Some(names) => Test::Dependent(trigger.as_str().into(), names),
                    None => Test::Opaque(MALFORMED),
                },
                // Draft 4 takes one name as text in some validators.
                Value::String(_) => Test::Opaque(MALFORMED),
                _ => Test::DependentSchema(trigger.as_str().into(), self.child(&[key, trigger])),
            };
            self.rule(key, &[trigger], test);
        }
    }

    /// One rule for the three keywords, made for the first of them.
    fn members(&mut self, key: &str) {
        let first = ["properties", "patternProperties", "additionalProperties"]
            .into_iter()
            .find(|key| self.schema.contains_key(*key));
        let Some(keyword) = first.filter(|first| *first == key) else {
            return;
        };
        let mut members = Members::default();
        if let Some(Value::Object(properties)) = self.schema.get("properties") {
            for name in properties.keys() {
                let node = self.child(&["properties", name]);
                members.by_name.insert(name.as_str().into(), node);
            }
        }
        if let Some(Value::Object(patterns)) = self.schema.get("patternProperties") {
            for pattern in patterns.keys() {
                let node = self.child(&["patternProperties", pattern]);
                members.by_pattern.push((pattern.as_str().into(), node));
            }
        }
        if self.schema.contains_key("additionalProperties") {
            let node = self.child(&["additionalProperties"]);
            members.rest = Some(node);
            members.declares_rest = node != ANYTHING;
        }
        self.rule(keyword, &[], Test::Members(Rc::new(members)));
    }

    /// One rule for the keywords of the draft, made for the first of them.
    fn items(&mut self, key: &str) {
        let value = self.schema.get("items");
        let mut items = Items::default();
        if self.draft >= Draft::Draft202012 {
            if key == "items" && self.schema.contains_key("prefixItems") || key == "additionalItems"
            {
                return;
            }
            if let Some(Value::Array(prefix)) = self.schema.get("prefixItems") {
                for index in 0..prefix.len() {
                    items
                        .prefix
                        .push(self.child(&["prefixItems", &index.to_string()]));
                }
            }
            match value {
                Some(Value::Array(_)) => {
                    return self.rule("items", &[], Test::Opaque(MALFORMED));
                }
                Some(_) => items.rest = Some(self.child(&["items"])),
                None => {}
            }
        } else if key == "items" {
            match value {
                Some(Value::Array(prefix)) => {
                    for index in 0..prefix.len() {
                        items
                            .prefix
                            .push(self.child(&["items", &index.to_string()]));
                    }
                    if self.schema.contains_key("additionalItems") {
                        items.rest = Some(self.child(&["additionalItems"]));
                    }
                }
                _ => items.rest = Some(self.child(&["items"])),
            }
        } else {
            return;
        }
        let keyword = if key == "prefixItems" {
            "prefixItems"
        } else {
            "items"
        };
        self.rule(keyword, &[], Test::Items(Rc::new(items)));
    }
}

/// Whether a keyword without a rule says nothing here, and is not malformed.
fn is_silent(key: &str, schema: &Map<String, Value>, draft: Draft) -> bool {
    let value = schema.get(key);
    match key {
        "uniqueItems" => value == Some(&Value::Bool(false)),
        "minContains" | "maxContains" | "then" | "else" | "if" => true,
        "format" => value.is_some_and(Value::is_string),
        "exclusiveMinimum" | "exclusiveMaximum" => draft == Draft::Draft4,
        _ => false,
    }
}

fn types(value: &Value, draft: Draft) -> Option<Types> {
    let names = match value {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().map(Value::as_str).collect::<Option<_>>()?,
        _ => return None,
    };
    let mut types = Types::default();
    for name in names {
        types.numbers = types.numbers.max(match name {
            "number" => Numbers::All,
            "integer" if draft == Draft::Draft4 => Numbers::IntegerLiterals,
            "integer" => Numbers::Integers,
            _ => Numbers::None,
        });
        types.others.push(match name {
            "null" => Type::Null,
            "boolean" => Type::Boolean,
            "string" => Type::String,
            "array" => Type::Array,
            "object" => Type::Object,
            "number" | "integer" => continue,
            _ => return None,
        });
    }
    Some(types)
}

/// A count: a number without fraction, which may be written `2.0`.
fn count(value: &Value) -> Option<u64> {
    if let Some(count) = value.as_u64() {
        return Some(count);
    }
    let exact = exact(value.as_number()?);
    if !exact.is_integer() {
        return None;
    }
    u64::try_from(exact.to_integer()).ok()
}

fn strings(values: &[Value]) -> Option<Vec<Rc<str>>> {
    values
        .iter()
        .map(|value| value.as_str().map(Into::into))
        .collect()
}
