//! What operators see and do, over HTTP: a router of axum 0.8 that a service merges into its own. Feature `http`.
//!
//! All routes are below `/api/dispatcher/v1`:
//!
//! | route | permission | what it does |
//! |---|---|---|
//! | `GET /overview` | `read` | What is late, why, and which command ends it |
//! | `GET /subscriptions` | `read` | Every subscription, or those of one consumer |
//! | `GET /subscriptions/{consumer}/{name}` | `read` | A subscription with its partitions, its pause and what it is held by |
//! | `DELETE /subscriptions/{consumer}/{name}` | `steer` | Removes a subscription that no replica runs any more |
//! | `POST /subscriptions/{consumer}/{name}/pause` | `steer` | Pauses a subscription until it is resumed, also over restarts |
//! | `POST /subscriptions/{consumer}/{name}/resume` | `steer` | Ends the pause of a subscription |
//! | `POST /subscriptions/{consumer}/{name}/rewind` | `steer` | Rewinds a subscription, so that it handles events again, or says what that would do |
//! | `GET /events` | `read` | Looks for events, the newest first, for about a second; `searched` says how far it looked |
//! | `POST /events` | `publish` | Publishes an event that the contracts accept |
//! | `GET /events/{id}` | `read` | An event, and what became of it in each subscription |
//! | `GET /dlq` | `read` | A page of dead letters, the newest first |
//! | `GET /dlq/groups` | `read` | Open dead letters that failed alike, the largest group first |
//! | `POST /dlq/resolve/preview` | `resolve` | How many open dead letters a filter selects |
//! | `POST /dlq/resolve` | `resolve` | Resolves the open dead letters that a filter selects |
//! | `GET /dlq/{id}` | `read` | A dead letter with its envelope and its attempts |
//! | `POST /dlq/{id}/resolve` | `resolve` | Resolves a dead letter: it is dealt with, and its event is not handled again |
//! | `POST /dlq/{id}/redrive` | `redrive` | Has the event of a dead letter handled again |
//! | `POST /redrives/preview` | `redrive` | What a redrive of the open dead letters that a filter selects would do |
//! | `GET /redrives` | `read` | A page of redrives, the newest first |
//! | `POST /redrives` | `redrive` | Starts a redrive of the open dead letters that a filter selects; consumers run it |
//! | `GET /redrives/{id}` | `read` | A redrive with its dead letters, 1,000 at most |
//! | `POST /redrives/{id}/stop` | `redrive` | Stops a redrive: what no consumer has yet is left open |
//! | `GET /contracts` | `read` | The contracts that the service knows, without schemas |
//! | `GET /contracts/{type}` | `read` | The contract of an event type, with its schemas |
//! | `GET /audit` | `read` | What operators did, the newest first |
//! | `GET /openapi.json` | `read` | These routes as an OpenAPI 3.1 document |
//!
//! `GET /openapi.json` has the parameters, bodies and answers of each. Absent or empty, a parameter means everything.
//! Unknown and duplicate parameters and fields are refused. `limit` is 50 and goes from 1 to 1000. `next` is the token of
//! the next page, and `null` on the last one: send it with the same parameters; only `limit` may change. A list of dead
//! letters has a [summary](crate::DeadLetterSummary) of each, without its envelope and its attempts, and at most about
//! 1 MiB of them. A query has at most 8 KiB, a body 16 KiB, and a new event 1 MiB.
//!
//! **Acts.** A body is an object as `application/json`. The name of the session is recorded with its reason, `why`, in the
//! audit. To resolve or redrive one dead letter, send `{"resolved_by": "…", "resolution_note": "…"}`; both may be left out,
//! and neither may have a control character. What is recorded as `resolved_by` is the session's name; a name in the body
//! that differs is kept beside it, as `claimed_by`. An act on many takes a `filter`, or `"all": true`, and as `expected` the
//! number that its preview has shown: if it has changed, nothing is done (409).
//!
//! **Sessions.** Every route requires a session, and an [`Authenticator`] decides what a session is: a closure
//! ([`authenticator_fn`]), [`BearerTokens`], [`SignIn`], or an implementation. It is called before anything else of the
//! request is read, so that a client without a session learns nothing, not even which ids exist. Without an authenticator
//! there is no router: [`router`] takes one by value. [`Authenticator::access`] says what a session may do; each route
//! requires one [`Permission`], which is checked before its handler runs.
//!
//! A session may be [bound to tenants](Authenticator::tenants). Then it sees and touches the events, dead letters and
//! redrives of these alone, and the ids of others do not exist for it. Subscriptions, the overview, contracts, the audit and
//! publishing belong to all tenants and are refused (403).
//!
//! **Other sites.** A request that changes something, and whose session a browser may have proved by itself, has to come
//! from a page of the service: `Sec-Fetch-Site` is `same-origin`, or, where the browser does not send it, the host of
//! `Origin` is that of the request. See [`Authenticator::is_ambient`].
//!
//! **Masks.** A session sees whole dead letters and events, but for values that the contracts mark with
//! `"x-sensitive": true`, and for whole payloads that the contracts do not know. The contracts are those of
//! [`Operator::registry`] and those in the database; they are read again after 5 s. **Where there are none, nothing is
//! masked, and each session sees each payload.** `reveal=true` shows one dead letter or event without masks. It needs
//! [`Permission::Reveal`], and is in the audit before the answer is sent. What a handler put into its error is shown to
//! every session.
//!
//! **Errors** are `application/problem+json` (RFC 9457): 400 with every fault at once (of many, 20 and the number of the
//! others), 401, 403, 404, 405, 409 where something is no longer as it was, 413, 414, 415, 422 for an event that the
//! contracts do not accept, 500, and 503 where the same request may succeed later. What the database said is in the log,
//! under the `instance` that the answer names. Reads have connections of their own, 4 at most, and each of their statements
//! ends after 2 s with a 503.

mod access;
mod authenticator;
mod caller;
mod context;
mod cookie;
mod csrf;
mod dispatch;
mod environment;
mod form;
mod guesses;
mod handle;
mod health;
mod kind;
mod mac;
mod openapi;
#[cfg(feature = "page")]
mod page;
mod parameters;
mod problem;
mod read;
mod reading;
mod reply;
mod route;
mod routes;
mod sign_in;
mod table;
mod tokens;

use std::sync::Arc;

use axum::Router;

// No `pub use axum`: it has a `Handler` and a `State` too, and with two of a name in reach rustc spells
// ours out in every message about a handler.
#[cfg(feature = "page")]
pub use crate::operate::notice::Notice;
pub use access::{Access, Permission};
pub use authenticator::{AuthError, Authenticator, authenticator_fn};
pub use health::Health;
#[cfg(feature = "page")]
pub use page::operator;
pub use sign_in::{SignIn, SignInError, SignedIn};
pub use tokens::{BearerTokens, TokenError, TokenSession};

use crate::operate::operator::Operator;

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
    routes::routes(routes::context(operator), Arc::new(authenticator))
}
