//! Events: a search that says how far it looked.

use std::sync::Arc;

use axum::response::Response;
use maud::{Markup, html};

use super::fields::{further, search};
use super::layout::page;
use super::text::{shown, shown_or};
use super::time::at;
use super::visit::{Shared, Visit, link};
use crate::operate::events::{EventSummary, Searched};
use crate::operate::http::access::Permission;
use crate::operate::http::handle::events;
use crate::operate::http::kind::Parameter;
use crate::operate::http::parameters::{FROM, SUBJECT, TENANT, TO, TYPE};
use crate::operate::http::problem::Problem;

/// What narrows the search.
pub(super) const SEARCH: &[&Parameter] = &[&TYPE, &SUBJECT, &TENANT, &FROM, &TO];

pub(super) async fn list(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let found = events::found(&shared.context, &visit.asked).await?;
    let content = html! {
        h1 { "Events" }
        @if visit.asked.caller.may(Permission::Publish) && !visit.asked.caller.is_bound() {
            p.controls { a href="publish-event" { "Publish an event…" } }
        }
        (search("events", SEARCH, &visit.query, "Search"))
        form.search method="get" action="event" {
            label { span { "Event id" } input name="id" autocomplete="off" required; }
            p.buttons { button { "Open" } }
        }
        p { (how_far(&found.searched, found.events.len())) }
        @if !found.events.is_empty() { (table(&found.events)) }
        (further("events", &visit.query, found.next.as_deref(), "Look further back"))
    };
    Ok(page(&shared.look, &visit, ("Events", "events"), &content))
}

fn how_far(searched: &Searched, found: usize) -> Markup {
    html! {
        @match found {
            0 => "No event was found. ",
            1 => "1 event was found. ",
            found => { (found) " events were found. " }
        }
        "Looked at positions " (searched.from) " to " (searched.to)
        @if let Some(back_to) = searched.back_to { ", back to " (at(back_to)) }
        @if searched.is_complete { "; there is nothing more to look at." } @else { "; there is more to look at." }
    }
}

fn table(events: &[EventSummary]) -> Markup {
    html! {
        div.table role="region" aria-label="Events, the newest first" tabindex="0" {
            table {
                caption { "Events, the newest first" }
                thead { tr {
                    @for title in ["Inserted", "Event", "Type", "Version", "Subject", "Tenant", "Position"] {
                        th scope="col" { (title) }
                    }
                } }
                tbody { @for event in events { tr {
                    td { (at(event.inserted_at)) }
                    th scope="row" {
                        a href=(link("event", &[("id", &event.event_id)])) { (shown(&event.event_id)) }
                    }
                    td { (shown(&event.event_type)) }
                    td.number { (event.schema_version) }
                    td.id { (shown_or(event.subject.as_deref(), "none")) }
                    td { (shown(&event.tenant_id)) }
                    td.number { (event.position) }
                } } }
            }
        }
    }
}
