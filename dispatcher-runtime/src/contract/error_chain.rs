//! For the tests of error types: what a report of the whole chain says.

use std::error::Error;

/// As anyhow's `{:#}` and other reporters of the whole chain print it: no text may come twice.
pub(crate) fn assert_says_once(error: &dyn Error, what: &str) {
    let (mut chain, mut source) = (format!("{error:#}"), error.source());
    while let Some(error) = source {
        chain += &format!(": {error:#}");
        source = error.source();
    }
    assert_eq!(chain.matches(what).count(), 1, "{chain}");
}
