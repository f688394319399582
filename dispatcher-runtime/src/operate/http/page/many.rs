//! Resolving and redriving all dead letters that a filter selects: a preview, and the act with the number that it showed.

use std::sync::Arc;

use axum::response::Response;
use maud::{Markup, html};

use super::act::{Act, environment, form};
use super::layout::{lead, page};
use super::letters::{back, table};
use super::text::shown;
use super::time::at;
use super::visit::{Query, Shared, Visit, link};
use crate::operate::http::handle::{bulk, redrives};
use crate::operate::http::parameters::{EXPECTED, FORCED, PER_SECOND, WHY};
use crate::operate::http::problem::Problem;
use crate::operate::redrive::RedrivePreview;

fn noun(number: u64) -> &'static str {
    if number == 1 {
        " dead letter"
    } else {
        " dead letters"
    }
}

/// The name of a parameter, as forms have it.
fn label(name: &str) -> String {
    let words = name.replace('_', " ");
    let (first, rest) = words.split_at(words.chars().next().map_or(0, char::len_utf8));
    first.to_uppercase() + rest
}

/// What the filter says.
fn filter(query: &Query) -> Markup {
    html! {
        dl { @for (name, value) in &query.0 {
            @if name == "all" { dt { "Filter" } dd { "none: all open dead letters" } }
            @else { dt { (label(name)) } dd { (shown(value)) } }
        } }
    }
}

pub(super) async fn ask_resolve(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let selected = bulk::selected(&shared.context, &visit.asked)
        .await?
        .selected;
    let number = selected.count.to_string();
    let button = format!("Resolve {selected}");
    let content = html! {
        h1 { "Resolve " (selected) (noun(selected.count)) }
        (environment(&shared.look))
        (filter(&visit.query))
        p { "They are dealt with, and their events are not handled again." }
        @if selected.at_least {
            p.notice { "These are more than can be resolved at once: narrow the filter." }
        } @else if selected.count == 0 {
            p.notice { "The filter selects no open dead letter." }
        } @else {
            (form(&Act {
                link: visit.query.link("resolve-letters"),
                button: &button,
                why: &WHY,
                hidden: &[(EXPECTED.name, &number)],
                fields: html! {},
                back: back(&visit.query),
            }))
        }
        @if selected.at_least || selected.count == 0 { p { a href=(back(&visit.query)) { "Back to the list" } } }
    };
    let title = "Resolve dead letters";
    Ok(page(&shared.look, &visit, (title, "letters"), &content))
}

pub(super) async fn resolve(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    bulk::resolved(&shared.context, &visit.asked).await?;
    Ok(lead(&back(&visit.query)))
}

pub(super) async fn ask_redrive(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let preview = redrives::previewed(&shared.context, &visit.asked).await?;
    let redriven = preview.total.saturating_sub(preview.refused);
    let (total, button) = (preview.total.to_string(), format!("Redrive {redriven}"));
    let content = html! {
        h1 { "Redrive " (redriven) (noun(redriven)) }
        (environment(&shared.look))
        (filter(&visit.query))
        (previewed(&preview))
        @if preview.total == 0 {
            p.notice { "The filter selects no open dead letter that can be redriven." }
            p { a href=(back(&visit.query)) { "Back to the list" } }
        } @else {
            (form(&Act {
                link: visit.query.link("redrive-letters"),
                button: &button,
                why: &WHY,
                hidden: &[(EXPECTED.name, &total)],
                fields: pace(&preview),
                back: back(&visit.query),
            }))
            h2 { "The oldest of them" }
            (table(&preview.samples, &visit.query))
        }
    };
    let title = "Redrive dead letters";
    Ok(page(&shared.look, &visit, (title, "letters"), &content))
}

/// How fast, and whether with those that would be refused again.
fn pace(preview: &RedrivePreview) -> Markup {
    html! {
        label {
            span { "In a second, at most" }
            input name=(PER_SECOND.name) value="50" inputmode="decimal" autocomplete="off" required;
        }
        @if preview.refused > 0 {
            label {
                input type="checkbox" name=(FORCED.name) value="true";
                span { "Also the " (preview.refused) " that the contracts would refuse again" }
            }
        }
    }
}

fn previewed(preview: &RedrivePreview) -> Markup {
    html! {
        dl {
            dt { "Dead letters" } dd { (preview.total) }
            dt { "Subjects" } dd { (preview.subjects) }
            @if let Some(oldest) = preview.oldest { dt { "Oldest" } dd { (at(oldest)) } }
            dt { "Refused again by the contracts" } dd { (preview.refused) }
            dt { "Cannot be redriven" } dd { (preview.impossible) }
        }
        @if !preview.parts.is_empty() {
            div.table role="region" aria-label="Of which subscriptions and event types" tabindex="0" {
                table {
                    caption { "Of which subscriptions and event types" }
                    thead { tr {
                        @for title in ["Subscription", "Event type", "Dead letters"] { th scope="col" { (title) } }
                    } }
                    tbody { @for part in &preview.parts { tr {
                        th scope="row" { (shown(&format!("{}/{}", part.consumer, part.subscription))) }
                        td { (shown(&part.event_type)) }
                        td.number { (part.dead_letters) }
                    } } }
                }
            }
        }
    }
}

pub(super) async fn redrive(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let started = redrives::started(&shared.context, &visit.asked).await?;
    Ok(lead(&link(
        "redrive",
        &[("id", started.redrive_id.as_str())],
    )))
}
