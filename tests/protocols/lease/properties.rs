//! What a lease has to guarantee, and what shows that the model reaches the states that matter.

use stateright::Property;

use super::model::{At, Protocol, State};

/// No event's effects or dedup rows are committed a second time.
pub(crate) const ONCE: &str = "no event is committed twice";
/// No event is committed before an earlier one, and none is left out.
pub(crate) const IN_ORDER: &str = "events are committed in order, none is skipped";
/// The cursor is where the events are.
pub(crate) const CURSOR: &str = "the cursor is at the last event that was committed";
/// Only its holder, the clock and L1 end a lease.
pub(crate) const NOT_ROBBED: &str = "who has the current fence is the holder";
/// Outside a transaction.
pub(crate) const AT_LEAST_ONCE: &str = "no event is done without its effect outside";

pub(crate) fn of(model: &Protocol) -> Vec<Property<Protocol>> {
    let mut properties = vec![
        Property::<Protocol>::always(ONCE, |_, state: &State| {
            let mut committed = state.committed.iter().enumerate();
            committed.all(|(n, event)| !state.committed[..n].contains(event))
        }),
        Property::<Protocol>::always(IN_ORDER, |_, state| {
            let mut next = 1;
            state.committed.iter().all(|event| {
                let in_order = *event <= next;
                next = next.max(event + 1);
                in_order
            })
        }),
        Property::<Protocol>::always(CURSOR, |_, state| {
            state.row.position == state.committed.iter().copied().max().unwrap_or(0)
        }),
        Property::<Protocol>::always(NOT_ROBBED, |_, state| {
            state.replicas.iter().enumerate().all(|(r, replica)| {
                replica.at == At::Idle
                    || replica.fence != state.row.fence
                    || state.row.holder == Some(r)
            })
        }),
        Property::<Protocol>::sometimes("a former holder has an open transaction", |_, state| {
            state
                .replicas
                .iter()
                .any(|replica| replica.at == At::Worked && replica.fence < state.row.fence)
        }),
        Property::<Protocol>::sometimes("a stopped process has the row", |_, state| {
            state
                .who_has_the_row()
                .is_some_and(|holder| state.replicas[holder].stopped)
        }),
        Property::<Protocol>::sometimes("everything is done", |model, state| {
            state.row.position == model.events
        }),
    ];
    if model.outside {
        properties.extend([
            Property::<Protocol>::always(AT_LEAST_ONCE, |_, state| {
                let mut committed = state.committed.iter();
                committed.all(|event| state.outside[usize::from(event - 1)] > 0)
            }),
            Property::<Protocol>::sometimes("an effect outside is made twice", |_, state| {
                state.outside.contains(&2)
            }),
        ]);
    }
    properties
}
