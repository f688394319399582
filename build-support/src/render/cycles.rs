//! Types that contain themselves.
//!
//! A type that contains itself without a list or a map in between would have no finite size, so it
//! is boxed there.
//!
//! A large circle needs more, even through lists and maps. To prove that one of its types is `Send`,
//! or to compile how it is read, rustc visits every type of the circle in turn; this is slow, and fails
//! beyond the recursion limit. So the types of a large circle contain each other as `Deferred`, which
//! is JSON until its value is asked for.

use super::ir::{ItemId, Program, Type};

/// The number of types from which a circle is large. rustc's recursion limit is 128, and each type
/// takes several steps: its field, its option, its list.
const LARGE: usize = 16;

/// Which items are in the same circle.
pub(super) struct Cycles {
    inline: Vec<usize>,
    /// Whether an item contains itself directly.
    holds_itself: Vec<bool>,
    any: Vec<usize>,
    /// The number of items in each circle of `any`.
    sizes: Vec<usize>,
}

impl Cycles {
    pub(super) fn of(program: &Program) -> Self {
        let edges = |visit: fn(&Type, &mut dyn FnMut(ItemId))| -> Vec<Vec<ItemId>> {
            program
                .items
                .iter()
                .map(|item| {
                    let mut held = Vec::new();
                    for ty in item.shape.types() {
                        visit(ty, &mut |id| held.push(id));
                    }
                    held
                })
                .collect()
        };
        let inline = edges(|ty, named| ty.visit_inline(&mut |id| named(id)));
        let holds_itself = inline.iter().enumerate();
        let holds_itself = holds_itself.map(|(id, held)| held.contains(&id)).collect();
        let inline = components(&inline);
        let any = components(&edges(|ty, named| ty.visit(&mut |id| named(id))));
        let mut sizes = vec![0; any.len()];
        for component in &any {
            if let Some(size) = sizes.get_mut(*component) {
                *size += 1;
            }
        }
        Self {
            inline,
            holds_itself,
            any,
            sizes,
        }
    }

    /// Whether `held` has to be boxed inside `inside`.
    pub(super) fn boxed(&self, inside: ItemId, held: ItemId) -> bool {
        if inside == held {
            return self.holds_itself.get(inside) == Some(&true);
        }
        matches!((self.inline.get(inside), self.inline.get(held)), (Some(a), Some(b)) if a == b)
    }

    /// Whether an item is in a large circle.
    pub(super) fn is_large(&self, item: ItemId) -> bool {
        self.far(item, item)
    }

    /// Whether both are in the same large circle.
    pub(super) fn far(&self, inside: ItemId, held: ItemId) -> bool {
        match (self.any.get(inside), self.any.get(held)) {
            (Some(a), Some(b)) if a == b => self.sizes.get(*a).is_some_and(|&size| size >= LARGE),
            _ => false,
        }
    }
}

/// For each node the number of its strongly connected component (Tarjan's algorithm, without
/// recursion because a chain of definitions may be long).
fn components(edges: &[Vec<ItemId>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let mut order = vec![UNSEEN; edges.len()];
    let mut low = vec![0; edges.len()];
    let mut component = vec![UNSEEN; edges.len()];
    let (mut seen, mut found) = (0, 0);
    let mut stack = Vec::new();
    for root in 0..edges.len() {
        if order[root] != UNSEEN {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some((node, next)) = path.pop() {
            if next == 0 {
                order[node] = seen;
                low[node] = seen;
                seen += 1;
                stack.push(node);
            }
            match edges[node].get(next) {
                Some(&held) => {
                    path.push((node, next + 1));
                    if held >= edges.len() {
                        continue;
                    }
                    if order[held] == UNSEEN {
                        path.push((held, 0));
                    } else if component[held] == UNSEEN {
                        low[node] = low[node].min(order[held]);
                    }
                }
                None => {
                    if let Some(&(parent, _)) = path.last() {
                        low[parent] = low[parent].min(low[node]);
                    }
                    if low[node] == order[node] {
                        while let Some(member) = stack.pop() {
                            component[member] = found;
                            if member == node {
                                break;
                            }
                        }
                        found += 1;
                    }
                }
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn what_reaches_each_other_is_one_component() {
        let edges = [vec![1], vec![2, 3], vec![0], vec![4], vec![3, 4], vec![]];
        let found = components(&edges);
        assert!(found[0] == found[1] && found[1] == found[2]);
        assert!(found[3] == found[4]);
        assert!(found[0] != found[3] && found[5] != found[3] && found[5] != found[0]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let length = 200_000;
        let edges: Vec<_> = (0..length).map(|node| vec![(node + 1) % length]).collect();
        assert!(components(&edges).iter().all(|&component| component == 0));
    }
}
