//! Many faults in one payload: a report lists some and counts the rest.

use serde_json::{Value, json};

use crate::allocations::Turn;
use crate::contracts::Contracts;

#[test]
fn of_many_violations_twenty_are_listed_and_the_rest_is_counted() {
    let turn = Turn::wait();
    let contracts = Contracts::of(&json!({
        "type": "object", "properties": { "items": { "items": { "type": "string" } } } }));
    contracts.report(&json!({ "items": [1] }));
    let payload = json!({ "items": vec![7; 20_000] });
    let (report, bytes) = turn.allocated(|| contracts.report(&payload));
    assert_eq!(report.violations().len(), 20);
    assert_eq!((report.further(), report.is_complete()), (19_980, true));
    let text = report.to_string();
    assert!(text.len() <= 16 * 1024, "{}", text.len());
    assert!(text.contains("and 19980 more"), "{text}");
    assert!(bytes < 256 * payload.to_string().len(), "{bytes} bytes");
}

/// It was quadratic: each bad name copied the whole object.
#[test]
fn bad_property_names_cost_a_line_in_their_number() {
    let turn = Turn::wait();
    let contracts = Contracts::of(&json!({
        "type": "object", "propertyNames": { "maxLength": 3 } }));
    contracts.report(&json!({ "long name": 1 }));
    for number in [1_000, 10_000] {
        let names = (0..number).map(|index| (format!("name-{index}"), Value::Null));
        let payload = Value::Object(names.collect());
        let (report, bytes) = turn.allocated(|| contracts.report(&payload));
        assert!(bytes < 512 * payload.to_string().len(), "{bytes} bytes");
        assert_eq!(report.violations().len(), 20);
        assert_eq!(report.further(), number - 20);
    }
}

/// Names of properties are the client's, and as long as it likes.
#[test]
fn long_names_and_deep_places_make_no_long_text() {
    let _turn = Turn::wait();
    let contracts = Contracts::of(&json!({
        "type": "object", "additionalProperties": { "additionalProperties": false } }));
    let name = "é".repeat(100_000);
    let inner: serde_json::Map<_, _> = (0..50)
        .map(|index| (format!("{index}{name}"), Value::Null))
        .collect();
    let outer: serde_json::Map<_, _> = (0..5)
        .map(|index| (format!("{index}{name}"), Value::Object(inner.clone())))
        .collect();
    let report = contracts.report(&Value::Object(outer));
    let text = report.to_string();
    assert!(text.len() <= 16 * 1024, "{}", text.len());
    assert!(text.contains('…'));
    let revealed = report.with_values().to_string();
    assert!(revealed.len() <= 16 * 1024, "{}", revealed.len());
    assert!(serde_json::to_string(&report).is_ok_and(|json| json.len() <= 64 * 1024));
}
