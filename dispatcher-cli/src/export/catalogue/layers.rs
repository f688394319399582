//! Places for the nodes of a graph, in layers: an edge leads from a layer to a lower one.
//!
//! Edges against this order are turned for the layout, an edge over several layers gets a place in each layer between,
//! and the order inside a layer follows the mean of the neighbours. The same graph gives the same places.

use std::collections::{BTreeMap, BTreeSet};

/// How often the order inside the layers is improved, downwards and upwards.
const SWEEPS: usize = 8;

/// The places of a graph.
#[derive(Debug, Default)]
pub(super) struct Layers {
    /// Each layer from left to right. Numbers below the count of nodes are nodes, the others are bends of edges.
    pub(super) rows: Vec<Vec<usize>>,
    /// For each edge the places that it passes, from its upper end to its lower one, and whether it was turned.
    pub(super) paths: Vec<Path>,
}

/// The way of an edge.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) places: Vec<usize>,
    /// Whether the edge leads upwards.
    pub(super) turned: bool,
}

/// Lays out a graph of `count` nodes. No edge leads to its own node.
pub(super) fn layers(count: usize, edges: &[(usize, usize)]) -> Layers {
    let turned = turned(count, edges);
    let down: Vec<_> = edges
        .iter()
        .zip(&turned)
        .map(|(&(from, to), &turned)| if turned { (to, from) } else { (from, to) })
        .collect();
    let depth = depths(count, &down);
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); depth.iter().max().map_or(0, |most| most + 1)];
    for node in 0..count {
        rows[depth[node]].push(node);
    }
    let mut next = count;
    let mut paths = Vec::new();
    for (&(from, to), &turned) in down.iter().zip(&turned) {
        let mut places = vec![from];
        for row in &mut rows[depth[from] + 1..depth[to]] {
            row.push(next);
            places.push(next);
            next += 1;
        }
        places.push(to);
        paths.push(Path { places, turned });
    }
    order(&mut rows, &paths);
    Layers { rows, paths }
}

/// Which edges close a circle, as a search in the order of the nodes meets them.
fn turned(count: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    // Nodes that more edges leave than reach come first, so that fewer edges lead upwards.
    let surplus = |node: usize| {
        let out = edges.iter().filter(|(from, _)| *from == node).count();
        let into = edges.iter().filter(|(_, to)| *to == node).count();
        into.cast_signed() - out.cast_signed()
    };
    let mut nodes: Vec<_> = (0..count).collect();
    nodes.sort_by_key(|node| (surplus(*node), *node));
    let rank: BTreeMap<_, _> = nodes
        .iter()
        .enumerate()
        .map(|(rank, node)| (*node, rank))
        .collect();
    edges
        .iter()
        .map(|(from, to)| rank[from] > rank[to])
        .collect()
}

/// The layer of each node: one below the lowest node that an edge comes from.
fn depths(count: usize, down: &[(usize, usize)]) -> Vec<usize> {
    let mut depth = vec![0; count];
    // There is no circle, so as many rounds as nodes are enough.
    for _ in 0..count {
        for &(from, to) in down {
            depth[to] = depth[to].max(depth[from] + 1);
        }
    }
    depth
}

fn order(rows: &mut [Vec<usize>], paths: &[Path]) {
    let mut neighbours: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for pair in paths.iter().flat_map(|path| path.places.windows(2)) {
        neighbours.entry(pair[0]).or_default().insert(pair[1]);
        neighbours.entry(pair[1]).or_default().insert(pair[0]);
    }
    for sweep in 0..SWEEPS {
        let count = rows.len();
        for step in 1..count {
            let (at, beside) = if sweep % 2 == 0 {
                (step, step - 1)
            } else {
                (count - 1 - step, count - step)
            };
            // In the middle of rows of different lengths, as they are drawn.
            let middle = |length: usize| length.cast_signed() - 1;
            let place = |row: &[usize], index: usize| 2 * index.cast_signed() - middle(row.len());
            let known: BTreeMap<_, _> = rows[beside]
                .iter()
                .enumerate()
                .map(|(index, node)| (*node, place(&rows[beside], index)))
                .collect();
            let mut row: Vec<_> = rows[at]
                .iter()
                .enumerate()
                .map(|(index, node)| {
                    let places = neighbours
                        .get(node)
                        .into_iter()
                        .flatten()
                        .filter_map(|other| known.get(other));
                    let (sum, found) =
                        places.fold((0, 0), |(sum, found), place| (sum + place, found + 1));
                    // In thousandths, so that no float decides.
                    let mean = if found == 0 {
                        1000 * place(&rows[at], index)
                    } else {
                        1000 * sum / found
                    };
                    (mean, index, *node)
                })
                .collect();
            row.sort_unstable();
            rows[at] = row.into_iter().map(|(_, _, node)| node).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_lead_down_and_pass_each_layer_between() {
        // 0 → 1 → 2 → 0, and 0 → 2.
        let edges = [(0, 1), (1, 2), (2, 0), (0, 2)];
        let layers = layers(3, &edges);
        let row_of = |place: usize| {
            let mut rows = layers.rows.iter();
            rows.position(|row| row.contains(&place))
                .expect("each place is in a row")
        };
        for path in &layers.paths {
            for pair in path.places.windows(2) {
                assert_eq!(row_of(pair[0]) + 1, row_of(pair[1]), "{:?}", path.places);
            }
        }
        let turned = layers.paths.iter().filter(|path| path.turned).count();
        assert_eq!(turned, 1);
    }

    #[test]
    fn a_graph_without_edges_has_one_layer() {
        assert_eq!(layers(3, &[]).rows, [[0, 1, 2]]);
        assert!(layers(0, &[]).rows.is_empty());
    }
}
