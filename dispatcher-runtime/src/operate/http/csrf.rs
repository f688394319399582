//! Requests that another site makes a browser send: refused where a browser itself adds what proves the session.
//!
//! A browser says where a request comes from in `Sec-Fetch-Site`, to every `https` origin and to loopback; elsewhere
//! `Origin` is compared with the host. A page cannot set either of them. A request that changes something and has
//! neither is refused: no browser of these years sends one.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, header};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a request is told that is refused.
pub(super) const CROSS_SITE: &str = "this request changes something and does not show that a page of this service sent it: a browser \
     shows it by the header `Sec-Fetch-Site: same-origin`, or by an `Origin` with the host of the request; a program \
     has to prove its session by `Authorization: Bearer` and send no cookie";

/// Whether the request may act for a session that a browser proves by itself.
pub(super) fn is_allowed(request: &Parts) -> bool {
    if matches!(request.method, Method::GET | Method::HEAD) {
        return true;
    }
    match only(&request.headers, &SEC_FETCH_SITE) {
        Only::One(site) => site == "same-origin",
        Only::Unclear => false,
        Only::None => is_from_host(request),
    }
}

/// Whether a program proves its session by a header that no browser adds by itself, and sends no cookie beside it.
pub(super) fn is_by_bearer(request: &Parts) -> bool {
    let bearer = match only(&request.headers, &header::AUTHORIZATION) {
        Only::One(value) => value
            .get(..7)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer ")),
        Only::None | Only::Unclear => false,
    };
    bearer && !request.headers.contains_key(header::COOKIE)
}

/// Whether `Origin` has the host and port that the request is for. The schemes are not compared: behind a proxy that
/// provides TLS the service does not know its own.
fn is_from_host(request: &Parts) -> bool {
    let Only::One(origin) = only(&request.headers, &header::ORIGIN) else {
        return false;
    };
    let host = match request.uri.authority() {
        Some(authority) => authority.as_str(),
        None => match only(&request.headers, &header::HOST) {
            Only::One(host) => host,
            Only::None | Only::Unclear => return false,
        },
    };
    let from = origin.split_once("://").map(|(_, host)| host);
    from.is_some_and(|from| !from.is_empty() && from.eq_ignore_ascii_case(host))
}

enum Only<'a> {
    None,
    One(&'a str),
    /// There are several, or it is not ASCII.
    Unclear,
}

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Only<'a> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Only::None,
        (Some(value), None) => value.to_str().map_or(Only::Unclear, Only::One),
        (Some(_), Some(_)) => Only::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn request(method: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method(method).uri("/act");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn only_a_page_of_the_same_origin_may_act() {
        let host = ("host", "ops.example:8443");
        for (headers, allowed) in [
            (vec![], false),
            (vec![host], false),
            (vec![host, ("sec-fetch-site", "same-origin")], true),
            (vec![host, ("sec-fetch-site", "none")], false),
            (vec![host, ("sec-fetch-site", "same-site")], false),
            (vec![host, ("sec-fetch-site", "cross-site")], false),
            (vec![host, ("sec-fetch-site", "")], false),
            (
                vec![
                    host,
                    ("sec-fetch-site", "cross-site"),
                    ("sec-fetch-site", "same-origin"),
                ],
                false,
            ),
            // What `Sec-Fetch-Site` says, `Origin` does not change.
            (
                vec![
                    host,
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://ops.example:8443"),
                ],
                false,
            ),
            (vec![host, ("origin", "http://ops.example:8443")], true),
            (vec![host, ("origin", "https://OPS.example:8443")], true),
            (vec![host, ("origin", "https://ops.example")], false),
            (
                vec![host, ("origin", "https://ops.example:8443.evil")],
                false,
            ),
            (vec![host, ("origin", "https://evil.example")], false),
            (vec![host, ("origin", "null")], false),
            (vec![host, ("origin", "ops.example:8443")], false),
            (vec![("host", ""), ("origin", "https://")], false),
        ] {
            assert_eq!(
                is_allowed(&request("POST", &headers)),
                allowed,
                "{headers:?}"
            );
            assert_eq!(
                is_allowed(&request("DELETE", &headers)),
                allowed,
                "{headers:?}"
            );
            assert!(is_allowed(&request("GET", &headers)));
        }
    }

    #[test]
    fn a_bearer_token_beside_a_cookie_proves_no_program() {
        for (headers, bearer) in [
            (vec![], false),
            (vec![("authorization", "Bearer abc")], true),
            (vec![("authorization", "bearer abc")], true),
            (vec![("authorization", "Basic abc")], false),
            (vec![("authorization", "Bearerabc")], false),
            (
                vec![("authorization", "Bearer abc"), ("cookie", "a=b")],
                false,
            ),
            (
                vec![("authorization", "Basic x"), ("authorization", "Bearer y")],
                false,
            ),
        ] {
            assert_eq!(
                is_by_bearer(&request("POST", &headers)),
                bearer,
                "{headers:?}"
            );
        }
    }
}
