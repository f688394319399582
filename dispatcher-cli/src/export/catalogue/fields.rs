//! The fields of a payload, one row for each, also those inside objects, lists and branches of unions.

use dispatcher_build_support::schema::{Documents, Location};
use serde_json::Value;

use super::block::Text;
use super::facets::Facets;
use super::words::describe;

/// More rows than a page can show.
const MOST: usize = 2_000;
/// Deeper fields are left out.
const DEEPEST: usize = 8;

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    /// Where it stands: `attendance[].person_id`.
    pub(super) path: String,
    /// Of a field in a branch of a union: the value that its branch has at another field, `kind` is `day_off`.
    pub(super) branch: Option<(String, String)>,
    pub(super) kind: Text,
    pub(super) required: bool,
    pub(super) description: String,
}

/// The fields of the object that a schema describes.
pub(super) fn fields(documents: &Documents, root: &Location) -> Vec<Row> {
    let mut walk = Walk {
        documents,
        rows: Vec::new(),
        open: Vec::new(),
    };
    walk.inside(root, "", None);
    walk.rows
}

struct Walk<'d> {
    documents: &'d Documents,
    rows: Vec<Row>,
    /// The places that are being looked at: a schema inside itself is described once.
    open: Vec<Location>,
}

impl Walk<'_> {
    /// The fields of a value, whose own row is there already.
    fn inside(&mut self, at: &Location, path: &str, branch: Option<&(String, String)>) {
        if self.open.len() >= DEEPEST || self.rows.len() >= MOST {
            return;
        }
        let documents = self.documents;
        let facets = Facets::of(documents, at);
        // A reference leads to the same places, however it is reached.
        let Some(identity) = facets.places.last().cloned() else {
            return;
        };
        if self.open.contains(&identity) {
            return;
        }
        self.open.push(identity);
        for (name, place) in facets.properties() {
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            };
            self.row(&place, &path, facets.requires(name), branch);
            self.inside(&place, &path, branch);
        }
        for keyword in ["items", "additionalProperties"] {
            if let Some(place) = facets
                .place(keyword)
                .filter(|place| documents.value(place).is_object())
            {
                let entries = if keyword == "items" { "[]" } else { ".*" };
                self.inside(&place, &format!("{path}{entries}"), branch);
            }
        }
        for place in facets.branches() {
            let tag = tag(documents, &place).or_else(|| branch.cloned());
            self.inside(&place, path, tag.as_ref());
        }
        self.open.pop();
    }

    fn row(
        &mut self,
        at: &Location,
        path: &str,
        required: bool,
        branch: Option<&(String, String)>,
    ) {
        let description = Facets::of(self.documents, at).get("description");
        let row = Row {
            path: path.to_owned(),
            branch: branch.cloned(),
            kind: describe(self.documents, at),
            required,
            description: description
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        };
        if !self.rows.contains(&row) {
            self.rows.push(row);
        }
    }
}

/// What tells a branch from the others: a required property with one value.
fn tag(documents: &Documents, branch: &Location) -> Option<(String, String)> {
    let facets = Facets::of(documents, branch);
    facets.properties().into_iter().find_map(|(name, place)| {
        let value = Facets::of(documents, &place).get("const")?;
        let shown = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        facets.requires(name).then(|| (name.to_owned(), shown))
    })
}
