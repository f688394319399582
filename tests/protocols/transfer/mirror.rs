//! M1 to M3 of `migrations/0010_create_transfers.sql` and `dispatcher-nats/src/mirror.rs`: two mirrors, the row, and a
//! log that retention sweeps.
//!
//! ```text
//!   mirror   L1 take the lease (it may have expired under a mirror that goes on)
//!            M1 read one or two events behind the sequence of the row
//!            M2, M3 insert and move in one transaction, WHERE fence and sequence are what was read
//!            crash
//!   log      retention removes the oldest event, also one whose insert is repeated later
//! ```
//!
//! The transaction is one step, because M3 locks the row. An id that is in the log already inserts nothing.

use stateright::{Model, Property};

pub(crate) const EACH_EVENT_ONCE: &str =
    "each event of the stream was inserted once, in the order of the stream";

const FENCES: u8 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// The events are committed first, and the row moves in another transaction.
    MoveAfterwards,
    /// The other way round.
    MoveBefore,
    /// Neither the fence nor the sequence is compared.
    StaleLease,
}

pub(crate) struct Mirrors {
    pub(crate) events: u8,
    pub(crate) mistake: Option<Mistake>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// Every insert, in order.
    inserted: Vec<u8>,
    /// How many of these retention has removed.
    swept: u8,
    sequence: u8,
    fence: u8,
    mirrors: [Mirror; 2],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Mirror {
    #[default]
    Waits,
    Leads(u8),
    /// Has read the events behind the first sequence, up to the second.
    Has {
        fence: u8,
        from: u8,
        to: u8,
    },
    /// Half of what is one step without a mistake.
    Half {
        fence: u8,
        from: u8,
        to: u8,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    L1Acquire(usize),
    M1Pull(usize, u8),
    M2M3Commit(usize),
    SecondHalf(usize),
    Crash(usize),
    Sweep,
}

impl Step {
    /// What happens as long as something works.
    pub(crate) fn is_progress(&self) -> bool {
        !matches!(self, Self::Crash(_))
    }
}

impl State {
    pub(crate) fn is_over(&self, events: u8) -> bool {
        self.inserted.len() == usize::from(events) && self.sequence == events
    }

    fn insert(&mut self, from: u8, to: u8) {
        for event in from + 1..=to {
            let is_there = self.inserted[usize::from(self.swept)..].contains(&event);
            if !is_there {
                self.inserted.push(event);
            }
        }
    }
}

impl Mirrors {
    /// The first half of a broken protocol, or all of the right one.
    fn commit(&self, state: &mut State, m: usize) {
        let Mirror::Has { fence, from, to } = state.mirrors[m] else {
            return;
        };
        let is_ours = fence == state.fence && from == state.sequence;
        if !is_ours && self.mistake != Some(Mistake::StaleLease) {
            state.mirrors[m] = Mirror::Waits;
            return;
        }
        let half = Mirror::Half { fence, from, to };
        match self.mistake {
            Some(Mistake::MoveAfterwards) => {
                state.insert(from, to);
                state.mirrors[m] = half;
            }
            Some(Mistake::MoveBefore) => {
                state.sequence = to;
                state.mirrors[m] = half;
            }
            _ => {
                state.insert(from, to);
                state.sequence = to;
                state.mirrors[m] = Mirror::Leads(fence);
            }
        }
    }
}

impl Model for Mirrors {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            inserted: vec![],
            swept: 0,
            sequence: 0,
            fence: 0,
            mirrors: [Mirror::default(); 2],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for (m, mirror) in state.mirrors.iter().enumerate() {
            match mirror {
                Mirror::Waits => {
                    let nobody_works = state.mirrors.iter().all(|it| *it == Mirror::Waits);
                    // The last lease can be taken again, so that the work always goes on.
                    if state.fence < FENCES || nobody_works {
                        steps.push(Step::L1Acquire(m));
                    }
                    continue;
                }
                Mirror::Leads(_) => {
                    let left = self.events.saturating_sub(state.sequence).min(2);
                    steps.extend((1..=left).map(|events| Step::M1Pull(m, events)));
                }
                Mirror::Has { .. } => steps.push(Step::M2M3Commit(m)),
                Mirror::Half { .. } => steps.push(Step::SecondHalf(m)),
            }
            steps.push(Step::Crash(m));
        }
        let longest = usize::from(self.events) + 2;
        if usize::from(state.swept) < state.inserted.len() && state.inserted.len() <= longest {
            steps.push(Step::Sweep);
        }
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut next = state.clone();
        match step {
            Step::L1Acquire(m) => {
                next.fence = (next.fence + 1).min(FENCES);
                next.mirrors[m] = Mirror::Leads(next.fence);
            }
            Step::M1Pull(m, events) => {
                let Mirror::Leads(fence) = next.mirrors[m] else {
                    return None;
                };
                let from = next.sequence;
                let to = from + events;
                next.mirrors[m] = Mirror::Has { fence, from, to };
            }
            Step::M2M3Commit(m) => self.commit(&mut next, m),
            Step::SecondHalf(m) => {
                let Mirror::Half { fence, from, to } = next.mirrors[m] else {
                    return None;
                };
                if self.mistake == Some(Mistake::MoveBefore) {
                    next.insert(from, to);
                } else if fence == next.fence {
                    next.sequence = to;
                }
                next.mirrors[m] = Mirror::Leads(fence);
            }
            Step::Crash(m) => next.mirrors[m] = Mirror::Waits,
            Step::Sweep => next.swept += 1,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::always(EACH_EVENT_ONCE, |model, state| {
                let inserted = state.inserted.iter().copied();
                inserted.eq(1..=state.inserted.len() as u8)
                    // What the row has passed was inserted; not so while the first half of a mistake waits for the other.
                    && (state.inserted.len() >= usize::from(state.sequence)
                        || model.mistake == Some(Mistake::MoveBefore)
                            && state.mirrors.iter().any(|it| matches!(it, Mirror::Half { .. })))
            }),
            Property::<Self>::sometimes("everything is in the log", |model, state| {
                state.is_over(model.events)
            }),
            Property::<Self>::sometimes("a stale mirror has a batch", |_, state| {
                let stale = |mirror: &Mirror| matches!(mirror, Mirror::Has { fence, .. } if *fence < state.fence);
                state.mirrors.iter().any(stale)
            }),
        ]
    }
}
