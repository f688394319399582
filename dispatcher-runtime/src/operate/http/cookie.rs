//! The text of a session's cookie: until when it is good, a signature, and the name of the session.
//!
//! It is signed and not encrypted: the name is its holder's own. The service keeps nothing of it, so it is good on every
//! replica with the same key, and until it expires, wherever it was copied to.

use axum::http::HeaderMap;
use axum::http::header;
use time::{Duration, OffsetDateTime};

use super::mac::Key;

/// For how long a session is good.
pub(super) const LIFETIME: Duration = Duration::hours(8);

/// How the name of the cookie begins on loopback, where there is no TLS.
const PLAIN: &str = "dispatcher_session";
/// Elsewhere: no other host of the domain, and nothing in the clear, can set it.
const SECURE: &str = "__Host-dispatcher_session";

/// The name of the cookie. Browsers send a cookie to each path and port of a host, so services with keys of their own have
/// cookies of their own: signing in to one does not end the session of another.
fn cookie_name(key: &Key, is_loopback: bool) -> String {
    let begin = if is_loopback { PLAIN } else { SECURE };
    let own = key.sign(b"dispatcher cookie name");
    let own: String = own
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{begin}_{own}")
}

/// A cookie's value for the session of that name.
pub(super) fn value(key: &Key, name: &str, now: OffsetDateTime) -> String {
    let until = (now + LIFETIME).unix_timestamp();
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let signature = key.sign(&message(until, &encoded));
    let signature: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{until}.{signature}.{encoded}")
}

/// The name of the session whose cookie has this value, if it is signed with the key and good now.
pub(super) fn name(key: &Key, value: &str, now: OffsetDateTime) -> Option<String> {
    let mut parts = value.splitn(3, '.');
    let (until, signature, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let until: i64 = until.parse().ok()?;
    let signature = bytes(signature)?;
    // What is not signed is not read any further.
    let is_signed = key.verify(&message(until, encoded), &signature);
    let is_good = until > now.unix_timestamp();
    if !is_signed || !is_good {
        return None;
    }
    // A `+` of the encoding is a space, as in a form.
    let mut pairs = form_urlencoded::parse(encoded.as_bytes());
    pairs.next().map(|(name, _)| name.into_owned())
}

/// What is signed. The words keep it apart from whatever else is signed with the same key.
fn message(until: i64, encoded: &str) -> Vec<u8> {
    format!("dispatcher session\n{until}\n{encoded}").into_bytes()
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    let pairs = (0..32).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16));
    pairs.collect::<Result<_, _>>().ok()
}

/// The header that sets the cookie.
pub(super) fn set(key: &Key, value: &str, is_loopback: bool) -> String {
    let seconds = LIFETIME.whole_seconds();
    header_of(key, value, seconds, is_loopback)
}

/// The header that removes the cookie.
pub(super) fn remove(key: &Key, is_loopback: bool) -> String {
    header_of(key, "", 0, is_loopback)
}

fn header_of(key: &Key, value: &str, seconds: i64, is_loopback: bool) -> String {
    let name = cookie_name(key, is_loopback);
    let secure = if is_loopback { "" } else { "; Secure" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

/// The values of the cookies that may be a session's. There are several where another program has set one of the same
/// name; only one that is signed counts.
pub(super) fn given<'h>(
    key: &Key,
    headers: &'h HeaderMap,
    is_loopback: bool,
) -> impl Iterator<Item = &'h str> + use<'h> {
    let expected = cookie_name(key, is_loopback);
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    pairs.filter_map(move |pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == expected).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-30 08:00 UTC);

    fn key(byte: u8) -> Key {
        Key::new(&[byte; 32]).unwrap()
    }

    #[test]
    fn a_value_gives_back_its_name_for_eight_hours() {
        for given in ["mia", "mia & jo", "a.b=c;d", "Zoë", "+"] {
            let value = value(&key(1), given, NOW);
            assert!(
                value
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && byte != b';')
            );
            let read = |now| name(&key(1), &value, now);
            assert_eq!(read(NOW).as_deref(), Some(given));
            let last = NOW + LIFETIME - Duration::SECOND;
            assert_eq!(read(last).as_deref(), Some(given));
            assert_eq!(read(NOW + LIFETIME), None);
        }
    }

    #[test]
    fn what_is_altered_or_signed_with_another_key_is_no_session() {
        let value = value(&key(1), "mia", NOW);
        assert_eq!(name(&key(2), &value, NOW), None);
        for at in 0..value.len() {
            let mut altered = value.clone().into_bytes();
            altered[at] = if altered[at] == b'1' { b'2' } else { b'1' };
            let altered = String::from_utf8(altered).unwrap();
            assert_eq!(name(&key(1), &altered, NOW), None, "{altered}");
        }
        for text in ["", ".", "..", "1.2.3", "€.€.€", &"€".repeat(64)] {
            assert_eq!(name(&key(1), text, NOW), None);
        }
        let (until, rest) = value.split_once('.').unwrap();
        let later = format!("{}.{rest}", until.parse::<i64>().unwrap() + 1);
        assert_eq!(name(&key(1), &later, NOW), None);
    }

    #[test]
    fn only_cookies_of_the_name_for_the_place_and_the_key_are_read() {
        let (key, other) = (key(1), key(2));
        let (plain, secure) = (cookie_name(&key, true), cookie_name(&key, false));
        let foreign = cookie_name(&other, true);
        let mut headers = HeaderMap::new();
        for line in [
            format!("a=b; {plain}=one;{plain}=two; {secure}=three; {foreign}=five"),
            format!("{plain}=four; dispatcher_session=six"),
        ] {
            headers.append(header::COOKIE, HeaderValue::from_str(&line).unwrap());
        }
        assert!(given(&key, &headers, true).eq(["one", "two", "four"]));
        assert!(given(&key, &headers, false).eq(["three"]));
        assert!(given(&other, &headers, true).eq(["five"]));
    }

    #[test]
    fn off_loopback_the_cookie_is_secure() {
        let key = key(1);
        let own = cookie_name(&key, true).replace(PLAIN, "");
        assert_eq!(own.len(), 9, "{own}");
        assert_eq!(
            set(&key, "v", false),
            format!(
                "__Host-dispatcher_session{own}=v; Path=/; Max-Age=28800; HttpOnly; SameSite=Strict; Secure"
            )
        );
        assert_eq!(
            set(&key, "v", true),
            format!("dispatcher_session{own}=v; Path=/; Max-Age=28800; HttpOnly; SameSite=Strict")
        );
        assert_eq!(
            remove(&key, true),
            format!("dispatcher_session{own}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
        );
    }
}
