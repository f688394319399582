//! The operator's page of `dispatcher dev`, for a browser of this machine.
//!
//! The link in the terminal has a key, and sets a cookie with it: who reads the terminal is signed in, and no other user of
//! the machine is. As everywhere, what changes something has to come from a page of this service
//! (`Sec-Fetch-Site`). A page of the internet whose name is made to lead to this machine (DNS rebinding) is refused by the
//! name that its requests carry, before anything else is looked at.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use dispatcher_runtime::http::{
    Access, AuthError, Authenticator, BearerTokens, Health, Notice, operator,
};
use tokio::net::TcpListener;

use crate::database::{Failure, Session};
use crate::sessions::is_token;

/// What the environment is called.
const ENVIRONMENT: &str = "development";

/// Where the link leads.
const OPEN: &str = "/open/";

/// The page, before it is served.
pub(super) struct Page {
    listener: TcpListener,
    address: SocketAddr,
    key: String,
    app: Router,
}

/// Takes the address.
///
/// # Errors
/// It is taken, or is not one of this machine alone.
pub(super) async fn listen(wanted: SocketAddr) -> Result<TcpListener, Failure> {
    if !wanted.ip().is_loopback() {
        return Err(Failure::Usage(format!(
            "{wanted} is not a loopback address, and the page of `dispatcher dev` is for this machine alone\n  help: \
             `dispatcher serve` listens for other machines, with a token"
        )));
    }
    TcpListener::bind(wanted).await.map_err(|error| {
        Failure::Usage(format!(
            "cannot listen on {wanted}: {error}\n  help: end what listens there, or take a free port with `--listen \
             {}`",
            SocketAddr::new(wanted.ip(), 0)
        ))
    })
}

impl Page {
    pub(super) fn new(
        listener: TcpListener,
        name: &str,
        key: &str,
        session: &Session,
        notice: &Notice,
    ) -> Result<Self, Failure> {
        let address = listener
            .local_addr()
            .map_err(|error| Failure::NotAsked(format!("the page has no address: {error}")))?;
        let sessions = Sessions::new(name, key, address)?;
        let pages = session.operator.clone();
        let pages = pages.page("/").sign_in("sign-in").notice(notice);
        let app = Router::new()
            .route("/open/{key}", get(open))
            .route("/sign-in", get(how_to_sign_in))
            .route("/sign-in/out", post(sign_out))
            .with_state(sessions.clone())
            .merge(operator(pages.environment(ENVIRONMENT), sessions))
            .merge(Health::new(session.pool.clone()).router())
            .layer(from_fn_with_state(address, only_for_this_machine));
        Ok(Self {
            listener,
            address,
            key: key.to_owned(),
            app,
        })
    }

    /// The link that signs in.
    pub(super) fn link(&self) -> String {
        format!("http://{}{OPEN}{}", self.address, self.key)
    }

    /// Serves it until it fails.
    pub(super) async fn serve(self) -> Result<(), Failure> {
        axum::serve(self.listener, self.app)
            .await
            .map_err(|error| Failure::NotAsked(format!("the page failed: {error}")))
    }
}

/// Sessions by the key, in a cookie or in a header.
#[derive(Clone)]
struct Sessions {
    name: String,
    tokens: BearerTokens,
    /// With the port, because browsers send cookies to every port of a host.
    cookie: String,
}

impl Sessions {
    fn new(name: &str, key: &str, address: SocketAddr) -> Result<Self, Failure> {
        let tokens = BearerTokens::new()
            .and_then(|tokens| tokens.token(name, key, Access::ADMIN))
            .map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Self {
            name: name.to_owned(),
            tokens,
            cookie: format!("dispatcher_dev_{}", address.port()),
        })
    }

    /// The values of the cookies that may have the key.
    fn given<'h>(&'h self, headers: &'h HeaderMap) -> impl Iterator<Item = &'h str> {
        let lines = headers.get_all(header::COOKIE).iter();
        let pairs = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'));
        pairs.filter_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == self.cookie).then_some(value)
        })
    }

    /// The header that keeps a value for that many seconds.
    fn set(&self, value: &str, seconds: u32) -> String {
        let name = &self.cookie;
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict")
    }
}

