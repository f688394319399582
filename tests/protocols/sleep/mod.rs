//! Falling asleep without losing a wake-up, and every known way to get it wrong.

mod model;

use crate::check::{breaks, can_always, holds};
use model::{Mistake, NO_LOST_WAKE_UP, Protocol, Readers, Step};

fn protocol(readers: Readers, mistake: Option<Mistake>) -> Protocol {
    Protocol {
        writers: 3,
        readers: (2, readers),
        always: false,
        mistake,
    }
}

fn missed_by(mistake: Mistake) -> Vec<Step> {
    breaks(
        &format!("sleep, {mistake:?}"),
        protocol(Readers::Subscriptions, Some(mistake)),
        NO_LOST_WAKE_UP,
    )
}

#[test]
fn three_writers_and_two_subscriptions() {
    holds(
        "sleep, subscriptions",
        protocol(Readers::Subscriptions, None),
    );
}

/// As it was before leases; see below.
#[test]
fn three_writers_and_two_replicas() {
    holds("sleep, replicas", protocol(Readers::Replicas, None));
}

/// The setting for other programs takes nothing from the readers: notifications that come while they are awake are
/// dropped, and S2 and S3 find what those were about.
#[test]
fn three_writers_that_always_notify_and_two_subscriptions() {
    let model = Protocol {
        always: true,
        ..protocol(Readers::Subscriptions, None)
    };
    holds("sleep, writers that always notify", model);
}

/// What is notified before S1 is dropped, so S2 is still needed.
#[test]
fn not_reading_once_more_loses_a_wake_up_also_if_writers_always_notify() {
    let model = Protocol {
        always: true,
        ..protocol(Readers::Subscriptions, Some(Mistake::WithoutS2))
    };
    breaks("sleep, always, WithoutS2", model, NO_LOST_WAKE_UP);
}

/// Without the poll interval, which is not a step of the model.
#[test]
fn everything_is_delivered_from_everywhere() {
    let model = Protocol {
        writers: 2,
        ..protocol(Readers::Subscriptions, None)
    };
    can_always("sleep", &model, |_| true, |state| state.is_delivered()).unwrap();
}

/// The engine shared a cursor among replicas by its row lock (`SKIP LOCKED`) before it had leases,
/// and this is one of the reasons for them: the replica that found the row locked relies on the one
/// that had it, and if that one is gone, its wake-up is left to the poll interval. Now only the
/// holder of a lease sleeps, and a new holder begins with a pass.
#[test]
fn a_replica_that_stops_leaves_its_wake_up_to_the_poll_interval() {
    let steps = breaks(
        "sleep, replicas that stop",
        protocol(Readers::ReplicasThatStop, None),
        NO_LOST_WAKE_UP,
    );
    assert!(steps.iter().any(|step| matches!(step, Step::Stop(_))));
    assert!(
        steps
            .iter()
            .any(|step| matches!(step, Step::RowIsLocked(_)))
    );
}

#[test]
fn not_reading_once_more_under_the_lock_loses_a_wake_up() {
    missed_by(Mistake::WithoutS2);
}

#[test]
fn not_waiting_for_writers_in_flight_loses_a_wake_up() {
    missed_by(Mistake::WithoutS3);
}

/// It finds the notifier's own floor lock, and S3 begins again: the model shows that this does no
/// harm.
#[test]
fn a_notification_before_the_rows_are_visible_is_survived_by_s3() {
    let model = Protocol {
        writers: 2,
        ..protocol(Readers::Subscriptions, Some(Mistake::NotifyBeforeVisible))
    };
    holds("sleep, NotifyBeforeVisible", model);
}

#[test]
fn giving_the_lock_back_before_waiting_loses_a_wake_up() {
    missed_by(Mistake::S5BeforeS4);
}

#[test]
fn forgetting_writers_in_flight_after_a_notification_loses_a_wake_up() {
    missed_by(Mistake::S3NotAfterS4);
}
