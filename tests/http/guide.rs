//! The code of docs/http.md, run.

use acme_contracts::credit_locked::CreditLocked;
use acme_contracts::{Coaching, credit_locked};
use dispatcher_runtime::http::{self, Access, AuthError, Authenticator, Permission, SignIn};
use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError, Operator, subscribe};
use dispatcher_test_fixtures::TestResult;
use dispatcher_test_launcher::Server;
use tokio::net::TcpListener;

use crate::client::exchange;

#[subscribe(credit_locked)]
async fn note_lock(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

/// The status of a GET.
async fn status(app: axum::Router, path: &str, operator: &str) -> TestResult<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let request = format!("GET {path} HTTP/1.1\r\nHost: service\r\nX-Operator: {operator}\r\n\r\n");
    let answer = exchange(address, request.as_bytes()).await?;
    server.abort();
    Ok(answer.status)
}

#[tokio::test]
async fn the_guides_service_serves_its_routes() -> TestResult {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(8).await?;
    dispatcher_runtime::migrate(&pool).await?;
    let running = Consumer::<Coaching>::builder(pool.clone())
        .subscribe(note_lock)
        .start()
        .await?;
    running.ready().await?;
    let authenticator = http::authenticator_fn(|request| async move {
        let operator = request.headers.get("x-operator");
        let operator = operator.and_then(|name| name.to_str().ok());
        operator.map(str::to_owned).ok_or(AuthError::NoSession)
    });
    let sessions = authenticator.with_access(|session| match session.as_str() {
        "mia" => Access::ADMIN.with(Permission::Reveal),
        "jo" => Access::OPERATOR,
        _ => Access::VIEWER,
    });
    let operator = Operator::new(pool.clone()).registry(&acme_contracts::REGISTRY);
    let app = axum::Router::new().merge(http::router(operator, sessions));
    let contracts = "/api/dispatcher/v1/contracts";
    assert_eq!(status(app, contracts, "someone").await?, 200);
    let (key, check) = ([7; 32], |name: String, password: String| async move {
        Ok(name == "mia" && password == "correct horse")
    });
    let operator = Operator::new(pool.clone());
    let sign_in = SignIn::new(&key, check)?.environment("production");
    let sessions = sign_in.clone().with_access(|session| match session.name() {
        "mia" => Access::ADMIN,
        _ => Access::VIEWER,
    });
    let operator = operator
        .page("/dispatcher")
        .sign_in("sign-in")
        .environment("production")
        .trace_link("https://tempo.example/trace/{trace_id}")?;
    let app = axum::Router::new()
        .merge(sign_in.router("/dispatcher/sign-in", "/dispatcher"))
        .merge(http::operator(operator, sessions));
    assert_eq!(status(app.clone(), "/dispatcher/sign-in", "").await?, 200);
    assert_eq!(status(app, "/dispatcher/overview", "").await?, 401);
    let app = axum::Router::new().merge(running.health().router());
    assert_eq!(status(app, "/health/ready", "").await?, 200);
    running.stop().await;
    pool.close().await;
    database.close().await?;
    Ok(())
}
