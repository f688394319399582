//! Pausing and resuming a subscription.

use std::sync::Arc;

use axum::response::Response;
use maud::html;

use super::act::{Act, environment, form};
use super::layout::{lead, page};
use super::state::lag;
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
        (environment(&shared.look))
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

pub(super) async fn ask_remove(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let detail = subscriptions::detail(&shared.context, &visit.asked).await?;
    let progress = &detail.progress;
    let name = format!("{}/{}", progress.consumer, progress.subscription);
    let title = format!("Remove {name}");
    let content = html! {
        h1 { (shown(&title)) }
        (environment(&shared.look))
        p {
            "Its place in the log, its pause, what it remembers of handled events and the events that wait are removed. "
            "Its dead letters stay. Remove it if its handler was removed or renamed: a replica that runs it again begins anew."
        }
        dl {
            dt { "Unread events" } dd { (lag(progress.lag)) }
            dt { "Waiting events" } dd { (progress.waiting) }
            dt { "Open dead letters, which stay" } dd { (progress.open_dead_letters) }
            dt { "Holders" } dd { (progress.replicas) }
        }
        @if progress.replicas > 0 {
            p.notice { "A replica runs it. Stop the consumer first: until then it is not removed." }
            p { a href=(visit.query.link("subscription")) { "Back" } }
        } @else {
            (form(&Act {
                link: visit.query.link("remove-subscription"),
                button: &title,
                why: &WHY,
                hidden: &[],
                fields: html! {},
                back: visit.query.link("subscription"),
            }))
        }
    };
    Ok(page(&shared.look, &visit, (&title, "overview"), &content))
}

pub(super) async fn remove(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let asked = &visit.asked;
    subscriptions::removed(&shared.context, asked, &asked.body).await?;
    Ok(lead("overview"))
}
