//! Writes a contracts directory that is hard to generate, with samples, for `conformance`.
//!
//! The same arguments give the same files. Exits with 2 if the arguments are wrong.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use dispatcher_conformance::TestResult;
use dispatcher_conformance::synthetic::{self, Hardness};
use serde_json::json;

const USAGE: &str = "\
usage: made-up-contracts DIRECTORY [--event-types 224] [--definitions 400] [--in-a-file 2]
                         [--named 10] [--lines 0] [--seed 1] [--acyclic]

Writes contracts and samples.jsonl into DIRECTORY, which must not exist yet. Definitions refer to
each other, in circles unless --acyclic is given; each event type names some of them; schemas are filled up to --lines.";

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)) {
        Ok((directory, hardness, seed)) => match write(&directory, &hardness, seed) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {}: {error}", directory.display());
                ExitCode::FAILURE
            }
        },
        Err(fault) => {
            eprintln!("error: {fault}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<(PathBuf, Hardness, u64), String> {
    let mut hardness = Hardness {
        event_types: 224,
        definitions: 400,
        in_a_file: 2,
        circles: true,
        named: 10,
        lines: 0,
    };
    let (mut directory, mut seed) = (None, 1);
    while let Some(argument) = arguments.next() {
        if !argument.starts_with("--") {
            if directory.replace(PathBuf::from(argument)).is_some() {
                return Err("name one directory".to_owned());
            }
            continue;
        }
        let mut number = || -> Result<usize, String> {
            let text = arguments.next().unwrap_or_default();
            text.parse()
                .map_err(|_| format!("{argument} needs a number, found {text:?}"))
        };
        match argument.as_str() {
            "--event-types" => hardness.event_types = number()?,
            "--definitions" => hardness.definitions = number()?,
            "--in-a-file" => hardness.in_a_file = number()?,
            "--named" => hardness.named = number()?,
            "--acyclic" => hardness.circles = false,
            "--lines" => hardness.lines = number()?,
            "--seed" => seed = number()? as u64,
            _ => return Err(format!("unknown option {argument}")),
        }
    }
    let directory = directory.ok_or("name a directory")?;
    if directory.exists() {
        return Err(format!("{} exists already", directory.display()));
    }
    Ok((directory, hardness, seed))
}

fn write(directory: &std::path::Path, hardness: &Hardness, seed: u64) -> TestResult {
    synthetic::write(directory, hardness, seed)?;
    let mut lines = String::new();
    for sample in synthetic::samples(directory, seed)? {
        let line = json!({ "event_type": sample.event_type, "schema_version": sample.schema_version,
                           "payload": sample.payload });
        lines.push_str(&format!("{line}\n"));
    }
    fs::write(directory.join("samples.jsonl"), lines)?;
    Ok(())
}
