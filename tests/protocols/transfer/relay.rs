//! T1 to T3 of `migrations/0010_create_transfers.sql` and `dispatcher-nats/src/relay.rs`: two relays and a stream.
//!
//! ```text
//!   relay    L1 take the lease (it may have expired under a relay that goes on)
//!            T1 ask the stream for its last event; a leader that is none any more answers with an earlier one
//!            T2 send a batch of one event, up to two before the first is confirmed
//!            T3 record the sequence that was confirmed
//!            give up (an error, or no answer): T1 again, while its batches may still arrive; and T1 again now and then,
//!            also if nothing is on its way
//!            crash
//!   stream   a batch arrives: it is taken if it follows the sequence that it expects; or it is lost on the way
//!            set back: what was confirmed is gone, once
//! ```
//!
//! Left out: how the log is read (the model `read`), and that batches have several events, which are taken or refused
//! together.

use stateright::{Model, Property};

pub(crate) const THE_STREAM_IS_THE_LOG: &str =
    "the stream has the events of the log, in its order, each once";

/// How often a lease can be taken, so that the model is finite.
const FENCES: u8 = 2;

/// How many batches a relay sends before the first is confirmed.
const IN_FLIGHT: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// T1 reads the row instead of the stream.
    TheRowIsTheTruth,
    /// T1 is not taken again while nothing is on its way.
    NeverLooks,
    /// The stream takes each batch.
    NoExpectedSequence,
    /// The stream refuses events whose ids it remembers, and takes the others.
    MessageIds,
    /// The stream compares the expected sequence with what its leader believes that it has, and that lacks one message.
    StalePrediction,
}

pub(crate) struct Relays {
    pub(crate) events: u8,
    pub(crate) mistake: Option<Mistake>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    stream: Vec<u8>,
    was_set_back: bool,
    /// Ids that the stream remembers; only for the mistake that relies on them.
    remembered: Vec<u8>,
    /// What T3 has written.
    recorded: u8,
    fence: u8,
    relays: [Relay; 2],
    batches: Vec<Batch>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Relay {
    #[default]
    Waits,
    /// Has taken the lease of that number, and asks next.
    Leads(u8),
    /// The last event that it has sent, and the last that was confirmed.
    Sends { fence: u8, sent: u8, confirmed: u8 },
}

/// An event on its way, behind the sequence that it expects. Events and sequences begin at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Batch {
    by: usize,
    fence: u8,
    expected: u8,
    event: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    L1Acquire(usize),
    T1Ask(usize),
    T1AskStale(usize),
    T2Send(usize),
    T3Record(usize),
    GiveUp(usize),
    Crash(usize),
    Arrive(usize),
    Lose(usize),
    SetBack,
    Forget,
}

impl Step {
    /// What happens as long as something works.
    pub(crate) fn is_progress(&self) -> bool {
        !matches!(self, Self::Crash(_) | Self::Lose(_) | Self::SetBack)
    }
}

impl State {
    pub(crate) fn is_over(&self, events: u8) -> bool {
        self.stream.len() == usize::from(events)
    }
}

