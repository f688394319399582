//! Where the boxes and the lines of the drawing are. The same flows always have the same places.
//!
//! Producers are on the left and consumers on the right, each consumer with its subscriptions below it. Consumers stand in the
//! order of their names; producers stand where their consumers are on average, so that few lines cross. The lines of a box
//! begin and end at different heights of it.

use std::collections::BTreeMap;

use crate::operate::graph::{EventFlow, FlowSubscription};
use crate::operate::subscriptions::SubscriptionState;

/// How wide the drawing is.
pub(super) const WIDTH: f64 = 880.0;
/// How wide a box is.
pub(super) const BOX: f64 = 260.0;
/// How high a line of text is.
pub(super) const LINE: f64 = 22.0;
/// Between two boxes.
const GAP: f64 = 12.0;
/// Around the drawing, so that frames and focus are seen.
const MARGIN: f64 = 6.0;
/// How many subscriptions are drawn of a consumer.
const MOST_SUBSCRIPTIONS: usize = 12;
/// Of more subscriptions than this only those are drawn that do not just run.
const MOST_RUNNING: usize = 60;

/// A domain.
pub(super) struct Domain<'f> {
    pub(super) name: Option<&'f str>,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) height: f64,
    /// Of a consumer: those that are drawn.
    pub(super) subscriptions: Vec<&'f FlowSubscription>,
    /// How many more it has.
    pub(super) further: usize,
}

/// A line from a producer to a consumer.
pub(super) struct Edge<'f> {
    pub(super) flow: &'f EventFlow,
    pub(super) from: (f64, f64),
    pub(super) to: (f64, f64),
}

/// The whole drawing.
pub(super) struct Layout<'f> {
    pub(super) height: f64,
    pub(super) producers: Vec<Domain<'f>>,
    pub(super) consumers: Vec<Domain<'f>>,
    pub(super) edges: Vec<Edge<'f>>,
}

impl<'f> Layout<'f> {
    pub(super) fn of(flows: &[&'f EventFlow]) -> Self {
        let mut consumers = consumers(flows);
        let mut producers = producers(flows, &consumers);
        let (left, right) = (stack(&mut producers), stack(&mut consumers));
        let height = left.max(right);
        spread(&mut producers, height - left);
        spread(&mut consumers, height - right);
        let edges = edges(flows, &producers, &consumers);
        Self {
            height,
            producers,
            consumers,
            edges,
        }
    }
}

fn consumers<'f>(flows: &[&'f EventFlow]) -> Vec<Domain<'f>> {
    let mut found: BTreeMap<(bool, Option<&str>), BTreeMap<&str, &FlowSubscription>> =
        BTreeMap::new();
    for flow in flows {
        let name = flow.consumer.as_deref();
        // What has no name comes last.
        let subscriptions = found.entry((name.is_none(), name)).or_default();
        let taking = flow.subscriptions.iter();
        subscriptions.extend(taking.map(|one| (one.subscription.as_str(), one)));
    }
    let all: usize = found.values().map(BTreeMap::len).sum();
    let is_drawn =
        |one: &&FlowSubscription| all <= MOST_RUNNING || one.state != SubscriptionState::Running;
    let found = found.into_iter();
    found
        .map(|((_, name), subscriptions)| {
            let of_all = subscriptions.len();
            let drawn = subscriptions.into_values().filter(is_drawn);
            let drawn: Vec<_> = drawn.take(MOST_SUBSCRIPTIONS).collect();
            let further = of_all - drawn.len();
            let lines = 1 + drawn.len() + usize::from(further > 0);
            Domain {
                name,
                x: WIDTH - MARGIN - BOX,
                y: 0.0,
                height: lines as f64 * LINE,
                subscriptions: drawn,
                further,
            }
        })
        .collect()
}

