//! Sessions by bearer tokens.

use axum::Router;
use dispatcher_runtime::Operator;
use dispatcher_runtime::http::{Access, BearerTokens, router};
use dispatcher_test_fixtures::TestResult;
use tokio::net::TcpListener;

use crate::client::exchange;
use crate::support::{LIST, NOBODY, Service};

const MIA: &str = "0123456789abcdef0123456789abcdef";
const JO: &str = "fedcba9876543210fedcba9876543210";

#[tokio::test]
async fn a_token_does_what_its_access_says_from_any_site() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let sessions = BearerTokens::new()?
        .token("mia", MIA, Access::OPERATOR)?
        .token("jo", JO, Access::VIEWER)?;
    let app = Router::new().merge(router(Operator::new(service.pool.clone()), sessions));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let resolve = format!("{LIST}/{NOBODY}/resolve");
    for (token, list, resolved) in [(MIA, 200, 404), (JO, 200, 403), ("wrong", 401, 401)] {
        for (method, path, status) in [("GET", LIST, list), ("POST", &*resolve, resolved)] {
            let request = format!(
                "{method} {path} HTTP/1.1\r\nHost: service\r\nAuthorization: Bearer {token}\r\n\
                 Sec-Fetch-Site: cross-site\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
            );
            let answer = exchange(address, request.as_bytes()).await?;
            assert_eq!(answer.status, status, "{token} {path}: {answer:?}");
        }
    }
    let id = service.ids().await?.remove(0);
    let request = format!(
        "POST {LIST}/{id}/resolve HTTP/1.1\r\nHost: service\r\nAuthorization: Bearer {MIA}\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    let answer = exchange(address, request.as_bytes()).await?;
    assert_eq!(answer.body["resolved_by"], "mia", "{answer:?}");
    server.abort();
    service.close().await
}
