//! Events on their way from one log to another: a relay into a stream, a mirror out of it, and every known way to get
//! them wrong.

mod mirror;
mod relay;

use crate::check::{breaks, can_always, holds};
use mirror::{EACH_EVENT_ONCE, Mirrors};
use relay::{Relays, THE_STREAM_IS_THE_LOG};

fn relays(mistake: Option<relay::Mistake>) -> Relays {
    Relays { events: 2, mistake }
}

fn mirrors(mistake: Option<mirror::Mistake>) -> Mirrors {
    Mirrors { events: 3, mistake }
}

#[test]
fn two_relays_and_a_stream_that_forgets_what_it_has_confirmed() {
    holds("relay", relays(None));
}

#[test]
fn the_stream_gets_every_event_from_everywhere() {
    let model = relays(None);
    can_always("relay", &model, relay::Step::is_progress, |state| {
        state.is_over(2)
    })
    .unwrap();
}

/// It sends what follows the row, and the stream, which has lost that, refuses it for ever.
#[test]
fn taking_the_row_for_the_truth_never_heals_what_a_stream_has_lost() {
    let model = relays(Some(relay::Mistake::TheRowIsTheTruth));
    let steps = can_always("relay, row", &model, relay::Step::is_progress, |state| {
        state.is_over(2)
    })
    .unwrap_err();
    assert!(steps.contains(&relay::Step::SetBack), "{steps:?}");
}

/// Nothing that it sends is refused, because it has nothing to send.
#[test]
fn a_relay_that_looks_only_when_it_sends_does_not_heal_what_a_stream_has_lost() {
    let model = relays(Some(relay::Mistake::NeverLooks));
    let steps = can_always(
        "relay, never looks",
        &model,
        relay::Step::is_progress,
        |state| state.is_over(2),
    )
    .unwrap_err();
    assert!(steps.contains(&relay::Step::SetBack), "{steps:?}");
}

#[test]
fn sending_without_the_expected_sequence_repeats_events() {
    let mistake = relay::Mistake::NoExpectedSequence;
    breaks(
        "relay, no expected sequence",
        relays(Some(mistake)),
        THE_STREAM_IS_THE_LOG,
    );
}

/// The server forgets an id after the duplicate window, and takes an event before the one that it follows.
#[test]
fn message_ids_instead_of_the_expected_sequence_keep_neither_the_order_nor_the_number() {
    let mistake = relay::Mistake::MessageIds;
    breaks(
        "relay, message ids",
        relays(Some(mistake)),
        THE_STREAM_IS_THE_LOG,
    );
}

/// Of a stream on several servers, the leader compares before it proposes; the others store what it has proposed.
#[test]
fn an_expected_sequence_that_is_compared_with_something_else_than_the_end_repeats_events() {
    let mistake = relay::Mistake::StalePrediction;
    breaks(
        "relay, stale prediction",
        relays(Some(mistake)),
        THE_STREAM_IS_THE_LOG,
    );
}

#[test]
fn two_mirrors_and_a_log_that_removes_old_events() {
    holds("mirror", mirrors(None));
}

#[test]
fn the_log_gets_every_event_from_everywhere() {
    let model = mirrors(None);
    can_always("mirror", &model, mirror::Step::is_progress, |state| {
        state.is_over(3)
    })
    .unwrap();
}

#[test]
fn moving_the_sequence_after_the_transaction_repeats_events() {
    let mistake = mirror::Mistake::MoveAfterwards;
    breaks(
        "mirror, moves afterwards",
        mirrors(Some(mistake)),
        EACH_EVENT_ONCE,
    );
}

#[test]
fn moving_the_sequence_before_the_transaction_loses_events() {
    let mistake = mirror::Mistake::MoveBefore;
    breaks(
        "mirror, moves before",
        mirrors(Some(mistake)),
        EACH_EVENT_ONCE,
    );
}

#[test]
fn writing_under_a_stale_lease_repeats_events() {
    let mistake = mirror::Mistake::StaleLease;
    breaks(
        "mirror, stale lease",
        mirrors(Some(mistake)),
        EACH_EVENT_ONCE,
    );
}
