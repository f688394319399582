//! The gap-safe read, and every known way to get it wrong.

mod model;

use crate::check::{breaks, can_always, holds};
use model::{Mistake, NOTHING_PASSED_OVER, Protocol, Step};

fn protocol(mistake: Option<Mistake>) -> Protocol {
    Protocol {
        writers: 3,
        readers: 2,
        savepoints: 1,
        positions: 3,
        crashes: 0,
        apart: false,
        mistake,
    }
}

fn lost_by(mistake: Mistake) -> Vec<Step> {
    breaks(
        &format!("read, {mistake:?}"),
        protocol(Some(mistake)),
        NOTHING_PASSED_OVER,
    )
}

#[test]
fn three_writers_and_two_readers() {
    holds(
        "read, two readers",
        Protocol {
            savepoints: 0,
            positions: 2,
            ..protocol(None)
        },
    );
}

/// Readers neither see nor hinder each other, so with one reader the rest of the model can be
/// larger.
#[test]
fn three_writers_with_savepoints_and_one_reader() {
    holds(
        "read, savepoints",
        Protocol {
            readers: 1,
            ..protocol(None)
        },
    );
}

#[test]
fn readers_get_to_the_end_from_everywhere() {
    let model = Protocol {
        readers: 1,
        positions: 2,
        ..protocol(None)
    };
    can_always("read", &model, |_| true, |state| state.is_over()).unwrap();
}

#[test]
fn a_naive_reader_loses_events() {
    lost_by(Mistake::NaiveReader);
}

#[test]
fn reading_the_locks_before_the_sequence_loses_events() {
    let steps = lost_by(Mistake::LocksBeforeSequence);
    let r1 = steps.iter().position(|step| matches!(step, Step::R1(_)));
    let w2 = steps
        .iter()
        .position(|step| matches!(step, Step::W2Insert(_)));
    assert!(w2 < r1, "a position is taken between the two");
}

#[test]
fn a_horizon_in_the_statement_that_reads_loses_events() {
    lost_by(Mistake::OneSnapshot);
}

#[test]
fn a_memo_that_survives_a_rollback_to_a_savepoint_loses_events() {
    let steps = lost_by(Mistake::MemoSurvives);
    assert!(steps.iter().any(|step| matches!(step, Step::RollbackTo(_))));
}

#[test]
fn locks_that_go_before_the_rows_are_visible_lose_events() {
    lost_by(Mistake::UnlockBeforeVisible);
}

#[test]
fn a_floor_that_reads_ahead_loses_events() {
    lost_by(Mistake::FloorReadsAhead);
}

#[test]
fn a_reader_that_reads_ahead_loses_events() {
    lost_by(Mistake::ReaderReadsAhead);
}

#[test]
fn a_sequence_with_a_cache_loses_events() {
    lost_by(Mistake::Cache);
}

#[test]
fn a_row_trigger_loses_events() {
    lost_by(Mistake::RowTrigger);
}

fn crashing(apart: bool, mistake: Option<Mistake>) -> Protocol {
    Protocol {
        readers: 1,
        savepoints: 0,
        crashes: 1,
        apart,
        ..protocol(mistake)
    }
}

#[test]
fn a_crash_that_gives_positions_out_again_loses_nothing_where_the_reader_commits() {
    holds("read, a crash", crashing(false, None));
}

#[test]
fn a_crash_that_gives_positions_out_again_loses_nothing_where_the_cursor_stays_at_a_row() {
    holds("read, a crash, apart", crashing(true, None));
}

#[test]
fn a_cursor_beyond_the_rows_that_is_committed_elsewhere_loses_events() {
    let mistake = Some(Mistake::BeyondRows);
    let steps = breaks(
        "read, BeyondRows",
        crashing(true, mistake),
        NOTHING_PASSED_OVER,
    );
    assert!(steps.contains(&Step::Crash));
}
