//! How the examples tell what happens: colour on a terminal, plain in a pipe, lines of JSON for machines.

#![allow(dead_code)] // each example tells its own part

use std::io::{IsTerminal, Write};
use std::time::Duration;

use serde_json::{Value, json};

/// What a reader sees.
pub(crate) struct Story {
    json: bool,
    colour: bool,
}

impl Story {
    pub(crate) fn new() -> Self {
        Self {
            json: std::env::args().any(|argument| argument == "--json"),
            colour: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        }
    }

    /// A reader may stop reading; that is not a failure of the demonstration.
    fn line(&self, text: &str) {
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    pub(crate) fn chapter(&self, title: &str) {
        if !self.json {
            self.line(&format!("\n{}", self.paint("1", title)));
        }
    }

    pub(crate) fn tell(&self, step: &str, text: &str, facts: Value) {
        if self.json {
            self.line(&format!(
                "{}",
                json!({ "step": step, "text": text, "facts": facts })
            ));
        } else {
            self.line(&format!(
                "  {} {text}",
                self.paint("36", &format!("{step:<12}"))
            ));
        }
    }

    pub(crate) fn detail(&self, text: &str) {
        if !self.json {
            self.line(&format!("  {:<12} {}", "", self.paint("33", text)));
        }
    }

    pub(crate) fn end(&self, took: Duration, next: &str) {
        let seconds = format!("{:.1} s", took.as_secs_f64());
        if self.json {
            self.line(&format!("{}", json!({ "step": "end", "text": "everything happened", "facts": { "took_ms": took.as_millis() as u64 } })));
            return;
        }
        self.line(&format!(
            "\n{} All of it happened, in {seconds}.",
            self.paint("32", "✓")
        ));
        self.line(&format!("  {next}"));
    }
}

pub(crate) fn ms(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1000.0;
    if ms < 10.0 {
        format!("{ms:.1} ms")
    } else {
        format!("{ms:.0} ms")
    }
}
