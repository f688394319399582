//! What is late and why, and every subscription.

use std::sync::Arc;

use axum::response::Response;
use maud::{Markup, html};

use super::layout::page_of;
use super::snapshot::Seen;
use super::sparkline;
use super::text::shown;
use super::time::age_at;
use super::visit::{Shared, Visit, link};
use crate::operate::count::Count;
use crate::operate::http::problem::Problem as Refusal;
use crate::operate::overview::{Problem, ProblemKind};
use crate::operate::sample::Sample;
use crate::operate::subscriptions::{SubscriptionProgress, SubscriptionState};

pub(super) async fn show(shared: Arc<Shared>, visit: Visit) -> Result<Response, Refusal> {
    let seen = shared.snapshot.overview(&shared.context.reading).await?;
    let content = html! {
        h1 { "Overview" }
        (problems(&seen))
        (subscriptions(&seen))
    };
    let title = ("Overview", "overview");
    Ok(page_of(&shared.look, &visit, title, &content, seen.seen_at))
}

fn problems(seen: &Seen) -> Markup {
    let overview = &seen.overview;
    html! {
        section aria-labelledby="problems" data-announce=(announced(&overview.problems)) {
            h2 #problems { "Problems" }
            @if overview.problems.is_empty() { p.well { "There are none." } }
            @else {
                ul.problems {
                    @for problem in &overview.problems { (of_problem(problem, seen)) }
                }
            }
        }
    }
}

/// What a screen reader says when it has changed.
fn announced(problems: &[Problem]) -> String {
    let kinds = problems.iter().map(|problem| kind(problem.kind));
    let mut kinds: Vec<_> = kinds.collect();
    kinds.dedup();
    match problems.len() {
        0 => "No problems.".to_owned(),
        1 => format!("1 problem: {}.", kinds.join(", ")),
        number => format!("{number} problems: {}.", kinds.join(", ")),
    }
}

fn of_problem(problem: &Problem, seen: &Seen) -> Markup {
    let since = problem.since;
    let since = since.map(|since| (seen.overview.taken_at - since).as_seconds_f64());
    html! {
        li.problem {
            p {
                strong { (kind(problem.kind)) } " "
                @if let (Some(consumer), Some(subscription)) = (&problem.consumer, &problem.subscription) {
                    (to_subscription(consumer, subscription)) " "
                }
                @if since.is_some() { "for " (age_at(since, seen.seen_at)) }
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

fn subscriptions(seen: &Seen) -> Markup {
    let overview = &seen.overview;
    let drawn = seen.samples.iter().map(Some).chain(std::iter::repeat(None));
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
                                (row(one, samples, seen))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn row(one: &SubscriptionProgress, samples: Option<&Vec<Sample>>, seen: &Seen) -> Markup {
    let letters = [
        ("consumer", one.consumer.as_str()),
        ("subscription", &one.subscription),
    ];
    html! { tr {
        th scope="row" { (to_subscription(&one.consumer, &one.subscription)) }
        td { (state(one.state)) }
        td.number { (lag(one.lag)) }
        td.number { (age_at(one.lag_seconds, seen.seen_at)) }
        td.number { (one.waiting) }
        td.number { a href=(link("letters", &letters)) { (one.open_dead_letters) } }
        td.number { (one.replicas) }
        td { @if let Some(samples) = samples { (sparkline::lag(samples, seen.overview.taken_at)) } }
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
