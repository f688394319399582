//! S1 to S5 of `dispatcher-runtime/src/consume/wake/` (the loop is in `worker.rs`), against writers.
//!
//! ```text
//!   writer   W2 insert: position and floor lock
//!            W3 the trigger tries the exclusive lock: if a reader sleeps, notify at commit;
//!               or it is told to notify always
//!            commit: visible; then, in any order, the floor lock goes and the notification arrives
//!            or rollback: no notification
//!   reader   awake: R1 R2, R3; again while there was something, else
//!            S1 shared lock   S2, S3 R1 R2, R3; S5 if there was something
//!            S4 wait: for a notification, shortly (a writer is in flight), or for the poll interval
//!            S5 give the lock back
//! ```
//!
//! The poll interval is not a step here: a state that only the poll interval would end must not
//! occur. Left out: several event types, a lost connection (then every consumer polls), and W1
//! apart from W2 and R1 apart from R2, which the other model has. A notification can arrive before
//! the floor lock of its writer is gone, because a listener that was signalled for another one
//! reads what is in the queue.

use stateright::{Model, Property};

pub(crate) const NO_LOST_WAKE_UP: &str =
    "no reader waits for the poll interval while an event is there";

/// A way to get the protocol wrong, or something that can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    WithoutS2,
    WithoutS3,
    /// Writers notify before their rows are visible. S3 copes with it.
    NotifyBeforeVisible,
    /// The lock is released before S4.
    S5BeforeS4,
    /// A notification does not make S3 begin again: the notifier may still hold its floor lock, or
    /// be behind a writer that rolls back and sends nothing.
    S3NotAfterS4,
}

/// What the cursors belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// One for each: subscriptions.
    Subscriptions,
    /// One cursor for all: replicas of one subscription, as they were before leases. A replica that
    /// finds the cursor's row locked is idle.
    Replicas,
    /// Replicas; one of them stops or dies.
    ReplicasThatStop,
}

