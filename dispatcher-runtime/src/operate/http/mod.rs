//! Dead letters over HTTP: a router of axum 0.8 that a service merges into its own. Feature `http`.
//!
//! | route | what it gives |
//! |---|---|
//! | `GET /api/dispatcher/v1/dlq?consumer=&include_resolved=&limit=` | `{"dead_letters": […]}`, newest first |
//! | `GET /api/dispatcher/v1/dlq/{id}` | the dead letter |
//! | `POST /api/dispatcher/v1/dlq/{id}/resolve` | the dead letter, resolved |
//! | `POST /api/dispatcher/v1/dlq/{id}/redrive` | the dead letter, resolved; its event is handled again |
//!
//! `consumer` is of every consumer, `include_resolved` is `false`, `limit` is 50 where they are
//! absent or empty; `limit` goes from 1 to 1000. To resolve or redrive, send
//! `{"resolved_by": "…", "resolution_note": "…"}` as `application/json`, at most 16 KiB; the note
//! may be left out.
//!
//! Every route demands a session, and an [`Authenticator`] says what one is. It is asked before
//! anything of the request is looked at, so that who has no session learns nothing, not even which
//! ids there are. Without an authenticator there is no router: [`router`] takes one by value.
//!
//! What goes wrong is `application/problem+json` (RFC 9457): 400 with every fault at once, 401, 403,
//! 404, 405, 409 on a second resolve or redrive and where the event is gone, 413, 415, 500, and 503 where the same request may succeed
//! later. What the database said is in the log, under the `instance` that the answer names.

mod authenticator;
mod problem;
mod request;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, Extension, Path, RawQuery, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use serde::Serialize;

// No `pub use axum`: it has a `Handler` and a `State` too, and with two of a name in reach rustc spells
// ours out in every message about a handler.
pub use authenticator::{AuthError, Authenticator, authenticator_fn};

use crate::contract::id::DeadLetterId;
use crate::operate::dead_letter::DeadLetterError;
use crate::operate::dead_letter::{DeadLetter, DeadLetters};
use crate::postgres::error::is_transient;
use authenticator::Caller;
use problem::{Faults, Problem};
use request::Resolution;

/// The routes of the dead letters, each behind the authenticator.
///
/// It has no fallback and no state, so it can be merged into any router that has its state.
///
/// ```
/// use axum::http::header::AUTHORIZATION;
/// use dispatcher_runtime::DeadLetters;
/// use dispatcher_runtime::http::{self, AuthError};
///
/// # async fn operator(token: &[u8]) -> Result<Option<String>, std::io::Error> { Ok(None) }
/// # fn app(pool: sqlx::PgPool) -> axum::Router {
/// let sessions = http::authenticator_fn(|request| async move {
///     let token = request.headers.get(AUTHORIZATION).ok_or(AuthError::NoSession)?;
///     match operator(token.as_bytes()).await {
///         Ok(Some(operator)) => Ok(operator),
///         Ok(None) => Err(AuthError::NoSession),
///         Err(error) => Err(AuthError::unavailable(error)),
///     }
/// });
/// axum::Router::new().merge(http::router(DeadLetters::new(pool), sessions))
/// # }
/// ```
///
/// Without an authenticator it does not compile:
///
/// ```compile_fail
/// # use dispatcher_runtime::{DeadLetters, http};
/// fn app(dead_letters: DeadLetters) -> axum::Router {
///     http::router(dead_letters)
/// }
/// ```
///
/// nor with something that is none:
///
/// ```compile_fail
/// # use dispatcher_runtime::{DeadLetters, http};
/// fn app(dead_letters: DeadLetters) -> axum::Router {
///     http::router(dead_letters, ())
/// }
/// ```
pub fn router(dead_letters: DeadLetters, authenticator: impl Authenticator) -> Router {
    // All of it are routes, and no fallback or nested router: a fallback would take the place of
    // the service's own, and nesting would hide the path from the authenticator.
    Router::new()
        .route("/api/dispatcher/v1/dlq", get(list))
        .route("/api/dispatcher/v1/dlq/{id}", get(one))
        .route("/api/dispatcher/v1/dlq/{id}/resolve", post(resolve))
        .route("/api/dispatcher/v1/dlq/{id}/redrive", post(redrive))
        .route("/api/dispatcher/v1/dlq/", any(unknown))
        .route("/api/dispatcher/v1/dlq/{id}/", any(unknown))
        .route("/api/dispatcher/v1/dlq/{id}/{*rest}", any(unknown))
        .method_not_allowed_fallback(method_not_allowed)
        .route_layer(DefaultBodyLimit::max(request::MOST_BYTES))
        .route_layer(from_fn_with_state(
            Arc::new(authenticator),
            authenticator::guard,
        ))
        .route_layer(map_response(seal))
        .with_state(Arc::new(dead_letters))
}

