//! A browser, and what the tests ask it.

use std::path::Path;
use std::time::Duration;

use dispatcher_test_fixtures::TestResult;
use serde_json::{Value, json};

use crate::driver::Driver;
use crate::service::{PAGE, PASSWORD, Service};
use crate::webdriver::Session;

/// How long a condition of [`Browser::until`], or a text of [`Browser::content_with`], may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Notes each violation of a page's policy, from before its first byte.
const NOTE_VIOLATIONS: &str = "window.violations = []; document.addEventListener('securitypolicyviolation', \
                               (it) => window.violations.push(`${it.violatedDirective}: ${it.blockedURI} ${it.sample}`));";

/// A browser with one window.
pub(crate) struct Browser {
    pub(crate) session: Session,
    driver: Driver,
}

impl Browser {
    /// None where a program is missing: the test is skipped.
    pub(crate) async fn start_or_skip() -> TestResult<Option<Self>> {
        Self::with_preferences(json!({})).await
    }

    /// The same with scripts switched off.
    pub(crate) async fn without_script_or_skip() -> TestResult<Option<Self>> {
        let off = json!({ "profile.managed_default_content_settings.javascript": 2 });
        Self::with_preferences(off).await
    }

    async fn with_preferences(preferences: Value) -> TestResult<Option<Self>> {
        let Some(driver) = Driver::start_or_skip().await? else {
            return Ok(None);
        };
        let capabilities = json!({
            "goog:chromeOptions": {
                "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                         "--window-size=1280,900"],
                "prefs": preferences,
            },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "script": PATIENCE.as_millis() as u64 },
        });
        let session = Session::start(driver.port, &capabilities).await?;
        let browser = Self { session, driver };
        let note = json!({ "source": NOTE_VIOLATIONS });
        let note = browser.devtools("Page.addScriptToEvaluateOnNewDocument", note);
        note.await?;
        Ok(Some(browser))
    }

    /// Where it keeps its files.
    pub(crate) fn folder(&self) -> &Path {
        self.driver.folder()
    }

    /// A command of the browser's DevTools protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> TestResult<Value> {
        let body = json!({ "cmd": command, "params": parameters });
        self.session.post("/goog/cdp/execute", &body).await
    }

    /// What pages wrote to the console since this was asked last, and what the browser said about them.
    pub(crate) async fn console(&self) -> TestResult<Vec<String>> {
        let body = json!({ "type": "browser" });
        let log = self.session.post("/se/log", &body).await?;
        let log = log.as_array().ok_or("no log")?;
        let messages = log.iter().filter_map(|entry| entry["message"].as_str());
        Ok(messages.map(str::to_owned).collect())
    }

    /// Signs in by the form, as a person does.
    pub(crate) async fn sign_in(&self, service: &Service, name: &str) -> TestResult {
        self.go(&service.url(&format!("{PAGE}/sign-in"))).await?;
        for (field, value) in [("name", name), ("password", PASSWORD)] {
            let field = format!("//input[@name='{field}']");
            self.session.first(&field).await?.write(value).await?;
        }
        self.session.first("//button").await?.click().await?;
        self.until("document.querySelector('nav') !== null").await
    }

    pub(crate) async fn go(&self, url: &str) -> TestResult {
        let url = json!({ "url": url });
        self.session.post("/url", &url).await.map(drop)
    }

    /// Opens a page, with its query.
    pub(crate) async fn open(&self, service: &Service, page: &str) -> TestResult {
        self.go(&service.url(&format!("{PAGE}/{page}"))).await
    }

    /// The address of the page.
    pub(crate) async fn url(&self) -> TestResult<String> {
        let url = self.session.get("/url").await?;
        Ok(url.as_str().unwrap_or_default().to_owned())
    }

    /// Follows the first link, or presses the first button, that has this text. The page that it leads to may come after this
    /// returns: ask for what it shows by [`Browser::content_with`].
    pub(crate) async fn press(&self, text: &str) -> TestResult {
        let path =
            format!("//main//*[self::a or self::button][contains(normalize-space(.), \"{text}\")]");
        self.session.first(&path).await?.click().await
    }

    /// The text of the page's content, as soon as it shows a text. Needs no script.
    pub(crate) async fn content_with(&self, text: &str) -> TestResult<String> {
        let mut content = String::new();
        let shown = async {
            loop {
                content = self.content().await?;
                if content.contains(text) {
                    return TestResult::Ok(());
                }
            }
        };
        match tokio::time::timeout(PATIENCE, shown).await {
            Ok(read) => read.map(|()| content),
            Err(_) => Err(format!("{text} does not come; the page shows: {content}").into()),
        }
    }

    /// The text of the page's content, as it is seen.
    pub(crate) async fn content(&self) -> TestResult<String> {
        self.session.first("//main").await?.text().await
    }

    /// Runs a script in the page, `sync` or `async`.
    pub(crate) async fn execute(&self, way: &str, script: &str) -> TestResult<Value> {
        let script = json!({ "script": script, "args": [] });
        self.session.post(&format!("/execute/{way}"), &script).await
    }

    /// What an expression of the page is.
    pub(crate) async fn evaluate(&self, expression: &str) -> TestResult<Value> {
        self.execute("sync", &format!("return {expression};")).await
    }

    /// Waits until an expression of the page is true, also across a link that was followed before.
    pub(crate) async fn until(&self, expression: &str) -> TestResult {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const look = () => {{ if ({expression}) done(true); else setTimeout(look, 20); }};
             look();"
        );
        loop {
            match self.execute("async", &script).await {
                Ok(_) => return Ok(()),
                // The document went away while it was looked at.
                Err(error) if error.to_string().contains("unloaded") => {}
                Err(error) => {
                    let content = self.content().await.unwrap_or_default();
                    let error = format!("{expression}: {error}; the page shows: {content}");
                    return Err(error.into());
                }
            }
        }
    }

    /// Opens a tab, and goes to it. Returns the one before.
    pub(crate) async fn open_tab(&self) -> TestResult<Value> {
        let before = self.session.get("/window").await?;
        let tab = json!({ "type": "tab" });
        let opened = self.session.post("/window/new", &tab).await?;
        self.go_to_tab(&opened["handle"]).await?;
        Ok(before)
    }

    /// Closes the tab, and goes to another.
    pub(crate) async fn close_tab(&self, next: &Value) -> TestResult {
        self.session.delete("/window").await?;
        self.go_to_tab(next).await
    }

    async fn go_to_tab(&self, handle: &Value) -> TestResult {
        let handle = json!({ "handle": handle });
        self.session.post("/window", &handle).await.map(drop)
    }

    /// Moves the pointer over the first element that a selector finds.
    pub(crate) async fn point_at(&self, selector: &str) -> TestResult {
        let place = format!(
            "(() => {{ const element = document.querySelector({selector:?}); element.scrollIntoView({{ block: 'center' }});
                const it = element.getClientRects()[0]; return [it.x + Math.min(it.width / 2, 20), it.y + it.height / 2]; }})()"
        );
        let place = self.evaluate(&place).await?;
        let (x, y) = (place[0].as_f64(), place[1].as_f64());
        self.point_to(x.ok_or("no place")?, y.ok_or("no place")?)
            .await
    }

    /// Moves the pointer to a place of the window.
    pub(crate) async fn point_to(&self, x: f64, y: f64) -> TestResult {
        let (x, y) = (x.round(), y.round());
        let moved =
            json!({ "type": "pointerMove", "duration": 0, "x": x, "y": y, "origin": "viewport" });
        let mouse = json!({ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": [moved] });
        let actions = json!({ "actions": [mouse] });
        self.session.post("/actions", &actions).await.map(drop)
    }

    /// As a reader with this preference sees pages: `light` or `dark`.
    pub(crate) async fn prefer(&self, scheme: &str) -> TestResult {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        let media = json!({ "features": features });
        let media = self.devtools("Emulation.setEmulatedMedia", media);
        media.await.map(drop)
    }

    /// As on a screen of that size, in CSS pixels.
    pub(crate) async fn resize(&self, width: u64, height: u64) -> TestResult {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let metrics = self.devtools("Emulation.setDeviceMetricsOverride", metrics);
        metrics.await.map(drop)
    }

    /// What is seen of the page, as a PNG.
    pub(crate) async fn screenshot(&self) -> TestResult<Vec<u8>> {
        let taken = self.session.get("/screenshot").await?;
        decoded(taken.as_str().unwrap_or_default()).ok_or_else(|| "not base64".into())
    }

    /// Ends it. A test that failed before leaves that to the driver.
    pub(crate) async fn close(self) -> TestResult {
        self.session.delete("").await.map(drop)
    }
}

/// Base64 with padding.
fn decoded(text: &str) -> Option<Vec<u8>> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut number) = (0_u32, 0_u32);
    for character in text.trim_end_matches('=').bytes() {
        let digit = DIGITS.iter().position(|digit| *digit == character)?;
        number = number << 6 | u32::try_from(digit).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((number >> bits) as u8);
            number &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

/// Asserts that a page shows a text.
#[track_caller]
pub(crate) fn shows(content: &str, text: &str) {
    assert!(content.contains(text), "{text} in {content}");
}
