//! The programs that the tests drive: chromedriver, which starts chromium.

use std::io;
use std::process::{Command as Process, Stdio};

use dispatcher_test_fixtures::TestResult;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A chromedriver on a port of its own. It ends with this value, and its browsers with it.
pub(crate) struct Driver {
    child: Child,
    pub(crate) port: u16,
    /// Kept open: a driver that cannot write ends.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Driver {
    /// None where a program is missing: the test is skipped.
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
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().ok_or("no output of chromedriver")?;
        let mut output = BufReader::new(output).lines();
        while let Some(line) = output.next_line().await? {
            let port = line.split("started successfully on port ").nth(1);
            if let Some(port) = port {
                let port = port.trim_end_matches('.').parse()?;
                return Ok(Some(Self {
                    child,
                    port,
                    _output: output,
                }));
            }
        }
        Err("chromedriver ended before it was ready".into())
    }
}

fn is_installed(program: &str) -> TestResult<bool> {
    let found = Process::new(program)
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
        // Killed, it would leave its browsers behind; asked to end, it ends them.
        if let Some(id) = self.child.id() {
            let _ = Process::new("kill").arg(id.to_string()).status();
        }
        for _ in 0..200 {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(std::time::Duration::from_millis(10)),
                _ => return,
            }
        }
    }
}
