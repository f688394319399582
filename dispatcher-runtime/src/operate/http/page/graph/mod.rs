//! Who publishes what to whom, as a drawing and as a table that says the same.
//!
//! Event types are grouped by producer and consumer, so that hundreds of them stay legible; which they are, the table tells on
//! demand. A domain leads to the flows around it alone.

mod drawing;
mod layout;
mod named;

use maud::{Markup, html};

use self::named::{NO_CONSUMER, NO_PRODUCER, around, counted};
use super::region::scrolling;
use super::state::state;
use super::text::shown;
use super::visit::link;
use crate::operate::graph::EventFlow;

/// The flows, or those from and to one domain.
pub(super) fn graph(flows: &[EventFlow], around: Option<&str>) -> Markup {
    let is_known = !flows.is_empty();
    let is_shown = |flow: &&EventFlow| around.is_none_or(|around| touches(flow, around));
    let flows: Vec<&EventFlow> = flows.iter().filter(is_shown).collect();
    html! {
        section #region-graph aria-labelledby="graph" {
            h2 #graph { "Who publishes to whom" }
            @if let Some(around) = around {
                p {
                    "From and to " (shown(around)) ". "
                    a href="overview#graph" { "Show all" }
                }
            }
            @if flows.is_empty() {
                p {
                    @if let (Some(around), true) = (around, is_known) {
                        (shown(around)) " is not a domain that publishes or subscribes here."
                    } @else { "Nothing is known: there are no contracts and no subscriptions." }
                }
            }
            @else {
                (drawing::drawing(&flows))
                (table(&flows))
            }
        }
    }
}

fn touches(flow: &EventFlow, domain: &str) -> bool {
    let ends = [&flow.producer, &flow.consumer];
    ends.into_iter().any(|end| end.as_deref() == Some(domain))
}

fn table(flows: &[&EventFlow]) -> Markup {
    html! {
        (scrolling("Who publishes which event types to whom", &html! {
            thead { tr {
                @for title in ["Producer", "Consumer", "Event types", "Subscriptions"] { th scope="col" { (title) } }
            } }
            tbody { @for flow in flows { tr {
                td { (domain(flow.producer.as_deref(), NO_PRODUCER)) }
                td { (domain(flow.consumer.as_deref(), NO_CONSUMER)) }
                td { (event_types(flow)) }
                td { (subscriptions(flow)) }
            } } }
        }))
    }
}

fn domain(name: Option<&str>, otherwise: &str) -> Markup {
    match name {
        Some(name) => html! { a href=(around(name)) { (shown(name)) } },
        None => html! { span.none { (otherwise) } },
    }
}

fn event_types(flow: &EventFlow) -> Markup {
    html! {
        details {
            summary { (counted(flow.event_types.len())) }
            ul { @for event_type in &flow.event_types { li {
                @if flow.producer.is_some() {
                    a href=(link("contract", &[("type", event_type)])) { (shown(event_type)) }
                } @else { (shown(event_type)) }
            } } }
        }
    }
}

fn subscriptions(flow: &EventFlow) -> Markup {
    let Some(consumer) = flow
        .consumer
        .as_deref()
        .filter(|_| !flow.subscriptions.is_empty())
    else {
        return html! { span.none { "none" } };
    };
    html! {
        ul { @for one in &flow.subscriptions { li {
            a href=(link("subscription", &[("consumer", consumer), ("name", &one.subscription)])) {
                (shown(&one.subscription))
            }
            " " (state(one.state))
        } } }
    }
}
