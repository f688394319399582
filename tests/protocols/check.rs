//! Runs a model: through all of its states, or until one of its mistakes shows.
//!
//! stateright identifies states by a 64-bit hash, so "every state" holds except for collisions. It
//! has no property of the form "from every state it is possible to …"; [`can_always`] is one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Debug;
use std::hash::Hash;
use std::time::Instant;

use stateright::{Checker, HasDiscoveries, Model};

/// Checks every state: nothing forbidden occurs, and everything that should be possible does.
pub(crate) fn holds<M>(name: &str, model: M)
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync + 'static,
    M::Action: Clone + Debug + PartialEq + Send + Sync + 'static,
{
    let begun = Instant::now();
    // One thread: tests already run in parallel, and the result is the same each time.
    let checker = model.checker().spawn_bfs().join();
    println!(
        "{name}: {} states, {} deep, {:.1} s",
        checker.unique_state_count(),
        checker.max_depth(),
        begun.elapsed().as_secs_f64()
    );
    checker.assert_properties();
}

/// Checks until the property is found to be broken, and returns the steps that break it.
pub(crate) fn breaks<M>(name: &str, model: M, property: &'static str) -> Vec<M::Action>
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync + 'static,
    M::Action: Clone + Debug + PartialEq + Send + Sync + 'static,
{
    // A name that the model does not have would never be found, and its absence never noticed.
    assert!(model.properties().iter().any(|of| of.name == property));
    let checker = model
        .checker()
        .finish_when(HasDiscoveries::AnyOf([property].into()))
        .spawn_bfs()
        .join();
    let Some(path) = checker.discovery(property) else {
        panic!(
            "{name}: {property:?} holds in all of its {} states, so the model does not see the mistake",
            checker.unique_state_count()
        );
    };
    let steps = path.into_actions();
    println!("{name}: not {property:?}: {steps:?}");
    steps
}

/// Whether `goal` can be reached from every state by steps that `may` be relied on. If not, returns
/// the steps to the nearest state from which it cannot.
///
/// Steps that may not be relied on still occur on the way to a state: crashes, stopped processes.
pub(crate) fn can_always<M>(
    name: &str,
    model: &M,
    may: impl Fn(&M::Action) -> bool,
    goal: impl Fn(&M::State) -> bool,
) -> Result<(), Vec<M::Action>>
where
    M: Model,
    M::State: Clone + Eq + Hash,
    M::Action: Clone + Debug,
{
    let mut states = model.init_states();
    let mut known: HashMap<M::State, usize> = states.iter().cloned().zip(0..).collect();
    let mut reached_by: Vec<Option<(usize, M::Action)>> = vec![None; states.len()];
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); states.len()];
    let mut from = 0;
    while from < states.len() {
        let state = states[from].clone();
        for (action, next) in model.next_steps(&state) {
            let to = match known.entry(next) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => {
                    states.push(new.key().clone());
                    reached_by.push(Some((from, action.clone())));
                    before.push(Vec::new());
                    *new.insert(states.len() - 1)
                }
            };
            if may(&action) {
                before[to].push(from);
            }
        }
        from += 1;
    }

    let mut can = vec![false; states.len()];
    let mut todo: Vec<usize> = (0..states.len())
        .filter(|state| goal(&states[*state]))
        .collect();
    assert!(!todo.is_empty(), "{name}: no state is a goal");
    while let Some(state) = todo.pop() {
        if !std::mem::replace(&mut can[state], true) {
            todo.extend(&before[state]);
        }
    }
    let Some(mut stuck) = can.iter().position(|can| !can) else {
        println!(
            "{name}: the goal can be reached from each of {} states",
            states.len()
        );
        return Ok(());
    };
    let mut steps = Vec::new();
    while let Some((from, action)) = reached_by[stuck].clone() {
        steps.push(action);
        stuck = from;
    }
    steps.reverse();
    println!("{name}: no way on after {steps:?}");
    Err(steps)
}
