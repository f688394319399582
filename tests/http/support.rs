//! A service that serves its dead letters on a socket.

use std::net::SocketAddr;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, Revenue};
use axum::Router;
use axum::http::header::{AUTHORIZATION, COOKIE};
use dispatcher_runtime::http::{
    Access, AuthError, Authenticator, Permission, authenticator_fn, operator,
};
use dispatcher_runtime::{
    Consumer, DeadLetterFilter, DeadLetters, Dispatcher, EventEnvelope, HandlerError, Operator,
    subscribe,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use dispatcher_test_launcher::{Database, Server};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Executor, PgPool};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::client::{Answer, exchange};

/// Where the operator's page is.
pub(crate) const PAGE: &str = "/ops/dispatcher";
pub(crate) const ENVIRONMENT: &str = "production <b>\u{202E}&\"'";
pub(crate) const LIST: &str = "/api/dispatcher/v1/dlq";
/// Well formed, but not the id of any dead letter.
pub(crate) const NOBODY: &str = "dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e";
pub(crate) const GOOD: &str = "Authorization: Bearer good\r\n";
/// May do everything.
pub(crate) const ROOT: &str = "Authorization: Bearer root\r\n";
/// May do everything too, and is proved by what a browser adds by itself.
pub(crate) const COOKIE_OF_ROOT: &str = "Cookie: operator=root\r\n";
pub(crate) const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
pub(crate) const JSON: &str = "Content-Type: application/json\r\n";

#[subscribe(credit_locked)]
async fn hold_slot(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Err(HandlerError::permanent("more than a lesson can cost"))
}

/// The session `good` is Maria's, `guest` may not see dead letters, `later` cannot be checked.
///
/// `north` and `nobody` are bound: to the tenant of the dead letters, and to none. So is `north-root`, which may do
/// everything. `root` may do everything, and `without-<permission>` everything but that.
pub(crate) fn sessions() -> impl Authenticator<Session = String> {
    authenticator_fn(|request| async move {
        let token = request.headers.get(AUTHORIZATION);
        if request
            .headers
            .get(COOKIE)
            .is_some_and(|it| it == "operator=root")
        {
            return Ok("root".to_owned());
        }
        match token.map(|token| token.as_bytes()) {
            Some(b"Bearer root") => Ok("root".to_owned()),
            Some(b"Bearer north-root") => Ok("north-root".to_owned()),
            Some(token) if token.starts_with(b"Bearer without-") => {
                Ok(String::from_utf8_lossy(&token[7..]).into_owned())
            }
            Some(b"Bearer good") => Ok("maria@example.com".to_owned()),
            Some(b"Bearer north") => Ok("north@example.com".to_owned()),
            Some(b"Bearer nobody") => Ok("nobody@example.com".to_owned()),
            Some(b"Bearer nameless") => Ok("a\nb".to_owned()),
            Some(b"Bearer guest") => Err(AuthError::Forbidden),
            Some(b"Bearer later") => Err(AuthError::unavailable("redis://secret is down")),
            _ => Err(AuthError::NoSession),
        }
    })
    .with_access(|session| access(session))
    .with_tenants(|session| match session.as_str() {
        "north@example.com" | "north-root" => TENANT.parse().ok().map(|tenant| vec![tenant]),
        "nobody@example.com" => Some(Vec::new()),
        _ => None,
    })
}

fn access(session: &str) -> Access {
    let every = Access::ADMIN.with(Permission::Reveal);
    match session.strip_prefix("without-") {
        Some(lacking) => {
            let mut all = Permission::ALL.into_iter();
            let lacking = all.find(|permission| permission.as_str() == lacking);
            lacking.map_or(Access::NONE, |lacking| every.without(lacking))
        }
        None if session.ends_with("root") => every,
        None => Access::OPERATOR,
    }
}

/// The routes, over these connections.
pub(crate) async fn serve(
    pool: PgPool,
) -> TestResult<(SocketAddr, JoinHandle<std::io::Result<()>>)> {
    // A service has routes and a fallback of its own.
    let app = Router::new()
        .fallback(|| async { "\"the service's own\"" })
        .merge(operator(
            Operator::new(pool)
                .registry(&acme_contracts::REGISTRY)
                .page(PAGE)
                .environment(ENVIRONMENT)
                .trace_link("https://tempo.example/trace/{trace_id}")?
                .sign_in("sign-in"),
            sessions(),
        ));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    Ok((address, server))
}

/// A service with a database of its own.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    pub(crate) pool: PgPool,
    database: Database,
    server: JoinHandle<std::io::Result<()>>,
}

impl Service {
    pub(crate) async fn with_dead_letters(count: u32) -> TestResult<Self> {
        let database = Server::shared().await?.create_database().await?;
        let pool = database.pool(16).await?;
        dispatcher_runtime::migrate(&pool).await?;
        let consumer = Consumer::<Coaching>::builder(pool.clone())
            .subscribe(hold_slot)
            .start()
            .await?;
        Dispatcher::<Revenue>::builder(pool.clone())
            .tenant(TENANT)
            .build()?
            .publish_all((1..=count).map(|number| lock(number, number)))
            .await?;
        consumer.wait_caught_up().await?;
        consumer.stop().await;
        let (address, server) = serve(pool.clone()).await?;
        Ok(Self {
            address,
            pool,
            database,
            server,
        })
    }

    /// The connections of the tests' superuser, as another role.
    pub(crate) async fn pool_of(&self, role: &str) -> TestResult<PgPool> {
        let set = format!("SET ROLE {role}");
        let pool = PgPoolOptions::new().max_connections(2);
        let pool = pool.after_connect(move |connection, _| {
            let set = set.clone();
            Box::pin(async move { connection.execute(AssertSqlSafe(set)).await.map(drop) })
        });
        Ok(pool.connect_with(self.database.options().clone()).await?)
    }

    /// The name of the database: roles are of the whole server.
    pub(crate) fn database(&self) -> &str {
        self.database.name()
    }

    /// The ids of the dead letters, newest first.
    pub(crate) async fn ids(&self) -> TestResult<Vec<String>> {
        let listed = DeadLetters::new(self.pool.clone())
            .list(&DeadLetterFilter::default().include_resolved(true))
            .await?
            .dead_letters;
        Ok(listed
            .iter()
            .map(|one| one.dead_letter_id.to_string())
            .collect())
    }

    /// Sends a request with these header lines, and with the length of its body.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> TestResult<Answer> {
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: service\r\n{headers}Content-Length: {length}\r\n\r\n"
        );
        exchange(self.address, &[head.as_bytes(), body].concat()).await
    }

    pub(crate) async fn get(&self, path: &str) -> TestResult<Answer> {
        self.send("GET", path, GOOD, b"").await
    }

    pub(crate) async fn resolve(&self, id: &str, body: &str) -> TestResult<Answer> {
        let path = format!("{LIST}/{id}/resolve");
        let headers = format!("{GOOD}{JSON}");
        self.send("POST", &path, &headers, body.as_bytes()).await
    }

    pub(crate) async fn close(self) -> TestResult {
        self.server.abort();
        self.pool.close().await;
        self.database.close().await?;
        Ok(())
    }
}
