//! The answer, as a table and as JSON.

use std::fmt::{self, Write};

use serde::Serialize;

/// The answer.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The busiest first.
    pub parts: Vec<Part>,
    /// Of each domain.
    pub backlogs: Vec<Backlog>,
    /// Of each database and stream.
    pub disks: Vec<Disk>,
}

/// Something that saturates.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// What it is.
    pub name: String,
    /// At 1 it is saturated.
    pub busy: f64,
}

/// What a burst leaves behind.
#[derive(Clone, Debug, Serialize)]
pub struct Backlog {
    /// The domain.
    pub domain: String,
    /// How many events it had not handled at most.
    pub most_events: f64,
    /// How old the oldest of them is about then.
    pub lag_seconds: f64,
    /// From the end of the burst on. None: it does not drain within a week.
    pub drain_seconds: Option<f64>,
}

/// What is kept.
#[derive(Clone, Debug, Serialize)]
pub struct Disk {
    /// Where.
    pub name: String,
    /// Of 10^9 bytes.
    pub gigabytes: f64,
}

impl Part {
    pub(crate) fn new(name: String, busy: f64) -> Self {
        Self { name, busy }
    }
}

impl Disk {
    pub(crate) fn new(name: String, bytes: f64) -> Self {
        Self {
            name,
            gigabytes: bytes / 1e9,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<52}{:>8}  {:>14}", "PART", "BUSY", "SATURATED AT")?;
        for part in &self.parts {
            let at = if part.busy > 0.0 {
                format!("{:.1} x the rate", 1.0 / part.busy)
            } else {
                "never".to_owned()
            };
            let busy = format!("{:.1} %", part.busy * 100.0);
            writeln!(f, "{:<52}{busy:>8}  {at:>14}", part.name)?;
        }
        if let Some(first) = self.parts.first() {
            let verb = if first.busy >= 1.0 {
                "is saturated"
            } else {
                "saturates first"
            };
            writeln!(f, "{} {verb}.", first.name)?;
        }
        writeln!(
            f,
            "\n{:<28}{:>14}{:>12}{:>16}",
            "AFTER THE BURST", "BACKLOG", "LAG", "DRAINED AFTER"
        )?;
        for backlog in &self.backlogs {
            let drained = backlog.drain_seconds.map_or("never".to_owned(), seconds);
            writeln!(
                f,
                "{:<28}{:>14.0}{:>12}{drained:>16}",
                backlog.domain,
                backlog.most_events,
                seconds(backlog.lag_seconds),
            )?;
        }
        let mut disks = String::new();
        for disk in &self.disks {
            writeln!(disks, "{:<52}{:>8.1} GB", disk.name, disk.gigabytes)?;
        }
        write!(f, "\nDISK\n{disks}")
    }
}

fn seconds(seconds: f64) -> String {
    match seconds {
        it if it < 120.0 => format!("{it:.0} s"),
        it if it < 7200.0 => format!("{:.0} min", it / 60.0),
        it => format!("{:.1} h", it / 3600.0),
    }
}
