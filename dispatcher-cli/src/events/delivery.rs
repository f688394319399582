//! What became of an event in each subscription, in a line.

use dispatcher_runtime::{DeliveryState, EventDetail};
use time::OffsetDateTime;

use crate::screen::{Table, name, number, plain, quoted, seconds, time};

/// A line for each subscription.
pub(super) fn lines(detail: &EventDetail) -> String {
    if detail.deliveries.is_empty() {
        return String::new();
    }
    let mut table = Table::bare(2);
    for delivery in &detail.deliveries {
        table.row([
            format!("  {}", name(&delivery.consumer, &delivery.subscription)),
            words(&delivery.state, detail.event.inserted_at),
        ]);
    }
    table.text()
}

fn words(state: &DeliveryState, inserted_at: OffsetDateTime) -> String {
    match state {
        DeliveryState::Handled { handled_at, .. } => {
            let after = (*handled_at - inserted_at).as_seconds_f64();
            format!("handled {} later", seconds(after))
        }
        DeliveryState::Waiting {
            attempt,
            due_at,
            error,
            ..
        } => {
            let due = due_at.map_or_else(String::new, due);
            let error = match error {
                Some(error) => format!("; {}", quoted(error)),
                None => String::new(),
            };
            format!("waiting: attempt {attempt}{due}{error}")
        }
        DeliveryState::Behind {
            position,
            dead_letter_id,
            ..
        } => {
            let position = number(position.get().unsigned_abs());
            match dead_letter_id {
                Some(letter) => format!(
                    "held: the dead letter {} at position {position} holds its subject",
                    plain(letter)
                ),
                None => format!("held: waits behind position {position} of its subject"),
            }
        }
        DeliveryState::AwaitsVersion => {
            "waiting for a program that knows its version: deploy a newer consumer".to_owned()
        }
        DeliveryState::DeadLetter {
            dead_letter_id,
            letter,
            error,
            ..
        } => format!(
            "dead letter, {}: {}; {}",
            plain(letter),
            quoted(error),
            plain(dead_letter_id)
        ),
        DeliveryState::Paused {
            paused_at,
            paused_by,
            ..
        } => format!(
            "not read yet: paused by {} at {}",
            plain(paused_by),
            time(*paused_at)
        ),
        DeliveryState::NotRead {
            has_holder: true, ..
        } => "not read yet".to_owned(),
        DeliveryState::NotRead { .. } => "not read yet: no replica runs it".to_owned(),
        DeliveryState::Passed => {
            "passed: handled so long ago that it is forgotten, or before the subscription began"
                .to_owned()
        }
        _ => "unknown to this command: install a newer one".to_owned(),
    }
}

/// ` in 9s`, or nothing where it is due already.
fn due(due_at: OffsetDateTime) -> String {
    let left = (due_at - OffsetDateTime::now_utc()).as_seconds_f64();
    if left > 0.0 {
        format!(" in {}", seconds(left))
    } else {
        " is due".to_owned()
    }
}
