//! O1 to O4 of `dispatcher-runtime/src/transfer/move_out/mod.rs`: two databases, a consumer in each, and two operators.
//!
//! ```text
//!   mirror    brings the next event of the shared log into the other one, where positions differ
//!   consumer  Deliver the next event of a partition, or one that waits; then Commit, or Fail, or Crash. Deliver asks for
//!             no pause, and Commit for the lease that it began with
//!   operator  LookHere, LookThere: the two databases are read one after the other, and say which step may be next
//!             O1 prepare, O2 pause, O3 carry, O4 clear; C1, C2 cancel: the two transactions of the way back before O3
//!             GiveUp: it is killed, or the step is refused. Any operator may take any step that it has seen possible
//! ```
//!
//! Each operator may take the databases the other way round, as `back` does after the switch. A step is one transaction, as
//! its locks make it. O1, O2, O4 and C2 read the other database without a lock; what may change there until they commit might
//! as well come after it. What waits for another attempt holds up what follows of its subject.
//!
//! Left out: several subscriptions, which share nothing but the transaction; dead letters, which are carried as what waits
//! is; retention; events that the domain publishes after the move; redrives, which a move refuses.

use stateright::{Model, Property};

use super::side::{EVENTS, Mark, OFFSET, Side};

pub(crate) const ONCE: &str = "each event has one effect";
pub(crate) const IN_ORDER: &str = "effects of a subject are in the order of the log";
pub(crate) const ONE_WORKS: &str = "one database at most is free to work";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// O3 does not ask whether the mirror has brought what the source has read.
    CarriesTooEarly,
    /// O3 writes the numbers of the cursors, and not the places of their events.
    CarriesPositions,
    /// O3 records nothing of what was handled beyond the new cursor.
    CarriesNoDedup,
    /// O3 leaves what waits where it is.
    LeavesWhatWaits,
    /// O3 does not look again whether another operator was faster.
    CarriesAgain,
    /// O1 sets no pause.
    PreparesWithoutPause,
    /// O1 trusts what it has read of the source before.
    PreparesUnseen,
    /// O2 trusts what it has read of the target before: that it waits.
    PausesUnseen,
    /// Of two databases that say "moved to", it is not asked which one was left.
    ForgetsWhichWasLeft,
    /// O2 voids no lease.
    LeavesLeases,
    /// O3 without O2.
    SkipsPause,
    /// The way back after O3 only changes the pauses.
    GoesBackWithoutCursors,
}

/// A step of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Act {
    O1Prepare,
    O2Pause,
    O3Carry,
    O4Clear,
    C1Cancel,
    C2Cancel,
}

/// Where a move is, as `stage.rs` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    NotStarted,
    Interrupted,
    Prepared,
    Paused,
    Carried,
    Moved,
}

