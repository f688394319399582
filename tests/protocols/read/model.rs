//! W1, W2 and R1 to R3 of `migrations/0001_create_event_log.sql`.
//!
//! ```text
//!   writer   W1 read the sequence, then lock that floor   once a (sub)transaction, by its memo
//!            (or a lower one, where another session holds the key of that one)
//!            W2 take a position and insert                 again and again
//!            savepoint, rollback to it, release; rollback
//!            commit: first the rows are visible, then the locks go
//!   reader   R1 L, the sequence's last value
//!            R2 H = min(L, the smallest floor held)
//!            R3 a new snapshot; rows in (cursor, H]; the cursor is at H
//!            where it is committed apart from its reading: at the last row up to H
//!   crash    the sequence is where it was at the last commit; what is open is rolled back
//! ```
//!
//! Left out: savepoints in savepoints, more than one transaction for each writer, a limit on the
//! rows of a read (then the cursor stays behind H), event types. Scanning the locks is one step,
//! because Postgres locks all partitions of its lock table while `pg_locks` copies it.

use stateright::{Model, Property};

/// The property that this model is about.
pub(crate) const NOTHING_PASSED_OVER: &str = "no reader passes over a committed event";

/// A way to get the protocol wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// Reads all rows above the cursor; the cursor moves to the highest.
    NaiveReader,
    /// R2, then R1.
    LocksBeforeSequence,
    /// The rows are read in the statement that computes the horizon.
    OneSnapshot,
    /// ROLLBACK TO SAVEPOINT releases the lock but keeps the memo.
    MemoSurvives,
    /// Commit releases the locks and then shows the rows.
    UnlockBeforeVisible,
    /// W1 may see a value that has not been handed out yet.
    FloorReadsAhead,
    /// R1 may see such a value.
    ReaderReadsAhead,
    /// A session takes two positions at once.
    Cache,
    /// A row trigger: W1 comes after the position is taken.
    RowTrigger,
    /// A cursor that is committed apart from its reading goes beyond the last row.
    BeyondRows,
}

pub(crate) struct Protocol {
    pub(crate) writers: usize,
    pub(crate) readers: usize,
    /// How many of the writers use savepoints.
    pub(crate) savepoints: usize,
    /// How many positions are handed out.
    pub(crate) positions: u8,
    /// How often the server crashes.
    pub(crate) crashes: u8,
    /// Whether cursors are committed on another server, or by another transaction, which syncs nothing that was read.
    pub(crate) apart: bool,
    pub(crate) mistake: Option<Mistake>,
}

/// A set of positions: bit p for position p.
type Positions = u16;

