//! What is late and why, and every subscription.

use std::sync::Arc;

use ::time::OffsetDateTime;
use axum::response::Response;
use maud::{Markup, html};

use super::layout::page;
use super::sparkline;
use super::text::shown;
use super::time::{age, at};
use super::visit::{Shared, Visit, link};
use crate::operate::count::Count;
use crate::operate::http::problem::Problem as Refusal;
use crate::operate::http::reply::from_database;
use crate::operate::overview::{Overview, Problem, ProblemKind};
use crate::operate::sample::Sample;
use crate::operate::subscriptions::{SubscriptionProgress, SubscriptionState};

/// Of how many subscriptions the lag is drawn: each is read by a statement of its own.
const MOST_DRAWN: usize = 100;

pub(super) async fn show(shared: Arc<Shared>, visit: Visit) -> Result<Response, Refusal> {
    let reading = &shared.context.reading;
    let overview = reading.overview().await?;
    let mut samples = Vec::new();
    for one in overview.subscriptions.iter().take(MOST_DRAWN) {
        let of_one = reading.samples(&one.consumer, &one.subscription).await;
        samples.push(of_one.map_err(|error| from_database(&error))?);
    }
    let content = html! {
        h1 { "Overview" }
        (problems(&overview))
        (subscriptions(&overview, &samples))
        (super::transfers::section(&overview.transfers))
        p.taken { "As of " (at(overview.taken_at)) }
    };
    Ok(page(
        &shared.look,
        &visit,
        ("Overview", "overview"),
        &content,
    ))
}

fn problems(overview: &Overview) -> Markup {
    html! {
        section aria-labelledby="problems" {
            h2 #problems { "Problems" }
            @if overview.problems.is_empty() { p.well { "There are none." } }
            @else {
                ul.problems {
                    @for problem in &overview.problems { (of_problem(problem, overview.taken_at)) }
                }
            }
        }
    }
}

fn of_problem(problem: &Problem, now: OffsetDateTime) -> Markup {
    let since = problem.since.map(|since| (now - since).as_seconds_f64());
    html! {
        li.problem {
            p {
                strong { (kind(problem.kind)) } " "
                @if let (Some(consumer), Some(subscription)) = (&problem.consumer, &problem.subscription) {
                    (to_subscription(consumer, subscription)) " "
                }
                @if let Some(transfer) = &problem.transfer { (shown(transfer)) " " }
                @if since.is_some() { "for " (age(since)) }
            }
            p { (shown(&problem.text)) }
            p {
                @if problem.kind == ProblemKind::DeadLetters {
                    a href=(letters(problem)) { "See the dead letters" } " or run "
                }
                code { (shown(&problem.command)) }
            }
        }
    }
}

fn letters(problem: &Problem) -> String {
    match (&problem.consumer, &problem.subscription) {
        (Some(consumer), Some(subscription)) => link(
            "letters",
            &[("consumer", consumer), ("subscription", subscription)],
        ),
        _ => "letters".to_owned(),
    }
}

fn kind(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Blocked => "Blocked",
        ProblemKind::Stuck => "Stuck",
        ProblemKind::NoHolder => "No holder",
        ProblemKind::Behind => "Behind",
        ProblemKind::Held => "Held",
        ProblemKind::Retrying => "Retrying",
        ProblemKind::DeadLetters => "Dead letters",
        ProblemKind::Paused => "Paused",
        ProblemKind::RetentionHeld => "Retention held",
    }
}

/// A link to the page of a subscription.
pub(super) fn to_subscription(consumer: &str, subscription: &str) -> Markup {
    let link = link(
        "subscription",
        &[("consumer", consumer), ("name", subscription)],
    );
    html! { a href=(link) { (shown(&format!("{consumer}/{subscription}"))) } }
}

fn subscriptions(overview: &Overview, samples: &[Vec<Sample>]) -> Markup {
    let drawn = samples.iter().map(Some).chain(std::iter::repeat(None));
    html! {
        section aria-labelledby="subscriptions" {
            h2 #subscriptions { "Subscriptions" }
            @if overview.subscriptions.is_empty() { p { "There are none." } }
            @else {
                div.table {
                    table {
                        caption { "Every subscription" }
                        thead { tr {
                            @for title in ["Subscription", "State", "Lag", "Oldest", "Waiting", "Dead letters", "Holders",
                                           "Lag in 24 hours"] {
                                th scope="col" { (title) }
                            }
                        } }
                        tbody {
                            @for (one, samples) in overview.subscriptions.iter().zip(drawn) {
                                (row(one, samples, overview.taken_at))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn row(one: &SubscriptionProgress, samples: Option<&Vec<Sample>>, now: OffsetDateTime) -> Markup {
    let letters = [
        ("consumer", one.consumer.as_str()),
        ("subscription", &one.subscription),
    ];
    html! { tr {
        th scope="row" { (to_subscription(&one.consumer, &one.subscription)) }
        td { (state(one.state)) }
        td.number { (lag(one.lag)) }
        td.number { (age(one.lag_seconds)) }
        td.number { (one.waiting) }
        td.number { a href=(link("letters", &letters)) { (one.open_dead_letters) } }
        td.number { (one.replicas) }
        td { @if let Some(samples) = samples { (sparkline::lag(samples, now)) } }
    } }
}

/// How many events are unread.
pub(super) fn lag(lag: Option<Count>) -> Markup {
    match lag {
        Some(lag) => html! { (lag) },
        None => html! { span.none { "unknown" } },
    }
}

/// How a subscription is, in one word.
pub(super) fn state(state: SubscriptionState) -> Markup {
    let (class, word) = match state {
        SubscriptionState::Paused => ("warns", "paused"),
        SubscriptionState::NoHolder => ("fails", "no holder"),
        SubscriptionState::Held => ("fails", "held"),
        SubscriptionState::Behind => ("fails", "behind"),
        SubscriptionState::Retrying => ("warns", "retrying"),
        SubscriptionState::Running => ("works", "running"),
    };
    html! { span.state.(class) { (word) } }
}
