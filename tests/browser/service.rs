//! A service with the operator's page, a sign-in, and a database of its own.

use std::net::SocketAddr;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware::map_response;
use axum::response::Response;
use dispatcher_runtime::Operator;
use dispatcher_runtime::http::{Access, Authenticator, Permission, SignIn, operator};
use dispatcher_test_fixtures::TestResult;
use dispatcher_test_launcher::{Database, Server};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::proxy::Proxy;

/// Where the page is.
pub(crate) const PAGE: &str = "/ops/dispatcher";
/// That of everyone.
pub(crate) const PASSWORD: &str = "correct horse";
pub(crate) const ENVIRONMENT: &str = "staging";

/// A service. `mia` may do everything, `vic` may look.
pub(crate) struct Service {
    pub(crate) pool: PgPool,
    address: SocketAddr,
    database: Database,
    server: Option<JoinHandle<std::io::Result<()>>>,
    proxy: Option<Proxy>,
}

impl Service {
    pub(crate) async fn start() -> TestResult<Self> {
        Self::of(ENVIRONMENT).await
    }

    pub(crate) async fn of(environment: &str) -> TestResult<Self> {
        let database = Server::shared().await?.create_database().await?;
        let pool = database.pool(16).await?;
        dispatcher_runtime::migrate(&pool).await?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let server = Some(serve(&pool, environment, listener)?);
        Ok(Self {
            pool,
            address,
            database,
            server,
            proxy: None,
        })
    }

    /// A service that browsers reach through a proxy, at another path than it has.
    pub(crate) async fn behind_a_proxy() -> TestResult<Self> {
        let mut service = Self::start().await?;
        service.proxy = Some(Proxy::start(service.address, PAGE).await?);
        Ok(service)
    }

    /// Where browsers reach a path of the service.
    pub(crate) fn url(&self, path: &str) -> String {
        match &self.proxy {
            Some(proxy) => proxy.url(path),
            None => format!("http://{}{path}", self.address),
        }
    }

    /// Ends the server, and what it answers at the moment.
    pub(crate) async fn stop_serving(&mut self) {
        if let Some(server) = self.server.take() {
            server.abort();
            let _ = server.await;
        }
    }

    /// Serves at the same address again.
    pub(crate) async fn serve_again(&mut self) -> TestResult {
        let listener = TcpListener::bind(self.address).await?;
        self.server = Some(serve(&self.pool, ENVIRONMENT, listener)?);
        Ok(())
    }

    pub(crate) async fn close(mut self) -> TestResult {
        self.stop_serving().await;
        self.pool.close().await;
        self.database.close().await?;
        Ok(())
    }
}

fn serve(
    pool: &PgPool,
    environment: &str,
    listener: TcpListener,
) -> TestResult<JoinHandle<std::io::Result<()>>> {
    let sign_in = SignIn::new(&[7; 32], |_name: String, password: String| async move {
        Ok(password == PASSWORD)
    })?;
    let sessions = sign_in.clone().with_access(|session| match session.name() {
        "mia" => Access::ADMIN.with(Permission::Reveal),
        "vic" => Access::VIEWER,
        _ => Access::NONE,
    });
    let operated = Operator::new(pool.clone())
        .registry(&acme_contracts::REGISTRY)
        .page(PAGE)
        .environment(environment)
        .sign_in("sign-in");
    let app = Router::new()
        .merge(
            sign_in
                .environment(environment)
                .router(&format!("{PAGE}/sign-in"), PAGE),
        )
        .merge(operator(operated, sessions))
        .fallback(elsewhere)
        // So that a server that was stopped does not answer over a connection that it has.
        .layer(map_response(|response: Response| async move {
            let close = HeaderValue::from_static("close");
            ([(header::CONNECTION, close)], response)
        }));
    Ok(tokio::spawn(
        async move { axum::serve(listener, app).await },
    ))
}

/// What a browser sends to the rest of the service.
async fn elsewhere(uri: Uri, headers: HeaderMap) -> String {
    let referrer = headers.get(header::REFERER);
    let referrer = referrer.map(|it| String::from_utf8_lossy(it.as_bytes()));
    format!(
        "{} from {}",
        uri.path(),
        referrer.unwrap_or("nowhere".into())
    )
}
