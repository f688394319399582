//! What is printed: Markdown that can be pasted, or one JSON object.

use std::fmt;

use serde_json::{Value, json};

use super::measure::Spread;
use super::{Row, Size};

/// All sizes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// How often everything was measured.
    pub runs: usize,
    /// In the order in which they were asked for.
    pub sizes: Vec<Size>,
}

impl Row {
    /// How many times the processor seconds of the structs by hand; medians.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.contracts.cpu().median / self.plain.cpu().median
    }
}

impl Report {
    /// Everything, as one JSON object. Seconds.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let sizes = self.sizes.iter().map(|size| {
            let rows = size.rows.iter().map(|row| {
                json!({ "what": row.what, "contracts": row.contracts.to_json(),
                        "by_hand": row.plain.to_json(), "cpu_ratio": (row.ratio() * 100.0).round() / 100.0 })
            });
            json!({
                "event_types": size.types,
                "handlers": size.handlers,
                "generation_seconds": size.generation.to_json(),
                "generated": { "lines": size.generated.0, "bytes": size.generated.1 },
                "by_hand": { "lines": size.by_hand.0, "bytes": size.by_hand.1 },
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
        Ok(())
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} / {:.2} / {:.2}", self.min, self.median, self.max)
    }
}
