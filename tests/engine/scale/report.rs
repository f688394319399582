//! What the server's log says of the statements of a call.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use dispatcher_test_fixtures::TestResult;

/// A statement that was executed.
struct Executed {
    milliseconds: f64,
    /// Its text and its plan.
    text: String,
}

/// The statements of each call, in the order of the calls.
pub(super) struct Report {
    log: PathBuf,
    read: u64,
    calls: Vec<(&'static str, Vec<Executed>)>,
}

impl Report {
    pub(super) fn new(log: PathBuf) -> Self {
        Self {
            log,
            read: 0,
            calls: Vec::new(),
        }
    }

    /// Leaves out what was executed before.
    pub(super) fn begin(&mut self) -> TestResult {
        self.read = std::fs::metadata(&self.log)?.len();
        Ok(())
    }

    pub(super) fn end(&mut self, call: &'static str) -> TestResult {
        let mut log = File::open(&self.log)?;
        log.seek(SeekFrom::Start(self.read))?;
        let mut text = Vec::new();
        log.read_to_end(&mut text)?;
        let text = String::from_utf8_lossy(&text);
        let mut executed: Vec<Executed> = Vec::new();
        let mut is_plan = false;
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix('\t') {
                if let Some(last) = executed.last_mut().filter(|_| is_plan) {
                    last.text.push_str(rest);
                    last.text.push('\n');
                }
                continue;
            }
            let duration = line.split("duration: ").nth(1);
            let duration = duration.and_then(|rest| rest.split_once(" ms  plan:"));
            is_plan = duration.is_some();
            if let Some((milliseconds, _)) = duration {
                executed.push(Executed {
                    milliseconds: milliseconds.parse()?,
                    text: String::new(),
                });
            }
        }
        assert!(!executed.is_empty(), "{call}: the server explained nothing");
        self.calls.push((call, executed));
        Ok(())
    }

    /// The statements that scan the log.
    pub(super) fn scans(&self) -> Vec<String> {
        let executed = self
            .calls
            .iter()
            .flat_map(|(call, executed)| executed.iter().map(move |executed| (call, executed)));
        let mut scans: Vec<_> = executed
            .filter(|(_, executed)| executed.text.contains("Seq Scan on dispatcher_event"))
            .map(|(call, executed)| format!("{call}:\n{}", executed.text))
            .collect();
        scans.dedup();
        scans
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut by_call: BTreeMap<&str, Vec<&Vec<Executed>>> = BTreeMap::new();
        let mut order = Vec::new();
        for (call, executed) in &self.calls {
            if !order.contains(call) {
                order.push(call);
            }
            by_call.entry(call).or_default().push(executed);
        }
        writeln!(
            f,
            "| call | statements | all, ms | slowest statement, ms | at worst |"
        )?;
        writeln!(f, "|---|---:|---:|---:|---:|")?;
        let slowest = |executed: &Vec<Executed>| {
            executed
                .iter()
                .map(|it| it.milliseconds)
                .fold(0.0, f64::max)
        };
        let mut slow = String::new();
        for call in order {
            let Some(rounds) = by_call.get(call) else {
                continue;
            };
            let mut all: Vec<f64> = rounds
                .iter()
                .map(|it| it.iter().map(|it| it.milliseconds).sum())
                .collect();
            let mut worst: Vec<f64> = rounds.iter().map(|it| slowest(it)).collect();
            all.sort_by(f64::total_cmp);
            worst.sort_by(f64::total_cmp);
            let statements = rounds.iter().map(|it| it.len()).max().unwrap_or_default();
            let most = worst.last().copied().unwrap_or_default();
            writeln!(
                f,
                "| {call} | {statements} | {:.2} | {:.2} | {most:.2} |",
                all[all.len() / 2],
                worst[worst.len() / 2],
            )?;
            if worst[worst.len() / 2] > 20.0 {
                let executed = rounds.iter().flat_map(|it| it.iter());
                let found = executed.max_by(|a, b| a.milliseconds.total_cmp(&b.milliseconds));
                if let Some(found) = found {
                    slow.push_str(&format!(
                        "\n{call}, {:.2} ms:\n{}",
                        found.milliseconds, found.text
                    ));
                }
            }
        }
        f.write_str(&slow)
    }
}
