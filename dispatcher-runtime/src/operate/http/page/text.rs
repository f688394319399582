//! Texts from the database and from requests: they are text, whatever they contain.
//!
//! Markup is escaped by the macro. A character that is not shown as itself is shown by its number, because it could hide
//! or reorder what stands around it, and each text is isolated from the direction of the others.

use maud::{Markup, html};

use crate::operate::actor::control_character;

/// A text in a line.
pub(super) fn shown(text: &str) -> Markup {
    html! { bdi { (visible(text, "")) } }
}

/// A text that may be missing.
pub(super) fn shown_or(text: Option<&str>, otherwise: &str) -> Markup {
    match text {
        Some(text) => shown(text),
        None => html! { span.none { (otherwise) } },
    }
}

/// A text of several lines, such as JSON.
pub(super) fn block(text: &str) -> Markup {
    html! { pre tabindex="0" { code dir="ltr" { (visible(text, "\n\t")) } } }
}

/// A text where there can be no markup, as in a title.
pub(super) fn plain(text: &str) -> String {
    let characters = text.chars();
    characters
        .map(|character| {
            if is_hidden(character) {
                '\u{FFFD}'
            } else {
                character
            }
        })
        .collect()
}

/// A text whose hidden characters are shown by their numbers, but for those that are kept.
pub(super) fn visible(text: &str, kept: &str) -> Markup {
    let is_shown = |character| kept.contains(character) || !is_hidden(character);
    html! {
        @for part in text.split_inclusive(|character| !is_shown(character)) {
            @match part.chars().next_back().filter(|last| !is_shown(*last)) {
                Some(hidden) => {
                    (part[..part.len() - hidden.len_utf8()])
                    span.hidden-character { (format!("U+{:04X}", u32::from(hidden))) }
                }
                None => { (part) }
            }
        }
    }
}

/// Whether a character is not shown as itself: control characters, and marks of direction.
fn is_hidden(character: char) -> bool {
    let mut text = [0; 4];
    let text = character.encode_utf8(&mut text);
    control_character(text).is_some()
        || matches!(character, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_shown_as_itself_is_shown_by_its_number() {
        assert_eq!(
            shown("a\u{202E}<b>\0\n").into_string(),
            "<bdi>a<span class=\"hidden-character\">U+202E</span>&lt;b&gt;\
             <span class=\"hidden-character\">U+0000</span><span class=\"hidden-character\">U+000A</span></bdi>"
        );
        assert_eq!(
            block("{\n\t\"a\": 1\n}").into_string(),
            "<pre tabindex=\"0\"><code dir=\"ltr\">{\n\t&quot;a&quot;: 1\n}</code></pre>"
        );
        assert_eq!(plain("a\u{202E}\nb"), "a\u{FFFD}\u{FFFD}b");
    }
}
