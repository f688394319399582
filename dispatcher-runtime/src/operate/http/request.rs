//! From a request to values: query, id and body.
//!
//! Every fault goes into the `Faults`; only a body of the wrong size or type ends a request at once,
//! because then there is nothing to read. Nothing is guessed: unknown and duplicate names are refused, so
//! that a misspelt `consumer` does not list the dead letters of all consumers.

use std::fmt;

use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, Path, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::problem::{Faults, Place, Problem};
use crate::contract::bounded_text::excerpt;
use crate::contract::id::DeadLetterId;
use crate::operate::actor::control_character;
use crate::operate::dead_letter::DeadLetterFilter;

/// The largest body.
pub(super) const MOST_BYTES: usize = 16 * 1024;

/// The longest query, in bytes.
const LONGEST_QUERY: usize = 8 * 1024;

const PARAMETERS: [&str; 5] = ["consumer", "tenant", "include_resolved", "limit", "next"];
const FIELDS: [&str; 2] = ["resolved_by", "resolution_note"];
const A_CONSUMER: &str = "the name of a consuming domain";
const NO_CONTROL: &str = "text without control characters";
const A_TENANT: &str = "`tnt_` followed by letters, digits, `_` or `-`";
const AN_OPERATOR: &str = "a string that names the operator";

/// Which dead letters a query asks for. An empty value counts as absent, as forms send it.
pub(super) fn filter(query: Option<&str>, faults: &mut Faults) -> DeadLetterFilter {
    let mut filter = DeadLetterFilter::default();
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in pairs(query) {
        if !PARAMETERS.contains(&name.as_str()) {
            faults.unknown(Place::Query, &name, &PARAMETERS);
            continue;
        }
        if seen.contains(&name) {
            faults.add(Place::Query, Some(&name), twice(&name));
            continue;
        }
        let mut refuse = |allowed| faults.value(Place::Query, &name, &value, allowed);
        match (name.as_str(), value.as_str()) {
            (_, "") => {}
            // U+FFFD is what the decoding makes of bytes that are not UTF-8.
            ("consumer", text) if text.contains(['\0', '\u{FFFD}']) => refuse(A_CONSUMER),
            ("consumer", text) => filter = filter.consumer(text),
            ("tenant", text) => match text.parse() {
                Ok(tenant) => filter = filter.tenants([tenant]),
                Err(_) => refuse(A_TENANT),
            },
            ("next", token) => filter = filter.next(token),
            ("include_resolved", "true") => filter = filter.include_resolved(true),
            ("include_resolved", "false") => filter = filter.include_resolved(false),
            ("include_resolved", _) => refuse("`true` or `false`"),
            (_, number) => match limit(number) {
                Some(limit) => filter = filter.limit(limit),
                None => refuse("a whole number from 1 to 1000"),
            },
        }
        seen.push(name);
    }
    filter
}

/// A route that takes no parameters is given none.
pub(super) fn no_parameters(query: Option<&str>, faults: &mut Faults) {
    for (name, _) in pairs(query) {
        faults.unknown(Place::Query, &name, &[]);
    }
}

/// Refuses a query that is longer than any honest one, before it is read.
pub(super) async fn limit_query(request: Request, next: Next) -> Response {
    let length = request.uri().query().map_or(0, str::len);
    if length > LONGEST_QUERY {
        let detail = format!("the query is longer than {LONGEST_QUERY} bytes");
        return Problem::new(StatusCode::URI_TOO_LONG, detail).into_response();
    }
    next.run(request).await
}

fn pairs(query: Option<&str>) -> impl Iterator<Item = (String, String)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned()
}

fn limit(text: &str) -> Option<u16> {
    // `parse` alone takes a sign.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let limit = text.parse().ok().filter(|_| digits)?;
    (1..=1000).contains(&limit).then_some(limit)
}

fn twice(name: &str) -> String {
    format!("`{name}` is given twice; give it once")
}

/// The id in the path.
pub(super) fn id(
    path: Result<Path<String>, PathRejection>,
    faults: &mut Faults,
) -> Option<DeadLetterId> {
    let Ok(Path(text)) = path else {
        let detail = "the id in the path is not UTF-8 after decoding".to_owned();
        faults.add(Place::Path, Some("id"), detail);
        return None;
    };
    let id = text.parse().ok();
    if id.is_none() {
        let allowed = "`dlq_` and a UUID in lower case";
        faults.value(Place::Path, "id", &text, allowed);
    }
    id
}

/// The body: JSON by its header, and not too large.
pub(super) async fn body(request: Request) -> Result<Bytes, Problem> {
    let headers = request.headers();
    if !is_json(headers) {
        let detail =
            "the body must be JSON, and the header Content-Type must be `application/json`";
        let json = HeaderValue::from_static("application/json");
        return Err(
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail).header(header::ACCEPT, json)
        );
    }
    // A client that announces too much gets its answer before it sends the body.
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MOST_BYTES as u64) {
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

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the body is larger than {MOST_BYTES} bytes"),
    )
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    media_type.is_some_and(|given| given.trim().eq_ignore_ascii_case("application/json"))
}

/// What the body of a resolve says.
pub(super) struct Resolution {
    /// The name that the client gives; the session proves another one, or the same.
    pub(super) resolved_by: Option<String>,
    pub(super) note: Option<String>,
}

pub(super) fn resolution(body: &[u8], faults: &mut Faults) -> Option<Resolution> {
    let fields = match serde_json::from_slice::<Fields>(body) {
        Ok(Fields(fields)) => fields,
        Err(error) => {
            // The parser quotes what it read.
            let error = excerpt(error, 200);
            let detail = format!("the body has to be a JSON object: {error}");
            faults.add(Place::Body, None, detail);
            return None;
        }
    };
    let mut resolved_by = None;
    let mut note = None;
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in fields {
        if !FIELDS.contains(&name.as_str()) {
            faults.unknown(Place::Body, &name, &FIELDS);
            continue;
        }
        if seen.contains(&name) {
            faults.add(Place::Body, Some(&name), twice(&name));
            continue;
        }
        let given = value.to_string();
        let mut refuse = |allowed| faults.value(Place::Body, &name, &given, allowed);
        match (name.as_str(), value) {
            (_, Value::String(text)) if control_character(&text).is_some() => refuse(NO_CONTROL),
            ("resolved_by", Value::String(text)) if !text.trim().is_empty() => {
                resolved_by = Some(text);
            }
            ("resolved_by", Value::Null) => {}
            ("resolved_by", _) => refuse(AN_OPERATOR),
            (_, Value::String(text)) => note = Some(text),
            (_, Value::Null) => {}
            (_, _) => refuse("a string or null"),
        }
        seen.push(name);
    }
    Some(Resolution { resolved_by, note })
}

/// The fields of an object in their order: a map would keep one of two that have the same name.
struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with `resolved_by` and `resolution_note`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}
