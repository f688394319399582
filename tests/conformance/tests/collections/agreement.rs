//! Random instances of the reference contracts: the gate and an independent validator agree on each
//! of them, and valid ones come back equal.

use std::path::Path;

use acme_contracts::{Event, REGISTRY};
use dispatcher_build_support::Contracts;
use dispatcher_conformance::TestResult;
use dispatcher_conformance::random::Instances;
use dispatcher_conformance::{Directory, Validators, equal};
use dispatcher_runtime::{DecodeError, Status};

/// The number of instances of each kind, for each version of each event type.
const INSTANCES: usize = 200;

#[test]
fn gate_and_validator_agree_on_random_instances() -> TestResult {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    let directory = Directory::open(&folder)?;
    let model = Contracts::new(&folder).check()?;
    let schemas: Vec<_> = directory.schemas().into_iter().collect();
    let validators = Validators::new(&directory, &schemas);
    let mut instances = Instances::new(&model, 0x5eed);
    let (mut all_valid, mut all_invalid, mut wrong) = (0, 0, Vec::new());
    for event in REGISTRY
        .events()
        .filter(|event| event.status != Status::Retired)
    {
        for version in event.versions {
            let Some(path) = version.schema.and_then(|schema| schema.path()) else {
                continue;
            };
            let (mut valid, mut invalid) = (0, 0);
            for index in 0..2 * INSTANCES {
                let payload = if index % 2 == 0 {
                    instances.valid(path)
                } else {
                    instances.broken(path)
                };
                let says = validators.independent(Some(path), &payload)?;
                let decoded =
                    Event::decode(event.event_type, version.schema_version, payload.clone());
                let fault = match (&says, decoded) {
                    (Ok(()), Ok(event)) => {
                        let encoded = event.to_json()?;
                        (!equal(&encoded, &payload)).then(|| format!("came back as {encoded}"))
                    }
                    (Err(_), Err(DecodeError::Invalid { .. })) => None,
                    (Ok(()), Err(error)) => Some(format!("valid, and {error}")),
                    (Err(reason), Ok(_)) => Some(format!("let through, and {reason}")),
                    (Err(_), Err(error)) => Some(error.to_string()),
                };
                if says.is_ok() {
                    valid += 1
                } else {
                    invalid += 1
                }
                wrong.extend(fault.map(|fault| {
                    format!(
                        "{} v{}: {payload}: {fault}",
                        event.event_type, version.schema_version
                    )
                }));
            }
            assert!(
                valid >= INSTANCES / 2 && invalid >= INSTANCES / 4,
                "{} v{}: {valid} valid and {invalid} invalid instances show little",
                event.event_type,
                version.schema_version
            );
            all_valid += valid;
            all_invalid += invalid;
        }
    }
    println!(
        "random instances: {all_valid} valid, {all_invalid} invalid, {} judged wrong",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
