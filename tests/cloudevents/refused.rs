//! What is refused names its attribute.

use acme_contracts::credit_locked::CreditLocked;
use acme_contracts::credit_released::CreditReleased;
use dispatcher_runtime::{CloudEvent, CloudEventError};
use dispatcher_test_fixtures::TestResult;
use serde_json::{Value, json};

use crate::generated::{envelope, payload, typed};

/// A valid message in structured mode, to be changed.
fn message() -> TestResult<Value> {
    let event = typed::<CreditLocked>(3, &payload())?;
    Ok(serde_json::from_str(
        &CloudEvent::from_event(&event)?.to_structured(),
    )?)
}

/// The attribute that an error names, and the whole error.
fn refusal<T>(outcome: Result<T, CloudEventError>) -> TestResult<(String, String)> {
    let error = outcome.err().ok_or("it was accepted")?;
    Ok((
        error.attribute().unwrap_or_default().to_owned(),
        error.to_string(),
    ))
}

fn read(message: &Value) -> Result<(), CloudEventError> {
    CloudEvent::from_structured(&message.to_string())?
        .to_event::<CreditLocked>()
        .map(drop)
}

#[test]
fn each_attribute_is_checked() -> TestResult {
    read(&message()?)?;
    for (name, value) in [
        ("specversion", json!("0.3")),
        ("id", json!("1")),
        ("id", json!("")),
        ("type", json!("credit.released")),
        ("type", json!("Credit Locked")),
        ("source", json!("https://swim.example/revenue")),
        ("source", json!("coaching")),
        ("time", json!("yesterday")),
        ("time", json!("9999-12-31T23:59:59-01:00")),
        ("subject", json!("")),
        ("subject", json!("per\u{85}son")),
        ("subject", json!("\u{fffe}")),
        ("subject", json!({})),
        ("schemaversion", json!(2)),
        ("schemaversion", json!(0)),
        ("schemaversion", json!("+1")),
        ("schemaversion", json!("01")),
        ("schemaversion", json!(2_147_483_648_u32)),
        ("schemaversion", json!(1.5)),
        ("tenantid", json!("north")),
        ("actor", json!("")),
        ("correlationid", json!("")),
        ("causationid", json!("")),
        ("datacontenttype", json!("text/plain")),
        ("dataschema", json!("")),
        ("tenant_id", json!("tnt_north")),
        ("Region", json!("north")),
        ("data_base64", json!("e30=")),
        ("data", json!([])),
        ("data", json!({})),
    ] {
        let mut changed = message()?;
        changed[name] = value.clone();
        let (attribute, error) = refusal(read(&changed))?;
        assert_eq!(attribute, name, "{value}: {error}");
        let named = if name == "data" { "the data of" } else { name };
        assert!(error.contains(named), "{error}");
    }
    Ok(())
}

#[test]
fn each_attribute_that_an_envelope_needs_is_missed() -> TestResult {
    for name in [
        "specversion",
        "id",
        "type",
        "source",
        "time",
        "schemaversion",
        "tenantid",
        "actor",
        "data",
    ] {
        let mut changed = message()?;
        changed.as_object_mut().ok_or("an object")?.remove(name);
        let (attribute, error) = refusal(read(&changed))?;
        assert_eq!(attribute, name, "{error}");
        // In JSON null is the same as absent.
        changed[name] = Value::Null;
        assert_eq!(refusal(read(&changed))?.0, name);
    }
    Ok(())
}

#[test]
fn what_an_envelope_does_not_have_is_kept_and_ignored() -> TestResult {
    let mut changed = message()?;
    for (name, value) in [
        ("region", json!("north")),
        ("sampled", json!(true)),
        ("rank", json!(7)),
    ] {
        changed[name] = value;
    }
    changed["datacontenttype"] = json!("application/vnd.swim+json; charset=utf-8");
    read(&changed)?;
    let event = CloudEvent::from_structured(&changed.to_string())?;
    assert_eq!(event.attribute("region"), Some("north"));
    assert_eq!(event.attribute("sampled"), Some("true"));
    Ok(())
}

