//! The command `dispatcher`, as a library so that its tests need no process.
//!
//! | folder | what it owns |
//! |---|---|
//! | `contracts/` | the commands on a contracts directory |
//! | `export/` | the contracts in other forms: AsyncAPI, TypeScript, a catalogue |

pub mod contracts;
pub mod export;
