//! A directory of any files through the generator: types, or a report of its faults. Types are Rust.
#![no_main]

use dispatcher_build_support::Contracts;
use dispatcher_fuzz::directory;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let folder = directory(input);
    let contracts = Contracts::new(folder.path());
    match contracts.render() {
        Ok(rendered) => assert!(!rendered.rust.is_empty()),
        Err(report) => assert!(!report.to_string().is_empty()),
    }
    let _ = contracts.coverage();
});
