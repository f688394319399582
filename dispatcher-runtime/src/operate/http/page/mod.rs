//! The operator's page: what the routes answer, for a browser. Feature `page`.
//!
//! Pages are rendered here, work without script and load nothing from elsewhere. With script, `refresh.js` fetches a page that
//! only shows something again every 3 s, and replaces what has changed. They show what the handlers of the routes
//! return and act through them, so permissions, tenants, masks and the rule about other sites are those of the routes. All are
//! one step below the path of the page, what they show is in their query, and each link is relative: they work below any
//! prefix and behind any proxy. An act is shown before it is done, and then sent with the number that was seen.
//!
//! | page | permission | for sessions | what it does |
//! |---|---|---|---|
//! | `GET overview` | `read` | unbound | What is late and why, how events flow, and every subscription |
//! | `GET subscription` | `read` | unbound | A subscription with its partitions and what it is held by |
//! | `GET pause-subscription` | `steer` | unbound | Asks before a subscription is paused |
//! | `POST pause-subscription` | `steer` | unbound | Pauses a subscription |
//! | `GET resume-subscription` | `steer` | unbound | Asks before a subscription is resumed |
//! | `POST resume-subscription` | `steer` | unbound | Resumes a subscription |
//! | `GET rewind-subscription` | `steer` | unbound | Shows what rewinding a subscription would do |
//! | `POST rewind-subscription` | `steer` | unbound | Rewinds a subscription |
//! | `GET remove-subscription` | `steer` | unbound | Asks before a subscription is removed |
//! | `POST remove-subscription` | `steer` | unbound | Removes a subscription that no replica runs any more |
//! | `GET events` | `read` | all | Looks for events, the newest first |
//! | `GET event` | `read` | all | An event, its causes and effects, and what became of it in each subscription |
//! | `GET publish-event` | `publish` | unbound | Asks for an event: its type, and a payload that begins with an example |
//! | `POST publish-event` | `publish` | unbound | Shows what would be published, and what the contracts refuse; publishes what was confirmed |
//! | `GET letters` | `read` | all | Groups of open dead letters, and a list |
//! | `GET resolve-letters` | `resolve` | all | Counts the dead letters that would be resolved |
//! | `POST resolve-letters` | `resolve` | all | Resolves the dead letters that a filter selects |
//! | `GET redrive-letters` | `redrive` | all | Shows what a redrive would do |
//! | `POST redrive-letters` | `redrive` | all | Starts a redrive of the dead letters that a filter selects |
//! | `GET letter` | `read` | all | A dead letter with its envelope and its attempts |
//! | `GET resolve-letter` | `resolve` | all | Asks before a dead letter is resolved |
//! | `POST resolve-letter` | `resolve` | all | Resolves a dead letter |
//! | `GET redrive-letter` | `redrive` | all | Asks before the event of a dead letter is handled again |
//! | `POST redrive-letter` | `redrive` | all | Has the event of a dead letter handled again |
//! | `GET redrives` | `read` | all | Redrives, the newest first |
//! | `GET redrive` | `read` | all | A redrive with its progress |
//! | `GET stop-redrive` | `redrive` | all | Asks before a redrive is stopped |
//! | `POST stop-redrive` | `redrive` | all | Stops a redrive |
//! | `GET contracts` | `read` | unbound | The contracts that the service knows |
//! | `GET contract` | `read` | unbound | The contract of an event type: fields, examples, schemas, and what differs from the database |
//! | `GET audit` | `read` | unbound | What operators did, the newest first |

mod act;
mod audit;
mod causation;
mod contract;
mod contracts;
mod dispatch;
mod event;
mod events;
mod fields;
mod files;
mod graph;
mod hours;
mod json;
mod layout;
mod letter;
mod letters;
mod many;
mod marked;
mod overview;
mod problems;
mod publish;
mod redrives;
mod region;
mod rewind;
mod route;
mod router;
mod snapshot;
mod sparkline;
mod state;
mod steer;
mod subscription;
mod table;
mod text;
mod time;
mod validator;
mod visit;

use std::sync::Arc;

use axum::Router;

use super::authenticator::Authenticator;
use super::routes;
use crate::operate::operator::Operator;

/// The operator's routes, as [`router`](super::router) has them, and the operator's page at the path of
/// [`Operator::page`], each behind the authenticator. Without that path it is the same as `router`.
///
/// The page needs sessions that a browser has: [`SignIn`](super::SignIn), or an authenticator of the service. With bearer
/// tokens alone, no browser gets to see it.
///
/// ```
/// use dispatcher_runtime::Operator;
/// use dispatcher_runtime::http::{self, SignIn, SignInError};
///
/// # async fn is_password(name: &str, password: &str) -> bool { false }
/// # fn app(pool: sqlx::PgPool, key: &[u8]) -> Result<axum::Router, SignInError> {
/// let sign_in = SignIn::new(key, |name: String, password: String| async move {
///     Ok(is_password(&name, &password).await)
/// })?;
/// let operator = Operator::new(pool).page("/dispatcher").sign_in("sign-in").environment("staging");
/// let app = axum::Router::new()
///     .merge(sign_in.router("/dispatcher/sign-in", "/dispatcher"))
///     .merge(http::operator(operator, sign_in));
/// # Ok(app) }
/// ```
///
/// Behind a proxy that renames the last part of the path, link to the page with a slash at its end.
///
/// # Panics
/// As `Router::route` of axum does: if the path of the page is not empty and does not begin with `/`.
pub fn operator(operator: Operator, authenticator: impl Authenticator) -> Router {
    let look = Arc::new(operator.look.clone());
    let context = routes::context(operator);
    let authenticator = Arc::new(authenticator);
    let api = routes::routes(Arc::clone(&context), Arc::clone(&authenticator));
    match &look.path {
        Some(path) => api.merge(router::pages(
            path,
            context,
            Arc::clone(&look),
            authenticator,
        )),
        None => api,
    }
}
