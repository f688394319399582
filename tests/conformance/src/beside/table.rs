//! Both sides as two rows of Markdown, preceded by typify's failures; or as one JSON object.

use std::fmt;

use serde_json::{Value, json};

use super::program::version;
use super::{Comparison, Cost};
use crate::Report;
use crate::codegen_bench::Costs;

/// How many of typify's failures of one kind are shown.
const SHOWN: usize = 10;

impl Comparison {
    /// Everything, as one JSON object: our report, and typify's with the costs in `beside`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = self.dispatcher.to_json();
        object["beside"] = json!({
            "typify": self.typify.to_json(),
            "version": version(),
            "event_types_in_common": self.common,
            "cost": { "dispatcher": cost(self.dispatcher_cost.as_ref()), "typify": cost(self.typify_cost.as_ref()) },
        });
        object
    }

    fn failures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = &self.typify;
        for refusal in report.refused.iter().take(SHOWN) {
            for reason in &refusal.reasons {
                writeln!(f, "typify: not generated: {}: {reason}", refusal.event_type)?;
            }
        }
        for event_type in report.not_compiled.iter().take(SHOWN) {
            writeln!(f, "typify: not compiled: {event_type}")?;
        }
        for error in report.compile_errors.iter().take(SHOWN) {
            writeln!(f, "typify: rustc: {error}")?;
        }
        let kinds: [(&str, Vec<_>); 3] = [
            ("false accept", report.false_accepts().collect()),
            ("false refusal", report.false_refusals().collect()),
            ("round trip unequal", report.unequal().collect()),
        ];
        for (kind, judged) in kinds {
            for judged in judged.iter().take(SHOWN) {
                let sample = &judged.sample;
                let what = match &judged.fault {
                    Some(crate::Fault::Unequal(encoded)) => format!("came back as {encoded}"),
                    Some(crate::Fault::FalseRefusal(reason)) => reason.clone(),
                    _ => String::new(),
                };
                let payload = &sample.payload;
                writeln!(
                    f,
                    "typify: {kind}: {}: {}: {payload} {what}",
                    sample.place, sample.event_type
                )?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.dispatcher)?;
        self.failures(f)?;
        writeln!(
            f,
            "\nLines and CPU seconds of the {} event types that both sides compile; minimum / median / maximum.\n",
            self.common
        )?;
        writeln!(
            f,
            "| | generated | compiled | samples, valid | false accepts | false refusals | round trips unequal | \
             lines | CPU s cold | CPU s after one change |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
        )?;
        let theirs = format!("typify {}", version());
        row(
            f,
            "Dispatcher",
            &self.dispatcher,
            self.dispatcher_cost.as_ref(),
        )?;
        row(f, &theirs, &self.typify, self.typify_cost.as_ref())?;
        if let (Some(ours), Some(theirs)) = (&self.dispatcher_cost, &self.typify_cost) {
            let lines = theirs.lines as f64 / ours.lines as f64;
            let ratio = |ours: &Costs, theirs: &Costs| theirs.cpu().median / ours.cpu().median;
            writeln!(
                f,
                "| typify ÷ Dispatcher | | | | | | | {lines:.1} | {:.1} | {:.1} |",
                ratio(&ours.cold, &theirs.cold),
                ratio(&ours.changed, &theirs.changed)
            )?;
        }
        Ok(())
    }
}

fn row(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    report: &Report,
    cost: Option<&Cost>,
) -> fmt::Result {
    let valid = report.judged.iter().filter(|judged| judged.valid).count();
    let [lines, cold, changed] = match cost {
        Some(cost) => [
            cost.lines.to_string(),
            cost.cold.cpu().to_string(),
            cost.changed.cpu().to_string(),
        ],
        None => ["-"; 3].map(str::to_owned),
    };
    writeln!(
        f,
        "| {name} | {} of {} | {} | {}, {valid} | {} | {} | {} | {lines} | {cold} | {changed} |",
        report.generated,
        report.event_types,
        report.compiled,
        report.judged.len(),
        report.false_accepts().count(),
        report.false_refusals().count(),
        report.unequal().count(),
    )
}

fn cost(cost: Option<&Cost>) -> Value {
    let Some(cost) = cost else {
        return Value::Null;
    };
    json!({ "lines": cost.lines, "cold": cost.cold.to_json(), "after_one_change": cost.changed.to_json() })
}
