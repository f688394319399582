//! A lease with a fence on the cursor's row.
//!
//! ```text
//!   L1 acquire  one statement on the cursor's row: if it has no holder or has expired:
//!               fence := a new one, holder := me, expires := later; gives fence and position.
//!               While the row is locked it waits, and evaluates the condition on the new row
//!   L2 work     in a transaction: the next event's effects
//!   L3 confirm  last in that transaction: UPDATE position, expires WHERE fence = mine.
//!               It locks the row until COMMIT; no row: roll back, the lease is lost
//!   L4 renew    UPDATE expires WHERE fence = mine; no row, or no answer in time: lost
//!   L5 release  holder := none WHERE fence = mine
//!   L6 evict    terminate the transaction that holds the row or an effect that one needs
//! ```
//!
//! A process may be stopped and resumed between any two steps, or crash; a COMMIT may go
//! unanswered. Left out: dedup rows, which are a second line of defence inside a transaction
//! (outside one they are part of L3), how the log is read (the events exist from the beginning),
//! more than one event per transaction, and that L1 also asks whether the fence is the one that was
//! read before, which only makes it rarer (`versions/model.rs` needs it). Fences are numbers up to a limit, and so is the number of
//! acquisitions.

use stateright::{Model, Property};

use super::properties;

/// A way to get the protocol wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// L3 without WHERE fence = mine.
    ConfirmWithoutFence,
    /// The fence is checked in a statement of its own, and L3 then does without it.
    CheckThenAct,
    /// L1 leaves the fence unchanged.
    FenceReused,
    /// The position is read before L1 and used after it.
    PositionBeforeL1,
    /// L5 without WHERE fence = mine.
    ReleaseWithoutFence,
    /// After a COMMIT without an answer, the holder continues from the position that it knew.
    UnansweredIsFailed,
    /// A holder waits for L4 as long as another transaction has the row.
    RenewWaitsForEver,
}

/// Which replica terminates transactions that are in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evict {
    Never,
    /// Only the replica that has the lease: it terminates those of former holders.
    NewHolder,
    /// Also a replica that wants the lease: it terminates that of the expired holder, if it has the
    /// row.
    Contender,
}

pub(crate) struct Protocol {
    pub(crate) replicas: usize,
    pub(crate) events: u8,
    /// How often L1 may succeed.
    pub(crate) acquisitions: u8,
    /// Effects are inside the transaction (and lock what they write), or outside any.
    pub(crate) outside: bool,
    pub(crate) evict: Evict,
    /// Whether processes crash. They are stopped and resumed in any case.
    pub(crate) crashes: bool,
    pub(crate) mistake: Option<Mistake>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct State {
    pub(crate) row: Row,
    /// The sequence of fences.
    pub(crate) last_fence: u8,
    /// Events whose effects, or whose dedup rows, are committed, in that order.
    pub(crate) committed: Vec<u8>,
    /// How often each event's effect was made outside a transaction, at most twice.
    pub(crate) outside: Vec<u8>,
    pub(crate) replicas: Vec<Replica>,
}

/// The cursor's row, as committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Row {
    pub(crate) position: u8,
    pub(crate) fence: u8,
    pub(crate) holder: Option<usize>,
    pub(crate) expired: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Replica {
    pub(crate) stopped: bool,
    pub(crate) at: At,
    pub(crate) fence: u8,
    pub(crate) position: u8,
    /// [`Mistake::PositionBeforeL1`]
    read_before: Option<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum At {
    #[default]
    Idle,
    /// It believes that it holds the lease.
    Holds,
    /// L2 is done: the effects of the next event are written.
    Worked,
    /// [`Mistake::CheckThenAct`]
    Checked,
    /// L3 is done: the row is locked until COMMIT.
    Confirmed,
}

/// A step of the replica of that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    ReadPosition(usize),
    L1Acquire(usize),
    L2Work(usize),
    CheckFence(usize),
    L3Confirm(usize),
    Commit(usize),
    /// COMMIT worked, and its answer was lost.
    CommitUnanswered(usize),
    Rollback(usize),
    L4Renew(usize),
    /// L4 had no answer within the lease's time: by the replica's own clock, the lease is lost.
    L4GiveUp(usize),
    L5Release(usize),
    /// The first terminates the transaction of the second.
    L6Evict(usize, usize),
    Expire,
    Stop(usize),
    Resume(usize),
    Crash(usize),
}

impl Replica {
    fn has_transaction(&self) -> bool {
        matches!(self.at, At::Worked | At::Checked | At::Confirmed)
    }

