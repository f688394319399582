//! An event: its envelope, and what became of it in each subscription.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;

use super::causation::causation;
use super::json::pretty;
use super::layout::{Content, page_in_part};
use super::state::to_subscription;
use super::text::{block, shown, shown_or};
use super::time::{at, at_or};
use super::visit::{Shared, Visit, link};
use crate::operate::events::{DeliveryState, EventDelivery, EventDetail};
use crate::operate::http::access::Permission;
use crate::operate::http::caller::Caller;
use crate::operate::http::handle::events;
use crate::operate::http::parameters::{CAUSATION, REVEAL};
use crate::operate::http::problem::Problem;
use crate::operate::look::Look;

pub(super) async fn show(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    // One window of the log without being asked, and only where the page is opened: it is up to 50,000 positions.
    let look_for = if visit.asked.query.is_set(&CAUSATION) {
        Some(events::LOOK_FOR)
    } else {
        (!visit.is_again).then_some(Duration::ZERO)
    };
    let detail = events::event(&shared.context, &visit.asked, look_for).await?;
    let event = &detail.event;
    let causation = causation(&detail, &visit.query);
    let around = |causation: &Markup| {
        html! {
            h1 { "Event " (shown(&event.event_id)) }
            (facts(&detail, &visit.asked.caller, &shared.look))
            (deliveries(&detail.deliveries, &visit.asked.caller))
            (causation)
            section #region-envelope aria-labelledby="envelope" {
                h2 #envelope { "Envelope" }
                @if let Some(erased_at) = detail.erased_at { p.notice { "The payload was erased at " (at(erased_at)) "." } }
                (envelope(detail.envelope.get(), "event", &visit))
            }
        }
    };
    let title = format!("Event {}", event.event_id);
    let content = Content {
        shown: &around(&causation),
        compared: Some(&around(&html! {})),
    };
    Ok(page_in_part(
        &shared.look,
        &visit,
        (&title, "events"),
        content,
    ))
}

fn facts(detail: &EventDetail, caller: &Caller, look: &Look) -> Markup {
    let event = &detail.event;
    let fields: Value = serde_json::from_str(detail.envelope.get()).unwrap_or_default();
    let contract = link("contract", &[("type", &event.event_type)]);
    html! {
        dl {
            dt { "Type" }
            dd {
                @if caller.is_bound() { (shown(&event.event_type)) }
                @else { a href=(contract) { (shown(&event.event_type)) } }
                " version " (event.schema_version)
            }
            dt { "Subject" }
            dd {
                (shown_or(event.subject.as_deref(), "none"))
                @if let Some(subject) = &event.subject {
                    " " a href=(link("events", &[("subject", subject)])) { "Its events" }
                }
            }
            dt { "Tenant" } dd { (shown(&event.tenant_id)) }
            dt { "Published by" } dd { (shown(&event.producer)) }
            dt { "Occurred" } dd { (at(event.occurred_at)) }
            dt { "Inserted" } dd { (at(event.inserted_at)) }
            dt { "Position" } dd { (event.position) }
            @if let Some(id) = fields["correlation_id"].as_str() { dt { "Correlation" } dd { (shown(id)) } }
            @if let Some(traceparent) = fields["traceparent"].as_str() {
                dt { "Trace" }
                dd {
                    (shown(traceparent))
                    @if let Some(link) = look.trace(traceparent) {
                        " " a href=(link) rel="external noreferrer" { "Open the trace" }
                    }
                }
            }
        }
    }
}

/// An envelope, with line breaks and as it was stored, and the link that shows what is masked.
pub(super) fn envelope(stored: &str, page: &str, visit: &Visit) -> Markup {
    html! {
        (block(&pretty(stored)))
        (as_stored(stored, page, visit))
    }
}

/// An envelope as it was stored, and the link that shows what is masked.
pub(super) fn as_stored(stored: &str, page: &str, visit: &Visit) -> Markup {
    let is_revealed = visit.asked.query.is_set(&REVEAL);
    let reveal = visit.query.with(REVEAL.name, "true").link(page);
    html! {
        details { summary { "As stored, on one line" } (block(stored)) }
        @if is_revealed {
            p.notice { "Sensitive values are shown. That is in the audit." }
        } @else if visit.asked.caller.may(Permission::Reveal) {
            p { a href=(reveal) rel="nofollow" { "Show sensitive values" } " (this is written into the audit)" }
        }
    }
}

fn deliveries(deliveries: &[EventDelivery], caller: &Caller) -> Markup {
    html! {
        section #region-deliveries aria-labelledby="deliveries" {
            h2 #deliveries { "Deliveries" }
            @if deliveries.is_empty() { p { "No subscription takes it." } }
            @else {
                div.table role="region" aria-label="What became of it in each subscription" tabindex="0" {
                    table {
                        caption { "What became of it in each subscription" }
                        thead { tr { th scope="col" { "Subscription" } th scope="col" { "State" } } }
                        tbody { @for one in deliveries { tr {
                            th scope="row" {
                                @if caller.is_bound() { (shown(&format!("{}/{}", one.consumer, one.subscription))) }
                                @else { (to_subscription(&one.consumer, &one.subscription)) }
                            }
                            td.text { (state(&one.state)) }
                        } } }
                    }
                }
            }
        }
    }
}

fn state(state: &DeliveryState) -> Markup {
    html! { @match state {
        DeliveryState::Handled { handled_at } => { "Handled at " (at(*handled_at)) }
        DeliveryState::Waiting { attempt, due_at, error } => {
            "Waits for attempt " (attempt) ", due " (at_or(*due_at, "now"))
            @if let Some(error) = error { ": " (shown(error)) }
        }
        DeliveryState::Behind { position, dead_letter_id } => {
            "Waits behind position " (position) " of its subject"
            @if let Some(id) = dead_letter_id { ", which is dead letter " (to_letter(id)) }
        }
        DeliveryState::AwaitsVersion => "Waits for a program that knows its version",
        DeliveryState::DeadLetter { dead_letter_id, letter, error } => {
            "Dead letter " (to_letter(dead_letter_id)) ", " (shown(letter)) ": " (shown(error))
        }
        DeliveryState::Paused { paused_at, paused_by } => {
            "Not read: " (shown(paused_by)) " paused the subscription at " (at(*paused_at))
        }
        DeliveryState::NotRead { has_holder: true } => "Not read yet",
        DeliveryState::NotRead { has_holder: false } => "Not read yet: no replica runs the subscription",
        DeliveryState::BeforeStart { began_at } => {
            "Not delivered: the subscription began after position " (began_at)
        }
        DeliveryState::Passed => "Passed: the subscription has no record of it any more",
    } }
}

fn to_letter(id: &str) -> Markup {
    html! { a href=(link("letter", &[("id", id)])) { (shown(id)) } }
}
