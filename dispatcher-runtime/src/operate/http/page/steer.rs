//! Pausing and resuming a subscription.

use std::sync::Arc;

use axum::response::Response;
use maud::html;

use super::act::{Act, form};
use super::layout::{lead, page};
use super::text::shown;
use super::visit::{Shared, Visit};
use crate::operate::http::handle::subscriptions;
use crate::operate::http::parameters::WHY;
use crate::operate::http::problem::Problem;

pub(super) async fn ask_pause(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let about = "No replica works on it until it is resumed, also after restarts. What is being handled is rolled back, and \
                 is handled again after the pause.";
    ask(shared, visit, ("Pause", "pause-subscription", about)).await
}

pub(super) async fn ask_resume(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let about = "Replicas that run take it up again at once.";
    ask(shared, visit, ("Resume", "resume-subscription", about)).await
}

async fn ask(
    shared: Arc<Shared>,
    visit: Visit,
    (verb, act, about): (&str, &str, &str),
) -> Result<Response, Problem> {
    let detail = subscriptions::detail(&shared.context, &visit.asked).await?;
    let progress = &detail.progress;
    let name = format!("{}/{}", progress.consumer, progress.subscription);
    let title = format!("{verb} {name}");
    let content = html! {
        h1 { (shown(&title)) }
        p { (about) }
        @if let Some(pause) = &progress.pause {
            p.notice { "It is paused by " (shown(&pause.paused_by)) "." }
        }
        (form(&Act {
            link: visit.query.link(act),
            button: &title,
            why: &WHY,
            hidden: &[],
            fields: html! {},
            back: visit.query.link("subscription"),
        }))
    };
    Ok(page(&shared.look, &visit, (&title, "overview"), &content))
}

pub(super) async fn pause(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    subscriptions::paused(&shared.context, &visit.asked).await?;
    Ok(lead(&visit.query.link("subscription")))
}

pub(super) async fn resume(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    subscriptions::resumed(&shared.context, &visit.asked).await?;
    Ok(lead(&visit.query.link("subscription")))
}
