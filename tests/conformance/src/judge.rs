//! The generated program's verdicts compared with those of the validators.

use std::collections::BTreeSet;

use serde_json::Value;

use super::package::Package;
use super::validators::{Validators, with_stack};
use super::{Directory, Error, Sample, equal};

/// Whether a validator accepts a value, or why it cannot say.
type Verdict = Result<Result<(), String>, String>;

/// What decides whether a sample is valid.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Truth {
    /// The two validators where they agree, and the sample's own `valid` where they differ.
    Validators,
    /// The sample's own `valid`: for collections that are tests of validators themselves.
    Given,
}

/// What is wrong with the generated program's verdict.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fault {
    /// An invalid payload was let through.
    FalseAccept,
    /// A valid payload was refused, and why.
    FalseRefusal(String),
    /// A valid payload came back as another value.
    Unequal(Value),
}

/// One sample, judged.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Judged {
    /// The sample.
    pub sample: Sample,
    /// Whether it is valid.
    pub valid: bool,
    /// What is wrong with the generated types or the gate.
    pub fault: Option<Fault>,
    /// Where boon and the gate's validator differ: what each says.
    pub differ: Option<String>,
    /// Where boon cannot say: why.
    pub unvalidated: Option<String>,
    /// Whether the sample's own `valid` is wrong.
    pub contradicted: bool,
}

/// Judges the samples of the event types that were generated; the others are left out.
pub(crate) fn all(
    directory: &Directory,
    kept: &[usize],
    package: &Package,
    samples: &[Sample],
    truth: Truth,
) -> Result<Vec<Judged>, Error> {
    let names: BTreeSet<_> = kept
        .iter()
        .map(|&index| directory.event_types[index].name.as_str())
        .collect();
    let samples: Vec<_> = samples
        .iter()
        .filter(|sample| names.contains(sample.event_type.as_str()))
        .collect();
    let schema = |sample: &Sample| {
        directory
            .schema(&sample.event_type, sample.schema_version)
            .flatten()
    };
    let paths: BTreeSet<_> = samples.iter().filter_map(|sample| schema(sample)).collect();
    let validators = Validators::new(directory, &paths.into_iter().collect::<Vec<_>>());
    let verdicts = package.verdicts(&samples)?;
    let judge = || {
        let pairs = samples.iter().zip(&verdicts);
        pairs
            .map(|(sample, verdict)| one(sample, schema(sample), verdict, &validators, truth))
            .collect()
    };
    Ok(with_stack(judge))
}

fn one(
    sample: &Sample,
    schema: Option<&str>,
    verdict: &Value,
    validators: &Validators,
    truth: Truth,
) -> Judged {
    let independent = validators.independent(schema, &sample.payload);
    let original = validators.original(schema, &sample.payload);
    let (says, gates) = (takes(&independent), takes(&original));
    let by_validators = says.filter(|_| says == gates);
    let valid = match truth {
        Truth::Given => sample.valid.or(by_validators),
        Truth::Validators => by_validators.or(sample.valid),
    };
    let valid = valid.or(gates).or(says).unwrap_or(false);
    let differ = (says.is_some() && gates.is_some() && says != gates).then(|| {
        format!(
            "boon: {}; jsonschema: {}",
            told(&independent),
            told(&original)
        )
    });
    Judged {
        sample: sample.clone(),
        valid,
        fault: fault(verdict, valid, &sample.payload),
        differ,
        unvalidated: independent.err(),
        contradicted: sample.valid.is_some_and(|given| given != valid),
    }
}

fn takes(verdict: &Verdict) -> Option<bool> {
    verdict.as_ref().ok().map(Result::is_ok)
}

fn told(verdict: &Verdict) -> String {
    match verdict {
        Ok(Ok(())) => "valid".to_owned(),
        Ok(Err(reason)) => format!("not valid ({})", reason.replace('\n', " ")),
        Err(reason) => format!("cannot say ({reason})"),
    }
}

fn fault(verdict: &Value, valid: bool, payload: &Value) -> Option<Fault> {
    match (verdict.get("accepted"), valid) {
        (Some(_), false) => Some(Fault::FalseAccept),
        (Some(encoded), true) => {
            (!equal(encoded, payload)).then(|| Fault::Unequal(encoded.clone()))
        }
        // Decoding can refuse only through the gate's report: a panic is a fault of its own.
        (None, false) if verdict.get("refused").is_some() => None,
        (None, _) => {
            let reason = verdict
                .as_object()
                .and_then(|members| members.iter().next());
            let reason = reason
                .map(|(kind, reason)| format!("{kind}: {}", reason.as_str().unwrap_or_default()));
            Some(Fault::FalseRefusal(reason.unwrap_or_default()))
        }
    }
}
