//! What a plan looks like on a terminal.

use dispatcher_nats::{MovePlan, MoveStage};

use crate::database::{Failure, Session};
use crate::output::{End, Output};
use crate::screen::{block, plain, plural};

/// The plan; not a success where something is in the way.
pub(super) fn shown(plan: &MovePlan, session: &Session) -> Result<Output, Failure> {
    let output = done(plan, session)?;
    Ok(if plan.problems.is_empty() {
        output
    } else {
        output.ending(End::Findings)
    })
}

/// The plan after an act.
pub(super) fn done(plan: &MovePlan, session: &Session) -> Result<Output, Failure> {
    session.answer(plan, || text(plan))
}

fn text(plan: &MovePlan) -> String {
    let mut text = format!("{}: {}\n", plain(&plan.consumer), stage(plan));
    text += &block(2, &format!("from  {}", plain(&plan.source)));
    text += &block(2, &format!("to    {}", plain(&plan.target)));
    for one in &plan.subscriptions {
        text += &block(
            2,
            &format!(
                "{}/{}: {} waiting, {} open",
                plain(&plan.consumer),
                plain(&one.subscription),
                plural(one.waiting, "event"),
                plural(one.dead_letters, "dead letter"),
            ),
        );
    }
    if let Some(wire) = &plan.wire {
        text += &block(
            2,
            &format!(
                "stream {}: relayed to sequence {}, mirrored to {}",
                plain(&wire.stream),
                wire.relayed,
                wire.mirrored
            ),
        );
    }
    for problem in &plan.problems {
        text += &block(0, &format!("in the way: {}", plain(problem)));
    }
    for note in &plan.notes {
        text += &block(0, &format!("note: {}", plain(note)));
    }
    if let Some(next) = next(plan) {
        text += &block(0, &format!("next: {next}"));
    }
    text
}

fn stage(plan: &MovePlan) -> &'static str {
    match plan.stage {
        None => "nothing to move",
        Some(MoveStage::NotStarted) => "works in the source; the move has not started",
        Some(MoveStage::Interrupted) => "paused in both; a way back was interrupted",
        Some(MoveStage::Prepared) => "works in the source; the target waits",
        Some(MoveStage::Paused) => "paused in both; the switch was interrupted",
        Some(MoveStage::Carried) => "works in the target; the source is not cleared",
        Some(MoveStage::Moved) => "works in the target",
        Some(_) => "unknown: install a newer command",
    }
}

fn next(plan: &MovePlan) -> Option<&'static str> {
    if !plan.problems.is_empty() {
        return None;
    }
    Some(match plan.stage? {
        MoveStage::NotStarted => "dispatcher move-out start",
        MoveStage::Prepared => {
            "deploy the domain's consumers with the target's address, then: dispatcher move-out switch"
        }
        MoveStage::Paused => "dispatcher move-out switch, or dispatcher move-out back",
        MoveStage::Interrupted => "dispatcher move-out back, or dispatcher move-out start",
        MoveStage::Carried => "dispatcher move-out switch",
        MoveStage::Moved => "stop the domain's consumers of the source",
        _ => return None,
    })
}
