//! Sessions of people in a browser: a form, and a signed cookie.
//!
//! Who may sign in, a closure of the service decides. The cookie names the session and is signed, so nothing is kept of
//! it. It is `HttpOnly` and `SameSite=Strict`, and off loopback `Secure`.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use time::OffsetDateTime;

use super::authenticator::{AuthError, Authenticator};
use super::cookie;
use super::csrf;
use super::form;
use super::guesses::Guesses;
use super::mac::Key;
use crate::operate::actor::{LONGEST_NAME, control_character};

/// How large a form may be, in bytes.
const MOST_BYTES: usize = 8 * 1024;

type Check = dyn Fn(String, String) -> Pin<Box<dyn Future<Output = Result<bool, AuthError>> + Send>>
    + Send
    + Sync;

/// An authenticator whose sessions sign in by a form and are proved by a cookie, for 8 hours. Clones are the same.
///
/// ```
/// use dispatcher_runtime::Operator;
/// use dispatcher_runtime::http::{self, Access, Authenticator, SignIn};
///
/// # async fn is_password(name: &str, password: &str) -> bool { false }
/// # fn app(pool: sqlx::PgPool, key: &[u8]) -> Result<axum::Router, dispatcher_runtime::http::SignInError> {
/// // The same key on every replica: at least 32 random bytes.
/// let sign_in = SignIn::new(key, |name: String, password: String| async move {
///     Ok(is_password(&name, &password).await)
/// })?;
/// let sessions = sign_in.clone().with_access(|session| match session.name() {
///     "mia" => Access::ADMIN,
///     _ => Access::VIEWER,
/// });
/// let app = axum::Router::new()
///     .merge(sign_in.router("/dispatcher/sign-in", "/dispatcher"))
///     .merge(http::router(Operator::new(pool), sessions));
/// # Ok(app) }
/// ```
///
/// A name may be guessed ten times at once, and then once in 30 s; more are refused with 429 and are not checked. While
/// that lasts, the holder of the name cannot sign in either. The closure should take as long for a name that it does not
/// know as for one that it knows, for example by hashing the password all the same.
///
/// Nothing is kept of a session, so signing out removes the cookie from the browser only. To end every session, change the
/// key. Removing a person's access takes effect at once where [`with_access`](Authenticator::with_access) answers
/// [`Access::NONE`](super::Access::NONE).
#[derive(Clone)]
pub struct SignIn {
    shared: Arc<Shared>,
    environment: Option<Arc<str>>,
}

struct Shared {
    key: Key,
    guesses: Guesses,
    check: Box<Check>,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignIn(…)")
    }
}

/// The session of a cookie. Its text is its name.
#[derive(Clone, Debug)]
pub struct SignedIn {
    name: String,
}

impl SignedIn {
    /// The name that the session signed in with.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

/// The cookies cannot be signed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// The key can be guessed: use at least 32 random bytes.
    #[error(
        "the key has {0} bytes: use at least 32 random ones, such as those that `openssl rand 32` prints"
    )]
    Key(usize),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes for a key")]
    NoRandomness,
}

impl SignIn {
    /// With the key that signs cookies, at least 32 random bytes and the same on every replica, and a closure that says
    /// whether a name has that password.
    ///
    /// # Errors
    /// The key is too short, or the operating system gives no random bytes.
    pub fn new<F, Answer>(key: &[u8], check: F) -> Result<Self, SignInError>
    where
        F: Fn(String, String) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<bool, AuthError>> + Send + 'static,
    {
        let long = Some(key).filter(|key| key.len() >= 32);
        let signing = long.and_then(Key::new);
        let signing = signing.ok_or(SignInError::Key(key.len()))?;
        let random = Key::random().ok_or(SignInError::NoRandomness)?;
        Ok(Self {
            shared: Arc::new(Shared {
                key: signing,
                guesses: Guesses::new(random),
                check: Box::new(move |name, password| Box::pin(check(name, password))),
            }),
            environment: None,
        })
    }

    /// The name of the environment, such as `production`, which the form shows as [`Operator::environment`] shows it on the
    /// pages. Defaults to none.
    ///
    /// [`Operator::environment`]: crate::Operator::environment
    #[must_use]
    pub fn environment(mut self, name: &str) -> Self {
        self.environment = Some(name.into());
        self
    }

