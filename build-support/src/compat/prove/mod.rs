//! The proof that every document of the writer is one of the reader.
//!
//! What is proved is that there is no value that the writer's schema accepts and the reader's refuses. A question of
//! this kind is a [`State`]: schemas that accept a value, and schemas that refuse it. For each type of JSON it is taken
//! apart until facts are left (`assert`): a bound, a pattern, "some property named so is refused by that schema". Where
//! there are several ways, the branch is split (`search`), and each branch has to end in facts that no value has
//! (`number`, `text`, `array`, `object`). Properties and items are questions of their own.
//!
//! Every rule leaves out of the facts what it cannot express. So facts describe at least the values that there are, and
//! "there is none" is never said of some. The price is a proof that is not found: then [`Obstacles`] say where.
//!
//! A question that comes up again below a property or an item, while it is being answered, counts as answered: it is
//! about a smaller value, and the proof is an induction over the size of values. A reference that leads back to itself
//! without such a step adds nothing and proves nothing.
//!
//! What is proved in [`Mode::Lenient`]: the writer's values hold only properties that some subschema declares which
//! may apply there (`declared`), and the reader takes properties out where `lenient` says.
//!
//! Deterministic; the steps are counted (`budget`), and a proof that needs more is not found.

mod array;
mod assert;
mod budget;
mod compile;
mod declared;
mod equal;
mod evaluate;
mod facts;
mod lenient;
mod number;
mod object;
mod obstacle;
mod reference;
mod regular;
mod rule;
mod schemas;
mod search;
mod text;
mod unevaluated;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use self::budget::Budget;
use self::declared::Declared;
use self::facts::Branch;
use self::obstacle::{MOST_OBSTACLES, Obstacle};
use self::rule::{ANYTHING, NOTHING, NodeId, Signed, Type};
use self::schemas::Schemas;
use super::{Mode, Side, Undecided};

/// How deep documents are followed.
const DEEPEST: usize = 150;
/// The stack of a proof: recursion is bounded by [`DEEPEST`] and the steps, and needs more than a test's thread has.
const STACK: usize = 256 << 20;

/// What came of the attempt.
pub(super) enum Outcome {
    /// The reader takes everything.
    Proved,
    /// No proof was found.
    NotProved(Obstacles),
}

/// Where the proof failed. There is at least one place.
pub(super) struct Obstacles {
    /// The first place, in the order of the schema.
    pub(super) first: Undecided,
    /// The other places, bounded in number.
    pub(super) others: Vec<Undecided>,
}

/// Tries to prove that `reader` takes everything that `writer` may write.
pub(super) fn prove(writer: &Side<'_>, reader: &Side<'_>, mode: Mode) -> Outcome {
    let found = std::thread::scope(|scope| {
        let proof = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, || attempt(writer, reader, mode));
        // A thread that cannot be had, or that panics, has proved nothing.
        proof.ok().and_then(|proof| proof.join().ok())
    });
    let obstacles = match found {
        Some(Ok(())) => return Outcome::Proved,
        Some(Err(obstacles)) => obstacles,
        None => Vec::new(),
    };
    let mut obstacles = obstacles.into_iter();
    Outcome::NotProved(Obstacles {
        first: obstacles.next().unwrap_or_else(|| Undecided {
            keyword: String::new(),
            reader: reader.root.clone(),
            writer: writer.root.clone(),
            at: String::new(),
            reason: "the comparison needs more steps than it may take".to_owned(),
        }),
        others: obstacles.collect(),
    })
}

fn attempt(writer: &Side<'_>, reader: &Side<'_>, mode: Mode) -> Result<(), Vec<Undecided>> {
    let (schemas, writer_root, reader_root) = Schemas::new(writer, reader, mode);
    let mut prover = Prover {
        schemas,
        budget: Budget::new(),
        proved: HashMap::new(),
        trail: Vec::new(),
        failed: HashMap::new(),
        open: Vec::new(),
        used: usize::MAX,
        counting: 0,
        declared: HashMap::new(),
    };
    let state = State {
        signed: vec![Signed::yes(writer_root), Signed::no(reader_root)],
        declared: (mode == Mode::Lenient).then(|| Rc::new(vec![writer_root])),
    };
    match prover.is_empty(state) {
        Ok(()) => Ok(()),
        Err(found) => Err(prover.report(&found, &writer.root, &reader.root)),
    }
}

/// Whether there is a value that some schemas accept and others refuse.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct State {
    /// Sorted.
    signed: Vec<Signed>,
    /// The writer's schemas that say which properties are declared; none where all are.
    declared: Option<Rc<Vec<NodeId>>>,
}

/// Nothing is left, or where something may be.
type Proof = Result<(), Vec<Obstacle>>;

