//! From a page of the table to its handler, as `http/dispatch.rs` does it for routes: permission, tenants, length of the
//! query, parameters, form.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::HeaderName;
use axum::response::Response;

use super::route::PageRoute;
use super::visit::{Query, Shared, Visit};
use crate::operate::http::access::Permission;
use crate::operate::http::caller::Caller;
use crate::operate::http::context::Asked;
use crate::operate::http::dispatch::{admit, require_needs};
use crate::operate::http::kind::{Parameter, Value, Values};
use crate::operate::http::parameters::{ALL, CAUSATION, FILTER, REVEAL};
use crate::operate::http::problem::{Faults, Place, Problem};
use crate::operate::http::read;
use crate::operate::http::route::Verb;

/// The header by which the module of a page says that it asks again.
const AGAIN: HeaderName = HeaderName::from_static("dispatcher-refresh");

/// Answers a request of a session.
///
/// # Errors
/// The problem to show.
pub(super) async fn answer(
    route: &'static PageRoute,
    shared: Arc<Shared>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    admit(&caller, route.permission, route.scope)?;
    read::limit_query(&request)?;
    let is_again = request.headers().contains_key(AGAIN);
    let text = request.uri().query().unwrap_or_default().to_owned();
    let mut faults = Faults::default();
    let others: Vec<&'static Parameter> = route.query.concat();
    let known = [route.places, &others].concat();
    let mut query = read::query(Some(&text), &known, &mut faults);
    let given = Query::parse(&text);
    for place in route.places {
        if given.get(place.name).is_empty() {
            read::not_given(place, Place::Query, &mut faults);
        }
    }
    require_needs(&caller, &others, &query)?;
    let mut body = Values::default();
    if !route.form.is_empty() {
        body = read::form(request, route.most_bytes(), route.form, &mut faults).await?;
    }
    faults.none()?;
    let path = taken(&mut query, |name| is_one_of(route.places, name));
    if route.selects {
        body.0.extend(taken(&mut query, |name| name == ALL.name).0);
        let filter = taken(&mut query, |name| is_one_of(&others, name));
        body.0.push((FILTER.name, Value::Fields(filter)));
    }
    let asked = Asked {
        caller,
        path,
        query,
        body,
        document: None,
    };
    // What looks through the log for a second is not asked for again and again.
    let is_once = asked.query.is_set(&REVEAL) || asked.query.is_set(&CAUSATION);
    let is_refreshed = route.permission == Permission::Read && !is_once;
    let visit = Visit {
        asked,
        query: given,
        is_refreshed,
        is_again,
    };
    let answer = (route.handler)(Arc::clone(&shared), visit).await;
    if route.method == Verb::Post {
        shared.snapshot.forget();
    }
    answer
}

fn is_one_of(parameters: &[&Parameter], name: &str) -> bool {
    parameters.iter().any(|parameter| parameter.name == name)
}

/// Takes values out of others, by their names.
fn taken(values: &mut Values, is_taken: impl Fn(&str) -> bool) -> Values {
    let all = std::mem::take(&mut values.0);
    let (taken, left) = all.into_iter().partition(|(name, _)| is_taken(name));
    values.0 = left;
    Values(taken)
}
