//! A short text that matches a regular expression.

use regex_syntax::hir::{Class, Hir, HirKind};

/// The longest text that is written for one pattern.
const LONGEST: usize = 4096;

/// A text that matches; none if the pattern has what `regex-syntax` does not know, such as a look-ahead. ECMA-262 and
/// `regex-syntax` differ in details, so the gate has the last word.
pub(super) fn sample(pattern: &str, least: usize) -> Option<String> {
    let hir = regex_syntax::parse(pattern).ok()?;
    // Longer repetitions for a text that has to be longer.
    [0, 1, least].into_iter().find_map(|more| {
        let mut text = String::new();
        write(&hir, more, &mut text)?;
        (text.chars().count() >= least).then_some(text)
    })
}

/// Writes what matches; none if it is not a text, or too long. Open-ended repetitions are written `more` times.
fn write(hir: &Hir, more: usize, text: &mut String) -> Option<()> {
    if text.len() > LONGEST {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => text.push(character(class)?),
        HirKind::Repetition(repetition) => {
            let least = usize::try_from(repetition.min).ok()?;
            let most = repetition.max.and_then(|most| usize::try_from(most).ok());
            let count = least.max(more).min(most.unwrap_or(usize::MAX));
            for _ in 0..count {
                write(&repetition.sub, more, text)?;
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, more, text)?,
        HirKind::Concat(parts) => {
            for part in parts {
                write(part, more, text)?;
            }
        }
        HirKind::Alternation(branches) => write(branches.first()?, more, text)?,
    }
    Some(())
}

/// A character of a class: one that is pleasant to read, where there is one.
fn character(class: &Class) -> Option<char> {
    let contains = |wanted: char| match class {
        Class::Unicode(class) => class
            .iter()
            .any(|range| (range.start()..=range.end()).contains(&wanted)),
        Class::Bytes(class) => u8::try_from(wanted).is_ok_and(|wanted| {
            let mut ranges = class.iter();
            ranges.any(|range| (range.start()..=range.end()).contains(&wanted))
        }),
    };
    let pleasant = ('a'..='z')
        .chain('A'..='Z')
        .chain('0'..='9')
        .find(|wanted| contains(*wanted));
    pleasant.or_else(|| match class {
        Class::Unicode(class) => class.iter().next().map(|range| range.start()),
        Class::Bytes(class) => class.iter().next().map(|range| range.start().into()),
    })
}

#[cfg(test)]
mod tests {
    use super::sample;

    #[test]
    fn a_sample_is_short_and_matches() {
        for (pattern, least, expected) in [
            (
                "^per_[0-9a-f]{8}-[0-9a-f]{4}$",
                0,
                Some("per_aaaaaaaa-aaaa"),
            ),
            (r"^([01][0-9]|2[0-3]):[0-5][0-9]$", 0, Some("00:00")),
            ("^[^a-z]+$", 0, Some("A")),
            ("^[A-Z][a-z]*$", 4, Some("Aaaaa")),
            (r"^a\/b$", 0, Some("a/b")),
            ("^a{2}$", 3, None),
            ("(?=a)", 0, None),
            ("a{5000}", 0, None),
        ] {
            assert_eq!(sample(pattern, least).as_deref(), expected, "{pattern}");
        }
    }
}
