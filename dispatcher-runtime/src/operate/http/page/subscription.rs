//! A subscription: how far it is, which replica has which partition, and what it is held by.

use std::sync::Arc;

use axum::response::Response;
use maud::{Markup, html};

use super::layout::page;
use super::state::{lag, state};
use super::text::{shown, shown_or};
use super::time::{Clocks, at};
use super::visit::{Query, Shared, Visit, link};
use crate::operate::http::access::Permission;
use crate::operate::http::handle::subscriptions;
use crate::operate::http::problem::Problem;
use crate::operate::subscriptions::{HeldSubject, SubscriptionDetail};

pub(super) async fn show(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let detail = subscriptions::detail(&shared.context, &visit.asked).await?;
    let name = format!(
        "{}/{}",
        detail.progress.consumer, detail.progress.subscription
    );
    let may_steer = visit.asked.caller.may(Permission::Steer);
    let content = html! {
        h1 { "Subscription " (shown(&name)) }
        (progress(&detail))
        @if may_steer { (controls(&detail, &visit.query)) }
        (partitions(&detail))
        (failing(&detail))
        (held(&detail))
    };
    let title = format!("Subscription {name}");
    Ok(page(&shared.look, &visit, (&title, "overview"), &content))
}

fn progress(detail: &SubscriptionDetail) -> Markup {
    let progress = &detail.progress;
    let clocks = Clocks::now(progress.since.now);
    let letters = [
        ("consumer", progress.consumer.as_str()),
        ("subscription", &progress.subscription),
    ];
    html! {
        @if let Some(pause) = &progress.pause {
            p.notice {
                "Paused by " (shown(&pause.paused_by)) " at " (at(pause.paused_at))
                @if let Some(reason) = &pause.reason { ": " (shown(reason)) }
            }
        }
        dl {
            dt { "State" } dd { (state(progress.state)) }
            dt { "Lag" } dd { (lag(progress.lag)) }
            dt { "Oldest unread event" } dd { (clocks.age(progress.since.oldest_unread)) }
            dt { "Waiting" } dd { (progress.waiting) }
            dt { "Oldest waiting event" } dd { (clocks.age(progress.since.oldest_waiting)) }
            dt { "Held subjects" } dd { (progress.held_subjects) }
            dt { "Open dead letters" }
            dd { a href=(link("letters", &letters)) { (progress.open_dead_letters) } }
            dt { "Holders" } dd { (progress.replicas) }
            dt { "Position" } dd { (progress.position) " of " (progress.last_position) }
            dt { "Event types" }
            dd {
                @if progress.event_types.is_empty() { span.none { "unknown" } }
                @else { (shown(&progress.event_types.join(", "))) }
            }
        }
        @if !progress.awaited_versions.is_empty() {
            ul {
                @for awaited in &progress.awaited_versions {
                    li {
                        (awaited.events) " wait for version " (awaited.schema_version) " of "
                        (shown(&awaited.event_type))
                    }
                }
            }
        }
    }
}

fn controls(detail: &SubscriptionDetail, query: &Query) -> Markup {
    html! {
        p.controls {
            @if detail.progress.pause.is_some() {
                a href=(query.link("resume-subscription")) { "Resume…" } " "
            }
            a href=(query.link("pause-subscription")) {
                @if detail.progress.pause.is_some() { "Change the reason of the pause…" } @else { "Pause…" }
            }
            " " a href=(query.link("rewind-subscription")) { "Rewind…" }
            " " a href=(query.link("remove-subscription")) { "Remove…" }
        }
    }
}

fn partitions(detail: &SubscriptionDetail) -> Markup {
    html! {
        div.table role="region" aria-label="Partitions" tabindex="0" {
            table {
                caption { "Partitions" }
                thead { tr {
                    @for title in ["Partition", "Position", "Moved", "Holder"] { th scope="col" { (title) } }
                } }
                tbody { @for one in &detail.partitions_held { tr {
                    th scope="row" { (one.partition) }
                    td.number { (one.position) }
                    td { (at(one.updated_at)) }
                    td { (shown_or(one.holder.as_deref(), "none")) }
                } } }
            }
        }
    }
}

fn failing(detail: &SubscriptionDetail) -> Markup {
    if detail.failing_with.is_empty() {
        return html! {};
    }
    html! {
        div.table role="region" aria-label="Errors of events that wait for their next attempt" tabindex="0" {
            table {
                caption { "Errors of events that wait for their next attempt" }
                thead { tr { th scope="col" { "Error" } th scope="col" { "Events" } } }
                tbody { @for one in &detail.failing_with { tr {
                    th.text scope="row" { (shown(&one.error)) }
                    td.number { (one.events) }
                } } }
            }
        }
    }
}

fn held(detail: &SubscriptionDetail) -> Markup {
    if detail.held.is_empty() {
        return html! {};
    }
    html! {
        div.table role="region" aria-label="Held subjects" tabindex="0" {
            table {
                caption { "Held subjects" }
                thead { tr {
                    @for title in ["Subject", "Event", "Position", "Held by"] { th scope="col" { (title) } }
                } }
                tbody { @for one in &detail.held { tr {
                    th scope="row" { (shown_or(one.subject.as_deref(), "none")) }
                    td { a href=(link("event", &[("id", &one.event_id)])) { (shown(&one.event_id)) } }
                    td.number { (one.position) }
                    td { (holder(one)) }
                } } }
            }
        }
    }
}

fn holder(held: &HeldSubject) -> Markup {
    match (&held.dead_letter_id, &held.awaited_version) {
        (Some(id), _) => html! { a href=(link("letter", &[("id", id)])) { (shown(id)) } },
        (None, Some(version)) => shown(version),
        (None, None) => html! { "its next attempt" },
    }
}
