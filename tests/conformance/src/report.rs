//! The output: the counts, and every fault with its place.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::generate::Generation;
use super::{Directory, Fault, Judged, Refusal};

/// How many faults of each kind the text shows; the counts cover all.
const SHOWN: usize = 25;

/// A count at the beginning of the text and of the JSON object, with its name.
pub type Count = (&'static str, Value);

/// What conformance found.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// Entries of the registry.
    pub event_types: usize,
    /// Payload schemas that the entries name, without duplicates.
    pub schemas: usize,
    /// Event types that Rust was generated for.
    pub generated: usize,
    /// Event types that no Rust was generated for.
    pub refused: Vec<Refusal>,
    /// Event types whose Rust compiles.
    pub compiled: usize,
    /// Event types whose Rust does not compile.
    pub not_compiled: Vec<String>,
    /// The errors of rustc.
    pub compile_errors: Vec<String>,
    /// Samples, judged.
    pub judged: Vec<Judged>,
    /// Reading, checking and rendering.
    pub generation_seconds: f64,
    /// `cargo check` of the generated package, its dependencies checked before.
    pub check_seconds: Option<f64>,
    /// Lines of generated Rust.
    pub lines: usize,
}

impl Report {
    pub(super) fn new(directory: &Directory) -> Self {
        Self {
            event_types: directory.event_types().len(),
            schemas: directory.schemas().len(),
            ..Self::default()
        }
    }

    pub(super) fn generation(
        &mut self,
        generation: &Generation,
        directory: &Directory,
        built: bool,
    ) {
        self.generated = generation.kept.len() + self.not_compiled.len();
        self.refused.clone_from(&generation.refused);
        self.generation_seconds = generation.seconds;
        self.lines = generation.rust.lines().count();
        if built {
            self.compiled = generation.kept.len();
        } else {
            let names = generation
                .kept
                .iter()
                .map(|&index| directory.event_types()[index].name.clone());
            self.not_compiled.extend(names);
        }
    }

    pub(super) fn judge(&mut self, judged: Vec<Judged>) {
        self.judged = judged;
    }

