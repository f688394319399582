//! `capacity FILE.json [--json]`: which part saturates first, what a burst leaves behind, and how much disk it takes.

use std::process::ExitCode;

use dispatcher_capacity::{Input, simulate};

fn main() -> ExitCode {
    match run() {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("capacity: {problem}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<String, String> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let file = arguments.iter().find(|it| !it.starts_with("--"));
    let file = file.ok_or("name the file: capacity tests/capacity/company.json")?;
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let input: Input = serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))?;
    let report = simulate(&input).map_err(|problem| format!("{file}: {problem}"))?;
    if arguments.iter().any(|it| it == "--json") {
        return serde_json::to_string_pretty(&report).map_err(|error| error.to_string());
    }
    Ok(report.to_string())
}
