//! A file of credentials, as far as a message needs it: when the JWT in it expires. The server checks everything else.

use std::path::Path;

use time::OffsetDateTime;

use crate::screen::time;

/// When the credentials of the file have expired; `None` if they have not, or the file cannot be read.
pub(super) fn expired_at(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let expires = expires_at(&text)?;
    (expires <= OffsetDateTime::now_utc()).then(|| time(expires))
}

/// The claim `exp` of the first JWT in a text.
fn expires_at(text: &str) -> Option<OffsetDateTime> {
    let jwt = text
        .lines()
        .map(str::trim)
        .find(|line| line.split('.').count() == 3)?;
    let claims = decoded(jwt.split('.').nth(1)?)?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    OffsetDateTime::from_unix_timestamp(claims.get("exp")?.as_i64()?).ok()
}

/// base64url without padding, as JWTs have it.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0_u32);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expiry_of_a_jwt_is_read() {
        // {"exp":1700000000,"sub":"U"}
        let file = "-----BEGIN NATS USER JWT-----\ne30.eyJleHAiOjE3MDAwMDAwMDAsInN1YiI6IlUifQ.c2ln\n-----END-----\n";
        assert_eq!(expires_at(file).unwrap().unix_timestamp(), 1_700_000_000);
        for other in ["", "a.b.c", "e30.e30.c2ln", "e30.é.c2ln"] {
            assert_eq!(expires_at(other), None, "{other}");
        }
    }
}
