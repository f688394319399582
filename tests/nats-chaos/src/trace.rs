//! What happened when, for a run whose books do not balance: the faults, and what the processes say. It goes to the error
//! output, if `--trace` asks for it.

use std::fmt;
use std::time::Instant;

/// Prints lines with the seconds since the run began, or nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trace {
    began: Option<Instant>,
}

impl Trace {
    pub(super) fn new(is_on: bool) -> Self {
        Self {
            began: is_on.then(Instant::now),
        }
    }

    pub(super) fn line(self, name: &str, line: impl fmt::Display) {
        if let Some(began) = self.began {
            eprintln!("{:9.3} {name}: {line}", began.elapsed().as_secs_f64());
        }
    }
}
