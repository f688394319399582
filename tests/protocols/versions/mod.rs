//! Replicas that disagree on the event types of their subscription, and every known way to get it wrong.

mod model;

use crate::check::{breaks, can_always, holds};
use model::{Mistake, NOTHING_IS_PASSED_OVER, Protocol, Step};

fn misses(mistake: Mistake) -> Vec<Step> {
    let protocol = Protocol {
        events: 3,
        mistake: Some(mistake),
    };
    breaks(
        &format!("versions, {mistake:?}"),
        protocol,
        NOTHING_IS_PASSED_OVER,
    )
}

#[test]
fn nothing_is_passed_over_while_a_replica_lives_that_takes_it() {
    let protocol = Protocol {
        events: 3,
        mistake: None,
    };
    holds("versions", protocol);
}

#[test]
fn everything_is_read_from_everywhere() {
    // Fences are limited in the model, so a start that is still to come must not be what is needed.
    let protocol = Protocol {
        events: 2,
        mistake: None,
    };
    let may = |step: &Step| *step != Step::Kill;
    can_always(
        "versions",
        &protocol,
        may,
        model::State::is_delivered_or_spent,
    )
    .unwrap();
}

#[test]
fn a_start_that_leaves_leases_alone_misses_events() {
    misses(Mistake::LeavesLeases);
}

/// The former version had read that the partition is free before the new one started.
#[test]
fn a_start_that_leaves_free_rows_alone_misses_events() {
    misses(Mistake::LeavesFreeRows);
}

#[test]
fn taking_a_lease_that_has_changed_since_it_was_read_misses_events() {
    misses(Mistake::AcquiresUnseen);
}

#[test]
fn not_waiting_for_the_version_that_takes_more_misses_events() {
    misses(Mistake::DoesNotWait);
}

#[test]
fn a_version_that_was_killed_is_waited_for() {
    let steps = misses(Mistake::ForgetsAtOnce);
    assert!(steps.contains(&Step::Kill));
}
