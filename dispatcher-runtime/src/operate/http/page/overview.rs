//! What is late and why, how events flow, and every subscription.

use std::sync::Arc;

use axum::response::Response;
use maud::{Markup, html};

use super::graph::graph;
use super::layout::page_of;
use super::problems::problems;
use super::region::scrolling;
use super::snapshot::Seen;
use super::sparkline;
use super::state::{lag, rate, state, to_subscription, trend};
use super::time::at_or;
use super::visit::{Shared, Visit, link};
use crate::operate::history::{SubscriptionHistory, Trend};
use crate::operate::http::parameters::AROUND;
use crate::operate::http::problem::Problem as Refusal;
use crate::operate::overview::spoken;
use crate::operate::subscriptions::SubscriptionProgress;

pub(super) async fn show(shared: Arc<Shared>, visit: Visit) -> Result<Response, Refusal> {
    let seen = shared.snapshot.overview(&shared.context.reading).await?;
    let around = visit.asked.query.text(&AROUND);
    let content = html! {
        h1 { "Overview" }
        (problems(&seen, &visit.asked.caller))
        (log(&seen))
        (subscriptions(&seen))
        (super::transfers::section(&seen))
        (graph(&seen.overview.graph, around))
    };
    let title = ("Overview", "overview");
    Ok(page_of(&shared.look, &visit, title, &content, seen.seen_at))
}

/// How fast the log grows, how far back it goes, and what keeps its oldest events.
fn log(seen: &Seen) -> Markup {
    let overview = &seen.overview;
    let retained = &overview.retained;
    let held = retained.held_since;
    html! {
        section #region-log aria-labelledby="log" {
            h2 #log { "Log" }
            dl {
                dt { "Published in a minute" } dd { (rate(overview.published_per_minute)) }
                dt { "Last position" } dd { (overview.last_position) }
                dt { "Not readable yet" }
                dd {
                    @match overview.horizon_lag {
                        0 => "nothing",
                        1 => "1 position",
                        positions => { (positions) " positions" }
                    }
                }
                dt { "Oldest event" } dd { (at_or(retained.oldest_event_at, "none")) }
                dt { "Events are kept for" }
                dd {
                    @match retained.window_seconds {
                        Some(seconds) => (spoken(seconds)),
                        None => { span.none { "unknown: no replica that runs removes any, or this role may not see it" } }
                    }
                }
                dt { "Kept longer" }
                dd {
                    @match (&overview.retention_held_by, held) {
                        (Some(by), Some(_)) => {
                            "for " (seen.clocks().age(held)) ", because "
                            (to_subscription(&by.consumer, &by.subscription))
                            " has read only up to position " (by.position)
                        }
                        _ => { span.none { "nothing" } }
                    }
                }
            }
        }
    }
}

fn subscriptions(seen: &Seen) -> Markup {
    let titles = [
        "Subscription",
        "State",
        "Lag",
        "Trend",
        "Read in a minute",
        "Oldest",
        "Waiting",
        "Dead letters",
        "Holders",
        "Lag in 24 hours",
    ];
    html! {
        section #region-subscriptions aria-labelledby="subscriptions" {
            h2 #subscriptions { "Subscriptions" }
            @if seen.overview.subscriptions.is_empty() { p { "There are none." } }
            @else {
                (scrolling("Every subscription", &html! {
                    thead { tr { @for title in titles { th scope="col" { (title) } } } }
                    tbody { @for one in &seen.overview.subscriptions { (row(one, seen)) } }
                }))
                p.note {
                    "Rates are of the last 15 minutes and count positions of the log, those of other event types included."
                }
            }
        }
    }
}

fn row(one: &SubscriptionProgress, seen: &Seen) -> Markup {
    let letters = [
        ("consumer", one.consumer.as_str()),
        ("subscription", &one.subscription),
    ];
    let now = seen.overview.taken_at;
    let history = history(seen, one);
    let flow = history.map(|history| history.flow(now));
    let trend_now = flow.as_ref().map_or(Trend::Unknown, |flow| flow.trend);
    html! { tr {
        th scope="row" { (to_subscription(&one.consumer, &one.subscription)) }
        td { (state(one.state)) }
        td.number { (lag(one.lag)) }
        td { (trend(trend_now)) }
        td.number { (rate(flow.and_then(|flow| flow.read_per_minute))) }
        td.number { (seen.clocks().age(one.since.oldest_unread)) }
        td.number { (one.waiting) }
        td.number { a href=(link("letters", &letters)) { (one.open_dead_letters) } }
        td.number { (one.replicas) }
        td { (sparkline::lag(history.map(|it| it.samples.as_slice()).unwrap_or_default(), now)) }
    } }
}

fn history<'a>(seen: &'a Seen, one: &SubscriptionProgress) -> Option<&'a SubscriptionHistory> {
    let mut histories = seen.overview.histories.iter();
    histories.find(|history| history.is_of(&one.consumer, &one.subscription))
}
