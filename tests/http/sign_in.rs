//! The form, the cookie, and what a browser of another site may not do with them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use dispatcher_runtime::Operator;
use dispatcher_runtime::http::{Access, AuthError, Authenticator, SignIn, router};
use dispatcher_test_fixtures::TestResult;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::client::{Answer, exchange};
use crate::support::{LIST, Service};

const FORM: &str = "application/x-www-form-urlencoded";

/// A service where `mia` has the password `correct horse`.
struct SignedIn {
    service: Service,
    address: SocketAddr,
    server: JoinHandle<std::io::Result<()>>,
    /// How many passwords were checked.
    checked: Arc<AtomicUsize>,
}

impl SignedIn {
    async fn start() -> TestResult<Self> {
        let service = Service::with_dead_letters(1).await?;
        let checked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&checked);
        let sign_in = SignIn::new(&[7; 32], move |name: String, password: String| {
            counter.fetch_add(1, Ordering::SeqCst);
            async move {
                match name.as_str() {
                    "later" => Err(AuthError::unavailable("ldap://secret is down")),
                    _ => Ok(name == "mia" && password == "correct horse"),
                }
            }
        })?;
        let sessions = sign_in.clone().with_access(|session| match session.name() {
            "mia" => Access::ADMIN,
            _ => Access::NONE,
        });
        let app = Router::new()
            .merge(sign_in.environment("north").router("/sign-in", "/home"))
            .merge(router(Operator::new(service.pool.clone()), sessions));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self {
            service,
            address,
            server,
            checked,
        })
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        host: &str,
        headers: &str,
        body: &str,
    ) -> TestResult<Answer> {
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        );
        exchange(self.address, request.as_bytes()).await
    }

    /// A sign-in from the form's own page.
    async fn sign_in(&self, host: &str, name: &str, password: &str) -> TestResult<Answer> {
        let headers = format!("Content-Type: {FORM}\r\nSec-Fetch-Site: same-origin\r\n");
        let body = format!("name={name}&password={password}");
        self.send("POST", "/sign-in", host, &headers, &body).await
    }

    async fn close(self) -> TestResult {
        self.server.abort();
        self.service.close().await
    }
}

/// The cookie that an answer sets, as the browser sends it back.
fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie").unwrap();
    format!("Cookie: a=b; {}\r\n", set.split(';').next().unwrap())
}

