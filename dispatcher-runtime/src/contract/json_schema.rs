//! `schemars::JsonSchema` of generated types: the contract's own schema, and nothing that was derived.
//!
//! The documents that a schema refers to become definitions of whatever it is embedded in, each under
//! its own address (JSON Schema 2020-12, section 9.3), so that references resolve as they do in
//! the contracts directory. `schemars` calls every root 2020-12, so a schema of an older draft is
//! such a definition too, and is referred to.

use std::collections::BTreeMap;

use dispatcher_schema::address::{document_uri, root_id};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::contract::gate::{Document, is_old_draft, parsed, reference};
use crate::contract::registry::reach;

/// The schema at a place such as `p.json#/properties/pet`; that of any object where the place is empty.
///
/// # Panics
/// The documents are not valid JSON, which the check of the contracts should have found.
pub fn json_schema(
    generator: &mut SchemaGenerator,
    documents: &'static [Document],
    place: &str,
) -> Schema {
    if place.is_empty() {
        return schemars::json_schema!({ "type": "object" });
    }
    let documents: BTreeMap<String, Value> = parsed(documents)
        .unwrap_or_else(|error| panic!("the contracts cannot be read: {error}"))
        .map(|(path, value)| (path.to_owned(), value.clone()))
        .collect();
    let (path, pointer) = place.split_once('#').unwrap_or((place, ""));
    let document = documents.get(path).unwrap_or(&Value::Null);
    let draft = document.get("$schema").and_then(Value::as_str);
    let is_old = draft.is_some_and(is_old_draft);
    let mut reached = reach::sites(&documents, path, pointer);
    let schema = match document.pointer(pointer) {
        Some(Value::Object(schema)) if pointer.is_empty() && !is_old => {
            let mut schema = schema.clone();
            if root_id(document).is_none() {
                schema.insert("$id".to_owned(), document_uri(path).into());
            }
            reached.retain(|(file, _)| file != path);
            schema.into()
        }
        Some(schema) if reached.len() == 1 && !is_old => {
            reached.clear();
            Schema::try_from(schema.clone()).unwrap_or_default()
        }
        _ => schemars::json_schema!({ "$ref": reference(place) }),
    };
    let definitions = generator.definitions_mut();
    for (file, _) in &reached {
        define(definitions, file, documents.get(file));
    }
    schema
}

fn define(definitions: &mut Map<String, Value>, file: &str, document: Option<&Value>) {
    let uri = document_uri(file);
    let Some(Value::Object(members)) = document.filter(|_| !definitions.contains_key(&uri)) else {
        return;
    };
    let mut members = members.clone();
    match document.and_then(root_id).map(str::to_owned) {
        // It is known by its path too.
        Some(id) => {
            let alias = json!({ "$id": uri, "$ref": id });
            definitions.insert(uri, alias);
            definitions.insert(id, members.into());
        }
        None => {
            members.insert("$id".to_owned(), uri.clone().into());
            definitions.insert(uri, members.into());
        }
    }
}

/// Implements `JsonSchema` for generated types of one module.
#[doc(hidden)]
#[macro_export]
macro_rules! __json_schema {
    ($documents:expr, { $($name:ident = $place:literal),* $(,)? }) => {$(
        const _: () = {
            use $crate::private::schemars;

            impl schemars::JsonSchema for $name {
                fn schema_name() -> ::std::borrow::Cow<'static, str> {
                    ::std::borrow::Cow::Borrowed(::core::stringify!($name))
                }

                fn schema_id() -> ::std::borrow::Cow<'static, str> {
                    ::std::borrow::Cow::Borrowed(::core::concat!(
                        ::core::module_path!(), "::", ::core::stringify!($name)
                    ))
                }

                fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    $crate::private::json_schema_of(generator, $documents, $place)
                }
            }
        };
    )*};
}

/// Implements `JsonSchema` for a value type of the runtime.
macro_rules! value_schema {
    ($($name:ident = $schema:tt),* $(,)?) => {$(
        impl schemars::JsonSchema for $crate::$name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> Schema {
                schemars::json_schema!($schema)
            }
        }
    )*};
}

value_schema! {
    Date = { "type": "string", "format": "date" },
    DateTime = { "type": "string", "format": "date-time" },
    Integer = { "type": "integer" },
    Number = { "type": "number" },
}
