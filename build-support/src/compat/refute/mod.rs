//! The search for a document that the writer may write and the reader refuses.
//!
//! `search` proposes documents, and the gates of both sides (`gate`, in lenient mode with the walk of `applied`)
//! decide each. What was found is made smaller (`shrink`) and put before both gates once more, with the reader's
//! report. A side that does not compile has no gate; then nothing is found.

mod applied;
mod edits;
mod gate;
mod literals;
mod report;
mod search;
mod shrink;

use serde_json::Value;

use super::prove::Obstacles;
use super::{Confirmation, Counterexample, Mode, Side};
use gate::{Gate, Sources};
use search::Search;
pub(super) use search::documents_near;

/// Looks for a document that the writer's gate accepts and the reader's refuses, at the obstacles first, then
/// around `samples`.
pub(super) fn refute(
    writer: &Side<'_>,
    reader: &Side<'_>,
    mode: Mode,
    obstacles: &Obstacles,
    samples: &[Value],
) -> Option<Counterexample> {
    let (writer_sources, reader_sources) = (Sources::of(writer)?, Sources::of(reader)?);
    let writer = Gate::compile(writer, &writer_sources)?;
    let reader = Gate::compile(reader, &reader_sources)?;
    let found = Search::new(&writer, &reader, mode).run(obstacles, samples)?;
    let document = shrink::shrink(found, |document| {
        search::refutes(&writer, &reader, mode, document)
    });
    confirmed(&writer, &reader, mode, document)
}

/// The counterexample, if both gates say so.
fn confirmed(
    writer: &Gate<'_>,
    reader: &Gate<'_>,
    mode: Mode,
    document: Value,
) -> Option<Counterexample> {
    if !search::refutes(writer, reader, mode, &document) {
        return None;
    }
    let refusal = match mode {
        Mode::Strict => reader.refusal(&document)?,
        Mode::Lenient => reader.refusal(&applied::pruned(reader, &document))?,
    };
    Some(Counterexample {
        document,
        at: refusal.at,
        refusal: refusal.message,
        keyword: refusal.keyword,
    })
}

/// Puts documents before both gates: W and R in lenient mode, V of each side in strict mode. None where a side does
/// not compile.
#[must_use]
pub(super) fn confirm(
    writer: &Side<'_>,
    reader: &Side<'_>,
    mode: Mode,
    documents: &[Value],
) -> Option<Vec<Confirmation>> {
    let (writer_sources, reader_sources) = (Sources::of(writer)?, Sources::of(reader)?);
    let writer = Gate::compile(writer, &writer_sources)?;
    let reader = Gate::compile(reader, &reader_sources)?;
    let each = documents.iter().map(|document| match mode {
        Mode::Strict => Confirmation {
            is_written: writer.accepts(document),
            is_read: reader.accepts(document),
        },
        Mode::Lenient => Confirmation {
            is_written: writer.accepts(document) && applied::is_declared(&writer, document),
            is_read: reader.accepts(&applied::pruned(&reader, document)),
        },
    });
    Some(each.collect())
}
