//! Where a move is: read from the pauses and cursors of both databases.

use serde::Serialize;

use super::error::MoveError;
use super::marks::Mark;
use super::side::Subscription;

/// Where a move is. Of several subscriptions, the one that is least far counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MoveStage {
    /// The source works, and the target knows nothing of it.
    NotStarted,
    /// The source is paused, and the target is not prepared: a way back was interrupted. Neither works.
    Interrupted,
    /// The source works, and the target waits.
    Prepared,
    /// The source is paused, and the target waits. Neither works.
    Paused,
    /// The target works. The source has not been cleared.
    Carried,
    /// The target works, and the source says so.
    Moved,
}

/// A step, for the audit.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Prepare,
    Pause,
    Carry,
    Clear,
    Cancel,
}

pub(super) fn step_of(step: Step, consumer: &str, source: &str, target: &str) -> String {
    let step = match step {
        Step::Prepare => "prepare",
        Step::Pause => "pause for",
        Step::Carry => "carry out",
        Step::Clear => "clear up after",
        Step::Cancel => "cancel",
    };
    format!("{step} the move of {consumer} from {source} to {target}")
}

/// Where the move of one subscription is; `None` where the source has nothing of it to move.
pub(super) fn stage_of(
    (source, mine): (&str, Option<&Subscription>),
    (target, theirs): (&str, Option<&Subscription>),
) -> Result<Option<MoveStage>, MoveError> {
    let Some(here) = mine else {
        return Ok(None);
    };
    let there = theirs.map(Subscription::mark);
    let awaited = |mark: &Mark| *mark == Mark::WaitsFor(source.to_owned());
    let is_left = |mark: &Mark| matches!(mark, Mark::MovedTo(to, _) if to == source);
    let name = &here.name;
    let refuse = |problem: String| Err(MoveError::refused(vec![problem]));
    let stage = match (here.mark(), there) {
        (Mark::MovedTo(to, _), _) if to != target => {
            return refuse(format!(
                "the subscription {name} of the source was moved to {to}, not to {target}: name that database"
            ));
        }
        (Mark::MovedTo(..), Some(there)) if awaited(&there) => MoveStage::Paused,
        // Both say that it went to the other. What was left has nothing to go on with.
        (Mark::MovedTo(..), Some(there)) if is_left(&there) && here.is_remote => {
            return refuse(format!(
                "a way back was interrupted, and the subscription {name} is in {target}, not in {source}: go back with the \
                 source and the target exchanged"
            ));
        }
        (Mark::MovedTo(..), None) => MoveStage::Interrupted,
        (Mark::MovedTo(..), Some(there)) if is_left(&there) => MoveStage::Interrupted,
        (Mark::MovedTo(..), Some(Mark::Free)) => {
            if here.positions.is_empty() || here.is_remote {
                MoveStage::Moved
            } else {
                MoveStage::Carried
            }
        }
        // The way back is under way.
        (Mark::WaitsFor(from), Some(there)) if from == target && !awaited(&there) => {
            MoveStage::Moved
        }
        (Mark::Free, None) => MoveStage::NotStarted,
        (Mark::Free, Some(there)) if is_left(&there) => MoveStage::NotStarted,
        (Mark::Free, Some(there)) if awaited(&there) => MoveStage::Prepared,
        (Mark::Free, Some(Mark::Free)) => {
            return refuse(format!(
                "the target has a subscription {name} already, which did not come from this source. Stop its consumers, and \
                 remove it there: dispatcher subscriptions remove <domain>/{name}"
            ));
        }
        (here, there) => {
            return refuse(format!(
                "the subscription {name} takes part in another move: the source says {here:?}, the target {there:?}"
            ));
        }
    };
    Ok(Some(stage))
}