#[derive(Serialize)]
struct List {
    dead_letters: Vec<DeadLetter>,
}

async fn list(
    State(dead_letters): State<Arc<DeadLetters>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let filter = request::filter(query.as_deref(), &mut faults);
    faults.none()?;
    let dead_letters = dead_letters.list(&filter).await?;
    json(&List { dead_letters })
}

async fn one(
    State(dead_letters): State<Arc<DeadLetters>>,
    id: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let id = request::id(id, &mut faults);
    request::no_parameters(query.as_deref(), &mut faults);
    let id = faults.or(id)?;
    json(&dead_letters.get(&id).await?)
}

async fn resolve(
    State(dead_letters): State<Arc<DeadLetters>>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    let (id, resolution) = decision(id, query.as_deref(), request).await?;
    let (by, note) = (&resolution.resolved_by, resolution.note.as_deref());
    let resolved = dead_letters.resolve(&id, by, note).await?;
    // Both names: the session's is proven, the body's is what the caller wrote.
    tracing::info!(
        dead_letter_id = %id,
        session = ?caller.as_str(),
        resolved_by = ?by,
        "a dead letter was resolved over HTTP"
    );
    json(&resolved)
}

async fn redrive(
    State(dead_letters): State<Arc<DeadLetters>>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    let (id, resolution) = decision(id, query.as_deref(), request).await?;
    let (by, note) = (&resolution.resolved_by, resolution.note.as_deref());
    let redriven = dead_letters.redrive(&id, by, note).await?;
    tracing::info!(
        dead_letter_id = %id,
        session = ?caller.as_str(),
        resolved_by = ?by,
        "a dead letter was redriven over HTTP"
    );
    json(&redriven)
}

/// What an operator decided about which dead letter.
async fn decision(
    id: Result<Path<String>, PathRejection>,
    query: Option<&str>,
    request: Request,
) -> Result<(DeadLetterId, Resolution), Problem> {
    let mut faults = Faults::default();
    let id = request::id(id, &mut faults);
    request::no_parameters(query, &mut faults);
    let body = request::body(request).await?;
    let resolution = request::resolution(&body, &mut faults);
    faults.or(id.zip(resolution))
}

async fn unknown() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "there is no such route; there are GET /api/dispatcher/v1/dlq, GET /api/dispatcher/v1/dlq/{id}, \
         POST /api/dispatcher/v1/dlq/{id}/resolve and POST /api/dispatcher/v1/dlq/{id}/redrive",
    )
}

async fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this route does not take that method; the header Allow says which it takes",
    )
}

/// Dead letters hold personal data: nothing between here and the operator keeps them.
async fn seal(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

fn json(body: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(body).map_err(|error| Problem::internal(&error))?;
    let json = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, json)], body).into_response())
}

impl From<DeadLetterError> for Problem {
    fn from(error: DeadLetterError) -> Self {
        match &error {
            DeadLetterError::NotFound(_) => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            DeadLetterError::AlreadyResolved {
                resolved_by,
                resolved_at,
                ..
            } => {
                let problem = Self::new(StatusCode::CONFLICT, error.to_string())
                    .with("resolved_by", resolved_by.as_str());
                match resolved_at.format(&time::format_description::well_known::Rfc3339) {
                    Ok(resolved_at) => problem.with("resolved_at", resolved_at),
                    Err(_) => problem,
                }
            }
            DeadLetterError::EventGone { .. } => Self::new(StatusCode::CONFLICT, error.to_string()),
            DeadLetterError::NoOperator => Self::new(StatusCode::BAD_REQUEST, error.to_string()),
            DeadLetterError::Database(cause)
                if is_transient(cause.get()) || matches!(cause.get(), sqlx::Error::PoolClosed) =>
            {
                Self::unavailable(&error)
            }
            DeadLetterError::Config(_) | DeadLetterError::Database(_) => Self::internal(&error),
        }
    }
}
