//! A reverse proxy that serves a part of a service at another path, and neither tells the service nor changes its answers.

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dispatcher_test_fixtures::TestResult;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What browsers see in place of the path that the service has.
pub(crate) const PREFIX: &str = "/tools/queue";

/// A running proxy. It ends with this value.
pub(crate) struct Proxy {
    address: SocketAddr,
    behind: &'static str,
    server: JoinHandle<std::io::Result<()>>,
}

#[derive(Clone, Copy)]
struct Upstream {
    address: SocketAddr,
    path: &'static str,
}

impl Proxy {
    /// Serves what a service has below a path.
    pub(crate) async fn start(service: SocketAddr, path: &'static str) -> TestResult<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let upstream = Upstream {
            address: service,
            path,
        };
        let app = Router::new().fallback(pass).with_state(upstream);
        let server = tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self {
            address,
            behind: path,
            server,
        })
    }

    /// Where a path of the service is.
    pub(crate) fn url(&self, path: &str) -> String {
        let rest = path.strip_prefix(self.behind);
        match rest {
            Some(rest) => format!("http://{}{PREFIX}{rest}", self.address),
            None => format!("http://{}{path}", self.address),
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn pass(State(upstream): State<Upstream>, request: Request) -> Response {
    let target = request.uri().to_string();
    let Some(rest) = target.strip_prefix(PREFIX) else {
        let text = format!("the proxy serves nothing at {target}");
        return (StatusCode::NOT_FOUND, text).into_response();
    };
    let target = format!("{}{rest}", upstream.path);
    match exchange(upstream.address, &target, request).await {
        Ok(response) => response,
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

/// Sends a request to the service, with the headers that it has, and reads the answer to its end.
async fn exchange(address: SocketAddr, target: &str, request: Request) -> TestResult<Response> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await?;
    let mut sent = format!("{} {target} HTTP/1.1\r\n", parts.method).into_bytes();
    let kept = parts.headers.iter();
    let kept = kept.filter(|(name, _)| !is_of_one_hop(name) && *name != header::CONTENT_LENGTH);
    for (name, value) in kept {
        sent.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    sent.extend(format!("content-length: {}\r\n\r\n", body.len()).bytes());
    sent.extend(&body);
    let mut connection = TcpStream::connect(address).await?;
    connection.write_all(&sent).await?;
    let mut received = Vec::new();
    // The service closes each connection after its answer.
    connection.read_to_end(&mut received).await?;
    let end = received.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or("no head")?;
    let head = String::from_utf8(received[..end].to_vec())?;
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let mut response = Response::new(Body::from(received[end + 4..].to_vec()));
    *response.status_mut() = status.ok_or("no status")?.parse()?;
    for line in lines {
        let (name, value) = line.split_once(": ").ok_or("no header")?;
        let name: HeaderName = name.parse()?;
        if !is_of_one_hop(&name) {
            response
                .headers_mut()
                .append(name, HeaderValue::from_str(value)?);
        }
    }
    Ok(response)
}

fn is_of_one_hop(name: &HeaderName) -> bool {
    [header::CONNECTION, header::TRANSFER_ENCODING].contains(name)
}
