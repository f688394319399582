//! How payloads may change: the level of an event type, and the versions whose upcast is written by
//! hand. These keys start with `x-`, as keys of other tools do, so a misspelt one is looked for among
//! those too.

use serde_json::{Map, Value};

use super::Spot;
use super::reader::Reader;
use crate::pointer::{self, Place};
use crate::words::closest;

/// What new versions have to be: in the root for all event types, or in an event type.
pub(super) const COMPATIBILITY: &str = "x-compatibility";

/// `"by-hand"` in a version whose upcast is not generated.
pub(super) const UPCAST: &str = "x-upcast";

/// What a new version of an event type has to be, compared with every live one.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Compatibility {
    /// Nothing is asked for.
    None,
    /// It takes the payloads of the version before it, or has an upcast from it.
    #[default]
    Upcast,
    /// It takes the payloads of older versions.
    Backward,
    /// Older versions take its payloads.
    Forward,
    /// Both of these.
    Full,
}

impl Compatibility {
    /// All levels, as the registry spells them.
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::Upcast,
        Self::Backward,
        Self::Forward,
        Self::Full,
    ];

    /// As the registry spells it: `backward`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Upcast => "upcast",
            Self::Backward => "backward",
            Self::Forward => "forward",
            Self::Full => "full",
        }
    }
}

/// The level that an object of the registry names.
pub(super) fn compatibility(
    reader: &mut Reader<'_>,
    object: &Map<String, Value>,
    at: &str,
    label: &str,
) -> Option<Spot<Compatibility>> {
    let text = reader.text(object, at, label, COMPATIBILITY)?;
    let level = |level: &Compatibility| level.as_str() == text.value;
    if let Some(value) = Compatibility::ALL.into_iter().find(level) {
        let pointer = text.pointer;
        return Some(Spot { value, pointer });
    }
    let help = match closest(&text.value, Compatibility::ALL.map(Compatibility::as_str)) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => "write none, upcast, backward, forward or full".to_owned(),
    };
    let message = format!("unknown level {:?} of {COMPATIBILITY}", text.value);
    reader.push(&text.pointer, Place::Value, label, &message, Some(help));
    None
}

/// Whether a version says that its upcast is written by hand.
pub(super) fn upcast_by_hand(
    reader: &mut Reader<'_>,
    object: &Map<String, Value>,
    at: &str,
    label: &str,
) -> bool {
    let Some(text) = reader.text(object, at, label, UPCAST) else {
        return false;
    };
    if text.value == "by-hand" {
        return true;
    }
    let help = "write \"by-hand\", or leave the key out: an upcast is generated where it is proved";
    let message = format!("unknown value {:?} of {UPCAST}", text.value);
    let help = Some(help.to_owned());
    reader.push(&text.pointer, Place::Value, label, &message, help);
    false
}

/// Reports a key that starts with `x-` and is nearly one of the registry's, or is one of them in
/// another place.
pub(super) fn misplaced_or_misspelt(reader: &mut Reader<'_>, at: &str, label: &str, key: &str) {
    let (message, help) = match closest(key, [COMPATIBILITY, UPCAST]) {
        None => return,
        Some(COMPATIBILITY) if key == COMPATIBILITY => (
            format!("{key:?} has no effect here"),
            "write it in an event type, or in the root for all event types",
        ),
        Some(UPCAST) if key == UPCAST => (
            format!("{key:?} has no effect here"),
            "write it in the version whose upcast is written by hand",
        ),
        Some(meant) => (
            format!("unknown key {key:?}; did you mean {meant:?}?"),
            "give a key of your own a name that differs more",
        ),
    };
    let pointer = pointer::join(at, key);
    reader.push(&pointer, Place::Key, label, &message, Some(help.to_owned()));
}