    /// The form at a path: GET shows it, POST signs in and leads to `home`, and POST to `<path>/out` signs out. Its style is at
    /// `<path>/style.css`.
    ///
    /// `home` is a path of this service. Browsers are led there by a relative address, because a proxy may serve both below
    /// another path; if it is the folder of the form, as in the example, with a slash at its end.
    pub fn router(&self, path: &str, home: &str) -> Router {
        let last = path.rsplit('/').next().unwrap_or_default();
        let page = Page {
            sign_in: self.clone(),
            path: path.into(),
            home: relative(path, home).into(),
            form: format!("../{last}").into(),
        };
        Router::new()
            .route(path, get(show).post(sign_in))
            .route(&format!("{path}/out"), post(sign_out))
            .route(&format!("{path}/style.css"), get(style))
            .route_layer(DefaultBodyLimit::max(MOST_BYTES))
            .with_state(Arc::new(page))
    }
}

impl Authenticator for SignIn {
    type Session = SignedIn;

    async fn authenticate(&self, request: &Parts) -> Result<SignedIn, AuthError> {
        let now = OffsetDateTime::now_utc();
        let is_loopback = is_loopback(&request.uri, &request.headers);
        let key = &self.shared.key;
        let given = cookie::given(key, &request.headers, is_loopback);
        let mut names = given.filter_map(|value| cookie::name(key, value, now));
        let name = names.next().ok_or(AuthError::NoSession)?;
        Ok(SignedIn { name })
    }

    /// A browser adds cookies by itself.
    fn is_ambient(&self, _request: &Parts) -> bool {
        true
    }

    fn challenge(&self) -> HeaderValue {
        HeaderValue::from_static("Cookie")
    }
}

/// A form, and where it is.
struct Page {
    sign_in: SignIn,
    path: Box<str>,
    /// Where a session begins, as seen from the form.
    home: Box<str>,
    /// The form, as seen from where a session ends.
    form: Box<str>,
}

impl Page {
    fn text(&self, problem: Option<&str>) -> String {
        form::page(&self.path, self.sign_in.environment.as_deref(), problem)
    }
}

async fn show(State(page): State<Arc<Page>>) -> Response {
    html(StatusCode::OK, &page.text(None))
}

