//! Forms that narrow a list: a field for each parameter, of the kind that the parameter has.

use maud::{Markup, html};

use super::text::plain;
use super::visit::Query;
use crate::operate::http::kind::{Kind, Parameter};
use crate::operate::http::parameters::NEXT;

/// A form that asks for the same page with other parameters. On a narrow screen it is folded where nothing is set; style.css
/// shows it on a wide one.
pub(super) fn search(page: &str, parameters: &[&Parameter], given: &Query, button: &str) -> Markup {
    let is_set = parameters
        .iter()
        .any(|parameter| !given.get(parameter.name).is_empty());
    html! {
        details.filter open[is_set] {
            summary { (button) }
            form.search method="get" action=(page) role="search" {
                @for parameter in parameters { (field(parameter, given.get(parameter.name))) }
                p.buttons {
                    button { (button) }
                    " " a href=(page) { "Clear" }
                }
            }
        }
    }
}

/// A field cannot hold control characters. A value with some is shown with U+FFFD in their place, which no parameter accepts:
/// if the form is sent again, it is refused, and looks for nothing else.
fn field(parameter: &Parameter, value: &str) -> Markup {
    let label = label(parameter);
    let name = parameter.name;
    let value = plain(value);
    html! {
        label {
            span { (label) }
            @match &parameter.kind {
                Kind::Choice(choices) => {
                    select name=(name) {
                        option value="" { "any" }
                        @for choice in *choices {
                            option value=(choice) selected[**choice == value] { (choice.replace('_', " ")) }
                        }
                    }
                }
                Kind::Flag => { input type="checkbox" name=(name) value="true" checked[value == "true"]; }
                Kind::Time => {
                    input name=(name) value=(value) placeholder="2026-11-30T08:00:00Z" autocomplete="off";
                }
                _ => { input name=(name) value=(value) autocomplete="off"; }
            }
        }
    }
}

/// The name of a parameter, as a label.
fn label(parameter: &Parameter) -> String {
    let words = parameter.name.replace('_', " ");
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => words,
    }
}

/// The link to the next page of a list, if there is one.
pub(super) fn further(page: &str, given: &Query, next: Option<&str>, text: &str) -> Markup {
    let next = next.map(|next| given.with(NEXT.name, next).link(page));
    html! {
        nav.pages aria-label="Pages of the list" {
            @if !given.get(NEXT.name).is_empty() {
                a href=(given.with(NEXT.name, "").link(page)) { "To the beginning" } " "
            }
            @if let Some(next) = next { a rel="next" href=(next) { (text) } }
        }
    }
}
