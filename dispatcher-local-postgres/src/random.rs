//! Numbers for names of folders and databases, and for ports. They are not secret.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A number that no other process is likely to draw.
pub fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
