//! The machine and the software of a measurement.

use std::fmt;
use std::process::Command;

use dispatcher_runtime::time::OffsetDateTime;
use serde_json::{Value, json};

/// The machine, at the start of a run. What cannot be determined is "unknown".
#[derive(Clone, Debug)]
pub(super) struct Machine {
    date: String,
    cores: usize,
    cpu: String,
    kernel: String,
    rustc: String,
    load: String,
    commit: String,
}

impl Machine {
    pub(super) fn look() -> Self {
        Self {
            date: OffsetDateTime::now_utc().date().to_string(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            cpu: cpu().unwrap_or_else(unknown),
            kernel: says("uname", &["-sr"]).unwrap_or_else(unknown),
            rustc: says("rustc", &["--version"]).unwrap_or_else(unknown),
            load: load().unwrap_or_else(unknown),
            commit: commit().unwrap_or_else(unknown),
        }
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "date": self.date, "cores": self.cores, "cpu": self.cpu, "kernel": self.kernel,
            "rustc": self.rustc, "load_average": self.load, "commit": self.commit,
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} on {} cores ({}), {}, {}; load average at the start {}; commit {}",
            self.date, self.cores, self.cpu, self.kernel, self.rustc, self.load, self.commit
        )
    }
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn cpu() -> Option<String> {
    let info = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|line| line.starts_with("model name"));
    match line.and_then(|line| line.split_once(':')) {
        Some((_, model)) => Some(model.trim().to_owned()),
        None => says("sysctl", &["-n", "machdep.cpu.brand_string"]),
    }
}

/// Over one, five and fifteen minutes.
fn load() -> Option<String> {
    let load = std::fs::read_to_string("/proc/loadavg").ok()?;
    let averages: Vec<_> = load.split(' ').take(3).collect();
    Some(averages.join(" / "))
}

fn commit() -> Option<String> {
    let git = |arguments: &[&str]| {
        let folder = ["-C", env!("CARGO_MANIFEST_DIR")];
        says("git", &[folder.as_slice(), arguments].concat())
    };
    let commit = git(&["rev-parse", "--short", "HEAD"])?;
    // docs/benchmarks does not count: an earlier section of the same commit may have written to it.
    let changes = git(&["status", "--porcelain", ":/", ":!/docs/benchmarks"]);
    Some(if changes.is_some() {
        format!("{commit} + changes")
    } else {
        commit
    })
}

/// The output of a program, if it can be run and prints something.
fn says(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}
