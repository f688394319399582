//! The drawing: boxes, lines, and what they say when they are pointed at. Classes colour it; words and shapes tell the same.

use maud::{Markup, html};

use super::layout::{BOX, Domain, Edge, LINE, Layout, WIDTH};
use super::named::{NO_CONSUMER, NO_PRODUCER, around, counted};
use crate::operate::graph::{EventFlow, FlowSubscription};
use crate::operate::http::page::state::state_word;
use crate::operate::http::page::text::plain;
use crate::operate::http::page::visit::link;

/// How many characters of a name are drawn.
const LONGEST: usize = 28;
/// How many event types a line names.
const MOST_NAMED: usize = 12;

pub(super) fn drawing(flows: &[&EventFlow]) -> Markup {
    let layout = Layout::of(flows);
    let about = "Who publishes to whom. The table below says the same.";
    html! {
        div.graph role="region" aria-label="Drawing of who publishes to whom" tabindex="0" {
            svg role="group" aria-label=(about) viewBox={ "0 0 " (WIDTH) " " (layout.height) } width=(WIDTH)
                height=(layout.height) {
                @for edge in &layout.edges { (line(edge)) }
                @for producer in &layout.producers { (domain(producer, NO_PRODUCER)) }
                @for consumer in &layout.consumers { (domain(consumer, NO_CONSUMER)) }
            }
        }
        p.note {
            span.works { "●" } " works, " span.warns { "▲" } " paused or retrying, " span.fails { "■" }
            " behind, held or without a holder. A broken line: the contracts name the consumer, and it has no subscription."
        }
    }
}

fn line(edge: &Edge<'_>) -> Markup {
    let ((x, y), (to_x, to_y)) = (edge.from, edge.to);
    let middle = f64::midpoint(x, to_x);
    let path =
        format!("M{x:.1},{y:.1} C{middle:.1},{y:.1} {middle:.1},{to_y:.1} {to_x:.1},{to_y:.1}");
    let class = if edge.flow.subscriptions.is_empty() {
        "edge unsubscribed"
    } else {
        "edge"
    };
    html! { path class=(class) d=(path) { title { (told(edge.flow)) } } }
}

/// What a line says.
fn told(flow: &EventFlow) -> String {
    let producer = plain(flow.producer.as_deref().unwrap_or(NO_PRODUCER));
    let consumer = plain(flow.consumer.as_deref().unwrap_or(NO_CONSUMER));
    let named = flow.event_types.iter().take(MOST_NAMED);
    let named: Vec<_> = named.map(|name| plain(name)).collect();
    let further = match flow.event_types.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        further => format!(" and {further} more"),
    };
    format!(
        "{producer} to {consumer}, {}: {}{further}",
        counted(flow.event_types.len()),
        named.join(", ")
    )
}

fn domain(domain: &Domain<'_>, otherwise: &str) -> Markup {
    let (x, y) = (domain.x, domain.y);
    let text_y = y + LINE - 7.0;
    html! {
        g {
            rect x=(x) y=(format!("{y:.1}")) width=(BOX) height=(domain.height) rx="4" {}
            @match domain.name {
                Some(name) => {
                    a href=(around(name)) {
                        text.domain x=(x + 8.0) y=(format!("{text_y:.1}")) { (named(name)) }
                    }
                }
                None => { text.unknown x=(x + 8.0) y=(format!("{text_y:.1}")) { (otherwise) } }
            }
            @for (index, one) in domain.subscriptions.iter().enumerate() {
                (subscription(domain, one, text_y + (index as f64 + 1.0) * LINE))
            }
            @if domain.further > 0 {
                text.unknown x=(x + 20.0) y=(format!("{:.1}", text_y + (domain.subscriptions.len() as f64 + 1.0) * LINE)) {
                    @if !domain.subscriptions.is_empty() { "and " (domain.further) " more" }
                    @else if domain.further == 1 { "1 subscription" }
                    @else { (domain.further) " subscriptions" }
                }
            }
        }
    }
}

fn subscription(domain: &Domain<'_>, one: &FlowSubscription, y: f64) -> Markup {
    let (class, word) = state_word(one.state);
    let shape = match class {
        "fails" => "■",
        "warns" => "▲",
        _ => "●",
    };
    let consumer = domain.name.unwrap_or_default();
    let link = link(
        "subscription",
        &[("consumer", consumer), ("name", &one.subscription)],
    );
    let y = format!("{y:.1}");
    html! {
        a href=(link) {
            text x=(domain.x + 20.0) y=(y) {
                tspan class=(class) aria-hidden="true" { (shape) }
                " " (named(&one.subscription)) " "
                @if class != "works" { tspan class={ "word " (class) } { (word) } }
            }
        }
    }
}

/// A name, as much of it as has room. The whole one is in the table.
fn named(name: &str) -> String {
    let name = plain(name);
    if name.chars().count() <= LONGEST {
        return name;
    }
    let begin: String = name.chars().take(LONGEST - 1).collect();
    format!("{begin}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operate::subscriptions::SubscriptionState;

    fn flow(producer: &str, consumer: Option<&str>, state: Option<SubscriptionState>) -> EventFlow {
        let subscriptions = state.map(|state| FlowSubscription {
            subscription: format!("{producer}_into_it"),
            state,
        });
        EventFlow {
            producer: Some(producer.to_owned()),
            consumer: consumer.map(str::to_owned),
            event_types: (0..20).map(|number| format!("thing.{number}")).collect(),
            subscriptions: subscriptions.into_iter().collect(),
        }
    }

    #[test]
    fn states_are_words_and_shapes_and_names_are_text() {
        let hostile = "\"><script>\u{202E}";
        let flows = [
            flow("revenue", Some("coaching"), Some(SubscriptionState::Behind)),
            flow("revenue", Some(hostile), None),
            flow(&"long".repeat(20), None, None),
        ];
        let drawn = drawing(&flows.iter().collect::<Vec<_>>()).into_string();
        for text in [
            "■</tspan> revenue_into_it <tspan class=\"word fails\">behind",
            "edge unsubscribed",
            "revenue to coaching, 20 event types: thing.0, ",
            "thing.11 and 8 more",
            "longlonglonglonglonglonglon…",
            "no consumer",
        ] {
            assert!(drawn.contains(text), "{text} in {drawn}");
        }
        for text in ["<script", "style=", "\u{202E}"] {
            assert!(!drawn.contains(text), "{text} in {drawn}");
        }
    }
}
