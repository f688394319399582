//! Replicas of two versions, as steps over the rows that they share.
//!
//! The former version does not take the type of any event of this model, so whatever it moves the cursor past
//! is passed over. One partition is enough: partitions share nothing but the list of replicas.
//!
//!   Start    the new version registers (`consume/admission.rs`): in the same transaction leases of the other are
//!            void, and the fence of a free row is taken
//!   Look     a replica reads the row and the list (`read_assignment.sql`)
//!   Acquire  L1, if the fence is still the one that was read
//!   Read     L2: the cursor, and what is published
//!   Confirm  L3, if the fence is still ours
//!   Kill     the new version is gone without signing off, and counts as alive, because it may be starting again
//!   Stop     it signs off; from then on passing over is what a roll-back means

use stateright::{Model, Property};

/// A version of the replica.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Version {
    Former,
    New,
}

use Version::{Former, New};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mistake {
    /// The start does not void leases of the former version.
    LeavesLeases,
    /// The start takes no fence where nobody holds the lease.
    LeavesFreeRows,
    /// L1 does not compare the fence with the one that was read.
    AcquiresUnseen,
    /// A replica does not ask whether another one takes more.
    DoesNotWait,
    /// One that was killed does not count as alive.
    ForgetsAtOnce,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Step {
    Publish,
    Start,
    Look(Version),
    Acquire(Version),
    Read(Version),
    Confirm(Version),
    Kill,
    Stop,
}

#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
struct Replica {
    runs: bool,
    /// The fence that was read, where the partition was to be had.
    seen: Option<u8>,
    lease: Option<u8>,
    /// The cursor, and how far a pass has read.
    pass: Option<(u8, u8)>,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct State {
    published: u8,
    position: u8,
    fence: u8,
    holder: Option<Version>,
    former: Replica,
    new: Replica,
    /// Whether the new version is on the list.
    is_listed: bool,
    /// What was published before its first start, if it has started.
    before_start: Option<u8>,
    is_missed: bool,
}

impl State {
    fn replica(&mut self, version: Version) -> &mut Replica {
        match version {
            Former => &mut self.former,
            New => &mut self.new,
        }
    }

    /// Everything is read, or the model has no fences left.
    pub(super) fn is_delivered_or_spent(&self) -> bool {
        self.position == self.published || self.fence >= 8
    }
}

pub(super) struct Protocol {
    pub(super) events: u8,
    pub(super) mistake: Option<Mistake>,
}

/// Events that are published while a replica lives which takes them are not passed over.
pub(super) const NOTHING_IS_PASSED_OVER: &str = "nothing is passed over";

impl Protocol {
    fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    fn may_work(&self, state: &State, version: Version) -> bool {
        version == New || !state.is_listed || self.makes(Mistake::DoesNotWait)
    }

    fn start(&self, state: &mut State) {
        let is_held = state.holder.is_some();
        let leaves = if is_held {
            self.makes(Mistake::LeavesLeases)
        } else {
            self.makes(Mistake::LeavesFreeRows)
        };
        if !leaves {
            state.fence += 1;
            state.holder = None;
        }
        state.is_listed = true;
        state.before_start.get_or_insert(state.published);
        state.new = Replica {
            runs: true,
            ..Replica::default()
        };
    }

    fn look(&self, state: &mut State, version: Version) {
        let is_free = state.holder.is_none() || (version == New && state.holder == Some(Former));
        // A replica that was killed no longer renews; its lease expires.
        let is_free = is_free || (state.holder == Some(New) && !state.new.runs);
        let seen = (is_free && self.may_work(state, version)).then_some(state.fence);
        let fence = state.fence;
        let replica = state.replica(version);
        replica.seen = seen;
        if replica.lease.is_some_and(|lease| lease != fence) {
            replica.lease = None;
            replica.pass = None;
        }
    }

    fn acquire(&self, state: &mut State, version: Version) -> Option<()> {
        let seen = state.replica(version).seen.take()?;
        let is_free = state.holder.is_none() || version == New || !state.new.runs;
        let is_seen = seen == state.fence || self.makes(Mistake::AcquiresUnseen);
        if is_free && is_seen && state.holder != Some(version) {
            state.fence += 1;
            state.holder = Some(version);
            let fence = state.fence;
            state.replica(version).lease = Some(fence);
            state.replica(version).pass = None;
        }
        Some(())
    }

    fn confirm(state: &mut State, version: Version) -> Option<()> {
        let fence = state.fence;
        let replica = state.replica(version);
        let (from, to) = replica.pass.take()?;
        let is_ours = replica.lease == Some(fence);
        if is_ours && state.position == from {
            state.position = to;
            let promised = state.before_start;
            state.is_missed |=
                version == Former && promised.is_some_and(|before| to > before.max(from));
        }
        Some(())
    }

    fn is_possible(&self, state: &State, step: Step) -> bool {
        let of = |version| match version {
            Former => &state.former,
            New => &state.new,
        };
        match step {
            Step::Publish => state.published < self.events,
            // Few enough for the fences of this model.
            Step::Start => !state.new.runs && state.fence < 8,
            Step::Look(version) => of(version).runs,
            Step::Acquire(version) => of(version).seen.is_some() && state.fence < 10,
            Step::Read(version) => of(version).lease.is_some() && of(version).pass.is_none(),
            Step::Confirm(version) => of(version).pass.is_some(),
            Step::Kill | Step::Stop => state.new.runs,
        }
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            published: 0,
            position: 0,
            fence: 0,
            holder: None,
            former: Replica {
                runs: true,
                ..Replica::default()
            },
            new: Replica::default(),
            is_listed: false,
            before_start: None,
            is_missed: false,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Step>) {
        let mut steps = vec![Step::Publish, Step::Start, Step::Kill, Step::Stop];
        for version in [Former, New] {
            steps.extend([
                Step::Look(version),
                Step::Acquire(version),
                Step::Read(version),
                Step::Confirm(version),
            ]);
        }
        steps.retain(|step| self.is_possible(state, *step));
        actions.extend(steps);
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut next = state.clone();
        match step {
            Step::Publish => next.published += 1,
            Step::Start => self.start(&mut next),
            Step::Look(version) => self.look(&mut next, version),
            Step::Acquire(version) => self.acquire(&mut next, version)?,
            Step::Read(version) => {
                let pass = (next.position, next.published);
                next.replica(version).pass = Some(pass);
            }
            Step::Confirm(version) => Self::confirm(&mut next, version)?,
            Step::Kill => {
                next.new = Replica::default();
                next.is_listed = !self.makes(Mistake::ForgetsAtOnce);
            }
            Step::Stop => {
                next.new = Replica::default();
                next.is_listed = false;
                next.before_start = None;
                if next.holder == Some(New) {
                    next.holder = None;
                }
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always(
            NOTHING_IS_PASSED_OVER,
            |_: &Self, state: &State| !state.is_missed,
        )]
    }
}
