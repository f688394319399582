//! Structs that were written by hand, held against the reference contracts with what schemars says of them.

use std::collections::BTreeMap;

use dispatcher_build_support::{Contracts, SchemaDifference, SchemaMismatch};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};

fn contracts() -> Contracts {
    Contracts::new("../../contracts")
}

/// An id with that prefix, as the contracts write it.
macro_rules! id {
    ($name:ident, $pattern:literal) => {
        #[derive(Deserialize, JsonSchema, Serialize)]
        struct $name(#[schemars(regex(pattern = $pattern))] String);
    };
}

id!(
    Reservation,
    "^crr_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
);
id!(
    Lesson,
    "^les_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
);
id!(
    Person,
    "^per_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
);

#[derive(Deserialize, JsonSchema, Serialize)]
struct CreditLocked {
    credit_reservation_id: Reservation,
    lesson_id: Lesson,
    person_id: Person,
    #[schemars(range(min = 1, max = 9_007_199_254_740_991_i64))]
    locked_credits: i64,
    #[schemars(extend("format" = "date-time"))]
    locked_at: String,
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Present,
    Late,
    NoShow,
}

#[derive(Deserialize, JsonSchema, Serialize)]
struct Attendance {
    person_id: Person,
    outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BTreeMap<String, Mark>")]
    skill_marks: Option<BTreeMap<String, Mark>>,
    #[schemars(length(min = 1, max = 1000))]
    coach_note: Option<String>,
}

#[derive(Deserialize, JsonSchema, Serialize)]
struct Mark(#[schemars(range(min = 1, max = 5))] u8);

id!(
    Coach,
    "^coa_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
);

#[derive(Deserialize, JsonSchema, Serialize)]
struct LessonCompleted {
    lesson_id: Lesson,
    coach_id: Coach,
    #[schemars(extend("format" = "date-time"))]
    started_at: String,
    #[schemars(range(min = 10, max = 480))]
    duration_minutes: u16,
    #[schemars(length(min = 1, max = 60))]
    attendance: Vec<Attendance>,
    #[schemars(extend("format" = "date-time"))]
    completed_at: String,
}

/// `docs/exports.md` shows it.
#[test]
fn the_struct_is_the_payload_of_the_contract() {
    let contracts = Contracts::new("../../contracts");
    contracts.assert_schema("credit.locked", 1, schema_for!(CreditLocked));
}

#[test]
fn a_struct_that_reads_more_than_it_writes_has_two_schemas() {
    let settings = SchemaSettings::draft2020_12();
    let reads = settings
        .clone()
        .for_deserialize()
        .into_generator()
        .into_root_schema_for::<LessonCompleted>();
    let writes = settings
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<LessonCompleted>();
    let compared = contracts().compare_schemas("lesson.completed", 1, reads, writes);
    assert!(
        compared.is_ok(),
        "{}",
        compared.expect_err("it is an error")
    );
}

/// The differences between a type and version 1 of `credit.locked`, and the message.
fn differences<T: JsonSchema>() -> (Vec<SchemaDifference>, String) {
    match contracts().compare_schema("credit.locked", 1, schema_for!(T)) {
        Err(error @ SchemaMismatch::Different { .. }) => {
            let text = error.to_string();
            let SchemaMismatch::Different { differences, .. } = error else {
                unreachable!("it was just matched")
            };
            (differences, text)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_struct_without_bounds_may_write_what_the_contract_refuses() {
    #[derive(JsonSchema)]
    #[allow(dead_code, reason = "only its schema is used")]
    struct Unbounded {
        credit_reservation_id: Reservation,
        lesson_id: Lesson,
        person_id: Person,
        locked_credits: i64,
        #[schemars(extend("format" = "date-time"))]
        locked_at: String,
    }
    let (differences, text) = differences::<Unbounded>();
    let [SchemaDifference::NotWritten { payload, .. }] = differences.as_slice() else {
        panic!("{text}");
    };
    let credits = payload["locked_credits"].as_i64();
    assert!(
        credits.is_none_or(|credits| !(1..=9_007_199_254_740_991).contains(&credits)),
        "{text}"
    );
    assert!(
        text.contains("the struct may write a payload that the contract refuses: {"),
        "{text}"
    );
}

#[test]
fn a_struct_of_small_integers_does_not_read_large_ones() {
    #[derive(JsonSchema)]
    #[allow(dead_code, reason = "only its schema is used")]
    struct Small {
        credit_reservation_id: Reservation,
        lesson_id: Lesson,
        person_id: Person,
        #[schemars(range(min = 1))]
        locked_credits: u32,
        #[schemars(extend("format" = "date-time"))]
        locked_at: String,
    }
    let (differences, text) = differences::<Small>();
    let [SchemaDifference::NotRead { payload, .. }] = differences.as_slice() else {
        panic!("{text}");
    };
    assert!(
        payload["locked_credits"].as_u64() > Some(u32::MAX.into()),
        "{text}"
    );
}

#[test]
fn a_property_that_the_contract_does_not_have_is_found() {
    #[derive(JsonSchema)]
    #[allow(dead_code, reason = "only its schema is used")]
    struct More {
        #[serde(flatten)]
        locked: CreditLocked,
        lane: Option<bool>,
    }
    let (differences, text) = differences::<More>();
    let [SchemaDifference::NotWritten { payload, .. }] = differences.as_slice() else {
        panic!("{text}");
    };
    assert!(payload.get("lane").is_some(), "{text}");
}

#[test]
fn a_property_that_the_struct_lacks_is_not_read_where_unknown_ones_are_denied() {
    #[derive(JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its schema is used")]
    struct Less {
        credit_reservation_id: Reservation,
        lesson_id: Lesson,
        person_id: Person,
        #[schemars(range(min = 1, max = 9_007_199_254_740_991_i64))]
        locked_credits: i64,
    }
    let (differences, text) = differences::<Less>();
    assert!(
        matches!(
            differences.as_slice(),
            [
                SchemaDifference::NotRead { .. },
                SchemaDifference::NotWritten { .. }
            ]
        ),
        "{text}"
    );
}

#[test]
#[should_panic(
    expected = "credit.lokced is not an event type of the registry; did you mean \"credit.locked\"?"
)]
fn the_assertion_panics_with_the_reason() {
    contracts().assert_schema("credit.lokced", 1, schema_for!(CreditLocked));
}
