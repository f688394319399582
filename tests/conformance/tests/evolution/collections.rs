//! Pairs that others have collected, where they are here.

use dispatcher_build_support::compat::Mode;
use dispatcher_conformance::evolution::{judge, read};

use crate::{TestResult, corpus};

#[test]
fn no_verdict_about_the_collected_pairs_is_false() -> TestResult {
    let Some(folder) = corpus("evolution") else {
        return Ok(());
    };
    for file in ["jsoncompat.jsonl", "jsonsubschema.jsonl"] {
        let pairs = read(&folder.join(file))?;
        for mode in [Mode::Strict, Mode::Lenient] {
            let report = judge(&pairs, mode);
            println!("{file}, {mode:?}:\n{report}");
            assert!(report.is_clean(), "{file}, {mode:?}: {report}");
        }
    }
    Ok(())
}
