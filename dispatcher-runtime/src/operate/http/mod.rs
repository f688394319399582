//! What an operator does, over HTTP: a router of axum 0.8 that a service merges into its own. Feature `http`.
//!
//! | route | what it returns |
//! |---|---|
//! | `GET /api/dispatcher/v1/dlq?consumer=&tenant=&include_resolved=&limit=&next=` | `{"dead_letters": […], "next": …}`, newest first |
//! | `GET /api/dispatcher/v1/dlq/{id}` | the dead letter |
//! | `POST /api/dispatcher/v1/dlq/{id}/resolve` | the dead letter, resolved |
//! | `POST /api/dispatcher/v1/dlq/{id}/redrive` | the dead letter, resolved; its event is handled again |
//!
//! Absent or empty, `consumer` and `tenant` mean every one, `include_resolved` is `false`, and `limit` is 50; it
//! goes from 1 to 1000. A list has a [summary](crate::DeadLetterSummary) of each dead letter, without its envelope and its
//! attempts, and at most about 1 MiB of them. `next` is the token of the next page, and `null` on the last one: send it
//! with the same parameters; only `limit` may change. A query has at most 8 KiB.
//!
//! To resolve or redrive, send `{"resolved_by": "…", "resolution_note": "…"}` as `application/json`, 16 KiB at most; both
//! may be left out, and neither may have a control character. What is recorded as `resolved_by` is the session's name;
//! a name in the body that differs is kept beside it, as `claimed_by`. The log has both.
//!
//! A session may be [bound to tenants](Authenticator::tenants). Then it sees, resolves and redrives the dead letters of
//! these alone, and the ids of others do not exist for it.
//!
//! Every other session may see whole dead letters, but for values that the contracts mark with
//! `"x-sensitive": true`, and for whole payloads that the contracts do not know. Give them to
//! [`Operator::registry`]: **without contracts nothing is masked, and each session sees each payload.** What a handler put into its error is
//! shown to every session.
//!
//! Every route requires a session, and an [`Authenticator`] decides what a session is. It is called before
//! anything else of the request is read, so that a client without a session learns nothing, not even
//! which ids exist. Without an authenticator there is no router: [`router`] takes one by value.
//!
//! Errors are `application/problem+json` (RFC 9457): 400 with every fault at once (of many, 20 and
//! the number of the others), 401, 403, 404, 405, 409 on a second resolve or redrive and where the event is gone, 413,
//! 414, 415, 500, and 503 where the same
//! request may succeed later. What the database said is in the log, under the `instance` that the answer
//! names.

mod authenticator;
mod problem;
mod request;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, Extension, Path, RawQuery, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use serde::Serialize;

// No `pub use axum`: it has a `Handler` and a `State` too, and with two of a name in reach rustc spells
// ours out in every message about a handler.
pub use authenticator::{AuthError, Authenticator, authenticator_fn};

use crate::contract::id::DeadLetterId;
use crate::operate::actor::Actor;
use crate::operate::dead_letter::{DeadLetter, DeadLetterError};
use crate::operate::operator::Operator;
use authenticator::Caller;
use problem::{Faults, Place, Problem};
use request::Resolution;

/// The operator's routes, each behind the authenticator.
///
/// The router has no fallback and no state of its own, so it can be merged into any router that has its
/// state. Which routes there are stands in [`http`](self); later versions add more.
///
/// ```
/// use axum::http::header::AUTHORIZATION;
/// use dispatcher_runtime::Operator;
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
/// axum::Router::new().merge(http::router(Operator::new(pool), sessions))
/// # }
/// ```
///
/// Without an authenticator it does not compile:
///
/// ```compile_fail
/// # use dispatcher_runtime::{Operator, http};
/// fn app(operator: Operator) -> axum::Router {
///     http::router(operator)
/// }
/// ```
///
/// nor with something that is none:
///
/// ```compile_fail
/// # use dispatcher_runtime::{Operator, http};
/// fn app(operator: Operator) -> axum::Router {
///     http::router(operator, ())
/// }
/// ```
pub fn router(operator: Operator, authenticator: impl Authenticator) -> Router {
    // Only routes, neither a fallback nor a nested router: a fallback would replace the service's own, and
    // nesting would hide the path from the authenticator.
    Router::new()
        .route("/api/dispatcher/v1/dlq", get(list))
        .route("/api/dispatcher/v1/dlq/{id}", get(one))
        .route("/api/dispatcher/v1/dlq/{id}/resolve", post(resolve))
        .route("/api/dispatcher/v1/dlq/{id}/redrive", post(redrive))
        .route("/api/dispatcher/v1/dlq/", any(unknown))
        .route("/api/dispatcher/v1/dlq/{id}/", any(unknown))
        .route("/api/dispatcher/v1/dlq/{id}/{*rest}", any(unknown))
        .method_not_allowed_fallback(method_not_allowed)
        .route_layer(from_fn(request::limit_query))
        .route_layer(DefaultBodyLimit::max(request::MOST_BYTES))
        .route_layer(from_fn_with_state(
            Arc::new(authenticator),
            authenticator::guard,
        ))
        .route_layer(map_response(seal))
        .with_state(Arc::new(operator))
}

