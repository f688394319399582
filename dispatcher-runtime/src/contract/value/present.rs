//! Absent and null are two things.

use serde::{Deserialize, Deserializer};

/// Reads a field that is there. With `#[serde(default)]` an absent one stays `None`, and a null
/// becomes `Some` of what the field's type makes of it; serde alone takes the two for one.
///
/// # Errors
/// What `T` says.
pub fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
