//! Payloads at schemas that refer to themselves.
#![no_main]

use std::sync::LazyLock;

use dispatcher_fuzz::{check, load, schema};
use dispatcher_runtime::LoadedRegistry;
use libfuzzer_sys::fuzz_target;

static CONTRACTS: LazyLock<[LoadedRegistry; 2]> = LazyLock::new(|| {
    [
        include_bytes!("../schemas/conditions.json").as_slice(),
        include_bytes!("../schemas/anything.json").as_slice(),
    ]
    .map(|text| load(text).expect("it loads"))
});

fuzz_target!(|payload: &[u8]| {
    if let Ok(payload) = serde_json::from_slice(payload) {
        for contracts in &*CONTRACTS {
            check(schema(contracts).expect("it is there"), &payload);
        }
    }
});
