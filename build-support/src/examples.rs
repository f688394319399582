//! Payloads that are made from the schemas: what a test of upcasts sends beside the samples that people wrote.

use serde_json::Value;

use crate::compat::sample::{Fill, Sampler};
use crate::compat::{self, Mode, Side};
use crate::model::{Model, Version};
use crate::schema::Location;

/// A payload that is valid in one version of an event type. [`Contracts::examples`](crate::Contracts::examples)
/// makes them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Example {
    /// The version whose schema accepts it.
    pub schema_version: u32,
    /// The payload.
    pub payload: Value,
}

/// For one valid payload, so many are tried. Of some schemas only few of them are valid.
const TRIES: usize = 8;

/// At most `count` different payloads of each live version of an event type.
pub(crate) fn of(model: &Model, event_type: &str, count: usize) -> Vec<Example> {
    let events = model.events.iter().filter(|event| event.name == event_type);
    let versions = events.flat_map(|event| event.live_versions());
    versions
        .flat_map(|version| {
            let payloads = payloads(model, version, count).into_iter();
            payloads.map(|payload| Example {
                schema_version: version.number,
                payload,
            })
        })
        .collect()
}

fn payloads(model: &Model, version: &Version, count: usize) -> Vec<Value> {
    let Some(path) = &version.schema else {
        return Vec::new();
    };
    let side = Side {
        documents: &model.documents,
        root: Location::root(path.clone()),
    };
    let mut sampler = Sampler::new(u64::from(version.number));
    let fills = [Fill::Least, Fill::All, Fill::Some, Fill::Some];
    let made = fills.iter().cycle().take(count.saturating_mul(TRIES));
    let made: Vec<_> = made
        .map(|fill| {
            sampler.fill = *fill;
            sampler.document(std::slice::from_ref(&side))
        })
        .collect();
    let verdicts = compat::confirm(&side, &side, Mode::Strict, &made).unwrap_or_default();
    let mut valid: Vec<Value> = Vec::new();
    for (payload, verdict) in made.into_iter().zip(verdicts) {
        if valid.len() == count {
            break;
        }
        if verdict.is_written && payload.is_object() && !valid.contains(&payload) {
            valid.push(payload);
        }
    }
    valid
}
