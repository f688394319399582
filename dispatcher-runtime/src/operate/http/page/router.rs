//! The pages of the table as a router, each behind the authenticator, and the one style sheet, which is not.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{MethodRouter, get, on};

use super::route::PageRoute;
use super::snapshot::Snapshot;
use super::table::PAGES;
use super::visit::Shared;
use super::{dispatch, files, layout, validator};
use crate::operate::http::authenticator::Authenticator;
use crate::operate::http::caller::{self, Caller};
use crate::operate::http::context::Context;
use crate::operate::http::problem::Told;
use crate::operate::http::routes::method_not_allowed;
use crate::operate::look::Look;

/// What a browser may load and do for a page: the style sheet, the module that refreshes it, and forms to this service.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The pages, one step below a path, and what leads there at the path itself.
pub(super) fn pages<A: Authenticator>(
    path: &str,
    context: Arc<Context>,
    look: Arc<Look>,
    authenticator: Arc<A>,
) -> Router {
    let shared = Arc::new(Shared {
        context,
        look,
        snapshot: Snapshot::default(),
    });
    let mut pages = Router::new().route(&format!("{path}/"), get(home));
    let paths: BTreeSet<&str> = PAGES.iter().map(|page| page.path).collect();
    for page in paths {
        pages = pages.route(&format!("{path}/{page}"), methods(page));
    }
    let pages = pages
        .method_not_allowed_fallback(method_not_allowed)
        .route_layer(from_fn_with_state(authenticator, caller::guard))
        .route_layer(from_fn_with_state(Arc::clone(&shared), in_words))
        .route_layer(from_fn(validator::revalidate));
    // What tells nothing needs no session.
    let mut open = Router::new();
    for file in [&files::STYLE, &files::MODULE] {
        let answer = move |uri: Uri| async move { file.answer(&uri) };
        open = open.route(&format!("{path}/{}", file.name), get(answer));
    }
    if !path.is_empty() {
        open = open.route(path, get(enter));
    }
    pages
        .merge(open)
        .route_layer(map_response(seal))
        .with_state(shared)
}

/// The methods of a page.
fn methods(path: &str) -> MethodRouter<Arc<Shared>> {
    let of_path = PAGES.iter().filter(|page| page.path == path);
    of_path.fold(MethodRouter::new(), |methods, page: &'static PageRoute| {
        let handler =
            move |State(shared): State<Arc<Shared>>,
                  Extension(caller): Extension<Caller>,
                  request: Request| { dispatch::answer(page, shared, caller, request) };
        let limit = DefaultBodyLimit::max(page.most_bytes());
        methods.merge(on(page.method.filter(), handler).layer(limit))
    })
}

/// Leads to where relative links are those of the pages. What a proxy puts before the path is not known here.
async fn enter(uri: Uri) -> Response {
    let last = uri.path().rsplit('/').next().unwrap_or_default();
    layout::lead(&format!("{last}/"))
}

/// Leads to the first page that the session may see.
async fn home(Extension(caller): Extension<Caller>) -> Response {
    layout::lead(if caller.is_bound() {
        "letters"
    } else {
        "overview"
    })
}

/// Shows problems as pages.
async fn in_words(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let is_form = request.method() == Method::POST;
    let query = request.uri().query().map(str::to_owned);
    let response = next.run(request).await;
    let Some(told) = response.extensions().get::<Told>().cloned() else {
        return response;
    };
    let status = response.status();
    let again = is_form && status == StatusCode::CONFLICT;
    let again = again.then(|| format!("?{}", query.unwrap_or_default()));
    let page = layout::problem(&shared.look, status, &told, again.as_deref());
    let mut shown = layout::html(status, page);
    for name in [header::WWW_AUTHENTICATE, header::ALLOW] {
        if let Some(value) = response.headers().get(&name) {
            shown.headers_mut().insert(name, value.clone());
        }
    }
    shown
}

async fn seal(mut response: Response) -> Response {
    // Pages hold personal data, so no cache between here and the operator may keep them.
    let kept = response.headers_mut().entry(header::CACHE_CONTROL);
    kept.or_insert(HeaderValue::from_static("no-store"));
    let headers: [(HeaderName, &'static str); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // With `no-referrer`, browsers would send `Origin: null` with forms, which the guard refuses.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    for (name, value) in headers {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}