impl Authenticator for Sessions {
    type Session = String;

    async fn authenticate(&self, request: &Parts) -> Result<String, AuthError> {
        if request.headers.contains_key(header::AUTHORIZATION) {
            return Ok(self.tokens.authenticate(request).await?.to_string());
        }
        for value in self.given(&request.headers) {
            if is_token(&self.tokens, value).await? {
                return Ok(self.name.clone());
            }
        }
        Err(AuthError::NoSession)
    }

    fn access(&self, _session: &String) -> Access {
        Access::ADMIN
    }
}

/// For how long a browser keeps the cookie: 30 days. It is good for as long as the data folder has its key.
const SECONDS: u32 = 30 * 24 * 60 * 60;

/// Signs in, and leads to the page. It leads there from a page of its own: after a redirect, a browser that follows a link
/// of another site would not send the cookie.
async fn open(State(sessions): State<Sessions>, uri: Uri) -> Response {
    let key = uri.path().strip_prefix(OPEN).unwrap_or_default();
    match is_token(&sessions.tokens, key).await {
        Ok(true) => {
            let cookie = sessions.set(key, SECONDS);
            let text = "<meta http-equiv=\"refresh\" content=\"0;url=../\"><p><a href=\"../\">The page</a>";
            html(StatusCode::OK, text, Some(&cookie))
        }
        _ => html(
            StatusCode::FORBIDDEN,
            &instruction("This key is wrong."),
            None,
        ),
    }
}

async fn how_to_sign_in() -> Response {
    html(StatusCode::OK, &instruction(""), None)
}

async fn sign_out(State(sessions): State<Sessions>, headers: HeaderMap) -> Response {
    let site = headers.get("sec-fetch-site");
    if site.is_none_or(|site| site != "same-origin") {
        let text = "<p>This request was not sent from this page.";
        return html(StatusCode::FORBIDDEN, text, None);
    }
    let text = instruction("You are signed out.");
    html(StatusCode::OK, &text, Some(&sessions.set("", 0)))
}

fn instruction(before: &str) -> String {
    format!(
        "<p>{before} To sign in, open the link that <code>dispatcher dev</code> printed in its terminal."
    )
}

/// A page of this module. It has no text of others.
fn html(status: StatusCode, body: &str, cookie: Option<&str>) -> Response {
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{ENVIRONMENT}: Dispatcher</title>{body}"
    );
    let mut response = (status, text).into_response();
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in headers {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    if let Some(Ok(cookie)) = cookie.map(HeaderValue::from_str) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Lets through what was sent to this machine by one of its own names.
async fn only_for_this_machine(
    State(address): State<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    if is_for(address, request.uri(), request.headers()) {
        return next.run(request).await;
    }
    let text = format!("this page is at http://{address} and has no other name\n");
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

fn is_for(address: SocketAddr, uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = match (uri.authority(), hosts.next(), hosts.next()) {
        (Some(authority), _, None) => authority.as_str(),
        (None, Some(host), None) => host.to_str().unwrap_or_default(),
        _ => return false,
    };
    let port = address.port();
    [address.to_string(), format!("localhost:{port}")]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_served() {
        let address: SocketAddr = "127.0.0.1:7070".parse().unwrap();
        for (host, expected) in [
            ("127.0.0.1:7070", true),
            ("localhost:7070", true),
            ("LocalHost:7070", true),
            ("127.0.0.1:7071", false),
            ("127.0.0.1", false),
            ("evil.example:7070", false),
            ("127.0.0.1.evil.example:7070", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
            let uri = Uri::from_static("/");
            assert_eq!(is_for(address, &uri, &headers), expected, "{host}");
            headers.append(header::HOST, HeaderValue::from_static("127.0.0.1:7070"));
            assert!(!is_for(address, &uri, &headers), "two hosts: {host}");
        }
        assert!(!is_for(address, &Uri::from_static("/"), &HeaderMap::new()));
    }
}
