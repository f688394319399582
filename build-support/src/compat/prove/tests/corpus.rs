//! Collections of others, where they are at hand: no proof that a counterexample of theirs refutes.
//!
//! `DISPATCHER_EVOLUTION_CORPUS` names a folder with files of pairs, a JSON object a line: `old`, `new`, `dialect`,
//! `proved_backward` (another prover's), `counterexample_backward`, and the same with `forward`.
//! `DISPATCHER_EVOLUTION_SHOW` prints the pairs that only the other prover proves.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{document, obstacles};
use crate::compat::Mode;

#[test]
fn no_pair_is_proved_that_has_a_counterexample() {
    let Ok(folder) = std::env::var("DISPATCHER_EVOLUTION_CORPUS") else {
        println!("skipped: DISPATCHER_EVOLUTION_CORPUS names no folder");
        return;
    };
    for file in ["jsoncompat.jsonl", "jsonsubschema.jsonl"] {
        run(&Path::new(&folder).join(file));
    }
}

fn run(file: &Path) {
    let text = fs::read_to_string(file).expect("a file of the corpus");
    let (mut wanted, mut missed, mut proved) = (0, 0, 0);
    let mut wrong = Vec::new();
    for line in text.lines() {
        let pair: Value = serde_json::from_str(line).expect("JSON");
        let dialect = pair["dialect"].as_str().expect("a dialect");
        let (old, new) = (
            document(&pair["old"], dialect),
            document(&pair["new"], dialect),
        );
        for (direction, writer, reader) in [("backward", &old, &new), ("forward", &new, &old)] {
            let found = obstacles(writer, reader, Mode::Strict);
            let counterexample = &pair[format!("counterexample_{direction}")];
            let is_wanted = pair[format!("proved_{direction}")] == true
                || counterexample.is_null() && pair[format!("strict_{direction}")] == true;
            wanted += u32::from(is_wanted);
            proved += u32::from(found.is_empty());
            if found.is_empty() && !counterexample.is_null() {
                wrong.push(format!("{} {direction}: {counterexample}", pair["id"]));
            }
            if std::env::var_os("DISPATCHER_EVOLUTION_SHOW").is_some()
                && counterexample["undeclared_property"] == false
                && obstacles(writer, reader, Mode::Lenient).is_empty()
            {
                println!("lenient only: {} {direction}: {counterexample}", pair["id"]);
            }
            if is_wanted && !found.is_empty() {
                missed += 1;
                if std::env::var_os("DISPATCHER_EVOLUTION_SHOW").is_some() {
                    let (writer, reader) = match direction {
                        "backward" => (&pair["old"], &pair["new"]),
                        _ => (&pair["new"], &pair["old"]),
                    };
                    println!(
                        "{} {direction} {}\n  {writer}\n  {reader}\n  {:?}",
                        pair["id"],
                        pair[format!("proved_{direction}")],
                        found[0]
                    );
                }
            }
        }
    }
    println!(
        "{}: {proved} proved, {missed} of {wanted} missed",
        file.display()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
