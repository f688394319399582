//! Words of a diagnostic that both sides use: what was probably meant, what there is, what was
//! found.

use serde_json::Value;

/// The candidate that `word` was probably meant to be.
///
/// The measure is rustc's: at most a third of the letters may differ.
#[must_use]
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = word.chars().count().max(3) / 3;
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = if candidate.eq_ignore_ascii_case(word) {
                0
            } else {
                strsim::damerau_levenshtein(word, candidate)
            };
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The names as a list for a help line: `a, b, c`, cut where it would no longer be read.
#[must_use]
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let names: Vec<_> = names.into_iter().collect();
    let mut list = names
        .iter()
        .take(SHOWN)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        list.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    list
}

/// A value for a message, short enough for one line.
#[must_use]
pub fn found(value: &Value) -> String {
    const SHOWN: usize = 40;
    match value {
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) if text.chars().count() > SHOWN => {
            format!("{:?}…", text.chars().take(SHOWN).collect::<String>())
        }
        other => other.to_string(),
    }
}

/// `write 1 without quotes`, where a string holds what should stand there bare.
#[must_use]
pub fn unquoted(value: &Value, wanted: impl Fn(&Value) -> bool) -> Option<String> {
    let text = value.as_str()?.trim();
    let bare = serde_json::from_str(text).ok()?;
    wanted(&bare).then(|| format!("write {text} without quotes"))
}
