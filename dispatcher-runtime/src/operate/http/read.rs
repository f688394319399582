//! From a request to values, by the parameters and fields of its route.
//!
//! Every fault goes into the `Faults`; only a body of the wrong size or type ends a request at once, because then there
//! is nothing to read. Nothing is guessed: unknown and duplicate names are refused, so that a misspelt `consumer` does not
//! list the dead letters of all consumers.

use std::fmt;

use axum::body::Bytes;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequest, RawPathParams, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::kind::{Kind, Parameter, Value, Values};
use super::problem::{Faults, Place, Problem};
use crate::contract::bounded_text::excerpt;

/// The longest query, in bytes.
pub(super) const LONGEST_QUERY: usize = 8 * 1024;

/// Refuses a query that is longer than any honest one, before it is read.
///
/// # Errors
/// A 414.
pub(super) fn limit_query(request: &Request) -> Result<(), Problem> {
    let length = request.uri().query().map_or(0, str::len);
    if length <= LONGEST_QUERY {
        return Ok(());
    }
    let detail = format!("the query is longer than {LONGEST_QUERY} bytes");
    Err(Problem::new(StatusCode::URI_TOO_LONG, detail))
}

/// The parameters of the path. One that is malformed is left out, with a fault.
pub(super) fn path(
    given: &Result<RawPathParams, RawPathParamsRejection>,
    known: &[&'static Parameter],
    faults: &mut Faults,
) -> Values {
    let mut values = Values::default();
    for parameter in known {
        let Ok(given) = given else {
            let detail = format!(
                "the {} in the path is not UTF-8 after decoding",
                parameter.name
            );
            faults.add(Place::Path, Some(parameter.name), detail);
            continue;
        };
        let text = given.iter().find(|(name, _)| *name == parameter.name);
        let text = text.map(|(_, text)| text).unwrap_or_default();
        match parameter.kind.read_text(text) {
            Ok(value) => values.0.push((parameter.name, value)),
            Err(allowed) => faults.value(Place::Path, parameter.name, text, &allowed),
        }
    }
    values
}

/// The parameters of the query. An empty value counts as absent, as forms send it.
pub(super) fn query(
    query: Option<&str>,
    known: &[&'static Parameter],
    faults: &mut Faults,
) -> Values {
    pairs(
        query.unwrap_or_default().as_bytes(),
        known,
        Place::Query,
        faults,
    )
}

/// What a form has, as a query or as a body.
fn pairs(
    encoded: &[u8],
    known: &[&'static Parameter],
    place: Place,
    faults: &mut Faults,
) -> Values {
    let names: Vec<_> = known.iter().map(|parameter| parameter.name).collect();
    let mut values = Values::default();
    let mut seen: Vec<&str> = Vec::new();
    for (name, text) in form_urlencoded::parse(encoded) {
        let Some(parameter) = known.iter().find(|parameter| parameter.name == name) else {
            faults.unknown(place, &name, &names);
            continue;
        };
        if seen.contains(&parameter.name) {
            faults.add(place, Some(&name), twice(&name));
            continue;
        }
        if text.is_empty() && parameter.is_required {
            continue;
        }
        seen.push(parameter.name);
        if text.is_empty() {
            continue;
        }
        match parameter.kind.read_text(&text) {
            Ok(value) => values.0.push((parameter.name, value)),
            Err(allowed) => faults.value(place, &name, &text, &allowed),
        }
    }
    missing(known, &seen, place, faults);
    values
}

fn twice(name: &str) -> String {
    format!("`{name}` is given twice; give it once")
}

fn missing(known: &[&'static Parameter], seen: &[&str], place: Place, faults: &mut Faults) {
    for parameter in known {
        if parameter.is_required && !seen.contains(&parameter.name) {
            not_given(parameter, place, faults);
        }
    }
}

/// A fault: a parameter or a field is not there.
pub(super) fn not_given(parameter: &Parameter, place: Place, faults: &mut Faults) {
    let detail = format!(
        "`{}` is missing; it has to be {}",
        parameter.name,
        parameter.kind.allowed()
    );
    faults.add(place, Some(parameter.name), detail);
}

/// The body: JSON by its header, and not too large.
///
/// # Errors
/// A 400, 413 or 415.
pub(super) async fn body(request: Request, most_bytes: usize) -> Result<Bytes, Problem> {
    if !is_of_type(request.headers(), "application/json") {
        let detail =
            "the body must be JSON, and the header Content-Type must be `application/json`";
        let json = HeaderValue::from_static("application/json");
        return Err(
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail).header(header::ACCEPT, json)
        );
    }
    whole(request, most_bytes).await
}

/// The fields of the body of a form, as a browser sends it.
///
/// # Errors
/// A 400, 413 or 415.
#[cfg(feature = "page")]
pub(super) async fn form(
    request: Request,
    most_bytes: usize,
    known: &[&'static Parameter],
    faults: &mut Faults,
) -> Result<Values, Problem> {
    if !is_of_type(request.headers(), "application/x-www-form-urlencoded") {
        let detail = "the body must be that of a form, and the header Content-Type must be \
                      `application/x-www-form-urlencoded`";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let body = whole(request, most_bytes).await?;
    Ok(pairs(&body, known, Place::Body, faults))
}

/// # Errors
/// A 400 or 413.
async fn whole(request: Request, most_bytes: usize) -> Result<Bytes, Problem> {
    let too_large = || {
        let detail = format!("the body is larger than {most_bytes} bytes");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    };
    // A client that announces too much gets its answer before it sends the body.
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most_bytes as u64) {
        return Err(too_large());
    }
    Bytes::from_request(request, &()).await.map_err(|error| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            too_large()
        } else {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "the body did not arrive completely",
            )
        }
    })
}

fn is_of_type(headers: &HeaderMap, expected: &str) -> bool {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    media_type.is_some_and(|given| given.trim().eq_ignore_ascii_case(expected))
}

/// The fields of a body that is an object.
pub(super) fn fields(body: &[u8], known: &[&'static Parameter], faults: &mut Faults) -> Values {
    let mut parser = serde_json::Deserializer::from_slice(body);
    let fields = Object(known).deserialize(&mut parser);
    match fields.and_then(|fields| parser.end().map(|()| fields)) {
        Ok(fields) => of_fields(fields, known, faults),
        Err(error) => {
            // The parser quotes what it read.
            let error = excerpt(error, 200);
            let detail = format!("the body has to be a JSON object: {error}");
            faults.add(Place::Body, None, detail);
            Values::default()
        }
    }
}

/// The whole body, if it is a JSON object.
pub(super) fn any_object(body: &[u8], faults: &mut Faults) -> Option<Json> {
    let problem = match serde_json::from_slice::<Json>(body) {
        Ok(object @ Json::Object(_)) => return Some(object),
        Ok(_) => "it is another JSON value".to_owned(),
        Err(error) => excerpt(error, 200),
    };
    let detail = format!("the body has to be a JSON object: {problem}");
    faults.add(Place::Body, None, detail);
    None
}

type Raw = Vec<(String, Box<RawValue>)>;

fn of_fields(fields: Raw, known: &[&'static Parameter], faults: &mut Faults) -> Values {
    let names: Vec<_> = known.iter().map(|parameter| parameter.name).collect();
    let mut values = Values::default();
    let mut seen: Vec<&str> = Vec::new();
    for (name, raw) in fields {
        let Some(parameter) = known.iter().find(|parameter| parameter.name == name) else {
            faults.unknown(Place::Body, &name, &names);
            continue;
        };
        if seen.contains(&parameter.name) {
            faults.add(Place::Body, Some(&name), twice(&name));
            continue;
        }
        seen.push(parameter.name);
        if let Some(value) = field(parameter, &raw, faults) {
            values.0.push((parameter.name, value));
        }
    }
    missing(known, &seen, Place::Body, faults);
    values
}

/// The value of a field; `None` if it is null, or with a fault.
fn field(parameter: &'static Parameter, raw: &RawValue, faults: &mut Faults) -> Option<Value> {
    let name = parameter.name;
    let mut refuse = |given: &str, allowed: &str| {
        faults.value(Place::Body, name, given, allowed);
        None
    };
    let json = match serde_json::from_str::<Json>(raw.get()) {
        Ok(Json::Null) if !parameter.is_required => return None,
        Ok(json) => json,
        Err(error) => return refuse(raw.get(), &format!("valid JSON: {error}")),
    };
    if let (Kind::Fields(known), true) = (&parameter.kind, json.is_object()) {
        let mut parser = serde_json::Deserializer::from_str(raw.get());
        let fields = Object(known).deserialize(&mut parser).ok()?;
        return Some(Value::Fields(of_fields(fields, known, faults)));
    }
    match parameter.kind.read_json(&json) {
        Ok(value) => Some(value),
        Err(allowed) => refuse(&json.to_string(), &allowed),
    }
}

/// Reads the fields of an object in their order: a map would keep one of two that have the same name.
struct Object<'p>(&'p [&'static Parameter]);

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = Raw;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with ")?;
        for (index, parameter) in self.0.iter().enumerate() {
            let separator = match index {
                0 => "",
                index if index + 1 == self.0.len() => " and ",
                _ => ", ",
            };
            write!(f, "{separator}`{}`", parameter.name)?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(fields)
    }
}
