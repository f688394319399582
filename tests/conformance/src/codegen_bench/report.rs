//! The output: Markdown that can be pasted, or one JSON object.

use std::fmt;

use serde_json::{Value, json};

use super::measure::Spread;
use super::{Row, Size};
use crate::beside::program::version;

/// All sizes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// How often everything was measured.
    pub runs: usize,
    /// In the order in which they were requested.
    pub sizes: Vec<Size>,
}

impl Row {
    /// Ratio to the processor seconds of the structs by hand; medians.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.contracts.cpu().median / self.plain.cpu().median
    }

    /// Ratio of typify's processor seconds to ours, if measured; medians.
    #[must_use]
    pub fn typify_ratio(&self) -> Option<f64> {
        self.typify.last()?;
        Some(self.typify.cpu().median / self.contracts.cpu().median)
    }
}

impl Report {
    /// Everything, as one JSON object. Seconds.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let sizes = self.sizes.iter().map(|size| {
            let rows = size.rows.iter().map(|row| {
                let rounded = |ratio: f64| (ratio * 100.0).round() / 100.0;
                let mut json = json!({ "what": row.what, "contracts": row.contracts.to_json(),
                        "by_hand": row.plain.to_json(), "cpu_ratio": rounded(row.ratio()) });
                if let Some(ratio) = row.typify_ratio() {
                    json["typify"] = row.typify.to_json();
                    json["typify_cpu_ratio"] = rounded(ratio).into();
                }
                json
            });
            json!({
                "event_types": size.types,
                "handlers": size.handlers,
                "generation_seconds": size.generation.to_json(),
                "generated": { "lines": size.generated.0, "bytes": size.generated.1 },
                "by_hand": { "lines": size.by_hand.0, "bytes": size.by_hand.1 },
                "typify": size.typify.map(|typify| json!({ "event_types": typify.types,
                    "lines": typify.generated.0, "bytes": typify.generated.1 })),
                "check": rows.collect::<Vec<_>>(),
            })
        });
        json!({ "runs": self.runs, "sizes": sizes.collect::<Vec<_>>() })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Seconds as minimum / median / maximum of {} runs.\n",
            self.runs
        )?;
        writeln!(
            f,
            "| event types | handlers | generation | generated lines | bytes | lines by hand | bytes |"
        )?;
        writeln!(f, "|---:|---:|---:|---:|---:|---:|---:|")?;
        for size in &self.sizes {
            writeln!(
                f,
                "| {} | {} | {:.3} / {:.3} / {:.3} | {} | {} | {} | {} |",
                size.types,
                size.handlers,
                size.generation.min,
                size.generation.median,
                size.generation.max,
                size.generated.0,
                size.generated.1,
                size.by_hand.0,
                size.by_hand.1,
            )?;
        }
        writeln!(
            f,
            "\n| event types | `cargo check` after | wall | CPU | by hand: wall | CPU | ratio of CPU |"
        )?;
        writeln!(f, "|---:|---|---:|---:|---:|---:|---:|")?;
        for size in &self.sizes {
            for row in &size.rows {
                writeln!(
                    f,
                    "| {} | {} | {} | {} | {} | {} | {:.1} |",
                    size.types,
                    row.what,
                    row.contracts.wall(),
                    row.contracts.cpu(),
                    row.plain.wall(),
                    row.plain.cpu(),
                    row.ratio(),
                )?;
            }
        }
        self.typify(f)
    }
}

impl Report {
    /// typify's crate compared with ours, if it was asked for.
    fn typify(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sizes.iter().all(|size| size.typify.is_none()) {
            return Ok(());
        }
        writeln!(
            f,
            "\n| event types | by typify {} | lines | bytes | lines ÷ ours |\n|---:|---:|---:|---:|---:|",
            version()
        )?;
        let mut checks = String::from(
            "\n| event types | `cargo check` after | typify: wall | CPU | CPU ÷ ours |\n|---:|---|---:|---:|---:|\n",
        );
        for size in &self.sizes {
            if let Some(typify) = size.typify {
                let (lines, bytes) = typify.generated;
                let ratio = lines as f64 / size.generated.0 as f64;
                writeln!(
                    f,
                    "| {} | {} | {lines} | {bytes} | {ratio:.1} |",
                    size.types, typify.types
                )?;
            }
            for row in &size.rows {
                if let Some(ratio) = row.typify_ratio() {
                    checks.push_str(&format!(
                        "| {} | {} | {} | {} | {ratio:.1} |\n",
                        size.types,
                        row.what,
                        row.typify.wall(),
                        row.typify.cpu(),
                    ));
                }
            }
        }
        write!(f, "{checks}")
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} / {:.2} / {:.2}", self.min, self.median, self.max)
    }
}
