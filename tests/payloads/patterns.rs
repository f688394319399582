//! Patterns of contracts that a backtracking engine could not finish.

use serde_json::json;

use crate::allocations::Turn;
use crate::contracts::Contracts;

/// Each of them takes exponential steps in an engine that backtracks without a limit, so that this test would
/// not end.
#[test]
fn a_pattern_that_backtracks_gives_a_verdict() {
    let _turn = Turn::wait();
    for pattern in [
        "^(a+)+$",
        "^(a|a)*$",
        "^(a|aa)+$",
        "^(?=(a+)+$)[ab]+$",
        "^(?!(a+)+$)(a|aa)+$",
        "^((a+)+)\\1$",
    ] {
        let contracts = Contracts::of(&json!({ "type": "object", "properties": {
            "a": { "type": "string", "pattern": pattern } } }));
        let text = format!("{}b!", "a".repeat(60));
        let report = contracts.report(&json!({ "a": text }));
        assert_eq!(report.violations()[0].keyword, "pattern", "{pattern}");
    }
}
