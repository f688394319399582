//! Writing and reading gives the same envelope back.

use acme_contracts::credit_locked::CreditLocked;
use acme_contracts::order_paid::v2;
use dispatcher_runtime::time::UtcOffset;
use dispatcher_runtime::{CloudEvent, EventEnvelope};
use dispatcher_test_fixtures::{TENANT, TestResult};
use serde_json::Value;

use crate::generated::{envelope, payload, typed};

const SEEDS: u64 = 2_000;

fn through_binary(event: &CloudEvent) -> TestResult<CloudEvent> {
    let (headers, body) = event.to_binary();
    for (name, value) in &headers {
        let is_visible = |byte: u8| (0x21..=0x7E).contains(&byte);
        assert!(name.bytes().all(is_visible), "{name}");
        assert!(value.bytes().all(is_visible), "{name}: {value}");
    }
    Ok(CloudEvent::from_binary(headers, &body)?)
}

#[test]
fn an_envelope_survives_both_modes() -> TestResult {
    let (mut with_subject, mut without) = (0, 0);
    for seed in 0..SEEDS {
        let event = envelope(seed)?;
        if event.subject.is_some() {
            with_subject += 1
        } else {
            without += 1
        }
        let written = CloudEvent::from_untyped(&event)?;
        let structured = CloudEvent::from_structured(&written.to_structured())?;
        let binary = through_binary(&written)?;
        assert_eq!(structured, written, "seed {seed}");
        assert_eq!(binary, written, "seed {seed}");
        assert_eq!(structured.to_untyped()?, event, "seed {seed}");
        assert_eq!(binary.to_untyped()?, event, "seed {seed}");
    }
    assert!(with_subject > 0 && without > 0);
    Ok(())
}

#[test]
fn a_typed_envelope_survives_both_modes() -> TestResult {
    for seed in 0..200 {
        let event = typed::<CreditLocked>(seed, &payload())?;
        let written = CloudEvent::from_event(&event)?;
        let structured = CloudEvent::from_structured(&written.to_structured())?;
        assert_eq!(structured.to_event::<CreditLocked>()?, event, "seed {seed}");
        let binary = through_binary(&written)?;
        assert_eq!(binary.to_event::<CreditLocked>()?, event, "seed {seed}");
    }
    Ok(())
}

#[test]
fn what_is_null_is_absent_and_the_names_are_those_of_the_specification() -> TestResult {
    let event = EventEnvelope::new(TENANT.parse()?, dispatcher_test_fixtures::lock(7, 6));
    let written = CloudEvent::from_event(&event)?;
    let names: Vec<_> = written.attributes().map(|(name, _)| name).collect();
    let expected = [
        "actor",
        "datacontenttype",
        "dataschema",
        "id",
        "schemaversion",
        "source",
        "specversion",
        "subject",
        "tenantid",
        "time",
        "type",
    ];
    assert_eq!(names, expected);
    let json: Value = serde_json::from_str(&written.to_structured())?;
    assert_eq!(json["schemaversion"], 1);
    assert_eq!(json["source"], "revenue");
    assert_eq!(
        json["dataschema"],
        "contract:///credit-ledger/schema/payloads/credit-locked-v1.json"
    );
    assert!(
        json.as_object()
            .is_some_and(|members| members.values().all(|value| !value.is_null()))
    );
    Ok(())
}

#[test]
fn data_that_was_upcast_is_sent_as_the_version_that_it_follows() -> TestResult {
    let line = include_str!("../../contracts/samples.jsonl")
        .lines()
        .find(|line| {
            line.contains("\"order.paid\", \"schema_version\": 2")
                && line.contains("\"valid\": true")
        })
        .ok_or("there is a sample")?;
    let sample: Value = serde_json::from_str(line)?;
    let mut event = typed::<v2::OrderPaid>(1, &sample["payload"])?;
    // As a handler receives an event that was published as version 1.
    event.schema_version = 1;
    let written = CloudEvent::from_event(&event)?;
    assert_eq!(written.attribute("schemaversion"), Some("2"));
    assert_eq!(written.to_event::<v2::OrderPaid>()?.payload, event.payload);
    Ok(())
}

#[test]
fn a_time_is_read_with_any_offset_and_written_in_utc() -> TestResult {
    let mut event = envelope(1)?;
    event.occurred_at = event
        .occurred_at
        .replace_year(2026)?
        .to_offset(UtcOffset::from_hms(5, 30, 0)?);
    let written = CloudEvent::from_untyped(&event)?;
    assert!(
        written
            .attribute("time")
            .is_some_and(|time| time.ends_with('Z'))
    );
    let sent = written.with_attribute("time", "2026-11-23T10:15:02+01:00")?;
    let read = sent.to_untyped()?;
    assert_eq!(read.occurred_at.offset(), UtcOffset::UTC);
    assert_eq!(read.occurred_at.hour(), 9);
    Ok(())
}

#[test]
fn what_is_not_a_trace_context_counts_as_none() -> TestResult {
    let mut event = envelope(1)?;
    event.traceparent = Some("none".to_owned());
    let written = CloudEvent::from_untyped(&event)?;
    assert_eq!(written.attribute("traceparent"), None);
    let received = written.with_attribute("traceparent", "00-0-0-0")?;
    assert_eq!(received.to_untyped()?.traceparent, None);
    Ok(())
}
