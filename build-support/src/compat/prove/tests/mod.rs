//! What is proved, and above all what is not.

mod bounds;
mod corpus;
mod files;
mod random;
mod suite;
mod tables;

use serde_json::{Value, json};

use super::{Outcome, prove};
use crate::compat::{Mode, Side, Undecided};
use crate::schema::{Documents, Location};

/// The documents of a contracts directory with these files.
fn load(files: &[(&str, Value)]) -> Documents {
    let files = files.iter().map(|(path, value)| (*path, value.clone()));
    Documents::from_values(files).expect("schemas without faults")
}

/// A document of one schema in a dialect: `draft-04`, `2020-12`.
fn document(schema: &Value, dialect: &str) -> Documents {
    let mut schema = schema.clone();
    if let Value::Object(members) = &mut schema {
        let uri = if dialect.starts_with("draft-") {
            format!("http://json-schema.org/{dialect}/schema#")
        } else {
            format!("https://json-schema.org/draft/{dialect}/schema")
        };
        members.entry("$schema").or_insert(json!(uri));
    }
    load(&[("schema.json", schema)])
}

/// What stands in the way of a proof; nothing where it is proved.
fn obstacles(writer: &Documents, reader: &Documents, mode: Mode) -> Vec<Undecided> {
    let side = |documents| Side {
        documents,
        root: Location::root("schema.json"),
    };
    match prove(&side(writer), &side(reader), mode) {
        Outcome::Proved => Vec::new(),
        Outcome::NotProved(obstacles) => std::iter::once(obstacles.first)
            .chain(obstacles.others)
            .collect(),
    }
}

fn is_proved(writer: &Value, reader: &Value, dialect: &str, mode: Mode) -> bool {
    obstacles(&document(writer, dialect), &document(reader, dialect), mode).is_empty()
}
