//! The golden files of build-support compile, silently under the strictest lints, and what they
//! decode they give back equal.
//!
//! They are compiled here because this package has the runtime among its dependencies, and
//! build-support must not.

#![deny(warnings)]
#![deny(
    missing_docs,
    unreachable_pub,
    rustdoc::all,
    clippy::pedantic,
    clippy::nursery
)]

use dispatcher_runtime::private::serde::Deserialize as _;
use serde_json::Value;

/// A module for each case, and the test of its samples.
macro_rules! golden {
    ($($case:ident)*) => {$(
        #[doc = concat!("The golden case `", stringify!($case), "`.")]
        pub mod $case {
            include!(concat!("../../build-support/tests/golden/", stringify!($case), "/expected.rs"));

            #[test]
            fn samples_round_trip() {
                let samples = include_str!(concat!(
                    "../../build-support/tests/golden/",
                    stringify!($case),
                    "/samples.jsonl"
                ));
                crate::round_trip(samples, |event_type, schema_version, payload| {
                    let event = Event::decode(event_type, schema_version, payload)?;
                    assert_eq!((event.event_type(), event.schema_version()), (event_type, schema_version));
                    Ok(event.to_json()?)
                });
            }
        }
    )*};
}

golden!(choices docs names objects presence recursion registry roots scalars shared unions values versions);

type Recoded = Result<Value, Box<dyn std::error::Error>>;

/// Each line is an event type, a version, a payload, and `"valid": false` where the gate refuses.
fn round_trip(samples: &str, recode: impl Fn(&str, u32, Value) -> Recoded) {
    for line in samples.lines() {
        let sample: Value = serde_json::from_str(line).expect(line);
        let event_type = sample["event_type"].as_str().expect("an event type");
        let version = sample["schema_version"].as_u64().expect("a version");
        let version = u32::try_from(version).expect("a version");
        let recoded = recode(event_type, version, sample["payload"].clone());
        if sample["valid"] == Value::Bool(false) {
            assert!(recoded.is_err(), "not valid, and taken: {line}");
            continue;
        }
        let recoded = recoded.unwrap_or_else(|error| panic!("valid, and refused: {line}\n{error}"));
        assert!(
            equal(&recoded, &sample["payload"]),
            "it changed on the way: {line}\n{recoded}"
        );
    }
}

/// As JSON Schema compares: `1` and `1.0` are one number, 2^53 + 1 and the double 2^53 are two.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let [a, b] = [a, b]
                .map(|number| dispatcher_runtime::Number::deserialize(number).expect("a number"));
            a == b
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}

/// Every golden case is in the list above.
#[test]
fn no_case_is_forgotten() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../build-support/tests/golden");
    let mut cases: Vec<_> = std::fs::read_dir(directory)
        .expect("the golden cases")
        .map(|entry| {
            entry
                .expect("a case")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    cases.sort_unstable();
    let listed = "choices docs names objects presence recursion registry roots scalars shared unions values versions";
    assert_eq!(cases.join(" "), listed);
}