/// The source, and what the operator has read of it.
type Seen = (Mark, bool);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Operator {
    #[default]
    Idle,
    /// Has read the source, which is the database of that number.
    Looks { source: usize, here: Seen },
    /// Has read both, and will take a step.
    Will {
        source: usize,
        act: Act,
        /// Of the source, for an O1 that trusts it.
        seen: Option<Seen>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// The shared database, and the domain's own.
    pub(super) sides: [Side; 2],
    /// How many events of the shared log are in the other.
    mirrored: u8,
    effects: [u8; EVENTS],
    is_disordered: bool,
    operators: [Operator; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Mirror,
    Deliver(usize, u8),
    Commit(usize),
    Fail(usize),
    Crash(usize),
    LookHere(usize, usize),
    LookThere(usize, Act),
    Take(usize, Act),
    GiveUp(usize),
}

impl Step {
    /// What happens as long as something works.
    pub(crate) fn is_progress(&self) -> bool {
        !matches!(self, Self::Crash(_) | Self::Fail(_))
    }
}

pub(crate) struct Moves {
    /// With one, both events have the same subject.
    pub(crate) partitions: u8,
    pub(crate) operators: usize,
    pub(crate) mistake: Option<Mistake>,
}

impl State {
    pub(crate) fn is_over(&self) -> bool {
        self.effects == [1; EVENTS]
    }

    /// The move is done in that direction, and everything is handled.
    pub(crate) fn is_over_at(&self, side: usize) -> bool {
        self.is_over() && self.sides[side].mark == Mark::Free
    }

    /// How many events a log has.
    fn events(&self, side: usize) -> u8 {
        if side == 0 {
            EVENTS as u8
        } else {
            self.mirrored
        }
    }

    fn commit(&mut self, side: usize, is_handled: bool) {
        let Some((event, is_leased)) = self.sides[side].delivery.take() else {
            return;
        };
        if !is_leased {
            return;
        }
        if is_handled {
            let effects = &mut self.effects[usize::from(event) - 1];
            *effects = (*effects + 1).min(2);
            let subject = &self.sides[side];
            let mut later = (event + 1..=EVENTS as u8).filter(|it| subject.is_of_one(*it, event));
            self.is_disordered |= later.any(|it| self.effects[usize::from(it) - 1] > 0);
        }
        self.sides[side].settle(side, event, is_handled);
    }
}

impl Moves {
    fn is(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    fn stage(&self, (here, is_left): Seen, there: Mark) -> Option<Stage> {
        let is_left = is_left && !(self.is(Mistake::ForgetsWhichWasLeft) && there == Mark::MovedTo);
        Some(match (here, there) {
            (Mark::MovedTo, Mark::WaitsFor) => Stage::Paused,
            // The other way round it would be: what was left has nothing to go on with.
            (Mark::MovedTo, Mark::MovedTo) if is_left => return None,
            (Mark::MovedTo, Mark::Absent | Mark::MovedTo) => Stage::Interrupted,
            (Mark::MovedTo, Mark::Free) if is_left => Stage::Moved,
            (Mark::MovedTo, Mark::Free) => Stage::Carried,
            (Mark::WaitsFor, Mark::Free | Mark::MovedTo) => Stage::Moved,
            (Mark::Free, Mark::Absent | Mark::MovedTo) => Stage::NotStarted,
            (Mark::Free, Mark::WaitsFor) => Stage::Prepared,
            _ => return None,
        })
    }

    /// The steps that an operator may take there.
    fn acts(&self, stage: Option<Stage>) -> &'static [Act] {
        match stage {
            Some(Stage::NotStarted) => &[Act::O1Prepare],
            Some(Stage::Interrupted) => &[Act::O1Prepare, Act::C1Cancel],
            Some(Stage::Prepared) if self.is(Mistake::SkipsPause) => &[Act::O3Carry],
            Some(Stage::Prepared) => &[Act::O2Pause, Act::C1Cancel],
            Some(Stage::Paused) => &[Act::O3Carry, Act::C1Cancel],
            Some(Stage::Carried) => &[Act::O4Clear],
            Some(Stage::Moved) if self.is(Mistake::GoesBackWithoutCursors) => &[Act::C2Cancel],
            Some(Stage::Moved) | None => &[],
        }
    }

    /// The transaction of a step, which looks again where both databases are.
    fn take(&self, state: &mut State, operator: usize) -> Option<()> {
        let Operator::Will { source, act, seen } = state.operators[operator] else {
            return None;
        };
        let target = 1 - source;
        let here = state.sides[source].seen();
        let there = state.sides[target].mark;
        let stage = self.stage(here, there);
        state.operators[operator] = Operator::Idle;
        match act {
            Act::O1Prepare => {
                let stage = self.stage(seen.unwrap_or(here), there);
                if matches!(stage, Some(Stage::NotStarted | Stage::Interrupted)) {
                    self.prepare(&mut state.sides[target]);
                }
            }
            Act::O2Pause => {
                let is_unseen = self.is(Mistake::PausesUnseen) && here.0 == Mark::Free;
                if stage == Some(Stage::Prepared) || is_unseen {
                    self.pause(&mut state.sides[source]);
                }
            }
            Act::O3Carry => {
                if self.may_carry(stage) {
                    self.carry(state, source);
                }
            }
            Act::O4Clear => {
                if stage == Some(Stage::Carried) {
                    state.sides[source].leave();
                }
            }
            Act::C1Cancel => {
                if there == Mark::WaitsFor {
                    state.sides[target].mark = Mark::MovedTo;
                    state.sides[target].leave();
                }
                state.operators[operator] = Operator::Will {
                    source,
                    act: Act::C2Cancel,
                    seen: None,
                };
            }
            Act::C2Cancel => {
                let is_moved = stage == Some(Stage::Moved) && here.0 == Mark::MovedTo;
                if is_moved && self.is(Mistake::GoesBackWithoutCursors) {
                    state.sides[target].mark = Mark::MovedTo;
                    state.sides[target].void();
                    state.sides[source].mark = Mark::Free;
                } else if stage == Some(Stage::Interrupted) {
                    state.sides[source].mark = Mark::Free;
                }
            }
        }
        Some(())
    }

    fn prepare(&self, target: &mut Side) {
        target.begin_anew();
        if self.is(Mistake::PreparesWithoutPause) {
            target.mark = Mark::Free;
        }
    }

    fn pause(&self, source: &mut Side) {
        source.mark = Mark::MovedTo;
        if !self.is(Mistake::LeavesLeases) {
            source.void();
        }
    }

    fn may_carry(&self, stage: Option<Stage>) -> bool {
        match stage {
            Some(Stage::Paused) => true,
            Some(Stage::Prepared) => self.is(Mistake::SkipsPause),
            Some(Stage::Carried | Stage::Moved) => self.is(Mistake::CarriesAgain),
            _ => false,
        }
    }

    /// What the source has, by the ids of events. Refused as long as the target does not have what the source has read.
    fn carry(&self, state: &mut State, source: usize) {
        let target = 1 - source;
        let (mine, known) = (state.sides[source].clone(), state.events(source));
        let horizon = state.events(target);
        let read = |event: u8| mine.has_read(source, event);
        let has_all = (1..=known)
            .filter(|event| read(*event))
            .all(|event| event <= horizon);
        if !has_all && !self.is(Mistake::CarriesTooEarly) {
            return;
        }
        let theirs = &mut state.sides[target];
        theirs.waiting = 0;
        theirs.void();
        theirs.mark = Mark::Free;
        if !self.is(Mistake::LeavesWhatWaits) {
            theirs.waiting = mine.waiting;
        }
        if self.is(Mistake::CarriesPositions) {
            theirs.cursors = mine.cursors;
            return;
        }
        // The first that the source has not read, or cannot have had.
        let first = (1..=horizon).find(|event| *event > known || !read(*event));
        let cursor = first.unwrap_or(horizon + 1) - 1 + OFFSET[target];
        theirs.cursors = [cursor; 2];
        theirs.dedup = 0;
        for event in 1..=horizon.min(known) {
            let is_handled = mine.has_handled(source, event);
            let is_beyond = event + OFFSET[target] > cursor;
            if is_handled && is_beyond && !self.is(Mistake::CarriesNoDedup) {
                theirs.dedup |= 1 << event;
            }
        }
    }

    fn deliver(state: &mut State, side: usize, event: u8) {
        let known = &mut state.sides[side];
        let is_waiting = known.waits(event);
        if !is_waiting && known.is_recorded(event) {
            known.settle(side, event, true);
        } else if known.is_held(event) {
            known.settle(side, event, false);
        } else {
            known.delivery = Some((event, true));
        }
    }
}

impl Model for Moves {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            sides: [
                Side::new(0, Mark::Free, self.partitions),
                Side::new(1, Mark::Absent, self.partitions),
            ],
            mirrored: 0,
            effects: [0; EVENTS],
            is_disordered: false,
            operators: [Operator::default(); 2],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if usize::from(state.mirrored) < EVENTS {
            steps.push(Step::Mirror);
        }
        for (number, side) in state.sides.iter().enumerate() {
            if side.delivery.is_some() {
                steps.extend([Step::Commit(number), Step::Crash(number)]);
                // One event that fails is enough: the first, which others may follow.
                if side.delivery.is_some_and(|(event, _)| event == 1) {
                    steps.push(Step::Fail(number));
                }
            } else if side.mark == Mark::Free {
                let next = side.next(number, state.events(number));
                steps.extend(next.map(|event| Step::Deliver(number, event)));
            }
        }
        for (number, operator) in state.operators.iter().enumerate().take(self.operators) {
            match *operator {
                Operator::Idle => {
                    steps.extend([Step::LookHere(number, 0), Step::LookHere(number, 1)]);
                }
                Operator::Looks { source, here } => {
                    let there = state.sides[1 - source].mark;
                    let acts = self.acts(self.stage(here, there)).iter();
                    steps.extend(acts.map(|act| Step::LookThere(number, *act)));
                    steps.push(Step::GiveUp(number));
                }
                Operator::Will { act, .. } => {
                    steps.extend([Step::Take(number, act), Step::GiveUp(number)]);
                }
            }
        }
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut next = state.clone();
        match step {
            Step::Mirror => next.mirrored += 1,
            Step::Deliver(side, event) => Self::deliver(&mut next, side, event),
            Step::Commit(side) => next.commit(side, true),
            Step::Fail(side) => next.commit(side, false),
            Step::Crash(side) => next.sides[side].delivery = None,
            Step::LookHere(operator, source) => {
                let here = next.sides[source].seen();
                if here.0 == Mark::Absent {
                    return None;
                }
                next.operators[operator] = Operator::Looks { source, here };
            }
            Step::LookThere(operator, act) => {
                let Operator::Looks { source, here } = next.operators[operator] else {
                    return None;
                };
                let is_trusted = self.is(Mistake::PreparesUnseen) && act == Act::O1Prepare;
                let seen = is_trusted.then_some(here);
                next.operators[operator] = Operator::Will { source, act, seen };
            }
            Step::Take(operator, _) => self.take(&mut next, operator)?,
            Step::GiveUp(operator) => next.operators[operator] = Operator::Idle,
        }
        // Two operators are alike.
        next.operators[..self.operators].sort();
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::always(ONCE, |_, state| state.effects.iter().all(|it| *it <= 1)),
            Property::<Self>::always(IN_ORDER, |_, state| !state.is_disordered),
            Property::<Self>::always(ONE_WORKS, |_, state| {
                state.sides.iter().any(|it| it.mark != Mark::Free)
            }),
            Property::<Self>::sometimes(
                "the domain has moved and handled the rest there",
                |_, state| state.is_over_at(1),
            ),
            Property::<Self>::sometimes(
                "it has come back with what it had handled there",
                |_, state| {
                    state.is_over_at(0)
                        && state.sides[1].mark == Mark::MovedTo
                        && state.sides[1].is_left
                },
            ),
            Property::<Self>::sometimes("it has moved with an event that waits", |_, state| {
                state.sides[1].mark == Mark::Free && state.sides[1].waiting != 0
            }),
            Property::<Self>::sometimes(
                "what was handled beyond the cursor is recorded",
                |model, state| {
                    // In one partition there is no such thing.
                    model.partitions == 1
                        || state.sides[1].mark == Mark::Free && state.sides[1].dedup != 0
                },
            ),
        ]
    }
}