fn up_to(position: u8) -> Positions {
    ((2 << position) - 1) & !1
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct State {
    /// The sequence.
    last: u8,
    /// Where it is after a crash.
    synced: u8,
    crashes: u8,
    visible: Positions,
    writers: Vec<Writer>,
    readers: Vec<Reader>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Writer {
    at: At,
    /// What the transaction and its savepoint did. If one of them has a lock, the other has none.
    levels: [Level; 2],
    in_savepoint: bool,
    /// A position that the session took from the sequence and has not used yet.
    cached: Option<u8>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Level {
    floor: Option<u8>,
    memo: bool,
    rows: Positions,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum At {
    /// Between two statements.
    #[default]
    Between,
    /// Inside W1, with the floor that it read.
    FloorRead(u8),
    /// W1 is done, W2 is not.
    Locked,
    /// [`Mistake::RowTrigger`]: the position is taken, W1 is not done.
    PositionTaken,
    /// Commit is half done.
    Committing,
    Done,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Reader {
    cursor: u8,
    delivered: Positions,
    found: Found,
    /// [`Mistake::OneSnapshot`]
    snapshot: Option<Positions>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Found {
    #[default]
    Nothing,
    Last(u8),
    /// [`Mistake::LocksBeforeSequence`]
    Floor(u8),
    Horizon(u8),
}

/// A step of the writer or the reader of that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    W1Read(usize),
    W1ReadLower(usize),
    W1ReadAhead(usize),
    W1Lock(usize),
    W2Insert(usize),
    Savepoint(usize),
    RollbackTo(usize),
    Release(usize),
    Rollback(usize),
    CommitShow(usize),
    CommitUnlock(usize),
    Snapshot(usize),
    R1(usize),
    R1Ahead(usize),
    R2(usize),
    R3(usize),
    Crash,
}

impl Writer {
    fn has_memo(&self) -> bool {
        self.levels.iter().any(|level| level.memo)
    }

    fn rows(&self) -> Positions {
        self.levels[0].rows | self.levels[1].rows
    }

    fn level(&mut self) -> &mut Level {
        &mut self.levels[usize::from(self.in_savepoint)]
    }

    fn unlock(&mut self) {
        for level in &mut self.levels {
            level.floor = None;
        }
    }
}

impl State {
    fn smallest_floor(&self) -> u8 {
        let floors = self.writers.iter().flat_map(|writer| &writer.levels);
        floors
            .filter_map(|level| level.floor)
            .min()
            .unwrap_or(u8::MAX)
    }

    fn crash(&mut self) {
        self.last = self.synced;
        self.crashes += 1;
        for writer in &mut self.writers {
            if *writer != Writer::default() {
                *writer = Writer {
                    at: At::Done,
                    ..Writer::default()
                };
            }
        }
        for reader in &mut self.readers {
            reader.found = Found::Nothing;
        }
    }

    /// Whether every writer has ended and every reader has read to the end.
    pub(crate) fn is_over(&self) -> bool {
        self.writers
            .iter()
            .all(|writer| writer.at == At::Done || *writer == Writer::default())
            && self.readers.iter().all(|reader| reader.cursor == self.last)
    }
}

impl Protocol {
    fn is(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    fn writer_steps(&self, state: &State, w: usize, steps: &mut Vec<Step>) {
        let writer = &state.writers[w];
        match writer.at {
            At::Between => {
                if state.last < self.positions || writer.cached.is_some() {
                    if writer.has_memo() || self.is(Mistake::RowTrigger) {
                        steps.push(Step::W2Insert(w));
                    } else {
                        self.floor_steps(w, steps);
                    }
                }
                let inner = &writer.levels[1];
                if inner.floor.is_some() || inner.rows != 0 {
                    steps.extend([Step::RollbackTo(w), Step::Release(w)]);
                } else if w < self.savepoints && !writer.in_savepoint && state.last < self.positions
                {
                    steps.push(Step::Savepoint(w));
                }
                if *writer != Writer::default() {
                    steps.push(Step::Rollback(w));
                }
                if writer.rows() != 0 {
                    steps.push(if self.is(Mistake::UnlockBeforeVisible) {
                        Step::CommitUnlock(w)
                    } else {
                        Step::CommitShow(w)
                    });
                }
            }
            At::FloorRead(_) => steps.push(Step::W1Lock(w)),
            At::Locked => steps.push(Step::W2Insert(w)),
            At::PositionTaken => self.floor_steps(w, steps),
            At::Committing => steps.push(if self.is(Mistake::UnlockBeforeVisible) {
                Step::CommitShow(w)
            } else {
                Step::CommitUnlock(w)
            }),
            At::Done => {}
        }
    }

    fn floor_steps(&self, w: usize, steps: &mut Vec<Step>) {
        steps.push(Step::W1Read(w));
        steps.push(Step::W1ReadLower(w));
        if self.is(Mistake::FloorReadsAhead) {
            steps.push(Step::W1ReadAhead(w));
        }
    }

    fn reader_steps(&self, state: &State, r: usize, steps: &mut Vec<Step>) {
        let reader = &state.readers[r];
        match reader.found {
            Found::Nothing if self.is(Mistake::NaiveReader) => steps.push(Step::R3(r)),
            // There is nothing new, so reading would change nothing.
            Found::Nothing if reader.cursor >= state.last => {}
            Found::Nothing if self.is(Mistake::LocksBeforeSequence) => steps.push(Step::R2(r)),
            Found::Nothing if self.is(Mistake::OneSnapshot) && reader.snapshot.is_none() => {
                steps.push(Step::Snapshot(r));
            }
            Found::Nothing => {
                steps.push(Step::R1(r));
                if self.is(Mistake::ReaderReadsAhead) {
                    steps.push(Step::R1Ahead(r));
                }
            }
            Found::Last(_) => steps.push(Step::R2(r)),
            Found::Floor(_) => steps.push(Step::R1(r)),
            Found::Horizon(_) => steps.push(Step::R3(r)),
        }
    }

    fn write(&self, state: &mut State, w: usize, step: Step) {
        let last = state.last;
        let writer = &mut state.writers[w];
        match step {
            Step::W1Read(_) => writer.at = At::FloorRead(last),
            Step::W1ReadLower(_) => writer.at = At::FloorRead(last.saturating_sub(1)),
            Step::W1ReadAhead(_) => writer.at = At::FloorRead(last + 1),
            Step::W1Lock(_) => {
                let At::FloorRead(floor) = writer.at else {
                    return;
                };
                writer.level().floor = Some(floor);
                writer.level().memo = true;
                writer.at = if self.is(Mistake::RowTrigger) {
                    At::Between
                } else {
                    At::Locked
                };
            }
            Step::W2Insert(_) => {
                let position = writer.cached.take().unwrap_or_else(|| {
                    state.last += 1;
                    if self.is(Mistake::Cache) {
                        state.last += 1;
                        writer.cached = Some(state.last);
                    }
                    last + 1
                });
                writer.level().rows |= 1 << position;
                writer.at = if self.is(Mistake::RowTrigger) && !writer.has_memo() {
                    At::PositionTaken
                } else {
                    At::Between
                };
            }
            Step::Savepoint(_) => writer.in_savepoint = true,
            Step::RollbackTo(_) => {
                let memo = writer.levels[1].memo && self.is(Mistake::MemoSurvives);
                writer.levels[1] = Level {
                    memo,
                    ..Level::default()
                };
            }
            Step::Release(_) => {
                let inner = std::mem::take(&mut writer.levels[1]);
                let outer = &mut writer.levels[0];
                outer.floor = outer.floor.or(inner.floor);
                outer.memo |= inner.memo;
                outer.rows |= inner.rows;
                writer.in_savepoint = false;
            }
            Step::CommitShow(_) => {
                state.visible |= writer.rows();
                if self.crashes > 0 {
                    state.synced = last;
                }
                writer.at = At::Committing;
                if self.is(Mistake::UnlockBeforeVisible) {
                    *writer = Writer {
                        at: At::Done,
                        ..Writer::default()
                    };
                }
            }
            Step::CommitUnlock(_) if self.is(Mistake::UnlockBeforeVisible) => {
                writer.unlock();
                writer.at = At::Committing;
            }
            _ => {
                *writer = Writer {
                    at: At::Done,
                    ..Writer::default()
                }
            }
        }
    }

    fn read(&self, state: &mut State, r: usize, step: Step) {
        let (last, floor, visible) = (state.last, state.smallest_floor(), state.visible);
        let reader = &mut state.readers[r];
        reader.found = match (step, reader.found) {
            (Step::Snapshot(_), found) => {
                reader.snapshot = Some(visible);
                found
            }
            (Step::R1(_), Found::Floor(floor)) => Found::Horizon(last.min(floor)),
            (Step::R1(_), _) => Found::Last(last),
            (Step::R1Ahead(_), _) => Found::Last(last + 1),
            (Step::R2(_), Found::Last(last)) => Found::Horizon(last.min(floor)),
            (Step::R2(_), _) => Found::Floor(floor),
            (_, found) => {
                let seen = reader.snapshot.take().unwrap_or(visible);
                let horizon = match found {
                    Found::Horizon(horizon) => horizon,
                    // The naive reader's cursor: the highest position that it sees.
                    _ => u8::try_from(seen.checked_ilog2().unwrap_or(0)).unwrap(),
                };
                reader.delivered |= seen & up_to(horizon) & !up_to(reader.cursor);
                let rows = seen & up_to(horizon);
                let end = if self.apart && !self.is(Mistake::BeyondRows) {
                    u8::try_from(rows.checked_ilog2().unwrap_or(0)).unwrap()
                } else {
                    horizon
                };
                reader.cursor = reader.cursor.max(end);
                if self.crashes > 0 && !self.apart {
                    state.synced = last;
                }
                Found::Nothing
            }
        };
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            last: 0,
            synced: 0,
            crashes: 0,
            visible: 0,
            writers: vec![Writer::default(); self.writers],
            readers: vec![Reader::default(); self.readers],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        (0..self.writers).for_each(|w| self.writer_steps(state, w, steps));
        (0..self.readers).for_each(|r| self.reader_steps(state, r, steps));
        if state.crashes < self.crashes {
            steps.push(Step::Crash);
        }
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut next = state.clone();
        match step {
            Step::Snapshot(r) | Step::R1(r) | Step::R1Ahead(r) | Step::R2(r) | Step::R3(r) => {
                self.read(&mut next, r, step);
            }
            Step::W1Read(w)
            | Step::W1ReadLower(w)
            | Step::W1ReadAhead(w)
            | Step::W1Lock(w)
            | Step::W2Insert(w)
            | Step::Savepoint(w)
            | Step::RollbackTo(w)
            | Step::Release(w)
            | Step::Rollback(w)
            | Step::CommitShow(w)
            | Step::CommitUnlock(w) => self.write(&mut next, w, step),
            Step::Crash => next.crash(),
        }
        if self.mistake.is_none() {
            // Their identity makes no difference. Counterexamples keep their numbers.
            next.writers[self.savepoints..].sort_unstable();
            next.readers.sort_unstable();
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::always(NOTHING_PASSED_OVER, |_, state| {
                state
                    .readers
                    .iter()
                    .all(|reader| state.visible & up_to(reader.cursor) & !reader.delivered == 0)
            }),
            Property::<Self>::sometimes("a visible event waits for a writer", |_, state| {
                state.readers.iter().any(|reader| match reader.found {
                    Found::Horizon(horizon) => state.visible & !up_to(horizon) != 0,
                    _ => false,
                })
            }),
            Property::<Self>::sometimes("rows are visible while their lock is held", |_, state| {
                state.writers.iter().any(|writer| {
                    writer.rows() & state.visible != 0 && state.smallest_floor() != u8::MAX
                })
            }),
            Property::<Self>::sometimes("a reader goes past what was rolled back", |_, state| {
                let owned = state
                    .writers
                    .iter()
                    .fold(state.visible, |owned, writer| owned | writer.rows());
                state
                    .readers
                    .iter()
                    .any(|reader| up_to(reader.cursor) & !owned != 0)
            }),
            Property::<Self>::sometimes(
                "every position is delivered to every reader",
                |model, state| {
                    state
                        .readers
                        .iter()
                        .all(|reader| reader.delivered == up_to(model.positions))
                },
            ),
        ]
    }
}
