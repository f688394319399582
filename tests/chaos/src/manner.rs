//! How a replica is started: which version of the program, under which name, with which clock.
//!
//! Version 2 takes one event type more than version 1, in [`GROWING`]. Under its new name, the handler of
//! [`RENAMED`] is the one of [`RENAMED_TO`]; the books know it by the former name.

/// The subscription that takes another event type from version 2 on.
pub(super) const GROWING: &str = "follow_credit";

/// The subscription that is renamed, and renamed back.
pub(super) const RENAMED: &str = "note_lock";
/// Its other name.
pub(super) const RENAMED_TO: &str = "record_lock";

/// How a replica is started.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Manner {
    /// It is version 2.
    pub(super) takes_more: bool,
    /// Its handler has the new name.
    pub(super) is_renamed: bool,
    /// How far its clock is off, such as `+10m`.
    pub(super) clock: Option<&'static str>,
}

impl Manner {
    /// What its connections are called. The trigger of `tables.sql` knows the versions by it.
    pub(super) fn application_name(self) -> &'static str {
        if self.takes_more {
            "chaos replica 2"
        } else {
            "chaos replica 1"
        }
    }

    /// The name that its handler of [`RENAMED`] has, and the other one.
    pub(super) fn names(self) -> (&'static str, &'static str) {
        if self.is_renamed {
            (RENAMED_TO, RENAMED)
        } else {
            (RENAMED, RENAMED_TO)
        }
    }
}

/// The name by which the books know a subscription.
pub(super) fn known_as(subscription: &str) -> &str {
    match subscription {
        RENAMED_TO => RENAMED,
        other => other,
    }
}
