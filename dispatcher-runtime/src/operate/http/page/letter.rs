//! A dead letter: why its event failed, and what ends it.

use std::sync::Arc;

use axum::response::Response;
use maud::{Markup, html};

use super::act::{Act, environment, form};
use super::event::{as_stored, envelope};
use super::layout::{lead, page};
use super::letters::{back, state};
use super::marked::marked;
use super::text::{shown, shown_or};
use super::time::at;
use super::visit::{Query, Shared, Visit, link};
use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::operate::dead_letter::{DeadLetter, DeadLetterState};
use crate::operate::http::access::Permission;
use crate::operate::http::caller::Caller;
use crate::operate::http::handle::dead_letters;
use crate::operate::http::parameters::{RESOLUTION_NOTE, REVEAL};
use crate::operate::http::problem::Problem;

pub(super) async fn show(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let letter = dead_letters::letter(&shared.context, &visit.asked).await?;
    let content = html! {
        p { a href=(back(&visit.query)) { "Back to the list" } }
        h1 { "Dead letter " (shown(letter.dead_letter_id.as_str())) }
        (facts(&letter))
        @if letter.state == DeadLetterState::Open { (controls(&visit.asked.caller, &visit.query)) }
        h2 { "Error" }
        p.text { (shown(&letter.error)) }
        (attempts(&letter))
        (payload(&letter, &visit))
    };
    let title = format!("Dead letter {}", letter.dead_letter_id);
    Ok(page(&shared.look, &visit, (&title, "letters"), &content))
}

/// The envelope with what the gate refuses in its payload, each fault at its place.
fn payload(letter: &DeadLetter, visit: &Visit) -> Markup {
    let stored = letter.envelope.get();
    html! {
        section #region-envelope aria-labelledby="envelope" {
            h2 #envelope { "Envelope" }
            @if letter.faults.is_empty() {
                @if letter.reason == DeadLetterReason::Invalid {
                    p { "The contracts that this program knows have nothing against the payload now, or do not know it." }
                }
                (envelope(stored, "letter", visit))
            } @else {
                p { "What the contracts refuse stands behind the value that it is about." }
                (marked(stored, "/payload", &letter.faults))
                (as_stored(stored, "letter", visit))
            }
        }
    }
}

fn facts(letter: &DeadLetter) -> Markup {
    html! {
        dl {
            dt { "State" }
            dd {
                (state(letter.state))
                @if let Some(id) = &letter.redrive_id {
                    ", redrive " a href=(link("redrive", &[("id", id.as_str())])) { (id) }
                }
            }
            @if let (Some(by), Some(resolved_at)) = (&letter.resolved_by, letter.resolved_at) {
                dt { "Resolved" }
                dd {
                    "by " (shown(by))
                    @if let Some(claimed) = &letter.claimed_by { " (as " (shown(claimed)) ")" }
                    " at " (at(resolved_at))
                    @if let Some(note) = &letter.resolution_note { ": " (shown(note)) }
                }
            }
            dt { "Subscription" } dd { (shown(&format!("{}/{}", letter.consumer, letter.subscription))) }
            dt { "Event" }
            dd { a href=(link("event", &[("id", &letter.event_id)])) { (shown(&letter.event_id)) } }
            dt { "Type" } dd { (shown(&letter.event_type)) " version " (letter.schema_version) }
            dt { "Subject" } dd { (shown_or(letter.subject.as_deref(), "none")) }
            dt { "Tenant" } dd { (shown(&letter.tenant_id)) }
            dt { "Reason" } dd { (letter.reason) }
            dt { "Written" } dd { (at(letter.created_at)) }
            dt { "Attempts" } dd { (letter.attempts) }
        }
    }
}

fn controls(caller: &Caller, query: &Query) -> Markup {
    html! {
        p.controls {
            @if caller.may(Permission::Redrive) {
                a href=(query.link("redrive-letter")) { "Redrive…" } " "
            }
            @if caller.may(Permission::Resolve) { a href=(query.link("resolve-letter")) { "Resolve…" } }
        }
    }
}

fn attempts(letter: &DeadLetter) -> Markup {
    if letter.failures.is_empty() {
        return html! {};
    }
    html! {
        div.table role="region" aria-label="Attempts that failed" tabindex="0" {
            table {
                caption { "Attempts that failed" }
                thead { tr { @for title in ["Attempt", "Failed", "Error"] { th scope="col" { (title) } } } }
                tbody { @for failed in &letter.failures { tr {
                    th scope="row" { (failed.attempt) }
                    td { (at(failed.failed_at)) }
                    td.text { (shown(&failed.error)) }
                } } }
            }
        }
    }
}

pub(super) async fn ask_resolve(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let about = "It is dealt with, and its event is not handled again.";
    ask(shared, visit, ("Resolve 1", "resolve-letter", about)).await
}

pub(super) async fn ask_redrive(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let about =
        "Its event is handled again: then it is resolved, or open again with one more attempt.";
    ask(shared, visit, ("Redrive 1", "redrive-letter", about)).await
}

async fn ask(
    shared: Arc<Shared>,
    visit: Visit,
    (button, act, about): (&str, &str, &str),
) -> Result<Response, Problem> {
    let letter = dead_letters::letter(&shared.context, &visit.asked).await?;
    let title = format!("{button} dead letter");
    let content = html! {
        h1 { (title) }
        (environment(&shared.look))
        p { (about) }
        (facts(&letter))
        p.text { (shown(&letter.error)) }
        @if letter.state == DeadLetterState::Open {
            (form(&Act {
                link: visit.query.link(act),
                button,
                why: &RESOLUTION_NOTE,
                hidden: &[],
                fields: html! {},
                back: visit.query.link("letter"),
            }))
        } @else {
            p.notice { "It is not open any more." }
            p { a href=(visit.query.link("letter")) { "Back" } }
        }
    };
    Ok(page(&shared.look, &visit, (&title, "letters"), &content))
}

pub(super) async fn resolve(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    dead_letters::resolved(&shared.context, &visit.asked).await?;
    Ok(lead(&back(&visit.query)))
}

pub(super) async fn redrive(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    dead_letters::redriven(&shared.context, &visit.asked).await?;
    Ok(lead(&visit.query.with(REVEAL.name, "").link("letter")))
}
