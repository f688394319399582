//! Where a counterexample is looked for, and in which order.
//!
//! 1. At the obstacles of the proof: documents that have the place, changed there.
//! 2. The samples of the caller, and their neighbours.
//! 3. The values that either schema names, and their neighbours.
//! 4. Documents made for the writer, for both sides and for the reader, and their neighbours, until the steps are
//!    used up.

use serde_json::Value;

use super::applied;
use super::edits::{Edit, Editor};
use super::gate::Gate;
use super::literals::Values;
use crate::compat::prove::Obstacles;
use crate::compat::sample::Fill;
use crate::compat::schema::everything;
use crate::compat::{Mode, Side, Undecided};

/// How many values of documents are put before gates. A document of ten values costs ten.
const STEPS: usize = 80_000;
/// How many documents are made in the last stage.
const ROUNDS: u64 = 120;
/// How many obstacles are looked at.
const MOST_OBSTACLES: usize = 24;

/// The search of one comparison.
pub(super) struct Search<'g> {
    pub(super) writer: &'g Gate<'g>,
    pub(super) reader: &'g Gate<'g>,
    pub(super) mode: Mode,
    steps: usize,
    editor: Editor<'g>,
}

impl<'g> Search<'g> {
    pub(super) fn new(writer: &'g Gate<'g>, reader: &'g Gate<'g>, mode: Mode) -> Self {
        Self {
            writer,
            reader,
            mode,
            steps: STEPS,
            editor: Editor::new(1, names(&[writer.side, reader.side])),
        }
    }

    /// A document that refutes, if one is found.
    pub(super) fn run(&mut self, obstacles: &Obstacles, samples: &[Value]) -> Option<Value> {
        let places = std::iter::once(&obstacles.first).chain(&obstacles.others);
        for obstacle in places.take(MOST_OBSTACLES) {
            if let Some(found) = self.at_obstacle(obstacle) {
                return Some(found);
            }
        }
        for sample in samples {
            if let Some(found) = self.around(sample) {
                return Some(found);
            }
        }
        let mut named = Values::default();
        for side in [self.writer.side, self.reader.side] {
            named.add_named(&everything(std::slice::from_ref(side)));
        }
        for value in &named.list {
            if let Some(found) = self.around(value) {
                return Some(found);
            }
        }
        (0..ROUNDS).find_map(|round| self.round(round))
    }

    /// Whether the writer may write it and the reader refuses it. It costs steps; when they are used up, nothing
    /// refutes any more.
    pub(super) fn refutes(&mut self, document: &Value) -> bool {
        let cost = values_in(document);
        if self.steps < cost {
            self.steps = 0;
            return false;
        }
        self.steps -= cost;
        refutes(self.writer, self.reader, self.mode, document)
    }

