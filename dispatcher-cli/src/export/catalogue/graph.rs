//! The graph of the domains, as SVG: who produces for whom.
//!
//! It brings its own style, so that the same text is a file and a part of a page, in light and dark.

use std::collections::BTreeMap;

use dispatcher_build_support::model::Event;

use super::html::escape;
use super::layers::{Layers, Path, layers};
use crate::export::source::Source;

const WIDTH: i32 = 132;
const HEIGHT: i32 = 36;
/// The width of an edge that passes a layer.
const BEND: i32 = 28;
const GAP: i32 = 24;
const BETWEEN_LAYERS: i32 = 110;
const MARGIN: i32 = 24;

const STYLE: &str = "\
.domains { font: 15px system-ui, sans-serif; --ink: #1b1f24; --soft: #57606a; --box: #eef2f6; --page: #ffffff }
@media (prefers-color-scheme: dark) { .domains { --ink: #e6edf3; --soft: #9da7b3; --box: #22303c; --page: #14191f } }
.domains text { fill: var(--ink); text-anchor: middle; dominant-baseline: central }
.domains rect { fill: var(--box); stroke: var(--soft) }
.domains .count rect { fill: var(--page); stroke: none }
.domains .count text { font-size: 13px }
.domains path { fill: none; stroke: var(--soft); stroke-width: 1.5 }
.domains marker path { fill: var(--soft); stroke: none }";

/// An edge: from a producer to a consumer, with the event types.
type Edges<'s> = BTreeMap<(usize, usize), Vec<&'s Event>>;

/// The whole graph.
pub(super) fn svg(source: &Source) -> String {
    let names: Vec<&str> = source
        .model
        .domains
        .iter()
        .map(|domain| domain.name.as_str())
        .collect();
    let edges = edges(source, &names);
    let between: Vec<_> = edges
        .keys()
        .copied()
        .filter(|(from, to)| from != to)
        .collect();
    let layers = layers(names.len(), &between);
    let drawing = Drawing::of(&layers, names.len());
    let mut body = String::new();
    // Numbers are drawn after all lines, so that no line crosses one.
    let mut counts = String::new();
    for (edge, path) in between.iter().zip(&layers.paths) {
        let (line, count) = drawing.edge(path, &names, &edges[edge], *edge);
        body.push_str(&line);
        counts.push_str(&count);
    }
    body.push_str(&counts);
    for (node, name) in names.iter().enumerate() {
        let own = edges.get(&(node, node)).map_or(0, Vec::len);
        body.push_str(&drawing.node(node, name, own));
    }
    let (width, height) = (drawing.width, drawing.height);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"domains\" role=\"img\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n<title>Which domain produces events for which</title>\n<style>\n{STYLE}\n</style>\n\
         <defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto-start-reverse\"><path d=\"M0 0L10 5L0 10z\"/></marker></defs>\n{body}</svg>\n"
    )
}

fn edges<'s>(source: &'s Source, names: &[&str]) -> Edges<'s> {
    let number = |name: &str| names.iter().position(|known| *known == name);
    let mut edges = Edges::new();
    for event in source.live_events() {
        let Some(from) = number(&event.producer) else {
            continue;
        };
        for to in event.consumers.iter().filter_map(|name| number(name)) {
            edges.entry((from, to)).or_default().push(event);
        }
    }
    edges
}

/// Where everything is drawn.
struct Drawing {
    width: i32,
    height: i32,
    /// The middle of each place.
    middles: BTreeMap<usize, (i32, i32)>,
    /// The ends of edges at nodes, from left to right: the edge's other end decides.
    ports: BTreeMap<(usize, bool), Vec<(usize, usize)>>,
}

impl Drawing {
    fn of(layers: &Layers, count: usize) -> Self {
        let size = |place: usize| if place < count { WIDTH } else { BEND };
        let widths = layers.rows.iter().map(|row| {
            let places: i32 = row.iter().map(|place| size(*place) + GAP).sum();
            places - GAP
        });
        let widths: Vec<i32> = widths.collect();
        let widest = widths.iter().copied().max().unwrap_or(0);
        let mut middles = BTreeMap::new();
        let mut top = MARGIN;
        for (row, width) in layers.rows.iter().zip(&widths) {
            let mut left = MARGIN + (widest - width) / 2;
            for place in row {
                middles.insert(*place, (left + size(*place) / 2, top + HEIGHT / 2));
                left += size(*place) + GAP;
            }
            top += BETWEEN_LAYERS;
        }
        let mut drawing = Self {
            width: widest + 2 * MARGIN,
            height: (top - BETWEEN_LAYERS + HEIGHT + MARGIN).max(2 * MARGIN),
            middles,
            ports: BTreeMap::new(),
        };
        drawing.place_ports(&layers.paths);
        drawing
    }

