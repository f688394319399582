//! A small HTTP/1.1 client: one request to a connection, sent and read at the same time, because a
//! server may answer before it has the whole body.

use std::net::SocketAddr;

use dispatcher_test_fixtures::TestResult;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    /// Null if the body is empty; a string if it is not JSON.
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    pub(crate) fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }

    /// Asserts a problem of that status, whatever its text.
    #[track_caller]
    pub(crate) fn assert_refused(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        self.assert_problem(status, self.detail());
    }

    /// Asserts a problem document as in RFC 9457, one that is neither cached nor sniffed as another
    /// type.
    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u16, detail: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(self.body["type"], "about:blank");
        assert_eq!(self.body["status"], status);
        assert!(self.body["title"].is_string());
        assert_eq!(self.detail(), detail);
    }
}

/// Sends the given bytes unchanged, and reads one answer.
pub(crate) async fn exchange(address: SocketAddr, request: &[u8]) -> TestResult<Answer> {
    let (mut reader, mut writer) = TcpStream::connect(address).await?.into_split();
    let send = async {
        // A server that has already answered may have closed its side.
        let _ = writer.write_all(request).await;
        let _ = writer.flush().await;
    };
    let receive = async {
        let mut bytes = Vec::new();
        loop {
            if let Some(answer) = complete(&bytes)? {
                return Ok(answer);
            }
            if reader.read_buf(&mut bytes).await? == 0 {
                return Err(format!("cut off: {}", String::from_utf8_lossy(&bytes)).into());
            }
        }
    };
    let ((), answer) = tokio::join!(send, receive);
    answer
}

fn complete(bytes: &[u8]) -> TestResult<Option<Answer>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = String::from_utf8(bytes[..end].to_vec())?;
    let status = head.split(' ').nth(1).ok_or("no status")?.parse()?;
    let length: usize = match header(&head, "content-length") {
        None if status == 304 => 0,
        length => length.ok_or("no length")?.parse()?,
    };
    let Some(body) = bytes.get(end + 4..end + 4 + length) else {
        return Ok(None);
    };
    Ok(Some(Answer {
        status,
        body: match body {
            [] => Value::Null,
            body if header(&head, "content-type").is_some_and(|it| it.contains("json")) => {
                serde_json::from_slice(body)?
            }
            body => Value::from(String::from_utf8_lossy(body)),
        },
        head,
    }))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (given, value) = line.split_once(':')?;
        given.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
