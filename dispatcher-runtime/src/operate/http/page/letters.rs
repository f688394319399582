//! Dead letters: groups of those that failed alike, and a list by a filter.

use std::sync::Arc;

use ::time::OffsetDateTime;
use axum::response::Response;
use maud::{Markup, html};

use super::fields::{further, search};
use super::hours::hours;
use super::layout::page;
use super::text::{shown, shown_or};
use super::time::at;
use super::visit::{Query, Shared, Visit};
use crate::operate::dead_letter::{DeadLetterGroup, DeadLetterState, DeadLetterSummary};
use crate::operate::http::access::Permission;
use crate::operate::http::caller::Caller;
use crate::operate::http::handle::dead_letters;
use crate::operate::http::kind::Parameter;
use crate::operate::http::parameters::{
    ALL, DEAD_LETTER, GROUP, INCLUDE_RESOLVED, NEXT, SELECTION, STATE,
};
use crate::operate::http::problem::Problem;

/// What narrows the list beside what selects.
pub(super) const OF_LIST: &[&Parameter] = &[&STATE, &INCLUDE_RESOLVED];

pub(super) async fn list(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let query = &visit.query;
    let listed = dead_letters::page(&shared.context, &visit.asked).await?;
    let is_of_open = matches!(query.get(STATE.name), "" | "open");
    let has_groups = is_of_open && query.get(NEXT.name).is_empty();
    let groups = if has_groups {
        dead_letters::grouped(&shared.context, &visit.asked).await?
    } else {
        Vec::new()
    };
    let content = html! {
        h1 { "Dead letters" }
        (search("letters", &[SELECTION, OF_LIST].concat(), query, "Filter"))
        @if !groups.is_empty() { (grouped(&groups, query)) }
        section #region-list aria-labelledby="list" {
            h2 #list { "List" }
            @if is_of_open { (acts(&visit.asked.caller, query)) }
            @if listed.dead_letters.is_empty() {
                p {
                    @if listed.next.is_some() { "None of those that were looked at. There are more." }
                    @else { "There are none." }
                }
            } @else { (table(&listed.dead_letters, query)) }
            (further("letters", query, listed.next.as_deref(), "Older"))
        }
    };
    Ok(page(
        &shared.look,
        &visit,
        ("Dead letters", "letters"),
        &content,
    ))
}

/// The links to acts on all that the filter selects.
fn acts(caller: &Caller, query: &Query) -> Markup {
    let mut selection = query.only(SELECTION);
    let what = if selection.is_empty() {
        "all open dead letters"
    } else {
        "all open dead letters of this filter"
    };
    if selection.is_empty() {
        selection = selection.with(ALL.name, "true");
    }
    html! {
        p.controls {
            @if caller.may(Permission::Redrive) {
                a href=(selection.link("redrive-letters")) { "Redrive " (what) "…" } " "
            }
            @if caller.may(Permission::Resolve) {
                a href=(selection.link("resolve-letters")) { "Resolve " (what) "…" }
            }
        }
    }
}

fn grouped(groups: &[DeadLetterGroup], query: &Query) -> Markup {
    let now = OffsetDateTime::now_utc();
    let of = |group: &DeadLetterGroup| query.with(GROUP.name, &group.group).link("letters");
    html! {
        section #region-groups aria-labelledby="groups" {
            h2 #groups { "Groups" }
            div.table role="region" aria-label="Open dead letters that failed alike, the largest group first" tabindex="0" {
                table {
                    caption { "Open dead letters that failed alike, the largest group first" }
                    thead { tr {
                        @for title in ["Group", "Open", "Written by hour, last 24", "Error", "Subscription", "Event type",
                                       "Reason", "First seen", "Last seen"] {
                            th scope="col" { (title) }
                        }
                    } }
                    tbody { @for group in groups { tr {
                        th scope="row" { a href=(of(group)) { (group.group.get(..8).unwrap_or(&group.group)) } }
                        td.number { (group.count) }
                        td { (hours(&group.hours, now)) }
                        td.text { (shown(&group.error)) }
                        td { (shown(&format!("{}/{}", group.consumer, group.subscription))) }
                        td { (shown(&group.event_type)) }
                        td { (group.reason) }
                        td { (at(group.first_seen)) }
                        td { (at(group.last_seen)) }
                    } } }
                }
            }
        }
    }
}

/// Dead letters in a table. `query` is that of the list, to which the page of a letter leads back.
pub(super) fn table(letters: &[DeadLetterSummary], query: &Query) -> Markup {
    let filter = query.only(&[SELECTION, OF_LIST].concat());
    let link = |letter: &DeadLetterSummary| {
        let id = letter.dead_letter_id.to_string();
        filter.with(DEAD_LETTER.name, &id).link("letter")
    };
    html! {
        div.table role="region" aria-label="Dead letters" tabindex="0" {
            table {
                caption { "Dead letters" }
                thead { tr {
                    @for title in ["Dead letter", "Written", "State", "Error", "Subscription", "Event type", "Subject",
                                   "Attempts"] {
                        th scope="col" { (title) }
                    }
                } }
                tbody { @for letter in letters { tr {
                    th scope="row" { a href=(link(letter)) { (shown(letter.dead_letter_id.as_str())) } }
                    td { (at(letter.created_at)) }
                    td { (state(letter.state)) }
                    td.text { (shown(&letter.error)) }
                    td { (shown(&format!("{}/{}", letter.consumer, letter.subscription))) }
                    td { (shown(&letter.event_type)) }
                    td.id { (shown_or(letter.subject.as_deref(), "none")) }
                    td.number { (letter.attempts) }
                } } }
            }
        }
    }
}

pub(super) fn state(state: DeadLetterState) -> Markup {
    let (class, word) = match state {
        DeadLetterState::Open => ("fails", "open"),
        DeadLetterState::Redriving => ("warns", "redriving"),
        DeadLetterState::Resolved => ("works", "resolved"),
    };
    html! { span.state.(class) { (word) } }
}

/// What of a query leads back to the list.
pub(super) fn back(query: &Query) -> String {
    query.only(&[SELECTION, OF_LIST].concat()).link("letters")
}
