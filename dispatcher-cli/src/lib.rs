//! The command `dispatcher`, as a library so that its tests need no process.
//!
//! | folder | what it owns |
//! |---|---|
//! | `wrap.rs` | lines of 80 columns |
//! | `output.rs` | what a command prints, and how it ends |
//! | `report/` | findings as text, JSON, JUnit, GitHub annotations and SARIF |
//! | `contracts/` | the commands on a contracts directory |
//! | `export/` | the contracts in other forms: AsyncAPI, TypeScript, a catalogue |

pub mod contracts;
pub mod export;
pub mod output;
mod report;
mod wrap;
