//! What is proved of two versions of a payload: that one of them takes what is published as the other.

use crate::compat::{Mode, Side, is_proved};
use crate::model::{Event, Model, Version};
use crate::schema::Location;

/// Whether it is proved that a version takes each payload of another one: as it is, or once what the reader does not
/// declare is taken out.
pub(crate) fn proof(model: &Model, writer: &Version, reader: &Version) -> Option<Mode> {
    let side = |version: &Version| {
        let root = Location::root(version.schema.clone()?);
        let documents = &*model.documents;
        Some(Side { documents, root })
    };
    match (side(writer), side(reader)) {
        // Any object.
        (_, None) => Some(Mode::Strict),
        (None, Some(_)) => None,
        (Some(writer), Some(reader)) => [Mode::Strict, Mode::Lenient]
            .into_iter()
            .find(|mode| is_proved(&writer, &reader, *mode)),
    }
}

/// The older versions that a payload of this one may be read as, by programs that do not know this one, from the
/// newest to the oldest.
///
/// None is older than a version whose upcast is written by hand: there the same document means something else.
#[must_use]
pub fn read_as(model: &Model, event: &Event, version: &Version) -> Vec<(u32, Mode)> {
    let mut found = Vec::new();
    let mut newer = version;
    let older = event.live_versions().rev();
    for older in older.filter(|older| older.number < version.number) {
        if newer.upcast_by_hand {
            break;
        }
        newer = older;
        found.extend(proof(model, version, older).map(|mode| (older.number, mode)));
    }
    found
}
