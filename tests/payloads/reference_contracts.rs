//! Hostile payloads at the reference contracts, through every gate that needs no database: the generated type,
//! the bundled schema, and the schema as a gateway loads it. `tests/engine/hostile_payloads.rs` sends a sample
//! of them through Postgres.

use std::collections::BTreeMap;

use dispatcher_runtime::{LoadedRegistry, PayloadSchema};
use dispatcher_test_fixtures::hostile::{self, Hostile};
use dispatcher_test_fixtures::versions::{self, Version};
use fastrand::Rng;
use serde_json::Value;

use crate::allocations::Turn;
use crate::generated::setting;

struct Gates {
    versions: BTreeMap<(&'static str, u32), Version>,
    loaded: LoadedRegistry,
}

impl Gates {
    fn new() -> Self {
        let versions = versions::versions().into_iter();
        let versions = versions.map(|it| ((it.event_type, it.schema_version), it));
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts");
        let gates = Self {
            versions: versions.collect(),
            loaded: LoadedRegistry::from_dir(folder).expect("they load"),
        };
        // What is built at first use is not what a payload costs.
        for version in gates.versions.values() {
            assert!((version.read)("[]").is_err());
        }
        gates
    }

    fn copied(&self, version: &Version) -> &PayloadSchema {
        let event = self.loaded.event(version.event_type).expect("it is there");
        let copied = event.version(version.schema_version).expect("it is there");
        copied.schema.as_ref().expect("it is live")
    }

    /// Whether the payload is accepted, by all of the gates or by none; what a gate says is bounded, and so
    /// is what it allocates. `None` if the version is retired.
    fn judge(&self, turn: &Turn, hostile: &Hostile) -> Option<bool> {
        let version = self
            .versions
            .get(&(hostile.event_type.as_str(), hostile.schema_version))?;
        let (read, bytes) = turn.allocated(|| (version.read)(&hostile.text));
        // What is parsed takes a multiple of the text, and so does what a report is made from.
        let line = 1024 * 1024 + 2 * 1024 * hostile.text.len();
        assert!(
            bytes < line,
            "{bytes} bytes for {}: {}",
            hostile.text.len(),
            hostile.name
        );
        let parsed: Option<Value> = serde_json::from_str(&hostile.text).ok();
        if let Err(error) = &read {
            for text in [error.to_string(), format!("{error:?}")] {
                assert!(
                    !text.is_empty() && text.len() <= 20 * 1024,
                    "{}",
                    text.len()
                );
            }
        }
        let Some(parsed) = parsed else {
            assert!(read.is_err(), "{hostile:?}");
            return Some(false);
        };
        let verdict = (version.schema)().validate(&parsed);
        assert_eq!(
            verdict.is_ok(),
            self.copied(version).validate(&parsed).is_ok(),
            "{hostile:?}"
        );
        if let Err(report) = &verdict {
            assert!((1..=20).contains(&report.violations().len()));
            assert!(report.with_values().to_string().len() <= 16 * 1024);
            assert!(read.is_err(), "{hostile:?}");
        }
        match &read {
            Ok(written) => assert!(versions::equal(written, &parsed), "{written} {parsed}"),
            // Only a number that the parser has changed is refused by the text and not by its value.
            Err(error) if verdict.is_ok() => {
                assert!(
                    error.to_string().contains("would be changed"),
                    "{error}: {hostile:?}"
                );
            }
            Err(_) => {}
        }
        Some(read.is_ok())
    }
}

#[test]
fn every_hostile_payload_is_accepted_or_refused_by_all_gates_alike_and_bounded() {
    let turn = Turn::wait();
    let gates = Gates::new();
    let (mut accepted, mut refused, mut seen) = (0, 0, std::collections::BTreeSet::new());
    for hostile in hostile::corpus() {
        match gates.judge(&turn, &hostile) {
            Some(true) => accepted += 1,
            Some(false) => refused += 1,
            None => continue,
        }
        seen.insert((hostile.event_type, hostile.schema_version));
    }
    assert_eq!(seen.len(), gates.versions.len(), "each live version");
    assert!(accepted > 100 && refused > 5_000, "{accepted} {refused}");
}

/// The fuzz target `reference_contracts` in short: texts of the corpus, changed at random.
/// `PAYLOADS_SEEDS=100000` runs it for longer, from the seed `PAYLOADS_FIRST` on.
#[test]
fn changed_texts_of_payloads_are_judged_alike_by_all_gates() {
    let turn = Turn::wait();
    let gates = Gates::new();
    let mut corpus = hostile::corpus();
    corpus.retain(|hostile| hostile.text.len() < 2_000);
    let first = setting("PAYLOADS_FIRST", 0);
    for seed in first..first + setting("PAYLOADS_SEEDS", 150) {
        let mut random = Rng::with_seed(seed);
        for _ in 0..20 {
            let mut hostile = corpus[random.usize(..corpus.len())].clone();
            let other = &corpus[random.usize(..corpus.len())].text;
            hostile.text = changed(&mut random, &hostile.text, other);
            hostile.name = format!("seed {seed}: {}", hostile.name);
            gates.judge(&turn, &hostile);
        }
    }
}

/// A text with some bytes of another, or with bytes that matter to JSON.
fn changed(random: &mut Rng, text: &str, other: &str) -> String {
    const BYTES: &[u8] = b"{}[]\",:\\0123456789-+eE.untrlfasd \n\x00\x7f\xc3\xed\xa0\x80\xff";
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..random.usize(1..6) {
        let at = random.usize(..=bytes.len());
        let end = (at + random.usize(..8)).min(bytes.len());
        match random.u8(0..5) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.insert(at, BYTES[random.usize(..BYTES.len())]),
            2 if at < bytes.len() => bytes[at] = BYTES[random.usize(..BYTES.len())],
            3 => {
                let from = random.usize(..=other.len());
                let to = (from + random.usize(..24)).min(other.len());
                drop(bytes.splice(at..end, other.as_bytes()[from..to].iter().copied()));
            }
            _ => {
                let part = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, part));
            }
        }
    }
    // What is not UTF-8 reaches no gate: text is what sqlx and serde_json give.
    String::from_utf8_lossy(&bytes).into_owned()
}
