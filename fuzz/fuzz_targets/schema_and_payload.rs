//! A schema, a line break, and a payload.
#![no_main]

use dispatcher_fuzz::{check, load, schema};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (text, payload) = input.split_at(end);
    let Ok(payload) = serde_json::from_slice(payload) else {
        return;
    };
    if let Some(contracts) = load(text)
        && let Some(schema) = schema(&contracts)
    {
        check(schema, &payload);
    }
});
