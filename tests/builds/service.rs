//! A program of a workspace outside of this repository, while it runs.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::TestResult;

/// How long a line may take before the test fails instead of waiting on.
const LINE: Duration = Duration::from_secs(120);

/// A running program, whose lines are read and which gets lines. It ends with this value.
pub(crate) struct Service {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Service {
    /// Starts a program that says `started` when it is ready.
    pub(crate) fn start(program: &Path, url: &str) -> TestResult<Self> {
        let mut child = Command::new(program)
            .arg(url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let service = Self {
            input: child.stdin.take(),
            child,
            lines,
        };
        service.says("started")?;
        Ok(service)
    }

    /// Waits for the next line, which has to be this one.
    pub(crate) fn says(&self, expected: &str) -> TestResult {
        assert_eq!(self.line()?, expected);
        Ok(())
    }

    /// The next line.
    pub(crate) fn line(&self) -> TestResult<String> {
        Ok(self.lines.recv_timeout(LINE)?)
    }

    /// Asks until the answer is this one. Each question is a line, and each answer is a line.
    pub(crate) fn comes_to_say(&mut self, expected: &str) -> TestResult {
        let give_up = std::time::Instant::now() + LINE;
        loop {
            writeln!(self.input.as_mut().ok_or("no input")?, "?")?;
            let answer = self.line()?;
            if answer == expected {
                return Ok(());
            }
            if std::time::Instant::now() > give_up {
                return Err(format!("it says {answer:?}, not {expected:?}").into());
            }
        }
    }

    /// Ends its input, and waits for the end of the program.
    pub(crate) fn stop(mut self) -> TestResult {
        drop(self.input.take());
        let status = self.child.wait()?;
        assert!(status.success(), "{status}");
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
