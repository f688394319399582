//! Whether the comparison of contracts says what is true.

mod program;
mod random;

use dispatcher_conformance::TestResult;
