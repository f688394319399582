//! The programs that the tests drive: chromedriver, which starts chromium.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use dispatcher_local_postgres::private::{Folder, RunAs, Watchdog};
use dispatcher_test_fixtures::TestResult;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::ChildStdout;

/// A chromedriver on a port of its own. It is killed with this value, or with the process of the test, however that ends; so are
/// its browsers, which are in its process group, and their temporary files are removed.
pub(crate) struct Driver {
    child: Option<Child>,
    watchdog: Watchdog,
    pub(crate) port: u16,
    /// Kept open: a driver that cannot write ends.
    output: Lines<BufReader<ChildStdout>>,
}

impl Driver {
    /// None where a program is missing: the test is skipped, and `.ci/run` says what was not checked.
    pub(crate) async fn start_or_skip() -> TestResult<Option<Self>> {
        for (program, package) in [
            ("chromium", "chromium"),
            ("chromedriver", "chromium-driver"),
        ] {
            if !is_installed(program)? {
                eprintln!(
                    "skipped: {program} is not installed (Debian: apt-get install {package})"
                );
                return Ok(None);
            }
        }
        let mut watchdog = Watchdog::start(Folder::temporary(&RunAs::this_user()?, "browser")?)?;
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", watchdog.folder())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let output = child.stdout.take().map(ChildStdout::from_std);
        // From here on it ends with this value.
        let told = watchdog.killable_group_runs(child.id());
        let mut driver = Self {
            child: Some(child),
            watchdog,
            port: 0,
            output: BufReader::new(output.ok_or("no output of chromedriver")??).lines(),
        };
        told?;
        while let Some(line) = driver.output.next_line().await? {
            let port = line.split("started successfully on port ").nth(1);
            if let Some(port) = port {
                driver.port = port.trim_end_matches('.').parse()?;
                return Ok(Some(driver));
            }
        }
        Err("chromedriver ended before it was ready".into())
    }

    /// Where it and its browsers keep their files.
    pub(crate) fn folder(&self) -> &Path {
        self.watchdog.folder()
    }
}

fn is_installed(program: &str) -> TestResult<bool> {
    let found = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match found {
        Ok(status) => Ok(status.success()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.watchdog.finish(self.child.take());
    }
}
