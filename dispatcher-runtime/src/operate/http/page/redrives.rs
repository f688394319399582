//! Redrives: a list, and one with its progress.

use std::sync::Arc;

use axum::response::Response;
use maud::{Markup, html};

use super::act::{Act, environment, form};
use super::fields::further;
use super::layout::{lead, page};
use super::text::{shown, shown_or};
use super::time::{at, at_or};
use super::visit::{Shared, Visit, link};
use crate::operate::http::access::Permission;
use crate::operate::http::handle::redrives;
use crate::operate::http::parameters::WHY;
use crate::operate::http::problem::Problem;
use crate::operate::redrive::{Redrive, RedriveItem, RedriveState};

pub(super) async fn list(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let listed = redrives::page(&shared.context, &visit.asked).await?;
    let content = html! {
        h1 { "Redrives" }
        @if listed.redrives.is_empty() { p { "There are none." } }
        @else {
            div.table role="region" aria-label="Redrives, the newest first" tabindex="0" {
                table {
                    caption { "Redrives, the newest first" }
                    thead { tr {
                        @for title in ["Redrive", "State", "Started", "By", "Selection", "Handled", "Failed", "Of"] {
                            th scope="col" { (title) }
                        }
                    } }
                    tbody { @for one in &listed.redrives { tr {
                        th scope="row" { a href=(link("redrive", &[("id", one.redrive_id.as_str())])) { (one.redrive_id) } }
                        td { (state(one.state)) }
                        td { (at(one.started_at)) }
                        td { (shown(&one.started_by)) }
                        td.text { (shown(&one.selection)) }
                        td.number { (one.handled) }
                        td.number { (one.failed) }
                        td.number { (one.total) }
                    } } }
                }
            }
        }
        (further("redrives", &visit.query, listed.next.as_deref(), "Older"))
    };
    Ok(page(
        &shared.look,
        &visit,
        ("Redrives", "redrives"),
        &content,
    ))
}

fn state(state: RedriveState) -> Markup {
    let (class, word) = match state {
        RedriveState::Running => ("warns", "running"),
        RedriveState::Stopped => ("fails", "stopped"),
        RedriveState::Done => ("works", "done"),
    };
    html! { span.state.(class) { (word) } }
}

pub(super) async fn one(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let found = redrives::with_items(&shared.context, &visit.asked).await?;
    let redrive = &found.redrive;
    let is_running = redrive.state == RedriveState::Running;
    let content = html! {
        h1 { "Redrive " (redrive.redrive_id) }
        (progress(redrive))
        @if is_running && visit.asked.caller.may(Permission::Redrive) {
            p.controls { a href=(visit.query.link("stop-redrive")) { "Stop…" } }
        }
        (items(&found.items))
    };
    let title = format!("Redrive {}", redrive.redrive_id);
    Ok(page(&shared.look, &visit, (&title, "redrives"), &content))
}

fn progress(redrive: &Redrive) -> Markup {
    let settled = redrive.total - (redrive.queued + redrive.waiting).min(redrive.total);
    html! {
        p {
            (state(redrive.state)) " "
            progress aria-label="Settled" max=(redrive.total.max(1)) value=(settled) {}
            " " (settled) " of " (redrive.total) " settled"
        }
        @if let Some(because) = &redrive.stopped_because { p.notice { "Stopped by " (shown(because)) } }
        dl {
            dt { "Queued" } dd { (redrive.queued) }
            dt { "With a consumer" } dd { (redrive.waiting) }
            dt { "Handled" } dd { (redrive.handled) }
            dt { "Failed again" } dd { (redrive.failed) }
            dt { "Left out" } dd { (redrive.left_out) }
            dt { "Selection" } dd { (shown(&redrive.selection)) }
            dt { "Started" } dd { (at(redrive.started_at)) " by " (shown(&redrive.started_by)) }
            dt { "Why" } dd { (shown_or(redrive.why.as_deref(), "not said")) }
            dt { "In a second, at most" } dd { (redrive.per_second) }
            dt { "Ended" } dd { (at_or(redrive.ended_at, "not yet")) }
        }
    }
}

fn items(items: &[RedriveItem]) -> Markup {
    html! {
        div.table role="region" aria-label="Its dead letters, 1,000 at most" tabindex="0" {
            table {
                caption { "Its dead letters, 1,000 at most" }
                thead { tr {
                    @for title in ["Dead letter", "Outcome", "Settled", "Subscription", "Position"] {
                        th scope="col" { (title) }
                    }
                } }
                tbody { @for item in items { tr {
                    th scope="row" {
                        a href=(link("letter", &[("id", &item.dead_letter_id)])) { (shown(&item.dead_letter_id)) }
                    }
                    td { (item.outcome.replace('_', " ")) }
                    td { (at_or(item.settled_at, "not yet")) }
                    td { (shown(&format!("{}/{}", item.consumer, item.subscription))) }
                    td.number { (item.position) }
                } } }
            }
        }
    }
}

pub(super) async fn ask_stop(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let found = redrives::with_items(&shared.context, &visit.asked).await?;
    let redrive = &found.redrive;
    let button = format!("Stop, and leave {} open", redrive.queued);
    let content = html! {
        h1 { "Stop redrive " (redrive.redrive_id) }
        (environment(&shared.look))
        p { "What a consumer has is still handled. What is queued stays open." }
        (progress(redrive))
        (form(&Act {
            link: visit.query.link("stop-redrive"),
            button: &button,
            why: &WHY,
            hidden: &[],
            fields: html! {},
            back: visit.query.link("redrive"),
        }))
    };
    let title = format!("Stop redrive {}", redrive.redrive_id);
    Ok(page(&shared.look, &visit, (&title, "redrives"), &content))
}

pub(super) async fn stop(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    redrives::stopped(&shared.context, &visit.asked).await?;
    Ok(lead(&visit.query.link("redrive")))
}
