//! The upcasts: each sample of an older version, and payloads that are made from its schema, become the payload that
//! handlers take.

use acme_contracts::order_paid::OrderPaid;
use dispatcher_build_support::Contracts;
use dispatcher_runtime::Payload;
use dispatcher_runtime::testing::check_upcasts;
use serde_json::Value;

type TestResult = Result<(), Box<dyn std::error::Error>>;

#[test]
fn each_older_order_reaches_handlers() -> TestResult {
    check_upcasts::<OrderPaid>(samples(OrderPaid::EVENT_TYPE)?)?;
    let made = Contracts::new(".").examples(OrderPaid::EVENT_TYPE, 50)?;
    let made = made.into_iter();
    check_upcasts::<OrderPaid>(made.map(|example| (example.schema_version, example.payload)))?;
    Ok(())
}

/// The valid samples of an event type, as version and payload.
fn samples(event_type: &str) -> Result<Vec<(u32, Value)>, serde_json::Error> {
    let mut samples = Vec::new();
    for line in include_str!("../samples.jsonl").lines() {
        let sample: Value = serde_json::from_str(line)?;
        if sample["event_type"] == event_type && sample["valid"] == true {
            let version = sample["schema_version"].as_u64().unwrap_or_default();
            let version = u32::try_from(version).unwrap_or_default();
            samples.push((version, sample["payload"].clone()));
        }
    }
    Ok(samples)
}
