//! W3C trace context: its form. What is made of it belongs to `observe`.
//!
//! Losing a trace never loses an event. So whatever is not a trace context counts as none, wherever it
//! comes from, and what is stored or handed to a handler is always in the form that the envelope
//! contract has. The SQL function `dispatcher_read_traceparent` reads the same.

use std::borrow::Cow;

/// `00-<32 hex>-<16 hex>-<2 hex>`, of which every higher version begins with as much.
const LENGTH: usize = 55;

/// A trace context as version 00, which is the only one that the envelope contract knows; `None` for
/// what is not one, and for ids of only zeros.
///
/// A higher version is read by its prefix, and of its flags only the one that version 00 defines is
/// kept: <https://www.w3.org/TR/trace-context/#versioning-of-traceparent>
pub(crate) fn read(text: &str) -> Option<Cow<'_, str>> {
    let (prefix, rest) = text.split_at_checked(LENGTH)?;
    let [version, trace, span, flags] = parts(prefix)?;
    let is_id = |id: &str| id.bytes().any(|byte| byte != b'0');
    match version {
        "ff" => None,
        _ if !is_id(trace) || !is_id(span) => None,
        "00" => rest.is_empty().then_some(Cow::Borrowed(text)),
        _ if rest.is_empty() || rest.starts_with('-') => {
            let is_sampled = u8::from_str_radix(flags, 16).ok()? & 1;
            Some(Cow::Owned(format!("00-{trace}-{span}-{is_sampled:02x}")))
        }
        _ => None,
    }
}

/// Whether it has the form of the envelope contract, whatever its ids are.
#[cfg(any(feature = "publish", feature = "consume"))]
pub(crate) fn is_version_00(text: &str) -> bool {
    parts(text).is_some_and(|[version, ..]| version == "00")
}

fn parts(text: &str) -> Option<[&str; 4]> {
    let parts: Vec<_> = text.split('-').collect();
    let parts: [&str; 4] = parts.try_into().ok()?;
    let is_hex = |part: &str, length: usize| {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        part.len() == length && part.bytes().all(is_digit)
    };
    let lengths = [2, 32, 16, 2];
    let are_hex = parts
        .iter()
        .zip(lengths)
        .all(|(part, length)| is_hex(part, length));
    are_hex.then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::read;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

    #[test]
    fn version_00_stays_as_it_is() {
        for flags in ["00", "01", "03", "ff"] {
            let text = format!("00-{TRACE}-{flags}");
            assert_eq!(read(&text).as_deref(), Some(&*text));
        }
    }

    #[test]
    fn a_higher_version_is_read_by_its_prefix() {
        for (given, flags) in [
            (format!("01-{TRACE}-00"), "00"),
            (format!("0a-{TRACE}-03-more-fields"), "01"),
            (format!("fe-{TRACE}-ff-"), "01"),
            (format!("01-{TRACE}-fe-é"), "00"),
        ] {
            let expected = format!("00-{TRACE}-{flags}");
            assert_eq!(read(&given).as_deref(), Some(&*expected), "{given}");
        }
    }

    #[test]
    fn what_is_not_a_trace_context_is_none() {
        let zeros = |count| "0".repeat(count);
        for text in [
            String::new(),
            "00".to_owned(),
            format!("00-{TRACE}"),
            format!("00-{TRACE}-01-more"),
            format!("00-{TRACE}-01\n"),
            format!("01-{TRACE}-01more"),
            format!("ff-{TRACE}-01"),
            format!("0-{TRACE}-001"),
            format!("00-{TRACE}-+1"),
            format!("00-{}-01", TRACE.to_uppercase()),
            format!("00-{}-00f067aa0ba902b7-01", zeros(32)),
            format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", zeros(16)),
            "é".repeat(28),
        ] {
            assert_eq!(read(&text), None, "{text}");
        }
    }
}
