//! Short texts that match a pattern.
//!
//! The pattern is read by the parser that jsonschema's own engine uses. What it cannot read, such as a look-around, has
//! none here.

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};

/// Characters that read well, in the order in which they are taken.
const LIKED: &str = "1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ -_.";

/// How long a text is composed, in bytes.
const LONGEST: usize = 1_000;

/// A text that matches; `nth` decides which characters of classes are taken, and each repetition is `more` longer than it
/// has to be, where it may be.
pub(super) fn shortest(pattern: &str, nth: usize, more: u32) -> Option<String> {
    // Of ECMA-262, not of this parser.
    let pattern = pattern.replace("\\d", "[0-9]").replace("\\/", "/");
    let hir = regex_syntax::parse(&pattern).ok()?;
    let mut text = String::new();
    write(&hir, nth, more, &mut text)?;
    Some(text)
}

fn write(hir: &Hir, nth: usize, more: u32, text: &mut String) -> Option<()> {
    if text.len() > LONGEST {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(Class::Unicode(class)) => text.push(character(class, nth)?),
        HirKind::Class(Class::Bytes(class)) => {
            text.push(character(&class.to_unicode_class()?, nth)?)
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            for _ in 0..repetition.min.saturating_add(more).min(most) {
                write(&repetition.sub, nth, 0, text)?;
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, nth, more, text)?,
        HirKind::Concat(parts) => {
            for part in parts {
                write(part, nth, more, text)?;
            }
        }
        HirKind::Alternation(branches) => {
            write(branches.get(nth % branches.len().max(1))?, nth, more, text)?;
        }
    }
    Some(())
}

/// A character of a class: one that reads well, or its first.
fn character(class: &ClassUnicode, nth: usize) -> Option<char> {
    let has = |character: &char| {
        let mut ranges = class.ranges().iter();
        ranges.any(|range| (range.start()..=range.end()).contains(character))
    };
    let liked: Vec<char> = LIKED.chars().filter(has).collect();
    match liked.len() {
        0 => class.ranges().first().map(|range| range.start()),
        count => Some(liked[nth % count]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_match_their_pattern() {
        let patterns = [
            "^per_[0-9a-f]{8}-[0-9a-f]{4}$",
            "^[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*$",
            "^([01][0-9]|2[0-3]):[0-5][0-9]$",
            "^\\+[1-9][0-9]{6,14}$",
            "^[^a-z]\\D(?<year>\\d{4}?)\\u0041\\x41$",
            "^(EUR|USD)/[\\w-]+$",
        ];
        for pattern in patterns {
            let schema = serde_json::json!({ "pattern": pattern });
            let validator = jsonschema::validator_for(&schema).expect("the pattern compiles");
            for nth in 0..5 {
                let text = shortest(pattern, nth, 0).expect("a text");
                assert!(
                    validator.is_valid(&text.clone().into()),
                    "{pattern}: {text:?}"
                );
            }
        }
        assert_eq!(shortest("^(?=a)b$", 0, 0), None);
        assert_eq!(shortest("(", 0, 0), None);
        assert_eq!(shortest("(((a{1000}){1000}){1000})", 0, 0), None);
    }
}
