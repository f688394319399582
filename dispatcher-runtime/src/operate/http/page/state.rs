//! How a subscription is, in words that mean the same on every page.

use maud::{Markup, html};

use super::text::shown;
use super::visit::link;
use crate::operate::count::Count;
use crate::operate::history::Trend;
use crate::operate::subscriptions::SubscriptionState;

/// A link to the page of a subscription.
pub(super) fn to_subscription(consumer: &str, subscription: &str) -> Markup {
    let link = link(
        "subscription",
        &[("consumer", consumer), ("name", subscription)],
    );
    html! { a href=(link) { (shown(&format!("{consumer}/{subscription}"))) } }
}

/// How many in a minute.
pub(super) fn rate(per_minute: Option<f64>) -> Markup {
    html! {
        @match per_minute {
            Some(rate) if rate >= 10.0 => (Count { count: rate.round() as u64, at_least: false }),
            Some(rate) => { (format!("{rate:.1}")) }
            None => { span.none { "unknown" } }
        }
    }
}

/// How many events are unread.
pub(super) fn lag(lag: Option<Count>) -> Markup {
    match lag {
        Some(lag) => html! { (lag) },
        None => html! { span.none { "unknown" } },
    }
}

/// Where the lag goes: a word, and an arrow for those who look.
pub(super) fn trend(trend: Trend) -> Markup {
    let (class, arrow, word) = match trend {
        Trend::Growing => ("fails", "↗", "growing"),
        Trend::Shrinking => ("works", "↘", "shrinking"),
        Trend::Steady => ("", "→", "steady"),
        Trend::Unknown => return html! { span.none { "unknown" } },
    };
    html! { span.trend.(class) { span aria-hidden="true" { (arrow) } " " (word) } }
}

/// How a subscription is, in one word.
pub(super) fn state(state: SubscriptionState) -> Markup {
    let (class, word) = state_word(state);
    html! { span.state.(class) { (word) } }
}

/// The class of a state, and its word.
pub(super) fn state_word(state: SubscriptionState) -> (&'static str, &'static str) {
    match state {
        SubscriptionState::Paused => ("warns", "paused"),
        SubscriptionState::NoHolder => ("fails", "no holder"),
        SubscriptionState::Held => ("fails", "held"),
        SubscriptionState::Behind => ("fails", "behind"),
        SubscriptionState::Retrying => ("warns", "retrying"),
        SubscriptionState::Running => ("works", "running"),
    }
}
