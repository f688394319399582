//! A domain that moves from one database to another and back, and every known way to get it wrong.

mod model;
mod side;

use crate::check::{breaks, can_always, holds};
use model::{IN_ORDER, Mistake, Moves, ONCE, ONE_WORKS, State, Step};

fn one(mistake: Mistake) -> Moves {
    Moves {
        operators: 1,
        partitions: 2,
        mistake: Some(mistake),
    }
}

fn two(mistake: Mistake) -> Moves {
    Moves {
        operators: 2,
        ..one(mistake)
    }
}

fn finds(moves: Moves, property: &'static str) -> Vec<Step> {
    let name = format!("move, {:?}", moves.mistake);
    breaks(&name, moves, property)
}

#[test]
fn two_operators_move_a_domain_and_bring_it_back() {
    let model = Moves {
        operators: 2,
        partitions: 2,
        mistake: None,
    };
    holds("move", model);
}

#[test]
fn events_of_one_subject_keep_their_order_on_the_way() {
    let model = Moves {
        operators: 1,
        partitions: 1,
        mistake: None,
    };
    holds("move, one subject", model);
}

/// The operator included: it may be killed between any two steps, and another one takes the move to either end.
#[test]
fn everything_is_handled_on_either_side_from_everywhere() {
    let model = Moves {
        operators: 1,
        partitions: 2,
        mistake: None,
    };
    for side in 0..2 {
        can_always("move", &model, Step::is_progress, |state| {
            state.is_over_at(side)
        })
        .unwrap();
    }
}

/// Events that the source has handled arrive behind the new cursor.
#[test]
fn a_switch_before_the_mirror_has_caught_up_repeats_events() {
    finds(one(Mistake::CarriesTooEarly), ONCE);
}

#[test]
fn cursors_that_are_carried_by_position_repeat_events() {
    finds(one(Mistake::CarriesPositions), ONCE);
}

/// Of two partitions, one was further.
#[test]
fn a_switch_that_records_nothing_beyond_the_cursor_repeats_events() {
    finds(one(Mistake::CarriesNoDedup), ONCE);
}

#[test]
fn what_waits_is_lost_unless_it_is_carried() {
    let model = one(Mistake::LeavesWhatWaits);
    let may = Step::is_progress;
    let steps = can_always("move, leaves what waits", &model, may, State::is_over).unwrap_err();
    assert!(
        steps.iter().any(|it| matches!(it, Step::Fail(_))),
        "{steps:?}"
    );
}

#[test]
fn a_switch_that_is_not_idempotent_repeats_events() {
    finds(two(Mistake::CarriesAgain), ONCE);
}

#[test]
fn a_target_without_a_pause_works_beside_the_source() {
    finds(one(Mistake::PreparesWithoutPause), ONE_WORKS);
    finds(one(Mistake::PreparesWithoutPause), ONCE);
}

#[test]
fn a_switch_without_a_pause_of_the_source_has_both_work() {
    finds(one(Mistake::SkipsPause), ONE_WORKS);
    finds(one(Mistake::SkipsPause), ONCE);
}

#[test]
fn a_delivery_that_outlives_the_pause_repeats_an_event_and_breaks_the_order() {
    finds(one(Mistake::LeavesLeases), ONCE);
    let of_one_subject = Moves {
        partitions: 1,
        ..one(Mistake::LeavesLeases)
    };
    finds(of_one_subject, IN_ORDER);
}

#[test]
fn a_way_back_without_cursors_repeats_events() {
    finds(one(Mistake::GoesBackWithoutCursors), ONCE);
}

/// One operator has read that nothing was started. Until it prepares, the other has moved the domain, and the target has
/// what would be cleared.
#[test]
fn preparing_by_what_was_read_before_repeats_events() {
    finds(two(Mistake::PreparesUnseen), ONCE);
}

/// While one operator waits for the mirror, the other goes back.
#[test]
fn pausing_by_what_was_read_before_repeats_events() {
    finds(two(Mistake::PausesUnseen), ONCE);
}

/// A way back was interrupted, and is then repeated with the databases exchanged.
#[test]
fn going_on_in_the_database_that_was_left_repeats_events() {
    finds(one(Mistake::ForgetsWhichWasLeft), ONCE);
}