    fn at_obstacle(&mut self, obstacle: &Undecided) -> Option<Value> {
        let place: Vec<String> = obstacle
            .at
            .split('/')
            .skip(1)
            .map(dispatcher_schema::pointer::unescape)
            .collect();
        let sets = [
            vec![self.writer.side.clone()],
            vec![self.writer.side.clone(), self.reader.side.clone()],
        ];
        for fill in [Fill::Least, Fill::Least, Fill::Some, Fill::All] {
            for sides in &sets {
                self.editor.sampler.path.clone_from(&place);
                self.editor.sampler.fill = fill;
                let document = self.editor.sampler.document(sides);
                self.editor.sampler.path.clear();
                if self.refutes(&document) {
                    return Some(document);
                }
                if !self.writer.accepts(&document) {
                    continue;
                }
                for edit in self.edits(&document, Some(&place)) {
                    if let Some(found) = self.try_edit(&edit, &document) {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    fn edits(&mut self, document: &Value, place: Option<&[String]>) -> Vec<Edit> {
        let (writer, reader) = (self.writer.side, self.reader.side);
        self.editor.edits(document, writer, reader, place)
    }

    fn try_edit(&mut self, edit: &Edit, document: &Value) -> Option<Value> {
        let changed = edit.apply(document)?;
        self.refutes(&changed).then_some(changed)
    }

    /// The document itself, and each change to it.
    fn around(&mut self, document: &Value) -> Option<Value> {
        if self.refutes(document) {
            return Some(document.clone());
        }
        if self.steps == 0 {
            return None;
        }
        let edits = self.edits(document, None);
        edits.iter().find_map(|edit| self.try_edit(edit, document))
    }

    fn round(&mut self, round: u64) -> Option<Value> {
        if self.steps == 0 {
            return None;
        }
        let (writer, reader) = (self.writer.side.clone(), self.reader.side.clone());
        let sides = match round % 4 {
            0 | 1 => vec![writer],
            2 => vec![writer, reader],
            _ => vec![reader],
        };
        let sampler = &mut self.editor.sampler;
        sampler.overlaps = round % 8 >= 4;
        sampler.fill = match round % 3 {
            0 => Fill::Some,
            1 => Fill::All,
            _ => Fill::Least,
        };
        let document = sampler.document(&sides);
        sampler.overlaps = false;
        if self.refutes(&document) {
            return Some(document);
        }
        let edits = self.edits(&document, None);
        // Changes to a document that is far from valid seldom help.
        let is_near = self.writer.accepts(&document);
        let mut dice = fastrand::Rng::with_seed(round);
        let single = if is_near { 300 } else { 60 };
        for _ in 0..single.min(edits.len()) {
            let edit = &edits[dice.usize(..edits.len())];
            if let Some(found) = self.try_edit(edit, &document) {
                return Some(found);
            }
        }
        for _ in 0..if edits.is_empty() { 0 } else { 80 } {
            let first = &edits[dice.usize(..edits.len())];
            let second = &edits[dice.usize(..edits.len())];
            if let Some(changed) = first.apply(&document)
                && let Some(found) = self.try_edit(second, &changed)
            {
                return Some(found);
            }
        }
        None
    }
}

/// Whether the writer may write a document, and the reader refuses it.
pub(super) fn refutes(writer: &Gate<'_>, reader: &Gate<'_>, mode: Mode, document: &Value) -> bool {
    match mode {
        Mode::Strict => writer.accepts(document) && !reader.accepts(document),
        Mode::Lenient => {
            writer.accepts(document)
                && !reader.accepts(&applied::pruned(reader, document))
                && applied::is_declared(writer, document)
        }
    }
}

/// See [`compat::documents_near`](crate::compat::documents_near).
pub(in crate::compat) fn documents_near(
    writer: &Side<'_>,
    reader: &Side<'_>,
    count: usize,
    seed: u64,
) -> Vec<Value> {
    let mut editor = Editor::new(seed, names(&[writer, reader]));
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut documents = Vec::with_capacity(count);
    let mut round = 0;
    while documents.len() < count {
        let sides = match dice.u8(..4) {
            0 | 1 => vec![writer.clone()],
            2 => vec![writer.clone(), reader.clone()],
            _ => vec![reader.clone()],
        };
        editor.sampler.overlaps = dice.u8(..) < 80;
        editor.sampler.fill = [Fill::Least, Fill::Some, Fill::All][round % 3];
        let document = editor.sampler.document(&sides);
        let edits = editor.edits(&document, writer, reader, None);
        for _ in 0..12 {
            if edits.is_empty() {
                break;
            }
            let mut choose = || &edits[dice.usize(..edits.len())];
            let changed = choose().apply(&document);
            let again = changed.as_ref().and_then(|changed| choose().apply(changed));
            documents.extend(changed);
            documents.extend(again);
        }
        documents.push(document);
        round += 1;
    }
    documents.truncate(count);
    documents
}

/// How many values a document has.
fn values_in(document: &Value) -> usize {
    match document {
        Value::Object(members) => 1 + members.values().map(values_in).sum::<usize>(),
        Value::Array(items) => 1 + items.iter().map(values_in).sum::<usize>(),
        Value::String(text) => 1 + text.len() / 64,
        _ => 1,
    }
}

/// The names of properties that the roots of these sides know.
fn names(sides: &[&Side<'_>]) -> Vec<String> {
    let mut names = std::collections::BTreeSet::new();
    for side in sides {
        for schema in everything(std::slice::from_ref(*side)) {
            let properties = schema.object("properties").into_iter();
            names.extend(properties.flat_map(serde_json::Map::keys).cloned());
            names.extend(schema.required().map(str::to_owned));
        }
    }
    names.into_iter().take(100).collect()
}