pub(crate) struct Protocol {
    pub(crate) writers: usize,
    pub(crate) readers: (usize, Readers),
    /// Whether writers notify whether a reader sleeps or not (`dispatcher_event_notify_always`).
    pub(crate) always: bool,
    pub(crate) mistake: Option<Mistake>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct State {
    last: u8,
    /// Bit p for position p.
    visible: u16,
    writers: Vec<Writer>,
    readers: Vec<Reader>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Writer {
    at: At,
    position: u8,
    /// The floor lock is held.
    locked: bool,
    /// A notification that has not arrived.
    notifies: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum At {
    #[default]
    Before,
    Inserted,
    Triggered,
    /// Committed or rolled back.
    Ended,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Reader {
    cursor: u8,
    doing: Doing,
    /// S1 is done, S5 is not: registered, and the lock is held.
    asleep: bool,
    /// A notification has arrived and has not been looked at: tokio's `Notify` keeps one.
    notified: bool,
    /// L at S2.
    writers_until: Option<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Doing {
    /// Begins a pass.
    #[default]
    Pass,
    /// R1 and R2 are done: L, H.
    Horizon(u8, u8),
    /// Nothing was found; S1 is next.
    Idle,
    /// S4; `soon`: only for a short time.
    Wait { soon: bool },
    /// Stopped or dead.
    Gone,
}

/// A step of the writer or the reader of that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    W2Insert(usize),
    W3Trigger(usize),
    Commit(usize),
    Rollback(usize),
    Unlock(usize),
    Deliver(usize),
    S1(usize),
    /// R1 and R2, in S2, in S3 or awake.
    ReadHorizon(usize),
    ReadRows(usize),
    RowIsLocked(usize),
    S4Notified(usize),
    S4Soon(usize),
    Stop(usize),
}

impl State {
    fn horizon(&self) -> u8 {
        let held = self.writers.iter().filter(|writer| writer.locked);
        held.map(|writer| writer.position - 1)
            .min()
            .unwrap_or(u8::MAX)
            .min(self.last)
    }

    fn someone_sleeps(&self) -> bool {
        self.readers.iter().any(|reader| reader.asleep)
    }

    /// Whether a pass holds the cursor's row.
    fn row_is_locked(&self) -> bool {
        self.readers
            .iter()
            .any(|reader| matches!(reader.doing, Doing::Horizon(..)))
    }

    fn some_cursor_is_behind(&self, reader: &Reader) -> bool {
        self.visible >> (reader.cursor + 1) != 0
    }

    pub(crate) fn is_delivered(&self) -> bool {
        self.writers.iter().all(|writer| writer.at == At::Ended)
            && self
                .readers
                .iter()
                .all(|reader| !self.some_cursor_is_behind(reader))
    }
}

impl Protocol {
    fn is(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// The state after a pass that found nothing.
    fn idle(&self, reader: &mut Reader, last: u8, horizon: u8) {
        let s2_is_over = self.is(Mistake::S5BeforeS4) && reader.writers_until.is_some();
        if !(reader.asleep || s2_is_over) {
            reader.doing = Doing::Idle;
            return;
        }
        let until = *reader.writers_until.get_or_insert(last);
        let soon = horizon < until && !self.is(Mistake::WithoutS3);
        reader.doing = Doing::Wait { soon };
        if self.is(Mistake::S5BeforeS4) {
            reader.asleep = false;
        }
    }

    fn act(&self, state: &mut State, step: Step) {
        match step {
            Step::W2Insert(w) => {
                state.last += 1;
                let writer = &mut state.writers[w];
                (writer.at, writer.position, writer.locked) = (At::Inserted, state.last, true);
            }
            Step::W3Trigger(w) => {
                state.writers[w].notifies = self.always || state.someone_sleeps();
                state.writers[w].at = At::Triggered;
            }
            Step::Commit(w) => {
                state.visible |= 1 << state.writers[w].position;
                state.writers[w].at = At::Ended;
            }
            Step::Rollback(w) => {
                state.writers[w] = Writer {
                    at: At::Ended,
                    ..Writer::default()
                };
            }
            Step::Unlock(w) => (state.writers[w].locked, state.writers[w].position) = (false, 0),
            Step::Deliver(w) => {
                state.writers[w].notifies = false;
                for reader in state.readers.iter_mut().filter(|reader| reader.asleep) {
                    reader.notified = true;
                }
            }
            Step::S1(r) => {
                let reader = &mut state.readers[r];
                reader.asleep = true;
                reader.doing = Doing::Pass;
                if self.is(Mistake::WithoutS2) {
                    reader.doing = Doing::Wait { soon: false };
                }
            }
            Step::ReadHorizon(r) => {
                state.readers[r].doing = Doing::Horizon(state.last, state.horizon());
            }
            Step::RowIsLocked(r) => self.idle(&mut state.readers[r], 0, 0),
            Step::ReadRows(r) => self.read_rows(state, r),
            Step::S4Notified(r) => {
                let reader = &mut state.readers[r];
                reader.notified = false;
                if !self.is(Mistake::S3NotAfterS4) {
                    reader.writers_until = None;
                }
                reader.doing = Doing::Pass;
            }
            Step::S4Soon(r) => state.readers[r].doing = Doing::Pass,
            Step::Stop(r) => {
                state.readers[r] = Reader {
                    cursor: state.readers[r].cursor,
                    doing: Doing::Gone,
                    ..Reader::default()
                };
            }
        }
    }

    fn read_rows(&self, state: &mut State, r: usize) {
        let visible = state.visible;
        let reader = &mut state.readers[r];
        let Doing::Horizon(last, horizon) = reader.doing else {
            return;
        };
        let upto_horizon = (2_u16 << horizon) - 1;
        let found = (visible & upto_horizon) >> (reader.cursor + 1) != 0;
        reader.cursor = reader.cursor.max(horizon);
        if found {
            // S5, if it was asleep. A notification that arrived stays with it.
            reader.asleep = false;
            reader.writers_until = None;
            reader.doing = Doing::Pass;
        } else {
            self.idle(reader, last, horizon);
        }
        let cursor = reader.cursor;
        if self.readers.1 != Readers::Subscriptions {
            state.readers.iter_mut().for_each(|of| of.cursor = cursor);
        }
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            last: 0,
            visible: 0,
            writers: vec![Writer::default(); self.writers],
            readers: vec![Reader::default(); self.readers.0],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for (w, writer) in state.writers.iter().enumerate() {
            match writer.at {
                At::Before => steps.push(Step::W2Insert(w)),
                At::Inserted => steps.extend([Step::W3Trigger(w), Step::Rollback(w)]),
                At::Triggered => steps.extend([Step::Commit(w), Step::Rollback(w)]),
                At::Ended if writer.locked => steps.push(Step::Unlock(w)),
                At::Ended => {}
            }
            let early = self.is(Mistake::NotifyBeforeVisible) && writer.at == At::Triggered;
            if writer.notifies && (writer.at == At::Ended || early) {
                steps.push(Step::Deliver(w));
            }
        }
        let replicas = self.readers.1 != Readers::Subscriptions;
        let gone = state
            .readers
            .iter()
            .any(|reader| reader.doing == Doing::Gone);
        for (r, reader) in state.readers.iter().enumerate() {
            match reader.doing {
                Doing::Pass if replicas && state.row_is_locked() => {
                    steps.push(Step::RowIsLocked(r));
                }
                Doing::Pass => steps.push(Step::ReadHorizon(r)),
                Doing::Horizon(..) => steps.push(Step::ReadRows(r)),
                Doing::Idle => steps.push(Step::S1(r)),
                Doing::Wait { soon } => {
                    if reader.notified {
                        steps.push(Step::S4Notified(r));
                    }
                    if soon {
                        steps.push(Step::S4Soon(r));
                    }
                }
                Doing::Gone => continue,
            }
            if self.readers.1 == Readers::ReplicasThatStop && !gone {
                steps.push(Step::Stop(r));
            }
        }
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut next = state.clone();
        self.act(&mut next, step);
        if self.mistake.is_none() {
            // Their identity makes no difference. Counterexamples keep their numbers.
            next.writers.sort_unstable();
            next.readers.sort_unstable();
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::always(NO_LOST_WAKE_UP, |model, state| {
                let on_its_way = |writer: &Writer| writer.at == At::Ended && writer.notifies;
                let mut readers = state.readers.iter();
                let waits = |reader: &Reader| {
                    reader.doing == Doing::Wait { soon: false } && !reader.notified
                };
                let behind = |reader: &Reader| state.some_cursor_is_behind(reader);
                state.writers.iter().any(on_its_way)
                    || match model.readers.1 {
                        Readers::Subscriptions => {
                            !readers.any(|reader| waits(reader) && behind(reader))
                        }
                        // One of them is enough, but a replica that is gone does nothing.
                        _ => {
                            let gone = |reader: &Reader| reader.doing == Doing::Gone;
                            !behind(&state.readers[0])
                                || readers.any(|reader| !waits(reader) && !gone(reader))
                        }
                    }
            }),
            Property::<Self>::sometimes("all sleep until the poll interval", |_, state| {
                let mut readers = state.readers.iter();
                state.last > 0 && readers.all(|reader| reader.doing == Doing::Wait { soon: false })
            }),
            Property::<Self>::sometimes(
                "a writer that does not notify is waited for",
                |model, state| {
                    let mut readers = state.readers.iter();
                    // Where writers always notify, there is none.
                    model.always
                        || readers.any(|reader| reader.doing == Doing::Wait { soon: true })
                            && state
                                .writers
                                .iter()
                                .any(|writer| writer.at == At::Triggered && !writer.notifies)
                },
            ),
            Property::<Self>::sometimes(
                "a notification arrives before its lock is gone",
                |_, state| {
                    state.readers.iter().any(|reader| reader.notified)
                        && state
                            .writers
                            .iter()
                            .any(|writer| writer.at == At::Ended && writer.locked)
                },
            ),
            Property::<Self>::sometimes("a notification ends a wait", |_, state| {
                let waits = Doing::Wait { soon: false };
                state
                    .readers
                    .iter()
                    .any(|reader| reader.doing == waits && reader.notified)
            }),
        ]
    }
}