async fn style() -> Response {
    let mut response = html(StatusCode::OK, form::STYLE);
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

async fn sign_in(State(page): State<Arc<Page>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // Another site could sign a browser in as the attacker, whose acts it would then show.
    if !csrf::is_allowed(&parts) {
        let problem = "This form was not sent from this page: open it again.";
        return refused(&page, StatusCode::FORBIDDEN, problem);
    }
    let is_loopback = is_loopback(&parts.uri, &parts.headers);
    let Ok(body) = axum::body::to_bytes(body, MOST_BYTES).await else {
        return refused(
            &page,
            StatusCode::PAYLOAD_TOO_LARGE,
            "The form is too large.",
        );
    };
    let Some((name, password)) = credentials(&body) else {
        let problem = "A name and a password are needed. The name may not have control characters.";
        return refused(&page, StatusCode::BAD_REQUEST, problem);
    };
    let shared = &page.sign_in.shared;
    if let Err(wait) = shared.guesses.begin(&name, Instant::now()) {
        return too_many(&page, wait);
    }
    match (shared.check)(name.clone(), password).await {
        Ok(true) => {
            shared.guesses.succeeded(&name);
            tracing::info!(session = ?name, "an operator signed in");
            let value = cookie::value(&shared.key, &name, OffsetDateTime::now_utc());
            lead(&page.home, &cookie::set(&shared.key, &value, is_loopback))
        }
        Ok(false) | Err(AuthError::NoSession | AuthError::Forbidden) => {
            tracing::warn!(session = ?name, "an operator could not sign in");
            let problem = "The name or the password is wrong.";
            refused(&page, StatusCode::UNAUTHORIZED, problem)
        }
        Err(error @ AuthError::Unavailable(_)) => {
            tracing::error!(error = ?error, "sessions cannot be checked");
            let problem = "Passwords cannot be checked at the moment: try again.";
            refused(&page, StatusCode::SERVICE_UNAVAILABLE, problem)
        }
    }
}

async fn sign_out(State(page): State<Arc<Page>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if !csrf::is_allowed(&parts) {
        let problem = "This request was not sent from this page: sign out there.";
        return refused(&page, StatusCode::FORBIDDEN, problem);
    }
    let is_loopback = is_loopback(&parts.uri, &parts.headers);
    let key = &page.sign_in.shared.key;
    lead(&page.form, &cookie::remove(key, is_loopback))
}

/// The name and the password of a form.
fn credentials(body: &Bytes) -> Option<(String, String)> {
    let (mut name, mut password) = (None, None);
    for (field, value) in form_urlencoded::parse(body) {
        match &*field {
            "name" => name = Some(value.into_owned()),
            "password" => password = Some(value.into_owned()),
            _ => {}
        }
    }
    let is_name = |name: &String| {
        !name.trim().is_empty() && name.len() <= LONGEST_NAME && control_character(name).is_none()
    };
    name.filter(is_name).zip(password)
}

/// Whether the request is for this machine alone, where browsers send cookies that are `Secure` over TLS only.
fn is_loopback(uri: &Uri, headers: &HeaderMap) -> bool {
    let host = uri.authority().map(|it| it.as_str());
    let host = host.or_else(|| headers.get(header::HOST)?.to_str().ok());
    let Some(host) = host else { return false };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split(':').next(),
    };
    let name = name.unwrap_or_default();
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The way from one path of the service to another, as a relative address.
fn relative(from: &str, to: &str) -> String {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    if to.trim_end_matches('/') == folder {
        return "./".to_owned();
    }
    let (from, to): (Vec<&str>, Vec<&str>) = (folder.split('/').collect(), to.split('/').collect());
    let folders = to.len().saturating_sub(1);
    let pairs = from.iter().zip(to.iter().take(folders));
    let shared = pairs.take_while(|(one, other)| one == other).count();
    let up = "../".repeat(from.len().saturating_sub(shared));
    // What begins with `./` is no scheme and no host, whatever is in it.
    let up = if up.is_empty() { "./" } else { &*up };
    format!("{up}{}", to.get(shared..).unwrap_or_default().join("/"))
}

/// A 303, by a relative address.
fn lead(way: &str, cookie: &str) -> Response {
    let mut response = html(StatusCode::SEE_OTHER, "");
    for (name, value) in [(header::LOCATION, way), (header::SET_COOKIE, cookie)] {
        match HeaderValue::from_str(value) {
            Ok(value) => response.headers_mut().insert(name, value),
            Err(_) => return html(StatusCode::INTERNAL_SERVER_ERROR, ""),
        };
    }
    response
}

fn refused(page: &Page, status: StatusCode, problem: &str) -> Response {
    html(status, &page.text(Some(problem)))
}

fn too_many(page: &Page, wait: Duration) -> Response {
    let problem = "Too many attempts with this name: wait before you try again.";
    let mut response = refused(page, StatusCode::TOO_MANY_REQUESTS, problem);
    let seconds = HeaderValue::from(wait.as_secs().max(1));
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

fn html(status: StatusCode, text: &str) -> Response {
    let mut response = (status, text.to_owned()).into_response();
    let headers: [(HeaderName, &'static str); 6] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // With `no-referrer`, browsers would send `Origin: null` with the form, and over plain HTTP that is all they send.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in headers {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told_by_the_host_of_the_request() {
        for (host, expected) in [
            ("localhost", true),
            ("LOCALHOST:8080", true),
            ("127.0.0.1:8080", true),
            ("127.1.2.3", true),
            ("[::1]:8080", true),
            ("[::1]", true),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("10.0.0.1", false),
            ("[::2]", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
            assert_eq!(
                is_loopback(&Uri::from_static("/"), &headers),
                expected,
                "{host}"
            );
        }
        assert!(!is_loopback(&Uri::from_static("/"), &HeaderMap::new()));
    }

    #[test]
    fn a_way_is_the_same_below_any_prefix() {
        for (from, to, expected) in [
            ("/dispatcher/sign-in", "/dispatcher", "./"),
            ("/dispatcher/sign-in", "/dispatcher/", "./"),
            ("/sign-in", "/", "./"),
            ("/sign-in", "", "./"),
            ("/sign-in", "/home", "./home"),
            ("/sign-in", "/home/", "./home/"),
            ("/sign-in", "/a/b", "./a/b"),
            ("/ops/sign-in", "/ops/a:b", "./a:b"),
            ("/ops/sign-in", "/ops/a/b", "./a/b"),
            ("/ops/sign-in", "/home", "../home"),
            ("/ops/sign-in", "/", "../"),
            ("/ops/deep/sign-in", "/ops", "../../ops"),
            ("/ops/deep/sign-in", "/ops/", "../"),
            ("/ops/deep/sign-in", "/opsx/y", "../../opsx/y"),
            ("/sign-in", "//evil.example", ".//evil.example"),
        ] {
            assert_eq!(relative(from, to), expected, "{from} to {to}");
        }
    }

    #[test]
    fn a_key_that_is_short_is_refused() {
        let check = |_, _| async { Ok(true) };
        assert_eq!(
            SignIn::new(&[1; 31], check).err(),
            Some(SignInError::Key(31))
        );
        assert!(SignIn::new(&[1; 32], check).is_ok());
    }
}
