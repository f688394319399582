//! Texts: by format, by pattern, by length.

use serde_json::Value;

use super::parts::Parts;
use super::pattern;

/// How long a text is composed.
const LONGEST: usize = 1_000;

/// A text; the first of several that no schema refuses.
pub(super) fn of(parts: &Parts<'_>, nth: usize) -> String {
    let formatted = parts
        .texts("format")
        .filter_map(|name| formatted(name, nth));
    let by_pattern = parts.texts("pattern").flat_map(|pattern| {
        // A pattern and a length rarely agree at once.
        (0..8).filter_map(move |more| pattern::shortest(pattern, nth, more))
    });
    let word = match nth {
        0 => "text".to_owned(),
        nth => format!("text {}", nth + 1),
    };
    let candidates: Vec<String> = formatted
        .chain(by_pattern)
        .chain([fitted(&word, parts)])
        .collect();
    let allowed = |text: &&String| parts.allows_value(&Value::from(text.as_str()));
    let first = candidates.iter().find(allowed).or(candidates.first());
    first.cloned().unwrap_or_default()
}

/// A word as long as it has to be.
fn fitted(word: &str, parts: &Parts<'_>) -> String {
    let least = parts.most_of("minLength").unwrap_or(0).min(LONGEST);
    let most = parts.least_of("maxLength").unwrap_or(LONGEST);
    let letters = word.chars().chain(std::iter::repeat('x'));
    let length = word.chars().count().max(least).min(most);
    letters.take(length).collect()
}

/// A text of a format of JSON Schema.
fn formatted(format: &str, nth: usize) -> Option<String> {
    let nth = nth % 24;
    Some(match format {
        "date-time" => format!("2026-01-31T{nth:02}:30:00Z"),
        "date" => format!("2026-01-{:02}", nth + 1),
        "time" => format!("{nth:02}:30:00Z"),
        "duration" => format!("PT{}M", nth + 1),
        "email" | "idn-email" => format!("person{}@example.com", nth + 1),
        "hostname" | "idn-hostname" => format!("host{}.example.com", nth + 1),
        "ipv4" => format!("192.0.2.{}", nth + 1),
        "ipv6" => format!("2001:db8::{}", nth + 1),
        "uri" | "iri" => format!("https://example.com/{}", nth + 1),
        "uri-reference" | "iri-reference" => format!("/example/{}", nth + 1),
        "uri-template" => format!("https://example.com/{{id}}/{}", nth + 1),
        "uuid" => format!("0190a6e0-0000-7000-8000-0000000000{:02}", nth + 1),
        "json-pointer" => format!("/{nth}"),
        "relative-json-pointer" => format!("{nth}"),
        "regex" => "^[a-z]+$".to_owned(),
        _ => return None,
    })
}
