//! A directory of any files: it loads, or an error says why. What loads can be asked and compared.
#![no_main]

use acme_contracts::REGISTRY;
use dispatcher_fuzz::{check, directory};
use dispatcher_runtime::LoadedRegistry;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|input: &[u8]| {
    let folder = directory(input);
    let loaded = match LoadedRegistry::from_dir(folder.path()) {
        Ok(loaded) => loaded,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    for version in loaded.events().flat_map(|event| &event.versions) {
        if let Some(schema) = &version.schema {
            check(schema, &json!({ "a": [1, "b"] }));
        }
    }
    let _ = loaded.compare(&REGISTRY);
});