struct Prover<'d> {
    schemas: Schemas<'d>,
    budget: Budget,
    /// States that are empty, each with the depth of the outermost open state that its proof relies on.
    proved: HashMap<State, usize>,
    /// The proved states that rely on an open one, in the order in which they were found.
    trail: Vec<State>,
    failed: HashMap<State, Rc<Vec<Obstacle>>>,
    /// The states that are being looked at, from the outermost.
    open: Vec<State>,
    /// The outermost open state that was relied on since this was last set.
    used: usize,
    /// How many counts of values are nested.
    counting: u32,
    declared: HashMap<Rc<Vec<NodeId>>, Rc<Declared>>,
}

impl Prover<'_> {
    /// Whether there surely is no such value.
    fn is_empty(&mut self, state: State) -> Proof {
        if self.is_contradictory(&state.signed) {
            return Ok(());
        }
        if state.signed.is_empty() {
            return Err(Vec::new());
        }
        if let Some(&depth) = self.proved.get(&state) {
            self.used = self.used.min(depth);
            return Ok(());
        }
        if let Some(found) = self.failed.get(&state) {
            return Err(found.to_vec());
        }
        // Each open state is about a value around this one, so this value is smaller.
        if let Some(depth) = self.open.iter().position(|open| *open == state) {
            self.used = self.used.min(depth);
            return Ok(());
        }
        if self.open.len() >= DEEPEST {
            return Err(vec![
                self.note(&state.signed, "the schemas are nested too deep"),
            ]);
        }
        self.look_at(state)
    }

    fn look_at(&mut self, state: State) -> Proof {
        let depth = self.open.len();
        let before = std::mem::replace(&mut self.used, usize::MAX);
        let trail = self.trail.len();
        self.open.push(state.clone());
        let found = self.by_type(&state);
        self.open.pop();
        let relied = self.used;
        if found.is_empty() {
            // What relies on this state itself is proved with it.
            let outer = if relied < depth { relied } else { usize::MAX };
            if outer == usize::MAX {
                for state in self.trail.split_off(trail) {
                    self.proved.insert(state, usize::MAX);
                }
            } else {
                // What relied on this state relies on what this state relies on.
                for state in &self.trail[trail..] {
                    if let Some(depth) = self.proved.get_mut(state) {
                        *depth = (*depth).min(outer);
                    }
                }
                self.trail.push(state.clone());
            }
            self.proved.insert(state, outer);
            self.used = before.min(outer);
            return Ok(());
        }
        // Whatever was proved on the assumption that this state is empty is not.
        for state in self.trail.split_off(trail) {
            self.proved.remove(&state);
        }
        self.used = before;
        if !self.budget.is_spent() {
            self.failed.insert(state, Rc::new(found.clone()));
        }
        Err(found)
    }

    fn by_type(&mut self, state: &State) -> Vec<Obstacle> {
        let mut found = Vec::new();
        for ty in Type::ALL {
            let mut branch = Branch::new(ty, state.declared.clone(), &state.signed);
            branch.todo.reverse();
            if let Err(obstacles) = self.close(branch) {
                if obstacles.is_empty() {
                    found.push(self.note(&state.signed, self.reason_without_refusal()));
                }
                found.extend(obstacles);
                if found.len() >= MOST_OBSTACLES || self.has_no_refusal(&state.signed) {
                    break;
                }
            }
        }
        found.truncate(MOST_OBSTACLES);
        found
    }

    fn has_no_refusal(&self, signed: &[Signed]) -> bool {
        signed.iter().all(|signed| signed.holds)
    }

    fn reason_without_refusal(&self) -> &'static str {
        if self.budget.is_spent() {
            "the comparison needs more steps than it may take"
        } else {
            "the writer may write such a value"
        }
    }

    /// Whether schemas that accept and schemas that refuse contradict each other as they are.
    fn is_contradictory(&mut self, signed: &[Signed]) -> bool {
        for one in signed {
            if one.holds && one.node == NOTHING || !one.holds && one.node == ANYTHING {
                return true;
            }
            if one.holds {
                continue;
            }
            for other in signed.iter().filter(|other| other.holds) {
                // One that takes properties out is not asked what it accepts.
                if !self.schemas.source(other.node).pruned
                    && self.schemas.are_equal(other.node, one.node)
                {
                    return true;
                }
            }
        }
        false
    }

    /// The state of a part of the value, from what is known of it.
    fn state(&self, signed: Vec<Signed>, declared: Option<Rc<Vec<NodeId>>>) -> State {
        let signed: BTreeSet<_> = signed
            .into_iter()
            .filter(|signed| *signed != Signed::yes(ANYTHING) && *signed != Signed::no(NOTHING))
            .collect();
        State {
            signed: signed.into_iter().collect(),
            declared,
        }
    }
}
