//! The coverage report is right about the types: if it says that a type holds its whole schema, no
//! value of that type is invalid, whatever it was read from and without the gate.

use std::path::Path;

use acme_contracts::*;
use dispatcher_build_support::Contracts;
use dispatcher_build_support::coverage::HeldBy;
use dispatcher_conformance::TestResult;
use dispatcher_conformance::random::Instances;
use dispatcher_conformance::{Directory, Validators};
use dispatcher_runtime::Payload;
use serde_json::Value;

/// Broken instances of each payload.
const INSTANCES: usize = 400;

/// A payload type: its name, its schema file, and a function that reads a value without the gate.
type Decoder = (String, &'static str, fn(Value) -> Option<Value>);

fn decoder<P: Payload>() -> Decoder {
    (
        format!("{} v{}", P::EVENT_TYPE, P::SCHEMA_VERSION),
        P::schema().path().unwrap_or_default(),
        |value| serde_json::to_value(serde_json::from_value::<P>(value).ok()?).ok(),
    )
}

fn decoders() -> Vec<Decoder> {
    vec![
        decoder::<coach_availability_changed::CoachAvailabilityChanged>(),
        decoder::<coach_certified::CoachCertified>(),
        decoder::<credit_debited::CreditDebited>(),
        decoder::<credit_locked::CreditLocked>(),
        decoder::<credit_released::CreditReleased>(),
        decoder::<lesson_cancelled::LessonCancelled>(),
        decoder::<lesson_completed::LessonCompleted>(),
        decoder::<lesson_scheduled::LessonScheduled>(),
        decoder::<order_paid::v1::OrderPaid>(),
        decoder::<order_paid::v2::OrderPaid>(),
        decoder::<person_merged::PersonMerged>(),
        decoder::<person_registered::PersonRegistered>(),
        decoder::<refund_issued::RefundIssued>(),
        decoder::<tenant_provisioned::TenantProvisioned>(),
    ]
}

#[test]
fn a_type_that_holds_its_schema_has_no_invalid_value() -> TestResult {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    let directory = Directory::open(&folder)?;
    let model = Contracts::new(&folder).check()?;
    let coverage = Contracts::new(&folder).coverage()?;
    let paths: Vec<_> = directory.schemas().into_iter().collect();
    let validators = Validators::new(&directory, &paths);
    let mut instances = Instances::new(&model, 0xbad);
    let (mut held, mut broken, mut taken) = (0, 0, Vec::new());
    for (payload, path, decodes) in decoders() {
        let holds_all = coverage
            .schemas
            .iter()
            .filter(|schema| schema.used_by.contains(&payload))
            .all(|schema| schema.count(HeldBy::Gate) + schema.count(HeldBy::Unsupported) == 0);
        if !holds_all {
            continue;
        }
        held += 1;
        for _ in 0..INSTANCES {
            let instance = instances.broken(path);
            if validators.independent(Some(path), &instance)?.is_err() {
                broken += 1;
                // What a closed schema does not know is not part of the value.
                if let Some(value) = decodes(instance.clone())
                    && let Err(reason) = validators.independent(Some(path), &value)?
                {
                    taken.push(format!("{payload}: {instance} became {value}: {reason}"));
                }
            }
        }
    }
    println!("{held} types that hold their schema, {broken} broken instances");
    assert!(
        taken.is_empty(),
        "{} were taken:\n{}",
        taken.len(),
        taken.join("\n")
    );
    assert!(
        held >= 10 && broken >= 1000,
        "{held} types, {broken} instances show little"
    );
    Ok(())
}
