//! Forms that ask before something is done.

use maud::{Markup, html};

use super::text::shown;
use crate::operate::http::kind::Parameter;
use crate::operate::look::Look;

/// What an act is asked with.
pub(super) struct Act<'a> {
    /// The page that takes the form, with its query.
    pub(super) link: String,
    /// Scope and number of what it does.
    pub(super) button: &'a str,
    /// The field that takes the reason.
    pub(super) why: &'a Parameter,
    /// Fields that are not seen, such as the number that was.
    pub(super) hidden: &'a [(&'a str, &'a str)],
    /// Further fields.
    pub(super) fields: Markup,
    /// Where it leads if nothing is to be done.
    pub(super) back: String,
}

/// In which environment something would be done, as each page that asks says it.
pub(super) fn environment(look: &Look) -> Markup {
    html! {
        @if let Some(environment) = &look.environment {
            p.where { "In " strong.environment { (shown(environment)) } }
        }
    }
}

/// The form.
pub(super) fn form(act: &Act<'_>) -> Markup {
    html! {
        form.act method="post" action=(act.link) {
            @for (name, value) in act.hidden { input type="hidden" name=(name) value=(value); }
            (act.fields)
            label {
                span { "Why" }
                input name=(act.why.name) autocomplete="off";
            }
            p.buttons {
                button.acts { (act.button) }
                " " a href=(act.back) { "Cancel" }
            }
        }
    }
}