async fn list(
    State(operator): State<Arc<Operator>>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let filter = request::filter(query.as_deref(), &mut faults);
    faults.none()?;
    let dead_letters = caller.dead_letters(operator.dead_letters());
    let mut page = dead_letters.list(&filter).await?;
    if let Some(registry) = operator.contracts() {
        let listed = page.dead_letters.into_iter();
        page.dead_letters = listed.map(|one| one.masked(registry)).collect();
    }
    json(&page)
}

async fn one(
    State(operator): State<Arc<Operator>>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let id = request::id(id, &mut faults);
    request::no_parameters(query.as_deref(), &mut faults);
    let id = faults.or(id)?;
    let dead_letters = caller.dead_letters(operator.dead_letters());
    whole(&operator, dead_letters.get(&id).await?)
}

async fn resolve(
    State(operator): State<Arc<Operator>>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    let (id, resolution) = resolution(id, query.as_deref(), request).await?;
    let actor = actor(&caller, &resolution);
    let dead_letters = caller.dead_letters(operator.dead_letters());
    let resolved = dead_letters.resolve_as(&id, actor).await?;
    tracing::info!(
        dead_letter_id = %id,
        session = ?actor.name,
        resolved_by = ?resolution.resolved_by,
        "a dead letter was resolved over HTTP"
    );
    whole(&operator, resolved)
}

async fn redrive(
    State(operator): State<Arc<Operator>>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    let (id, resolution) = resolution(id, query.as_deref(), request).await?;
    let actor = actor(&caller, &resolution);
    let dead_letters = caller.dead_letters(operator.dead_letters());
    let redriven = dead_letters.redrive_as(&id, actor).await?;
    tracing::info!(
        dead_letter_id = %id,
        session = ?actor.name,
        resolved_by = ?resolution.resolved_by,
        "a dead letter was redriven over HTTP"
    );
    whole(&operator, redriven)
}

/// A dead letter with its envelope, as far as a session may see it: all that the contracts do not mark as sensitive.
fn whole(operator: &Operator, letter: DeadLetter) -> Result<Response, Problem> {
    match operator.contracts() {
        Some(registry) => json(&letter.masked(registry)),
        None => json(&letter),
    }
}

/// Both names: the session's is proven, the body's is what the client wrote.
fn actor<'a>(caller: &'a Caller, resolution: &'a Resolution) -> Actor<'a> {
    Actor::new(caller.name())
        .claiming(resolution.resolved_by.as_deref())
        .because(resolution.note.as_deref())
        .by_way_of("http")
}

/// The dead letter that a request is about, and what the body says.
async fn resolution(
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
        "there is no such route; the routes are GET /api/dispatcher/v1/dlq, GET /api/dispatcher/v1/dlq/{id}, \
         POST /api/dispatcher/v1/dlq/{id}/resolve and POST /api/dispatcher/v1/dlq/{id}/redrive",
    )
}

async fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this route does not accept that method; the header Allow lists those that it accepts",
    )
}

/// Dead letters hold personal data, so no cache between here and the operator may keep them.
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
            DeadLetterError::EventGone { .. }
            | DeadLetterError::Erased { .. }
            | DeadLetterError::Changed { .. }
            | DeadLetterError::Redriving { .. }
            | DeadLetterError::NoSubscription { .. } => {
                Self::new(StatusCode::CONFLICT, error.to_string())
            }
            DeadLetterError::InvalidToken => {
                let mut faults = Faults::default();
                faults.add(Place::Query, Some("next"), error.to_string());
                faults
                    .none()
                    .err()
                    .unwrap_or_else(|| Self::internal(&error))
            }
            DeadLetterError::Database(cause)
                if cause.is_transient() || matches!(cause.get(), sqlx::Error::PoolClosed) =>
            {
                Self::unavailable(&error)
            }
            // The body's texts were checked before: it is the session that has no name to be recorded.
            DeadLetterError::Actor(_)
            | DeadLetterError::Config(_)
            | DeadLetterError::Unreadable { .. }
            | DeadLetterError::Database(_) => Self::internal(&error),
        }
    }
}
