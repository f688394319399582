//! What the pause of a subscription says of a move. There is no other state of it.

use time::OffsetDateTime;

use crate::operate::subscriptions::{MOVED_TO, WAITS_FOR};

const BEFORE: &str = "; paused before";

/// A pause, as its row has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PauseRow {
    pub(super) at: OffsetDateTime,
    pub(super) by: String,
    pub(super) reason: Option<String>,
}

/// What a pause says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    /// Nothing of a move.
    Free,
    /// It went to the database of that identity; and the reason of the pause that it had before.
    MovedTo(String, Option<Option<String>>),
    /// It is to come from the database of that identity.
    WaitsFor(String),
}

/// The reason of a pause after which the subscription works elsewhere. A pause that it had is kept in it.
pub(super) fn moved_to(identity: &str, former: Option<&PauseRow>) -> String {
    let mut text = format!("{MOVED_TO}{identity}");
    if let Some(former) = former {
        text.push_str(BEFORE);
        if let Some(reason) = &former.reason {
            text.push_str(": ");
            text.push_str(reason);
        }
    }
    text
}

/// The reason of the pause of a subscription that is to come.
pub(super) fn waits_for(identity: &str) -> String {
    format!("{WAITS_FOR}{identity}")
}

impl Mark {
    pub(super) fn of(pause: Option<&PauseRow>) -> Self {
        let Some(reason) = pause.and_then(|pause| pause.reason.as_deref()) else {
            return Self::Free;
        };
        if let Some(identity) = reason.strip_prefix(WAITS_FOR) {
            return Self::WaitsFor(identity.to_owned());
        }
        let Some(rest) = reason.strip_prefix(MOVED_TO) else {
            return Self::Free;
        };
        match rest.split_once(BEFORE) {
            None => Self::MovedTo(rest.to_owned(), None),
            Some((identity, former)) => {
                let former = former.strip_prefix(": ").map(str::to_owned);
                Self::MovedTo(identity.to_owned(), Some(former))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paused(reason: Option<&str>) -> PauseRow {
        PauseRow {
            at: OffsetDateTime::UNIX_EPOCH,
            by: "mia".to_owned(),
            reason: reason.map(str::to_owned),
        }
    }

    #[test]
    fn a_mark_is_read_as_it_was_written_with_the_pause_before_it() {
        let read = |former: Option<&PauseRow>| {
            Mark::of(Some(&paused(Some(&moved_to("own.public@1", former)))))
        };
        let to = |former| Mark::MovedTo("own.public@1".to_owned(), former);
        assert_eq!(read(None), to(None));
        assert_eq!(read(Some(&paused(None))), to(Some(None)));
        let reason = Some("the slot service: 503".to_owned());
        assert_eq!(read(Some(&paused(reason.as_deref()))), to(Some(reason)));
        assert_eq!(
            Mark::of(Some(&paused(Some(&waits_for("a.b@2"))))),
            Mark::WaitsFor("a.b@2".to_owned())
        );
        assert_eq!(Mark::of(Some(&paused(Some("moved house")))), Mark::Free);
        assert_eq!(Mark::of(None), Mark::Free);
    }
}
