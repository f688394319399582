//! The names of fields and variants.
//!
//! An addition must never move a Rust name to another key: callers would compile unchanged, and the
//! gate would take what they publish. So a name follows from its key alone, and where two keys become
//! one name the contracts have to say which is which:
//!
//! * Properties that become one field are a fault, until `x-rust-name` names one of them. A schema may
//!   get a new property at any time, and the old one must keep its name.
//! * Of values that become one variant none has the short name ([`names::described`]): `asc` and `ASC`
//!   are `LowerAsc` and `UpperAsc`. A new value is a new version anyway, and the compiler finds the
//!   places where the short name was used.

use std::collections::{BTreeMap, HashMap};

use dispatcher_schema::vocabulary::{RUST_NAME, RUST_VARIANTS, Step};
use serde_json::{Map, Value};

use crate::json::Place;
use crate::render::names::{self, ALL};
use crate::render::schema_names;
use crate::schema::Location;

use super::lowering::Lowering;
use super::object_view::ObjectView;

/// The field of an open object that holds the properties without a name.
const REST: &str = "additional_properties";

/// A variant that needs a name.
pub(super) struct Member {
    /// The value as JSON, or the position of an alternative.
    pub(super) label: String,
    /// Where to report a fault.
    pub(super) at: Location,
    /// The name that the contracts give it.
    pub(super) given: Option<String>,
    pub(super) short: String,
    /// Its name if another one has the same short name.
    pub(super) described: String,
}

impl Member {
    /// The variant of a string.
    pub(super) fn of_text(text: &str, at: Location, given: Option<String>) -> Self {
        Self {
            label: Value::from(text).to_string(),
            at,
            given,
            short: names::pascal(text),
            described: names::described(text),
        }
    }
}

impl Lowering<'_> {
    /// The name that `x-rust-name` gives to the schema at this location.
    pub(super) fn given_name(&self, at: &Location) -> Option<String> {
        schema_names::given_name(self.schemas.documents, at).map(str::to_owned)
    }

    /// The names of the fields for these properties.
    pub(super) fn field_names(
        &mut self,
        view: &ObjectView,
        properties: &[(String, Location)],
    ) -> Vec<String> {
        let mut first: BTreeMap<String, &str> = BTreeMap::new();
        let mut in_order: Vec<_> = properties.iter().enumerate().collect();
        in_order.sort_by_key(|(_, (json, _))| json);
        let mut out = vec![String::new(); properties.len()];
        for (index, (json, at)) in in_order {
            let given_at = view.named.get(json);
            let given = given_at.and_then(|at| self.given_name(at));
            let at = given_at.unwrap_or(at);
            let is_rest = |name: &str| view.open && name == REST;
            let name = match given {
                Some(name) => {
                    if is_rest(&name) {
                        self.name_is_needed(&at.join(RUST_NAME), &name);
                    }
                    name
                }
                None => {
                    let name = names::snake(json);
                    let end = if is_rest(&name) { "_" } else { "" };
                    format!("{name}{end}")
                }
            };
            match first.get(&name) {
                Some(other) => self.fields_meet(at, [other, json], &name, given_at.is_some()),
                None => {
                    first.insert(name.clone(), json);
                }
            }
            if let Some(slot) = out.get_mut(index) {
                *slot = name;
            }
        }
        out
    }

    /// The names of the variants of an enum; `ALL` is a constant of an enum of values.
    pub(super) fn variant_names(&mut self, members: &[Member], of_values: bool) -> Vec<String> {
        let is_needed = |name: &str| of_values && name == ALL;
        let short = |member: &Member| match &member.given {
            Some(name) => name.clone(),
            None if is_needed(&member.short) => format!("{}Value", member.short),
            None => member.short.clone(),
        };
        let mut holders: HashMap<String, usize> = HashMap::new();
        for member in members {
            *holders.entry(short(member)).or_default() += 1;
        }
        let mut first: HashMap<String, &Member> = HashMap::new();
        let mut out = Vec::new();
        for member in members {
            let mut name = short(member);
            if member.given.is_some() {
                if is_needed(&name) {
                    self.name_is_needed(&member.at, &name);
                }
            } else if holders.get(&name).is_some_and(|&count| count > 1) {
                name.clone_from(&member.described);
            }
            match first.get(&name) {
                Some(other) => self.variants_meet(other, member, &name),
                None => {
                    first.insert(name.clone(), member);
                }
            }
            out.push(name);
        }
        out
    }

    fn fields_meet(&mut self, at: &Location, [one, other]: [&str; 2], name: &str, is_given: bool) {
        let message =
            format!("the properties {one:?} and {other:?} both become the field `{name}`");
        let help = if is_given {
            format!("choose another {RUST_NAME}")
        } else {
            format!(
                "write \"{RUST_NAME}\": \"…\" into the schema of the one that was added last, so that \
                 the other keeps its name"
            )
        };
        self.fault(at, Place::Key, message, help);
    }

    fn variants_meet(&mut self, one: &Member, other: &Member, name: &str) {
        let message = format!(
            "{} and {} both become the variant `{name}`",
            one.label, other.label
        );
        let is_branch = schema_names::steps(&other.at)
            .last()
            .is_some_and(Step::is_alternative);
        let help = if is_branch {
            format!("name one of them: \"{RUST_NAME}\": \"…\" in its schema")
        } else {
            format!(
                "name one of them: \"{RUST_VARIANTS}\": {{{}: \"…\"}} beside the enum",
                other.label
            )
        };
        self.fault(&other.at, Place::Value, message, help);
    }

    fn name_is_needed(&mut self, at: &Location, name: &str) {
        let message = format!("the generated code needs the name `{name}` for itself");
        self.fault(at, Place::Value, message, "choose another name".to_owned());
    }

    fn fault(&mut self, at: &Location, place: Place, message: String, help: String) {
        let documents = self.schemas.documents;
        let fault = documents.diagnostic_at(at, place, message, Some(help));
        self.faults.push(fault);
    }
}

/// The name that `x-rust-variants` gives to a string of the enum.
pub(super) fn given_variant(schema: &Map<String, Value>, text: &str) -> Option<String> {
    let name = schema.get(RUST_VARIANTS)?.get(text)?.as_str()?;
    Some(name.to_owned())
}
