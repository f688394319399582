//! Errors as answers: `application/problem+json` (RFC 9457).
//!
//! An answer of 500 or 503 does not show its cause. It has an `instance`, under which the log has the
//! cause.

use std::error::Error;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::kind::Parameter;

/// An answer that is an error.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    body: Map<String, Value>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        // `about:blank` says that the title is the status' own, and that the status is the kind.
        let problem = Self {
            status,
            body: Map::new(),
            header: None,
        };
        problem
            .with("type", "about:blank")
            .with("title", status.canonical_reason().unwrap_or("Error"))
            .with("status", status.as_u16())
            .with("detail", detail.into())
    }

    /// The client can do nothing about it.
    pub(super) fn internal(cause: &(dyn Error + 'static)) -> Self {
        Self::hidden(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the request failed; the service's log has the cause under this `instance`",
            cause,
        )
    }

    /// The same request may succeed later.
    pub(super) fn unavailable(cause: &(dyn Error + 'static)) -> Self {
        Self::hidden(
            StatusCode::SERVICE_UNAVAILABLE,
            "the request cannot be answered at the moment: try again; if that does not help, \
             the service's log has the cause under this `instance`",
            cause,
        )
    }

    /// A value is missing that the route's table requires: a fault of this program.
    pub(super) fn unread(parameter: &Parameter) -> Self {
        tracing::error!(
            parameter = parameter.name,
            "a route has not read a parameter that it requires"
        );
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the request could not be read",
        )
    }

    /// A statement took longer than the routes allow.
    pub(super) fn slow(cause: &(dyn Error + 'static)) -> Self {
        Self::hidden(
            StatusCode::SERVICE_UNAVAILABLE,
            "the database did not answer in time: narrow the filter, or try again; the service's log has the cause \
             under this `instance`",
            cause,
        )
    }

    fn hidden(status: StatusCode, detail: &str, cause: &(dyn Error + 'static)) -> Self {
        let instance = format!("urn:uuid:{}", Uuid::now_v7());
        tracing::error!(
            instance,
            status = status.as_u16(),
            error = %cause,
            "an operator's request failed"
        );
        Self::new(status, detail).with("instance", instance)
    }

    /// With a further member.
    pub(super) fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.body.insert(member.to_owned(), value.into());
        self
    }

    pub(super) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.header = Some((name, value));
        self
    }
}

/// What a problem says, beside an answer whose body says it as JSON: the page says it in its own words.
#[cfg(feature = "page")]
#[derive(Clone)]
pub(super) struct Told {
    pub(super) detail: String,
    /// Under which name the log has the cause.
    pub(super) instance: Option<String>,
}

#[cfg(feature = "page")]
impl Told {
    fn of(problem: &Problem) -> Self {
        let text = |member| problem.body.get(member)?.as_str().map(str::to_owned);
        Self {
            detail: text("detail").unwrap_or_default(),
            instance: text("instance"),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        #[cfg(feature = "page")]
        let told = Told::of(&self);
        let body = Value::Object(self.body).to_string();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.extend(self.header);
        #[cfg(feature = "page")]
        response.extensions_mut().insert(told);
        response
    }
}

/// Where a fault is.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Place {
    Path,
    Query,
    Body,
}

#[derive(Debug)]
struct Fault {
    place: Place,
    /// The parameter or field; none if it is the whole body.
    name: Option<String>,
    detail: String,
}

/// How many faults an answer lists.
const MOST_FAULTS: usize = 20;

/// Every fault of a request, so that the client can correct all of them at once; of many, the first 20.
#[derive(Debug, Default)]
pub(super) struct Faults {
    listed: Vec<Fault>,
    /// How many there are beside these.
    further: usize,
}

impl Faults {
    pub(super) fn add(&mut self, place: Place, name: Option<&str>, detail: String) {
        if self.is_full() {
            self.further += 1;
            return;
        }
        self.listed.push(Fault {
            place,
            name: name.map(shorten),
            detail,
        });
    }

    fn is_full(&self) -> bool {
        self.listed.len() >= MOST_FAULTS
    }

    /// The value of a known parameter or field is not one of those allowed.
    pub(super) fn value(&mut self, place: Place, name: &str, given: &str, allowed: &str) {
        let detail = format!("`{name}` is `{}`; it has to be {allowed}", shorten(given));
        self.add(place, Some(name), detail);
    }

    /// There is no parameter or field of that name.
    pub(super) fn unknown(&mut self, place: Place, name: &str, known: &[&str]) {
        if self.is_full() {
            return self.add(place, Some(name), String::new());
        }
        let nearest = known
            .iter()
            .map(|known| (strsim::damerau_levenshtein(&shorten(name), known), known))
            .filter(|(distance, known)| *distance <= known.len() / 3)
            .min_by_key(|(distance, _)| *distance);
        let hint = match (nearest, known) {
            (Some((_, nearest)), _) => {
                format!(
                    "did you mean `{nearest}`? The known ones are `{}`",
                    known.join("`, `")
                )
            }
            (None, []) => "this route takes none".to_owned(),
            (None, known) => format!("the known ones are `{}`", known.join("`, `")),
        };
        let kind = match place {
            Place::Body => "field",
            Place::Path | Place::Query => "parameter",
        };
        let detail = format!("unknown {kind} `{}`; {hint}", shorten(name));
        self.add(place, Some(name), detail);
    }

    /// # Errors
    /// A 400 with the first 20 of them and the number of the others, if there are any.
    pub(super) fn none(self) -> Result<(), Problem> {
        if self.listed.is_empty() {
            return Ok(());
        }
        let details: Vec<_> = self.listed.iter().map(|it| it.detail.as_str()).collect();
        let mut detail = details.join("; ");
        if self.further > 0 {
            detail = format!("{detail}; and {} more", self.further);
        }
        let problem = Problem::new(StatusCode::BAD_REQUEST, detail);
        let errors = self.listed.into_iter().map(|fault| {
            serde_json::json!({ "in": fault.place, "name": fault.name, "detail": fault.detail })
        });
        let problem = problem.with("errors", errors.collect::<Value>());
        Err(match self.further {
            0 => problem,
            further => problem.with("further", further),
        })
    }
}

/// What the client sent, short enough to be sent back.
pub(super) fn shorten(text: &str) -> String {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