    fn lose(&mut self) {
        *self = Self {
            stopped: self.stopped,
            ..Self::default()
        };
    }
}

impl State {
    pub(crate) fn who_has_the_row(&self) -> Option<usize> {
        self.replicas
            .iter()
            .position(|replica| replica.at == At::Confirmed)
    }
}

impl Protocol {
    fn is(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    fn steps_of(&self, state: &State, r: usize, steps: &mut Vec<Step>) {
        let (me, row) = (&state.replicas[r], &state.row);
        let row_is_free = state.who_has_the_row().is_none();
        match me.at {
            At::Idle if self.is(Mistake::PositionBeforeL1) && me.read_before.is_none() => {
                steps.push(Step::ReadPosition(r));
            }
            At::Idle => {
                let may = row.holder.is_none() || row.expired;
                if row_is_free && may && state.last_fence < self.acquisitions {
                    steps.push(Step::L1Acquire(r));
                }
            }
            At::Holds => {
                let event = me.position + 1;
                let is_written = |of: &Replica| of.has_transaction() && of.position + 1 == event;
                // What one transaction has written blocks a second one that writes the same.
                let waits = !self.outside && state.replicas.iter().any(is_written);
                if event <= self.events && !waits {
                    steps.push(Step::L2Work(r));
                }
                if !self.is(Mistake::RenewWaitsForEver) {
                    steps.push(Step::L4GiveUp(r));
                }
                if row_is_free {
                    steps.push(Step::L5Release(r));
                }
            }
            At::Worked if self.is(Mistake::CheckThenAct) => steps.push(Step::CheckFence(r)),
            At::Worked | At::Checked if row_is_free => steps.push(Step::L3Confirm(r)),
            At::Worked | At::Checked => {}
            At::Confirmed => steps.extend([Step::Commit(r), Step::CommitUnanswered(r)]),
        }
        // On a connection of its own, so this is possible while a transaction is open too.
        if me.at != At::Idle && row_is_free {
            steps.push(Step::L4Renew(r));
        }
        if me.has_transaction() {
            steps.push(Step::Rollback(r));
        }
        for (other, of) in state.replicas.iter().enumerate() {
            let by_holder = me.at == At::Holds && row.fence == me.fence && of.fence < me.fence;
            let by_contender = me.at == At::Idle && row.expired && of.at == At::Confirmed;
            let evicts = match self.evict {
                Evict::Never => false,
                Evict::NewHolder => by_holder,
                Evict::Contender => by_holder || by_contender,
            };
            if other != r && of.has_transaction() && evicts {
                steps.push(Step::L6Evict(r, other));
            }
        }
    }

    fn act(&self, state: &mut State, r: usize, step: Step) {
        let is_mine = state.replicas[r].fence == state.row.fence;
        let (me, row) = (&mut state.replicas[r], &mut state.row);
        match step {
            Step::ReadPosition(_) => me.read_before = Some(row.position),
            Step::L1Acquire(_) => {
                state.last_fence += 1;
                if !self.is(Mistake::FenceReused) {
                    row.fence = state.last_fence;
                }
                (row.holder, row.expired) = (Some(r), false);
                me.at = At::Holds;
                me.fence = row.fence;
                me.position = me.read_before.take().unwrap_or(row.position);
            }
            Step::L2Work(_) => {
                me.at = At::Worked;
                if self.outside {
                    let times = &mut state.outside[usize::from(me.position)];
                    *times = (*times + 1).min(2);
                }
            }
            Step::CheckFence(_) if is_mine => me.at = At::Checked,
            Step::CheckFence(_) => me.lose(),
            Step::L3Confirm(_) => {
                let any = self.is(Mistake::ConfirmWithoutFence) || me.at == At::Checked;
                if is_mine || any {
                    me.at = At::Confirmed;
                } else {
                    me.lose();
                }
            }
            Step::Commit(_) | Step::CommitUnanswered(_) => {
                let event = me.position + 1;
                row.position = event;
                row.expired = false;
                state.committed.push(event);
                me.at = At::Holds;
                if step == Step::Commit(r) {
                    me.position = event;
                } else if !self.is(Mistake::UnansweredIsFailed) {
                    me.lose();
                }
            }
            Step::Rollback(_) => me.at = At::Holds,
            Step::L4Renew(_) if is_mine => row.expired = false,
            Step::L4Renew(_) | Step::L4GiveUp(_) => me.lose(),
            Step::L5Release(_) => {
                if is_mine || self.is(Mistake::ReleaseWithoutFence) {
                    (row.holder, row.expired) = (None, false);
                }
                me.lose();
            }
            Step::L6Evict(_, other) => state.replicas[other].at = At::Holds,
            Step::Expire => row.expired = true,
            Step::Stop(_) => me.stopped = true,
            Step::Resume(_) => me.stopped = false,
            Step::Crash(_) => me.lose(),
        }
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            row: Row::default(),
            last_fence: 0,
            committed: Vec::new(),
            outside: vec![0; usize::from(self.events)],
            replicas: vec![Replica::default(); self.replicas],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        let running = state
            .replicas
            .iter()
            .filter(|replica| !replica.stopped)
            .count();
        for (r, replica) in state.replicas.iter().enumerate() {
            if replica.stopped {
                steps.push(Step::Resume(r));
                continue;
            }
            self.steps_of(state, r, steps);
            // An idle replica has nothing to come back to; and at least one is left running.
            if replica.at != At::Idle {
                if running > 1 {
                    steps.push(Step::Stop(r));
                }
                if self.crashes {
                    steps.push(Step::Crash(r));
                }
            }
        }
        if state.row.holder.is_some() && !state.row.expired {
            steps.push(Step::Expire);
        }
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut next = state.clone();
        let r = match step {
            Step::ReadPosition(r)
            | Step::L1Acquire(r)
            | Step::L2Work(r)
            | Step::CheckFence(r)
            | Step::L3Confirm(r)
            | Step::Commit(r)
            | Step::CommitUnanswered(r)
            | Step::Rollback(r)
            | Step::L4Renew(r)
            | Step::L4GiveUp(r)
            | Step::L5Release(r)
            | Step::L6Evict(r, _)
            | Step::Stop(r)
            | Step::Resume(r)
            | Step::Crash(r) => r,
            Step::Expire => 0,
        };
        self.act(&mut next, r, step);
        Some(next)
    }

    // A broken variant may commit for ever.
    fn within_boundary(&self, state: &State) -> bool {
        state.committed.len() <= usize::from(self.events) + 1
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::of(self)
    }
}
