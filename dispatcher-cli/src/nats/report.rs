//! Plans of streams, as text.

use dispatcher_nats::{Change, StreamPlan};
use serde::Serialize;

use crate::screen::{Table, block, plain, plural};

/// All plans.
#[derive(Serialize)]
pub(super) struct Plans<'a> {
    pub(super) streams: &'a [StreamPlan],
    /// Whether anything was changed.
    pub(super) is_applied: bool,
}

/// What differs, stream by stream.
pub(super) fn text(plans: &[StreamPlan], is_applied: bool) -> String {
    let mut text = String::new();
    for plan in plans {
        text += &one(plan, is_applied);
    }
    text
}

fn one(plan: &StreamPlan, is_applied: bool) -> String {
    let count = u64::try_from(plan.differences.len()).unwrap_or(u64::MAX);
    let outcome = match (plan.exists, count, is_applied) {
        (true, 0, _) => "as it has to be".to_owned(),
        (false, _, false) => "would be made".to_owned(),
        (false, _, true) => "is made".to_owned(),
        (true, count, false) => format!("differs in {}", plural(count, "setting")),
        (true, count, true) => format!("is changed in {}", plural(count, "setting")),
    };
    let mut text = block(0, &format!("stream {}: {outcome}", plain(&plan.stream)));
    let mut table = Table::new(&["  SETTING", "FOUND", "WANTED"]);
    for difference in &plan.differences {
        table.row([
            format!("{} {}", sign(difference.change), difference.setting),
            difference.found.clone().unwrap_or_else(|| "–".to_owned()),
            difference.wanted.clone(),
        ]);
    }
    if count > 0 {
        text += &table.text();
    }
    for difference in plan.differences.iter().filter(|_| plan.exists) {
        let why = format!("{}: {}", difference.setting, plain(&difference.why));
        text += &block(2, &why);
    }
    for warning in &plan.warnings {
        text += &block(2, &format!("warning: {}", plain(warning)));
    }
    text
}

/// `+` for what is changed, `!` for what is refused.
fn sign(change: Change) -> char {
    if change == Change::Safe { '+' } else { '!' }
}
