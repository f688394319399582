//! `dispatcher serve`.

use dispatcher_test_fixtures::TestResult;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr};

use crate::world::World;

struct Served {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    address: String,
}

async fn served(world: &World, arguments: &[&str], token: Option<&str>) -> TestResult<Served> {
    let arguments = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
    let mut command = world.command(&arguments);
    if let Some(token) = token {
        command.env("DISPATCHER_TOKEN", token);
    }
    let mut child = command.spawn()?;
    let stderr = child.stderr.take().ok_or("no standard error")?;
    let mut lines = BufReader::new(stderr).lines();
    let first = lines.next_line().await?.ok_or("it ended")?;
    let (_, address) = first.split_once("http://").ok_or(first.clone())?;
    Ok(Served {
        child,
        lines,
        address: address.to_owned(),
    })
}

/// The status and the body of an answer.
pub(crate) async fn get(
    address: &str,
    path: &str,
    token: Option<&str>,
) -> TestResult<(u16, String)> {
    let mut stream = TcpStream::connect(address).await?;
    let authorization = match token {
        Some(token) => format!("Authorization: Bearer {token}\r\n"),
        None => String::new(),
    };
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\n{authorization}Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let status = answer.split(' ').nth(1).ok_or("no status")?.parse()?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or("no body")?;
    Ok((status, body.to_owned()))
}

const LIST: &str = "/api/dispatcher/v1/dlq";

#[tokio::test]
async fn on_loopback_a_token_is_made_and_printed() -> TestResult {
    let world = World::new().await?;
    let mut served = served(&world, &[], None).await?;
    let token = served.lines.next_line().await?.ok_or("no token")?;
    let token = token.strip_prefix("token: ").ok_or("no token")?;
    assert!(token.len() >= 32, "{token}");
    assert_eq!(get(&served.address, LIST, None).await?.0, 401);
    let almost = &token[1..];
    assert_eq!(get(&served.address, LIST, Some(almost)).await?.0, 401);
    let (status, body) = get(&served.address, LIST, Some(token)).await?;
    assert_eq!(get(&served.address, "/health/ready", None).await?.0, 200);
    assert_eq!(
        (status, body.contains("\"dead_letters\":[]")),
        (200, true),
        "{body}"
    );
    Ok(())
}

/// Sends a form as a browser does, and returns the head of the answer.
async fn post_form(address: &str, path: &str, body: &str) -> TestResult<String> {
    let mut stream = TcpStream::connect(address).await?;
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn a_browser_signs_in_to_the_page_with_the_token() -> TestResult {
    let world = World::new().await?;
    let token = "0123456789abcdef0123456789abcdef";
    let served = served(&world, &["--environment", "staging"], Some(token)).await?;
    let address = &served.address;
    let (status, page) = get(address, "/", None).await?;
    assert_eq!(status, 401);
    assert!(page.contains("<a href=\"sign-in\">Sign in</a>"), "{page}");
    for (password, status) in [("wrong", "401"), (&token[1..], "401"), (token, "303")] {
        let body = format!("name=mia&password={password}");
        let answer = post_form(address, "/sign-in", &body).await?;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        let cookie = answer
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: "));
        let Some(cookie) = cookie.and_then(|cookie| cookie.split(';').next()) else {
            assert_eq!(status, "401");
            continue;
        };
        let mut stream = TcpStream::connect(address).await?;
        let request = format!(
            "GET /overview HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(
            answer.contains("<title>staging: Overview - Dispatcher</title>"),
            "{answer}"
        );
        assert!(answer.contains("<bdi>mia</bdi>"), "{answer}");
    }
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn it_ends_in_order_when_it_is_asked_to() -> TestResult {
    let world = World::new().await?;
    let token = "0123456789abcdef0123456789abcdef";
    let mut served = served(&world, &[], Some(token)).await?;
    assert_eq!(get(&served.address, LIST, Some(token)).await?.0, 200);
    let process = served.child.id().ok_or("it ended")?;
    let kill = tokio::process::Command::new("kill")
        .arg(process.to_string())
        .status();
    assert!(kill.await?.success());
    assert_eq!(served.child.wait().await?.code(), Some(0));
    while let Some(line) = served.lines.next_line().await? {
        assert!(
            !line.contains(token),
            "a token that was given is not printed: {line}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn other_machines_need_a_token_that_cannot_be_guessed() -> TestResult {
    let world = World::new().await?;
    let open = world.run(&["serve", "--listen", "0.0.0.0:0"]).await?;
    assert_eq!(open.code, Some(2));
    assert!(
        open.stderr
            .contains("is not a loopback address, and no token was given"),
        "{}",
        open.stderr
    );
    std::fs::write(world.folder.path().join("token"), "hunter2\n")?;
    let short = world.run(&["serve", "--token-file", "token"]).await?;
    assert_eq!(short.code, Some(2));
    let says = short
        .stderr
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(says.contains("has fewer than 16 characters"), "{says}");
    Ok(())
}

#[tokio::test]
async fn the_token_allows_what_it_was_started_for() -> TestResult {
    let world = World::new().await?;
    let token = "0123456789abcdef0123456789abcdef";
    let served = served(&world, &["--access", "viewer"], Some(token)).await?;
    let steer = "/api/dispatcher/v1/subscriptions/coaching/hold_slot/pause";
    assert_eq!(get(&served.address, LIST, Some(token)).await?.0, 200);
    let mut stream = TcpStream::connect(&served.address).await?;
    let request = format!(
        "POST {steer} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n",
        served.address
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    Ok(())
}
