//! The lease with a fence, and every known way to get it wrong.

mod model;
mod properties;

use crate::check::{breaks, can_always, holds};
use model::{Evict, Mistake, Protocol, Step};
use properties::{NOT_ROBBED, ONCE};

fn protocol() -> Protocol {
    Protocol {
        replicas: 3,
        events: 2,
        acquisitions: 3,
        outside: false,
        evict: Evict::Contender,
        crashes: true,
        mistake: None,
    }
}

fn broken_by(mistake: Mistake, property: &'static str) -> Vec<Step> {
    let model = Protocol {
        mistake: Some(mistake),
        ..protocol()
    };
    breaks(&format!("lease, {mistake:?}"), model, property)
}

#[test]
fn three_replicas() {
    holds("lease", protocol());
}

#[test]
fn three_replicas_with_effects_outside_transactions() {
    let model = Protocol {
        outside: true,
        ..protocol()
    };
    holds("lease, outside", model);
}

/// Whatever has stopped or crashed, the running replicas get to the end without it.
fn progress(evict: Evict, mistake: Option<Mistake>) -> Result<(), Vec<Step>> {
    let model = Protocol {
        evict,
        mistake,
        // One fence to spare, because the model ends where fences do.
        acquisitions: 4,
        ..protocol()
    };
    can_always(
        &format!("lease, L6 {evict:?}, {mistake:?}"),
        &model,
        |step| !matches!(step, Step::Resume(_) | Step::Crash(_) | Step::Stop(_)),
        |state| state.row.position == model.events || state.last_fence == model.acquisitions,
    )
}

#[test]
fn those_that_run_get_on_without_those_that_are_stopped() {
    progress(Evict::Contender, None).unwrap();
}

#[test]
fn without_l6_a_stopped_process_stops_everybody() {
    let steps = progress(Evict::Never, None).unwrap_err();
    assert!(matches!(steps[..], [.., Step::Stop(_)]));
}

/// It cannot become the holder: L1 waits for the row, which the stopped process has locked.
#[test]
fn l6_by_a_new_holder_alone_comes_too_late() {
    let steps = progress(Evict::NewHolder, None).unwrap_err();
    assert!(steps.iter().any(|step| matches!(step, Step::L3Confirm(_))));
}

/// Former holders that do not know it yet wait in L2 and L4 for what the stopped one has locked.
/// None of them is a contender, so no replica evicts.
#[test]
fn former_holders_that_wait_for_their_renewal_wait_for_ever() {
    progress(Evict::Contender, Some(Mistake::RenewWaitsForEver)).unwrap_err();
}

#[test]
fn a_confirm_without_the_fence_applies_effects_twice() {
    broken_by(Mistake::ConfirmWithoutFence, ONCE);
}

#[test]
fn a_fence_that_is_checked_and_then_relied_on_applies_effects_twice() {
    broken_by(Mistake::CheckThenAct, ONCE);
}

#[test]
fn a_fence_that_is_used_again_applies_effects_twice() {
    broken_by(Mistake::FenceReused, ONCE);
}

#[test]
fn a_position_from_before_the_lease_applies_effects_twice() {
    broken_by(Mistake::PositionBeforeL1, ONCE);
}

#[test]
fn a_release_without_the_fence_robs_the_new_holder() {
    broken_by(Mistake::ReleaseWithoutFence, NOT_ROBBED);
}

/// A replica that does not learn whether COMMIT worked has to ask again (L1), or L3 has to name the
/// old position.
#[test]
fn an_unanswered_commit_that_counts_as_failed_applies_effects_twice() {
    broken_by(Mistake::UnansweredIsFailed, ONCE);
}
