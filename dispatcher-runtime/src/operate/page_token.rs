//! Tokens with which a list goes on where a page ended.
//!
//! A token names a place, and has a checksum over that and over what the list selects: one that was altered, or that
//! belongs to another list, would silently begin somewhere else. The checksum is no proof of who made the token, and need
//! not be: what a list may show is decided by its own filters.

use std::fmt::Debug;

use uuid::Uuid;

use crate::postgres::error::ConfigError;

/// What the checksums are made in.
const TOKENS: Uuid = Uuid::from_u128(0x1d0f_52cb_7a3e_4c0b_9b7d_36e1_0c58_4af2);

/// `<place>-<checksum>`; the place has no `-`.
pub(super) fn seal(place: &str, selection: &impl Debug) -> String {
    let sum = Uuid::new_v5(&TOKENS, format!("{place} {selection:?}").as_bytes());
    format!("{place}-{}", sum.simple())
}

/// The place of a token; `None` if it was altered, or is of another list.
pub(super) fn open<'t>(token: &'t str, selection: &impl Debug) -> Option<&'t str> {
    let (place, _) = token.rsplit_once('-')?;
    (seal(place, selection) == token).then_some(place)
}

/// # Errors
/// The limit of a page is not from 1 to 1000.
pub(super) fn check_limit(limit: u16) -> Result<(), ConfigError> {
    if (1..=1000).contains(&limit) {
        return Ok(());
    }
    Err(ConfigError::Invalid {
        setting: "limit",
        value: limit.to_string(),
        expected: "from 1 to 1000",
    })
}
