//! From a route of the table to its handler: what is checked, in which order.
//!
//! The session is found before, by the guard. Then: the permission, whether the session's tenants may use the route, the
//! length of the query, the parameters, the body. The handler runs only if all of them are right.

use std::sync::Arc;

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::http::StatusCode;
use axum::response::Response;

use super::access::Permission;
use super::caller::Caller;
use super::context::{Asked, Context};
use super::kind::{Parameter, Values};
use super::problem::{Faults, Problem};
use super::read;
use super::route::{Body, Route, Scope};

/// Answers a request of a session.
///
/// # Errors
/// The problem to answer with.
pub(super) async fn answer(
    route: &'static Route,
    context: Arc<Context>,
    caller: Caller,
    places: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
) -> Result<Response, Problem> {
    admit(&caller, route.permission, route.scope)?;
    read::limit_query(&request)?;
    let mut faults = Faults::default();
    let path = read::path(&places, route.places, &mut faults);
    let query = read::query(request.uri().query(), route.query, &mut faults);
    require_needs(&caller, route.query, &query)?;
    let (mut body, mut document) = (Values::default(), None);
    match route.body {
        Body::None => {}
        Body::Fields(fields) => {
            let bytes = read::body(request, route.body.most_bytes()).await?;
            body = read::fields(&bytes, fields, &mut faults);
        }
        Body::Object(_) => {
            let bytes = read::body(request, route.body.most_bytes()).await?;
            document = read::any_object(&bytes, &mut faults);
        }
    }
    faults.none()?;
    let asked = Asked {
        caller,
        path,
        query,
        body,
        document,
    };
    (route.handler)(context, asked).await
}

/// Whether the session may use a route.
///
/// # Errors
/// A 403.
pub(super) fn admit(caller: &Caller, permission: Permission, scope: Scope) -> Result<(), Problem> {
    caller.require(permission)?;
    if scope == Scope::Unbound && caller.is_bound() {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "this session is bound to tenants, and this route is about what belongs to all of them",
        ));
    }
    Ok(())
}

/// Whether the session may set the parameters that are set.
///
/// # Errors
/// A 403.
pub(super) fn require_needs(
    caller: &Caller,
    parameters: &[&'static Parameter],
    query: &Values,
) -> Result<(), Problem> {
    for parameter in parameters {
        if let (Some(permission), true) = (parameter.needs, query.is_set(parameter)) {
            caller.require(permission)?;
        }
    }
    Ok(())
}
