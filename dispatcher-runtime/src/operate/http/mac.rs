//! A key, and what is signed with it.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A key for HMAC with SHA-256.
#[derive(Clone)]
pub(super) struct Key(Hmac<Sha256>);

/// Without the key.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// A key of these bytes.
    pub(super) fn new(bytes: &[u8]) -> Option<Self> {
        Hmac::new_from_slice(bytes).ok().map(Self)
    }

    /// A key that the operating system makes up.
    pub(super) fn random() -> Option<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).ok()?;
        Self::new(&bytes)
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 32] {
        self.0
            .clone()
            .chain_update(message)
            .finalize()
            .into_bytes()
            .into()
    }

    /// Whether a message was signed with this key. It takes as long for a wrong signature as for the right one.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let signed = self.0.clone().chain_update(message);
        signed.verify_slice(signature).is_ok()
    }
}
