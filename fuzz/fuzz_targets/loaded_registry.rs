//! A registry file of any form: it loads, or an error says why.
#![no_main]

use dispatcher_fuzz::load_files;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|registry: &[u8]| {
    let _ = load_files(registry, b"{}");
});