fn producers<'f>(flows: &[&'f EventFlow], consumers: &[Domain<'f>]) -> Vec<Domain<'f>> {
    let mut found: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for flow in flows {
        let consumer = flow.consumer.as_deref();
        let place = consumers.iter().position(|one| one.name == consumer);
        found
            .entry(flow.producer.as_deref())
            .or_default()
            .extend(place);
    }
    let mean = |places: &[usize]| places.iter().sum::<usize>() as f64 / places.len().max(1) as f64;
    let mut order: Vec<_> = found
        .into_iter()
        .map(|(name, places)| (mean(&places), name))
        .collect();
    order.sort_by(|one, other| {
        let by_place = one.0.total_cmp(&other.0);
        by_place.then_with(|| one.1.cmp(&other.1))
    });
    order
        .into_iter()
        .map(|(_, name)| Domain {
            name,
            x: MARGIN,
            y: 0.0,
            height: LINE,
            subscriptions: Vec::new(),
            further: 0,
        })
        .collect()
}

/// Puts boxes one below the other, and returns how high that is.
fn stack(domains: &mut [Domain<'_>]) -> f64 {
    let mut y = MARGIN;
    for domain in domains {
        domain.y = y;
        y += domain.height + GAP;
    }
    y - GAP + MARGIN
}

/// Spreads boxes over so much more height.
fn spread(domains: &mut [Domain<'_>], more: f64) {
    let between = more / domains.len().max(1) as f64;
    for (index, domain) in domains.iter_mut().enumerate() {
        domain.y += between * (index as f64 + 0.5);
    }
}

fn edges<'f>(
    flows: &[&'f EventFlow],
    producers: &[Domain<'f>],
    consumers: &[Domain<'f>],
) -> Vec<Edge<'f>> {
    let place = |domains: &[Domain<'f>], name: Option<&str>| {
        domains.iter().position(|domain| domain.name == name)
    };
    let mut ends: Vec<(usize, usize, &EventFlow)> = flows
        .iter()
        .filter_map(|flow| {
            let from = place(producers, flow.producer.as_deref())?;
            let to = place(consumers, flow.consumer.as_deref())?;
            Some((from, to, *flow))
        })
        .collect();
    ends.sort_by_key(|(from, to, _)| (*from, *to));
    // The place of a line among those of a box: from above to below, as the boxes at their other ends.
    let height = |domain: &Domain<'_>, nth: usize, of: usize| {
        domain.y + domain.height * (nth as f64 + 0.5) / of as f64
    };
    let count = |pick: fn(&(usize, usize, &EventFlow)) -> usize, of: usize, before: usize| {
        let same = ends.iter().enumerate().filter(|(_, end)| pick(end) == of);
        let earlier = same.clone().filter(|(index, _)| *index < before).count();
        (earlier, same.count())
    };
    ends.iter()
        .enumerate()
        .map(|(index, (from, to, flow))| {
            let (producer, consumer) = (&producers[*from], &consumers[*to]);
            let (nth_out, out) = count(|end| end.0, *from, index);
            let (nth_in, incoming) = count(|end| end.1, *to, index);
            Edge {
                flow,
                from: (producer.x + BOX, height(producer, nth_out, out)),
                to: (consumer.x, height(consumer, nth_in, incoming)),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(producer: &str, consumer: &str, types: usize) -> EventFlow {
        EventFlow {
            producer: Some(producer.to_owned()),
            consumer: Some(consumer.to_owned()),
            event_types: (0..types)
                .map(|number| format!("{producer}.{number}"))
                .collect(),
            subscriptions: vec![FlowSubscription {
                subscription: format!("{producer}_into"),
                state: SubscriptionState::Running,
            }],
        }
    }

    /// Thirty producers and thirty consumers with 200 event types between them.
    fn many() -> Vec<EventFlow> {
        let pairs = (0..30).flat_map(|from| (0..7).map(move |step| (from, (from * 7 + step) % 30)));
        pairs
            .map(|(from, to)| {
                flow(
                    &format!("producer{from:02}"),
                    &format!("consumer{to:02}"),
                    1,
                )
            })
            .collect()
    }

    fn places(layout: &Layout<'_>) -> Vec<String> {
        let domains = layout.producers.iter().chain(&layout.consumers);
        let boxes = domains.map(|it| format!("{:?} {} {}", it.name, it.x, it.y));
        let edges = layout.edges.iter();
        boxes
            .chain(edges.map(|it| format!("{:?} {:?}", it.from, it.to)))
            .collect()
    }

    #[test]
    fn no_box_is_over_another_and_all_are_within_the_drawing() {
        let flows = many();
        let flows: Vec<&EventFlow> = flows.iter().collect();
        let layout = Layout::of(&flows);
        assert_eq!((layout.producers.len(), layout.consumers.len()), (30, 30));
        assert_eq!(layout.edges.len(), 210);
        // So many that run are counted and not drawn.
        assert!(
            layout
                .consumers
                .iter()
                .all(|it| it.subscriptions.is_empty() && it.further == 7)
        );
        assert!(layout.height < 2_000.0, "{}", layout.height);
        for column in [&layout.producers, &layout.consumers] {
            for two in column.windows(2) {
                assert!(two[0].y + two[0].height + GAP / 2.0 <= two[1].y);
            }
            let last = column.last().map_or(0.0, |last| last.y + last.height);
            assert!(last <= layout.height, "{last} of {}", layout.height);
        }
        // No two lines end at the same place.
        let mut ends: Vec<String> = layout
            .edges
            .iter()
            .map(|it| format!("{:?}", it.to))
            .collect();
        ends.sort();
        ends.dedup();
        assert_eq!(ends.len(), 210);
    }

    #[test]
    fn the_same_flows_have_the_same_places_in_whatever_order_they_come() {
        let flows = many();
        let one: Vec<&EventFlow> = flows.iter().collect();
        let other: Vec<&EventFlow> = flows.iter().rev().collect();
        assert_eq!(places(&Layout::of(&one)), places(&Layout::of(&other)));
    }
}
