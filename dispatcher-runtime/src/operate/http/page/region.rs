//! Tables that are wider than a screen: they scroll, also by keyboard, and a screen reader says what they are.

use maud::{Markup, html};

/// A table with its caption, in a region that scrolls.
pub(super) fn scrolling(caption: &str, rows: &Markup) -> Markup {
    html! {
        div.table role="region" aria-label=(caption) tabindex="0" {
            table { caption { (caption) } (rows) }
        }
    }
}
