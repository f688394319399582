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

use dispatcher_conformance::equal;
use serde_json::Value;

/// A module for each case, and the test of its samples.
macro_rules! golden {
    ($($case:ident)*) => {$(
        #[doc = concat!("The golden case `", stringify!($case), "`.")]
        pub mod $case {
            include!(concat!("../../../build-support/tests/golden/", stringify!($case), "/expected.rs"));

            #[test]
            fn samples_round_trip() {
                let samples = include_str!(concat!(
                    "../../../build-support/tests/golden/",
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

golden!(choices circle docs lists names objects presence recursion registry roots scalars shadows shared unions values versions);

/// The golden case `scalars` with newtypes.
pub mod newtypes {
    include!("../../../build-support/tests/golden/scalars/newtypes.rs");

    #[test]
    fn samples_round_trip() {
        let samples = include_str!("../../../build-support/tests/golden/scalars/samples.jsonl");
        crate::round_trip(samples, |event_type, schema_version, payload| {
            Ok(Event::decode(event_type, schema_version, payload)?.to_json()?)
        });
    }

    /// A trait of another crate for a type of the contracts.
    impl From<value_measured::LockedCredits> for std::num::Wrapping<i64> {
        fn from(credits: value_measured::LockedCredits) -> Self {
            Self(i64::try_from(credits).unwrap_or(i64::MAX))
        }
    }

    #[test]
    fn a_newtype_is_used_like_the_name_that_it_replaces() -> Result<(), Box<dyn std::error::Error>>
    {
        use value_measured::{Id, LockedCredits, Percent, Share};

        let credits: LockedCredits = 6.try_into()?;
        assert_eq!(
            (credits.get().as_i64(), credits.to_string()),
            (Some(6), "6".to_owned())
        );
        assert_eq!(i64::try_from(credits)?, 6);
        assert_eq!(std::num::Wrapping::from(credits).0, 6);
        let error = LockedCredits::try_from(0_i32).map_err(|error| error.to_string());
        assert_eq!(error, Err("locked_credits must be at least 1".to_owned()));
        assert_eq!(Percent::try_from(55)?.get(), 55_i64);
        assert!(Share::try_from(0.25)?.number() == 0.25);
        let text = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let id: Id = text.parse()?;
        assert!(id == text && id.as_str() == text && id.starts_with("0f8f"));
        assert_eq!(format!("{id:?}"), format!("Id({text:?})"));
        assert_eq!(String::from(id), text);
        Ok(())
    }
}

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

/// What handlers and tests write: literals need no suffix, and an error says what was expected.
#[test]
fn values_are_made_from_literals() -> Result<(), Box<dyn std::error::Error>> {
    use circle::circle_drawn::{CircleDrawn, Node0, Node1};
    use lists::lists_made::{Exactly, Lines, LinesItem, Tags};
    use scalars::value_measured::{LockedCredits, Odd, Percent, Share};
    use values::payment_made::Mixed;

    let credits: LockedCredits = 6.try_into()?;
    assert!(credits.get() > 5 && credits.get() != 7);
    assert_eq!(i64::try_from(credits)?, 6);
    let error = LockedCredits::try_from(0_i32).map_err(|error| error.to_string());
    assert_eq!(error, Err("locked_credits must be at least 1".to_owned()));
    let huge: LockedCredits = "18446744073709551615".parse()?;
    let error = i64::try_from(huge).map_err(|error| error.to_string());
    assert_eq!(error, Err("locked_credits must fit into i64".to_owned()));

    assert_eq!(Percent::try_from(55)?.get(), 55_i64);
    assert!(Share::try_from(0.25)?.number() == 0.25);
    assert!(Share::try_from(1)?.number() <= 1);

    assert_eq!(Odd::try_from(3)?, Odd::N3);
    assert!(Odd::N1 < Odd::N5 && Odd::N5.get() == 5);
    assert_eq!(Mixed::try_from(&Value::from(1.0))?, Mixed::JsonN1);
    assert_eq!(Mixed::Low.value(), "low");

    let second = Node1 {
        id: 2.try_into()?,
        next: None,
    };
    let first = Node0 {
        id: 1.try_into()?,
        next: Some(dispatcher_runtime::Deferred::new(&second)?),
        list: None,
    };
    let drawn = CircleDrawn { first };
    let next = drawn.first.next.as_ref().ok_or("there is one")?;
    assert_eq!(next.get()?, second);

    let lines: Lines = [LinesItem {
        code: "x".into(),
        tags: Some(vec!["a".try_into()?, "b".try_into()?].try_into()?),
    }]
    .try_into()?;
    assert_eq!(lines.len(), 1);
    for line in &lines {
        assert_eq!(line.tags.as_deref().map(<[_]>::len), Some(2));
    }
    assert_eq!(lines.into_vec()[0].code, "x");
    let exactly: Exactly = [1.try_into()?, 2.try_into()?].try_into()?;
    assert_eq!(exactly.iter().map(|item| item.get()).sum::<i64>(), 3);
    let error = Tags::try_from(["a".try_into()?, "a".try_into()?]);
    assert_eq!(
        error.map_err(|error| error.to_string()),
        Err("Tags must have no duplicate items".to_owned())
    );
    Ok(())
}

/// Every golden case is in the list above.
#[test]
fn no_case_is_forgotten() {
    let directory = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../build-support/tests/golden"
    );
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
    let listed = "choices circle docs lists names objects presence recursion registry roots scalars shadows shared unions values versions";
    assert_eq!(cases.join(" "), listed);
}
