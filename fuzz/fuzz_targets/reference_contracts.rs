//! A letter that chooses a version of an event type, and the text of a payload: the generated type and the
//! schema agree, and what was read is written again as it was.
#![no_main]

use std::sync::LazyLock;

use dispatcher_fuzz::check;
use dispatcher_fuzz::versions::{Version, equal, versions};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static VERSIONS: LazyLock<Vec<Version>> = LazyLock::new(versions);

fuzz_target!(|input: &[u8]| {
    let Some((letter, text)) = input.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let version = &VERSIONS[usize::from(*letter) % VERSIONS.len()];
    let schema = (version.schema)();
    let parsed: Option<Value> = serde_json::from_str(text).ok();
    match (version.read)(text) {
        Ok(written) => {
            assert!(parsed.as_ref().is_some_and(|parsed| equal(&written, parsed)));
            assert!(schema.validate(&written).is_ok());
        }
        Err(error) => assert!(error.to_string().len() <= 17 * 1024),
    }
    if let Some(payload) = parsed {
        check(schema, &payload);
    }
});