    /// The edges of each side of a node, in the order of the places that they come from.
    fn place_ports(&mut self, paths: &[Path]) {
        for path in paths {
            let (Some(first), Some(last)) = (path.places.first(), path.places.last()) else {
                continue;
            };
            let (Some(second), Some(before)) =
                (path.places.get(1), path.places.iter().rev().nth(1))
            else {
                continue;
            };
            let id = path_id(path);
            self.ports
                .entry((*first, false))
                .or_default()
                .push((*second, id));
            self.ports
                .entry((*last, true))
                .or_default()
                .push((*before, id));
        }
        for ports in self.ports.values_mut() {
            ports.sort_by_key(|(place, id)| (self.middles.get(place).copied(), *id));
        }
    }

    /// Where an edge meets the upper or lower side of a node.
    fn port(&self, node: usize, upper: bool, path: &Path) -> (i32, i32) {
        let (x, y) = self.middles.get(&node).copied().unwrap_or_default();
        let ports = self
            .ports
            .get(&(node, upper))
            .map_or(&[][..], Vec::as_slice);
        let index = ports
            .iter()
            .position(|(_, id)| *id == path_id(path))
            .unwrap_or_default();
        let count = i32::try_from(ports.len()).unwrap_or(1) + 1;
        let index = i32::try_from(index).unwrap_or_default() + 1;
        let side = if upper { -HEIGHT / 2 } else { HEIGHT / 2 };
        (x - WIDTH / 2 + WIDTH * index / count, y + side)
    }

    /// The line of an edge, and its number.
    fn edge(
        &self,
        path: &Path,
        names: &[&str],
        events: &[&Event],
        (from, to): (usize, usize),
    ) -> (String, String) {
        let last = path.places.len().saturating_sub(1);
        let points: Vec<_> = path
            .places
            .iter()
            .enumerate()
            .map(|(index, place)| match index {
                0 => self.port(*place, false, path),
                _ if index == last => self.port(*place, true, path),
                _ => self.middles.get(place).copied().unwrap_or_default(),
            })
            .collect();
        let mut curve = String::new();
        for (index, (x, y)) in points.iter().enumerate() {
            match index.checked_sub(1).and_then(|before| points.get(before)) {
                None => curve.push_str(&format!("M{x} {y}")),
                Some((old_x, old_y)) => {
                    let bend = (y - old_y) / 2;
                    curve.push_str(&format!(
                        "C{old_x} {} {x} {} {x} {y}",
                        old_y + bend,
                        y - bend
                    ));
                }
            }
        }
        let marker = if path.turned {
            "marker-start"
        } else {
            "marker-end"
        };
        let list: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
        let title = format!("{} → {}: {}", names[from], names[to], list.join(", "));
        let (x, y) = label(&points);
        let line = format!(
            "<g><title>{}</title><path d=\"{curve}\" {marker}=\"url(#arrow)\"/></g>\n",
            escape(&title)
        );
        let count = format!(
            "<g class=\"count\"><rect x=\"{}\" y=\"{}\" width=\"22\" height=\"18\" rx=\"4\"/><text x=\"{x}\" \
             y=\"{y}\">{}</text></g>\n",
            x - 11,
            y - 9,
            events.len()
        );
        (line, count)
    }

    /// A node; `own` counts the event types that the domain produces for itself.
    fn node(&self, node: usize, name: &str, own: usize) -> String {
        let (x, y) = self.middles.get(&node).copied().unwrap_or_default();
        let (left, top) = (x - WIDTH / 2, y - HEIGHT / 2);
        let own = match own {
            0 => String::new(),
            own => format!(
                "<path d=\"M{} {top}c0 -22 -34 -22 -34 0\" marker-end=\"url(#arrow)\"/><g class=\"count\"><text x=\"{}\" \
                 y=\"{}\">{own}</text></g>",
                left + WIDTH - 8,
                left + WIDTH - 25,
                top - 8
            ),
        };
        // Long names are set closer, so that they stay inside the box.
        let fit = if name.chars().count() > 15 {
            format!(
                " textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"",
                WIDTH - 12
            )
        } else {
            String::new()
        };
        format!(
            "<g><rect x=\"{left}\" y=\"{top}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"6\"/><text x=\"{x}\" y=\"{y}\"{fit}>{}</text>{own}</g>\n",
            escape(name)
        )
    }
}

/// Tells the edges of one node apart: two edges that have the same ends are turned differently.
fn path_id(path: &Path) -> usize {
    let ends = path.places.iter().fold(0, |id: usize, place| {
        id.wrapping_mul(1_009).wrapping_add(*place)
    });
    ends.wrapping_mul(2) + usize::from(path.turned)
}

/// Where the number of an edge stands: a third of the way down its first part, where edges of one node are apart.
fn label(points: &[(i32, i32)]) -> (i32, i32) {
    let (Some((x, y)), Some((to_x, to_y))) = (points.first(), points.get(1)) else {
        return (0, 0);
    };
    // The curve at half of the way.
    ((x + to_x) / 2, (y + to_y) / 2)
}