impl Relays {
    fn is(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    fn arrive(&self, state: &mut State, batch: Batch) {
        let last = state.stream.len() as u8;
        let is_taken = match self.mistake {
            Some(Mistake::NoExpectedSequence) => true,
            Some(Mistake::MessageIds) => !state.remembered.contains(&batch.event),
            Some(Mistake::StalePrediction) => batch.expected == last || batch.expected + 1 == last,
            _ => batch.expected == last,
        };
        if is_taken {
            state.stream.push(batch.event);
            if self.is(Mistake::MessageIds) {
                state.remembered.push(batch.event);
            }
        }
        // The answer reaches the session that sent it, if that is still there.
        if let Relay::Sends {
            fence,
            sent,
            confirmed,
        } = &mut state.relays[batch.by]
            && *fence == batch.fence
            && batch.event > *confirmed
            && batch.event <= *sent
        {
            if is_taken || self.is(Mistake::MessageIds) {
                *confirmed = batch.event;
            } else {
                state.relays[batch.by] = Relay::Leads(batch.fence);
            }
        }
    }
}

impl Model for Relays {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            stream: vec![],
            was_set_back: false,
            remembered: vec![],
            recorded: 0,
            fence: 0,
            relays: [Relay::default(); 2],
            batches: vec![],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        let longest = usize::from(self.events) + 2;
        for (r, relay) in state.relays.iter().enumerate() {
            match *relay {
                Relay::Waits if state.fence < FENCES => steps.push(Step::L1Acquire(r)),
                // The last lease can be taken again, so that the work always goes on.
                Relay::Waits if !state.relays.iter().any(|it| *it != Relay::Waits) => {
                    steps.push(Step::L1Acquire(r));
                }
                Relay::Waits => continue,
                Relay::Leads(_) => {
                    steps.push(Step::T1Ask(r));
                    if !state.stream.is_empty() {
                        steps.push(Step::T1AskStale(r));
                    }
                }
                Relay::Sends {
                    sent, confirmed, ..
                } => {
                    let waiting = state.batches.iter().filter(|batch| batch.by == r).count();
                    if sent < self.events && waiting < IN_FLIGHT && state.stream.len() < longest {
                        steps.push(Step::T2Send(r));
                    }
                    if confirmed > state.recorded {
                        steps.push(Step::T3Record(r));
                    }
                    if sent > confirmed || !self.is(Mistake::NeverLooks) {
                        steps.push(Step::GiveUp(r));
                    }
                }
            }
            steps.push(Step::Crash(r));
        }
        for batch in 0..state.batches.len() {
            steps.extend([Step::Arrive(batch), Step::Lose(batch)]);
        }
        if !state.was_set_back && !state.stream.is_empty() {
            steps.push(Step::SetBack);
        }
        if !state.remembered.is_empty() {
            steps.push(Step::Forget);
        }
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut next = state.clone();
        match step {
            Step::L1Acquire(r) => {
                next.fence = (next.fence + 1).min(FENCES);
                next.relays[r] = Relay::Leads(next.fence);
            }
            Step::T1Ask(r) | Step::T1AskStale(r) => {
                let Relay::Leads(fence) = next.relays[r] else {
                    return None;
                };
                let not_known = usize::from(step == Step::T1AskStale(r));
                let last = next.stream.iter().rev().nth(not_known);
                let last = last.copied().unwrap_or(0);
                let last = if self.is(Mistake::TheRowIsTheTruth) {
                    next.recorded
                } else {
                    last
                };
                next.relays[r] = Relay::Sends {
                    fence,
                    sent: last,
                    confirmed: last,
                };
            }
            Step::T2Send(r) => {
                let Relay::Sends { fence, sent, .. } = &mut next.relays[r] else {
                    return None;
                };
                *sent += 1;
                next.batches.push(Batch {
                    by: r,
                    fence: *fence,
                    // The stream has one message for each event, so sequence and event agree.
                    expected: *sent - 1,
                    event: *sent,
                });
            }
            Step::T3Record(r) => {
                let Relay::Sends {
                    fence, confirmed, ..
                } = next.relays[r]
                else {
                    return None;
                };
                if fence == next.fence {
                    next.recorded = confirmed;
                } else {
                    next.relays[r] = Relay::Waits;
                }
            }
            Step::GiveUp(r) => {
                let Relay::Sends { fence, .. } = next.relays[r] else {
                    return None;
                };
                next.relays[r] = Relay::Leads(fence);
            }
            Step::Crash(r) => next.relays[r] = Relay::Waits,
            Step::Arrive(b) => {
                let batch = next.batches.remove(b);
                self.arrive(&mut next, batch);
            }
            Step::Lose(b) => _ = next.batches.remove(b),
            Step::SetBack => {
                next.was_set_back = true;
                next.stream.pop();
            }
            Step::Forget => next.remembered.clear(),
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::always(THE_STREAM_IS_THE_LOG, |_, state| {
                state
                    .stream
                    .iter()
                    .copied()
                    .eq(1..=state.stream.len() as u8)
            }),
            Property::<Self>::sometimes("everything is in the stream", |model, state| {
                state.is_over(model.events)
            }),
            Property::<Self>::sometimes("a lost event is sent again", |model, state| {
                state.was_set_back && state.is_over(model.events)
            }),
            Property::<Self>::sometimes("two relays send", |_, state| {
                let mut relays = state.relays.iter();
                relays.all(|relay| matches!(relay, Relay::Sends { .. }))
                    && state.batches.len() >= IN_FLIGHT
            }),
        ]
    }
}
