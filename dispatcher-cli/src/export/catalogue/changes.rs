//! What changed from one version to the next, and which version takes payloads of the other.

use dispatcher_build_support::compat::{Mode, Side, Verdict, compare};
use dispatcher_build_support::model::Version;
use dispatcher_build_support::schema::Documents;

use super::block::Text;
use super::fields::{Row, fields};
use crate::export::source::root;

/// The changes from `old` to `new`, in sentences. Both have a schema.
pub(super) fn changes(documents: &Documents, old: &Version, new: &Version) -> Vec<Text> {
    let (Some(old_root), Some(new_root)) = (root(old), root(new)) else {
        return vec![Text::plain(
            "One of the two versions has no schema: any object is valid.",
        )];
    };
    let before = fields(documents, &old_root);
    let after = fields(documents, &new_root);
    let mut lines = Vec::new();
    lines.extend(removed(&before, &after));
    for row in &after {
        match before.iter().find(|other| is_same(other, row)) {
            None if is_topmost(row, &before, &after) => lines.push(added(row)),
            None => {}
            Some(other) => lines.extend(changed(other, row)),
        }
    }
    if lines.is_empty() {
        lines.push(Text::plain("The fields are the same."));
    }
    let side = |root| Side { documents, root };
    let (old_side, new_side) = (side(old_root), side(new_root));
    for (writer, reader, versions) in [
        (&old_side, &new_side, (new.number, old.number)),
        (&new_side, &old_side, (old.number, new.number)),
    ] {
        lines.push(answer(compare(writer, reader, Mode::Lenient), versions));
    }
    lines
}

/// Whether two rows are about the same field.
fn is_same(one: &Row, other: &Row) -> bool {
    one.path == other.path && one.branch == other.branch
}

/// Whether the object that a new field stands in is not new itself.
fn is_topmost(row: &Row, before: &[Row], after: &[Row]) -> bool {
    let parent = row
        .path
        .rsplit_once('.')
        .map(|(parent, _)| parent.trim_end_matches("[]"));
    let Some(parent) = parent else { return true };
    let stands = |rows: &[Row]| rows.iter().any(|row| row.path == parent);
    !stands(after) || stands(before)
}

fn removed(before: &[Row], after: &[Row]) -> Vec<Text> {
    let gone = before.iter().filter(|row| {
        let stays = after.iter().any(|other| is_same(other, row));
        !stays && is_topmost(row, after, before)
    });
    gone.map(|row| named(row).and(" was removed.")).collect()
}

fn named(row: &Row) -> Text {
    let text = Text::of_code(&row.path);
    match &row.branch {
        Some((name, value)) => text
            .and(" (if ")
            .code(name)
            .and(" is ")
            .code(value)
            .and(")"),
        None => text,
    }
}

fn added(row: &Row) -> Text {
    let what = if row.required {
        " was added, required: "
    } else {
        " was added, optional: "
    };
    named(row).and(what).followed_by(row.kind.clone()).and(".")
}

fn changed(before: &Row, after: &Row) -> Vec<Text> {
    let mut lines = Vec::new();
    if before.kind != after.kind {
        let line = named(after).and(" was ").followed_by(before.kind.clone());
        lines.push(
            line.and("; it is ")
                .followed_by(after.kind.clone())
                .and("."),
        );
    }
    match (before.required, after.required) {
        (true, false) => lines.push(named(after).and(" became optional.")),
        (false, true) => lines.push(named(after).and(" became required.")),
        _ => {}
    }
    if before.description != after.description {
        lines.push(named(after).and(" has another description."));
    }
    lines
}

/// Whether the first version takes payloads of the second one.
fn answer(verdict: Verdict, (reader, writer): (u32, u32)) -> Text {
    match verdict {
        Verdict::Compatible => Text::plain(format!(
            "Version {reader} takes every payload of version {writer}."
        )),
        Verdict::Incompatible(found) => Text::plain(format!(
            "Version {reader} does not take every payload of version {writer}: it refuses "
        ))
        .code(found.document.to_string())
        .and("."),
        Verdict::Undecided(open) => Text::plain(format!(
            "Whether version {reader} takes every payload of version {writer} could not be decided: {}.",
            open.reason
        )),
        _ => Text::plain(format!(
            "Whether version {reader} takes every payload of version {writer} is not known."
        )),
    }
}