#[tokio::test]
async fn who_signs_in_is_let_in_by_the_cookie_and_signs_out_again() -> TestResult {
    let signed = SignedIn::start().await?;
    let form = signed.send("GET", "/sign-in", "127.0.0.1", "", "").await?;
    assert_eq!(form.status, 200);
    // It is sent to where the browser has found it, which may be behind a proxy.
    assert!(form.body.as_str().unwrap().contains("method=\"post\">"));
    // With `no-referrer` a browser would send `Origin: null`, and be refused.
    assert_eq!(form.header("referrer-policy"), Some("same-origin"));
    let policy = form.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; form-action 'self'"));
    let text = form.body.as_str().unwrap();
    assert!(text.contains("href=\"sign-in/style.css\""), "{text}");
    let style = signed.send("GET", "/sign-in/style.css", "127.0.0.1", "", "");
    let style = style.await?;
    assert_eq!(style.status, 200);
    assert_eq!(
        style.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert!(style.body.as_str().unwrap().contains(".sign-in {"));
    assert!(text.contains("<title>north: Sign in - Dispatcher</title>"));
    assert!(text.contains("<bdi>north</bdi>"), "{text}");
    for (host, attributes) in [
        (
            "127.0.0.1",
            "; Path=/; Max-Age=28800; HttpOnly; SameSite=Strict",
        ),
        (
            "ops.example",
            "; Path=/; Max-Age=28800; HttpOnly; SameSite=Strict; Secure",
        ),
    ] {
        let answer = signed.sign_in(host, "mia", "correct+horse").await?;
        assert_eq!(answer.status, 303, "{answer:?}");
        assert_eq!(answer.header("location"), Some("./home"));
        assert!(
            answer.header("set-cookie").unwrap().ends_with(attributes),
            "{answer:?}"
        );
        let session = cookie(&answer);
        let listed = signed.send("GET", LIST, host, &session, "").await?;
        assert_eq!(listed.status, 200, "{listed:?}");
        // What it changes has to come from a page of the service.
        let id = signed.service.ids().await?.remove(0);
        let path = format!("{LIST}/{id}/resolve");
        let json = format!("{session}Content-Type: application/json\r\n");
        let cross = signed.send("POST", &path, host, &json, "{}").await?;
        cross.assert_refused(403);
        let out = format!("{session}Sec-Fetch-Site: same-origin\r\n");
        let out = signed.send("POST", "/sign-in/out", host, &out, "").await?;
        assert_eq!(
            (out.status, out.header("location")),
            (303, Some("../sign-in"))
        );
        assert!(
            out.header("set-cookie")
                .unwrap()
                .contains("=; Path=/; Max-Age=0;")
        );
    }
    let own = signed.sign_in("127.0.0.1", "mia", "correct+horse").await?;
    let own = cookie(&own);
    let (name, _) = own.rsplit_once('=').ok_or("no cookie")?;
    let headers = format!("{name}=1.2.mia\r\n");
    let forged = signed.send("GET", LIST, "127.0.0.1", &headers, "").await?;
    forged.assert_refused(401);
    assert_eq!(forged.header("www-authenticate"), Some("Cookie"));
    signed.close().await
}

#[tokio::test]
async fn a_wrong_password_a_foreign_page_and_a_broken_check_let_nobody_in() -> TestResult {
    let signed = SignedIn::start().await?;
    let host = "127.0.0.1";
    for (name, password, status) in [
        ("mia", "wrong", 401),
        ("jo", "correct+horse", 401),
        ("later", "x", 503),
        ("", "x", 400),
        ("m%0Aia", "correct+horse", 400),
    ] {
        let answer = signed.sign_in(host, name, password).await?;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        assert_eq!(answer.header("set-cookie"), None);
        assert!(!answer.body.as_str().unwrap().contains("ldap"));
    }
    let body = "name=mia&password=correct+horse";
    for site in [
        "",
        "Sec-Fetch-Site: cross-site\r\n",
        "Origin: http://evil.example\r\n",
    ] {
        let headers = format!("Content-Type: {FORM}\r\n{site}");
        let answer = signed
            .send("POST", "/sign-in", host, &headers, body)
            .await?;
        assert_eq!((answer.status, answer.header("set-cookie")), (403, None));
        let answer = signed
            .send("POST", "/sign-in/out", host, &headers, "")
            .await?;
        assert_eq!((answer.status, answer.header("set-cookie")), (403, None));
    }
    let large = format!("name=mia&password={}", "x".repeat(9000));
    let headers = format!("Content-Type: {FORM}\r\nSec-Fetch-Site: same-origin\r\n");
    let answer = signed
        .send("POST", "/sign-in", host, &headers, &large)
        .await?;
    assert_eq!(answer.status, 413);
    signed.close().await
}

#[tokio::test]
async fn a_name_that_is_guessed_too_often_is_not_checked_any_more() -> TestResult {
    let signed = SignedIn::start().await?;
    let host = "127.0.0.1";
    for _ in 0..10 {
        assert_eq!(signed.sign_in(host, "mia", "wrong").await?.status, 401);
    }
    let checked = signed.checked.load(Ordering::SeqCst);
    let answer = signed.sign_in(host, "mia", "correct+horse").await?;
    assert_eq!(answer.status, 429);
    assert!(answer.header("retry-after").is_some());
    assert_eq!(signed.checked.load(Ordering::SeqCst), checked);
    // Other names are not affected.
    assert_eq!(signed.sign_in(host, "jo", "wrong").await?.status, 401);
    signed.close().await
}
