//! The documents of the official test suite against the proofs, where the suite is at hand.
//!
//! `DISPATCHER_SCHEMA_SUITE` names its folder. Within each file every schema is compared with every other; where a
//! proof is found, no document of the file that the one accepts may be refused by the other, as the gate's validator
//! says.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{load, obstacles};
use crate::compat::Mode;

#[test]
fn no_document_of_the_suite_contradicts_a_proof() {
    let Ok(folder) = std::env::var("DISPATCHER_SCHEMA_SUITE") else {
        println!("skipped: DISPATCHER_SCHEMA_SUITE names no folder");
        return;
    };
    let (mut proofs, mut wrong) = (0, Vec::new());
    for (draft, uri) in [
        ("draft7", "http://json-schema.org/draft-07/schema#"),
        (
            "draft2020-12",
            "https://json-schema.org/draft/2020-12/schema",
        ),
    ] {
        let files = fs::read_dir(Path::new(&folder).join(draft)).expect("a folder of the suite");
        let mut files: Vec<_> = files.map(|file| file.expect("readable").path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.is_file()) {
            proofs += check(file, uri, &mut wrong);
        }
    }
    println!("{proofs} proofs");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(proofs > 1000, "{proofs} proofs");
}

fn check(file: &Path, uri: &str, wrong: &mut Vec<String>) -> u32 {
    let groups: Value =
        serde_json::from_slice(&fs::read(file).expect("readable")).expect("a file of the suite");
    let groups = groups.as_array().expect("groups");
    let values: Vec<&Value> = groups
        .iter()
        .flat_map(|group| group["tests"].as_array().expect("tests"))
        .map(|test| &test["data"])
        .collect();
    let mut schemas = Vec::new();
    for group in groups {
        let mut schema = group["schema"].clone();
        if let Value::Object(members) = &mut schema {
            members.insert("$schema".to_owned(), uri.into());
        }
        // Those that refer to remote documents do not compile here.
        let validator =
            dispatcher_schema::formats::checked(jsonschema::options(), true).build(&schema);
        if let Ok(validator) = validator {
            let accepted: Vec<bool> = values
                .iter()
                .map(|value| validator.is_valid(value))
                .collect();
            schemas.push((load(&[("schema.json", schema.clone())]), schema, accepted));
        }
    }
    let mut proofs = 0;
    for (writer, text, accepts) in &schemas {
        for (reader, other, takes) in &schemas {
            if !obstacles(writer, reader, Mode::Strict).is_empty() {
                continue;
            }
            proofs += 1;
            for (index, value) in values.iter().enumerate() {
                if accepts[index] && !takes[index] {
                    wrong.push(format!(
                        "{}: {text} is in {other}, but {value}",
                        file.display()
                    ));
                }
            }
        }
    }
    proofs
}
