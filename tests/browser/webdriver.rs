//! WebDriver, as far as the tests need it: JSON over HTTP, one connection for each command.

use dispatcher_test_fixtures::TestResult;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// How WebDriver names the field that refers to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The error of a command whose element is of a page that is no longer open.
const GONE: &str = "stale element reference";

/// A window of a browser, and the commands that it takes.
pub(crate) struct Session {
    port: u16,
    id: String,
}

/// An element of the page that is open: what is at a path. A page that takes the place of another between two commands, after a
/// link was followed or a form was sent, is looked at in its turn.
pub(crate) struct Element<'a> {
    session: &'a Session,
    path: String,
}

impl Session {
    pub(crate) async fn start(port: u16, capabilities: &Value) -> TestResult<Self> {
        let wanted = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let started = exchange(port, "POST", "/session", Some(&wanted)).await?;
        let id = started["sessionId"]
            .as_str()
            .ok_or("no session")?
            .to_owned();
        Ok(Self { port, id })
    }

    async fn command(&self, method: &str, path: &str, body: Option<&Value>) -> TestResult<Value> {
        let path = format!("/session/{}{path}", self.id);
        exchange(self.port, method, &path, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> TestResult<Value> {
        self.command("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> TestResult<Value> {
        self.command("POST", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> TestResult<Value> {
        self.command("DELETE", path, None).await
    }

    /// The elements that an XPath finds.
    pub(crate) async fn all(&self, path: &str) -> TestResult<Vec<Element<'_>>> {
        let element = |position: usize| Element {
            session: self,
            path: format!("({path})[{}]", position + 1),
        };
        Ok((0..self.ids(path).await?.len()).map(element).collect())
    }

    /// The first of them.
    pub(crate) async fn first(&self, path: &str) -> TestResult<Element<'_>> {
        let mut all = self.all(path).await?.into_iter();
        Ok(all.next().ok_or_else(|| format!("nothing is at {path}"))?)
    }

    /// How the driver refers to the elements at an XPath, as long as their page is open.
    async fn ids(&self, path: &str) -> TestResult<Vec<String>> {
        let selection = json!({ "using": "xpath", "value": path });
        let found = self.post("/elements", &selection).await?;
        let found = found.as_array().into_iter().flatten();
        let ids = found.filter_map(|element| element[ELEMENT].as_str());
        Ok(ids.map(str::to_owned).collect())
    }
}

impl Element<'_> {
    pub(crate) async fn click(&self) -> TestResult {
        self.command("POST", "click", Some(&json!({})))
            .await
            .map(drop)
    }

    pub(crate) async fn write(&self, text: &str) -> TestResult {
        let text = json!({ "text": text });
        self.command("POST", "value", Some(&text)).await.map(drop)
    }

    /// Its text, as it is seen.
    pub(crate) async fn text(&self) -> TestResult<String> {
        let text = self.command("GET", "text", None).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    pub(crate) async fn is_displayed(&self) -> TestResult<bool> {
        Ok(self.command("GET", "displayed", None).await? == true)
    }

    async fn command(
        &self,
        method: &str,
        command: &str,
        body: Option<&Value>,
    ) -> TestResult<Value> {
        loop {
            let mut ids = self.session.ids(&self.path).await?.into_iter();
            let id = ids.next();
            let id = id.ok_or_else(|| format!("nothing is at {}", self.path))?;
            let path = format!("/element/{id}/{command}");
            match self.session.command(method, &path, body).await {
                // Its page has gone since it was found: nothing was done.
                Err(error) if error.to_string().contains(GONE) => {}
                done => return done,
            }
        }
    }
}

/// Sends a command, and returns the value of its answer.
async fn exchange(port: u16, method: &str, path: &str, body: Option<&Value>) -> TestResult<Value> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut connection = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await?);
    connection.write_all(request.as_bytes()).await?;
    // The driver leaves the connection open, whatever it was asked for.
    let mut length = 0;
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).await?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse()?;
            }
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await?;
    let answer: Value = serde_json::from_slice(&body)?;
    let value = &answer["value"];
    match value["error"].as_str() {
        // The stack behind it is the driver's own.
        Some(error) => {
            let message = value["message"].as_str().unwrap_or_default();
            let message = message.lines().next().unwrap_or_default();
            Err(format!("{method} {path}: {error}: {message}").into())
        }
        None => Ok(value.clone()),
    }
}