#[test]
fn an_envelope_that_cloud_events_cannot_hold_is_not_written() -> TestResult {
    let written =
        |change: fn(&mut dispatcher_runtime::EventEnvelope<Value>)| -> TestResult<String> {
            let mut event = envelope(5)?;
            change(&mut event);
            Ok(refusal(CloudEvent::from_untyped(&event))?.0)
        };
    assert_eq!(
        written(|event| event.subject = Some("a\nb".to_owned()))?,
        "subject"
    );
    assert_eq!(
        written(|event| event.subject = Some(String::new()))?,
        "subject"
    );
    assert_eq!(written(|event| event.actor = "\u{7f}".to_owned())?, "actor");
    assert_eq!(written(|event| event.actor = String::new())?, "actor");
    assert_eq!(
        written(|event| event.correlation_id = Some(String::new()))?,
        "correlationid"
    );
    assert_eq!(
        written(|event| event.causation_id = Some("\u{fdd0}".to_owned()))?,
        "causationid"
    );
    assert_eq!(written(|event| event.producer = String::new())?, "source");
    assert_eq!(written(|event| event.payload = json!([]))?, "data");
    Ok(())
}

#[test]
fn a_number_that_would_be_rounded_is_refused_in_both_modes() -> TestResult {
    let text = message()?.to_string().replace(
        "\"locked_credits\":6",
        "\"locked_credits\":12345678901234567890123",
    );
    assert_eq!(refusal(CloudEvent::from_structured(&text))?.0, "data");
    let headers = [
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "a"),
        ("ce-type", "b"),
    ];
    let body = br#"{"a": 12345678901234567890123}"#;
    assert_eq!(refusal(CloudEvent::from_binary(headers, body))?.0, "data");
    Ok(())
}

#[test]
fn a_report_shows_no_value_of_the_payload() -> TestResult {
    let mut changed = message()?;
    changed["data"]["person_id"] = json!("Mia Example");
    let (_, error) = refusal(read(&changed))?;
    assert!(
        error.contains("/person_id") && !error.contains("Mia"),
        "{error}"
    );
    Ok(())
}

#[test]
fn headers_are_read_in_any_case_and_once() -> TestResult {
    let event = typed::<CreditLocked>(3, &payload())?;
    let (headers, body) = CloudEvent::from_event(&event)?.to_binary();
    let loud = headers
        .iter()
        .map(|(name, value)| (name.to_uppercase(), format!(" {value}\t")));
    let loud: Vec<_> = loud
        .chain([("Accept".to_owned(), "*/*".to_owned())])
        .collect();
    assert_eq!(
        CloudEvent::from_binary(loud, &body)?.to_event::<CreditLocked>()?,
        event
    );
    let with = |name: &str, value: &str| {
        let mut headers = headers.clone();
        headers.push((name.to_owned(), value.to_owned()));
        refusal(CloudEvent::from_binary(headers, &body))
    };
    assert_eq!(with("CE-ID", "2")?.0, "id");
    assert_eq!(with("ce-tenant_id", "a")?.0, "tenant_id");
    assert_eq!(with("ce-region", "100%")?.0, "region");
    assert_eq!(with("ce-region", "%+1")?.0, "region");
    assert_eq!(with("ce-region", "%ff")?.0, "region");
    assert_eq!(with("ce-region", "%0A")?.0, "region");
    assert_eq!(
        with("ce-datacontenttype", "application/json")?.0,
        "datacontenttype"
    );
    assert_eq!(
        refusal(CloudEvent::from_binary(headers.clone(), b"\xff"))?.0,
        "data"
    );
    assert_eq!(refusal(CloudEvent::from_binary(headers, b""))?.0, "data");
    let structured = [("Content-Type", "application/cloudevents+json")];
    let (attribute, error) = refusal(CloudEvent::from_binary(structured, &body))?;
    assert_eq!(attribute, "datacontenttype");
    assert!(error.contains("from_structured"), "{error}");
    Ok(())
}

#[test]
fn a_quoted_header_is_read_without_its_quotes() -> TestResult {
    let event = typed::<CreditLocked>(3, &payload())?;
    let (mut headers, body) = CloudEvent::from_event(&event)?.to_binary();
    headers.push((
        "ce-region".to_owned(),
        r#""north \"a\" %E2%82%AC""#.to_owned(),
    ));
    let read = CloudEvent::from_binary(headers, &body)?;
    assert_eq!(read.attribute("region"), Some("north \"a\" €"));
    Ok(())
}

#[test]
fn another_type_of_payload_names_the_attribute() -> TestResult {
    let text = message()?.to_string();
    let event = CloudEvent::from_structured(&text)?;
    assert_eq!(refusal(event.to_event::<CreditReleased>())?.0, "type");
    assert_eq!(refusal(CloudEvent::from_structured("[]"))?.0, "");
    assert_eq!(refusal(CloudEvent::from_structured("{\"a\":"))?.0, "");
    Ok(())
}