    /// Samples with a fault of this kind.
    pub fn faults<'a>(
        &'a self,
        is: impl Fn(&Fault) -> bool + 'a,
    ) -> impl Iterator<Item = &'a Judged> {
        self.judged
            .iter()
            .filter(move |judged| judged.fault.as_ref().is_some_and(&is))
    }

    /// Invalid samples that were let through.
    pub fn false_accepts(&self) -> impl Iterator<Item = &Judged> {
        self.faults(|fault| *fault == Fault::FalseAccept)
    }

    /// Valid samples that were refused.
    pub fn false_refusals(&self) -> impl Iterator<Item = &Judged> {
        self.faults(|fault| matches!(fault, Fault::FalseRefusal(_)))
    }

    /// Samples that came back as another value.
    pub fn unequal(&self) -> impl Iterator<Item = &Judged> {
        self.faults(|fault| matches!(fault, Fault::Unequal(_)))
    }

    /// Whether there is no error: everything that was not refused compiled, and every sample was
    /// judged correctly and came back equal.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let judged_right = |judged: &Judged| judged.fault.is_none() && !judged.contradicted;
        self.not_compiled.is_empty()
            && self.compile_errors.is_empty()
            && self.judged.iter().all(judged_right)
    }

    /// The counts, in the order in which they are printed.
    #[must_use]
    pub fn counts(&self) -> Vec<Count> {
        let count =
            |is: fn(&Judged) -> bool| self.judged.iter().filter(|judged| is(judged)).count();
        let seconds = |seconds: f64| json!((seconds * 100.0).round() / 100.0);
        vec![
            ("event types", json!(self.event_types)),
            ("schemas", json!(self.schemas)),
            ("generated", json!(self.generated)),
            ("refused at build", json!(self.refused.len())),
            ("compiled", json!(self.compiled)),
            ("samples", json!(self.judged.len())),
            ("valid", json!(count(|judged| judged.valid))),
            ("false accepts", json!(self.false_accepts().count())),
            ("false refusals", json!(self.false_refusals().count())),
            ("round trips unequal", json!(self.unequal().count())),
            (
                "validators differ",
                json!(count(|judged| judged.differ.is_some())),
            ),
            (
                "not validated independently",
                json!(count(|judged| judged.unvalidated.is_some())),
            ),
            (
                "valid given wrongly",
                json!(count(|judged| judged.contradicted)),
            ),
            ("generation seconds", seconds(self.generation_seconds)),
            (
                "check seconds",
                self.check_seconds.map_or(Value::Null, seconds),
            ),
            ("lines generated", json!(self.lines)),
        ]
    }

    /// Everything, as one JSON object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let counts = self
            .counts()
            .into_iter()
            .map(|(name, value)| (name.replace(' ', "_"), value));
        let mut object: serde_json::Map<String, Value> = counts.collect();
        let refused = self
            .refused
            .iter()
            .map(|refusal| json!({ "event_type": refusal.event_type, "reasons": refusal.reasons }));
        object.insert("refusals".into(), refused.collect());
        object.insert("not_compiled".into(), json!(self.not_compiled));
        object.insert("compile_errors".into(), json!(self.compile_errors));
        let notes = self.notes().into_iter().map(|(kind, judged, reason)| {
            let sample = &judged.sample;
            json!({ "kind": kind, "place": sample.place, "event_type": sample.event_type,
                    "schema_version": sample.schema_version, "valid": judged.valid, "reason": reason })
        });
        object.insert("notes".into(), notes.collect());
        Value::Object(object)
    }

    /// The part of the report about samples.
    fn notes(&self) -> Vec<(&'static str, &Judged, String)> {
        let mut notes = Vec::new();
        for judged in &self.judged {
            match &judged.fault {
                Some(Fault::FalseAccept) => {
                    notes.push(("false accept", judged, "it is not valid".to_owned()))
                }
                Some(Fault::FalseRefusal(reason)) => {
                    notes.push(("false refusal", judged, reason.clone()))
                }
                Some(Fault::Unequal(encoded)) => notes.push((
                    "round trip unequal",
                    judged,
                    format!("it came back as {encoded}"),
                )),
                None => {}
            }
            if let Some(reason) = &judged.differ {
                notes.push(("validators differ", judged, reason.clone()));
            }
            if let Some(reason) = &judged.unvalidated {
                notes.push((
                    "not validated independently",
                    judged,
                    reason.replace('\n', " "),
                ));
            }
            if judged.contradicted {
                notes.push((
                    "valid given wrongly",
                    judged,
                    format!("the validators say {}", judged.valid),
                ));
            }
        }
        notes
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for refusal in &self.refused {
            for reason in &refusal.reasons {
                writeln!(f, "refused at build: {}: {reason}", refusal.event_type)?;
            }
        }
        for event_type in &self.not_compiled {
            writeln!(f, "not compiled: {event_type}")?;
        }
        for error in &self.compile_errors {
            writeln!(f, "rustc: {error}")?;
        }
        let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
        for (kind, judged, reason) in self.notes() {
            let count = shown.entry(kind).or_default();
            *count += 1;
            if *count <= SHOWN {
                let sample = &judged.sample;
                writeln!(
                    f,
                    "{kind}: {}: {} v{}: {reason}",
                    sample.place, sample.event_type, sample.schema_version
                )?;
            }
        }
        for (kind, count) in shown.iter().filter(|(_, count)| **count > SHOWN) {
            writeln!(f, "{kind}: and {} more", count - SHOWN)?;
        }
        for (name, value) in self.counts() {
            let value = if value.is_null() {
                "-".to_owned()
            } else {
                value.to_string()
            };
            writeln!(f, "{name:<28}{value:>10}")?;
        }
        Ok(())
    }
}
