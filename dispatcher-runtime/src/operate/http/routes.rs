//! The routes of the table as a router, each behind the authenticator.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{DefaultBodyLimit, Extension, RawPathParams, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{MethodRouter, any, on};

use super::authenticator::Authenticator;
use super::caller::{self, Caller};
use super::context::Context;
use super::problem::Problem;
use super::route::PREFIX;
use super::table::ROUTES;
use super::{dispatch, openapi};
use crate::operate::operator::Operator;

/// What the routes of one router share.
pub(super) fn context(operator: Operator) -> Arc<Context> {
    let document = openapi::document(ROUTES).to_string();
    Arc::new(Context::new(operator, document.into()))
}

/// The routes of the table.
pub(super) fn routes<A: Authenticator>(context: Arc<Context>, authenticator: Arc<A>) -> Router {
    // Only routes, neither a fallback nor a nested router: a fallback would replace the service's own, and
    // nesting would hide the path from the authenticator.
    let mut router = Router::new();
    let mut paths: BTreeSet<&str> = ROUTES.iter().map(|route| route.path).collect();
    for path in &paths {
        router = router.route(&format!("{PREFIX}{path}"), methods(path));
    }
    paths.extend(ROUTES.iter().flat_map(|route| above(route.path)));
    for path in nowhere(&paths) {
        router = router.route(&format!("{PREFIX}{path}"), any(unknown));
    }
    router
        .method_not_allowed_fallback(method_not_allowed)
        .route_layer(from_fn_with_state(authenticator, caller::guard))
        .route_layer(map_response(seal))
        .with_state(context)
}

/// The methods of a path.
fn methods(path: &str) -> MethodRouter<Arc<Context>> {
    let of_path = ROUTES.iter().filter(|route| route.path == path);
    of_path.fold(MethodRouter::new(), |methods, route| {
        let handler = move |State(context): State<Arc<Context>>,
                            Extension(caller): Extension<Caller>,
                            places: Result<RawPathParams, RawPathParamsRejection>,
                            request: Request| {
            dispatch::answer(route, context, caller, places, request)
        };
        let limit = DefaultBodyLimit::max(route.body.most_bytes());
        methods.merge(on(route.method.filter(), handler).layer(limit))
    })
}

/// The paths above a path, such as `/dlq` of `/dlq/{id}`.
fn above(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.char_indices().skip(1).filter(|(_, it)| *it == '/');
    ends.map(|(end, _)| &path[..end])
}

/// The paths beside and below those of the routes: what is not a route there is a problem, and not the service's page.
fn nowhere(paths: &BTreeSet<&str>) -> Vec<String> {
    let mut nowhere = Vec::new();
    for path in paths {
        nowhere.push(format!("{path}/"));
        let below = format!("{path}/{{");
        if !paths.iter().any(|other| other.starts_with(&below)) {
            nowhere.push(format!("{path}/{{*rest}}"));
        }
        if ROUTES.iter().all(|route| route.path != *path) {
            nowhere.push((*path).to_owned());
        }
    }
    nowhere
}

async fn unknown() -> Problem {
    let routes = openapi::in_words(ROUTES);
    let detail = format!("there is no such route; the routes are {routes}");
    Problem::new(StatusCode::NOT_FOUND, detail)
}

pub(super) async fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this route does not accept that method; the header Allow lists those that it accepts",
    )
}

/// Answers hold personal data, so no cache between here and the operator may keep them.
async fn seal(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}
