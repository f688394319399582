//! Small changes to a document, place by place: what either side names there, what is beside its bounds, a
//! property or an item more or less.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use serde_json::{Map, Value};

use super::literals::{Values, lengths, matches};
use crate::compat::Side;
use crate::compat::patterns::Patterns;
use crate::compat::sample::{Fill, Sampler};
use crate::compat::schema::{Branch, Schema, everything};
use crate::json;
use crate::schema::Location;

/// How many values are tried at one place.
const MOST_VALUES: usize = 400;
/// How many branches of the reader a value is made for.
const MOST_BRANCHES: usize = 24;
/// How deep into a document changes are made.
const DEEPEST: usize = 12;
/// Longer arrays than this are not made.
const LONGEST: usize = 200;

/// A change to a document.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    /// The value that is changed: a JSON pointer.
    at: String,
    change: Change,
}

#[derive(Clone, Debug)]
enum Change {
    Replace(Value),
    /// Removes a property, or the item at an index.
    Remove(String),
    Insert(String, Value),
    /// Appends an item.
    Push(Value),
}

impl Edit {
    /// The changed document; none where the place is gone.
    pub(super) fn apply(&self, document: &Value) -> Option<Value> {
        let mut document = document.clone();
        let target = document.pointer_mut(&self.at)?;
        match (&self.change, target) {
            (Change::Replace(value), target) => *target = value.clone(),
            (Change::Remove(name), Value::Object(members)) => drop(members.remove(name)),
            (Change::Remove(index), Value::Array(items)) => {
                let index: usize = index.parse().ok()?;
                if index < items.len() {
                    items.remove(index);
                }
            }
            (Change::Insert(name, value), Value::Object(members)) => {
                members.insert(name.clone(), value.clone());
            }
            (Change::Push(value), Value::Array(items)) => items.push(value.clone()),
            _ => return None,
        }
        Some(document)
    }
}

/// Two sets of schemas.
type Pair = (Vec<Location>, Vec<Location>);

/// Makes changes for a pair of sides, and remembers what it made for each place.
pub(super) struct Editor<'d> {
    pub(super) sampler: Sampler<'d>,
    dice: fastrand::Rng,
    patterns: Patterns,
    values: HashMap<Pair, Rc<Vec<Value>>>,
}

/// A place of a document, on the way through it.
struct Spot<'f> {
    at: String,
    depth: usize,
    focus: &'f Focus<'f>,
}

impl Spot<'_> {
    fn edit(&self, change: Change) -> Edit {
        Edit {
            at: self.at.clone(),
            change,
        }
    }

    fn below(&self, token: &str) -> Self {
        Self {
            at: json::join(&self.at, token),
            depth: self.depth + 1,
            focus: self.focus,
        }
    }
}

/// Which places of a document are changed.
struct Focus<'p> {
    /// Tokens, with `*` for any name; everything where there are none.
    place: Option<&'p [String]>,
}

impl Focus<'_> {
    /// Whether values this deep on the way are changed: the place, what is around it, and what is in it.
    fn is_near(&self, depth: usize) -> bool {
        self.place.is_none_or(|place| depth + 1 >= place.len())
    }

    /// Whether a part of a value this deep is on the way, or in the place.
    fn leads_to(&self, depth: usize, token: &str) -> bool {
        let Some(place) = self.place else {
            return true;
        };
        match place.get(depth) {
            Some(wanted) => wanted == "*" || wanted == token,
            None => depth == place.len(),
        }
    }
}

/// The schemas that may apply at a place.
struct Meeting<'d> {
    writer: Vec<Side<'d>>,
    reader: Vec<Side<'d>>,
    writers: Vec<Schema<'d>>,
    readers: Vec<Schema<'d>>,
}

impl<'d> Meeting<'d> {
    fn of(writer: Vec<Side<'d>>, reader: Vec<Side<'d>>) -> Self {
        Self {
            writers: everything(&writer),
            readers: everything(&reader),
            writer,
            reader,
        }
    }

    fn below(&self, schemas: impl Fn(&Schema<'d>) -> Vec<Side<'d>>) -> Self {
        let found = |from: &[Schema<'d>]| from.iter().flat_map(&schemas).collect();
        Self::of(found(&self.writers), found(&self.readers))
    }

    fn both(&self) -> Vec<Schema<'d>> {
        self.writers.iter().chain(&self.readers).cloned().collect()
    }
}

impl<'d> Editor<'d> {
    pub(super) fn new(seed: u64, names: Vec<String>) -> Self {
        let mut sampler = Sampler::new(seed);
        sampler.names = names;
        Self {
            sampler,
            dice: fastrand::Rng::with_seed(seed),
            patterns: Patterns::default(),
            values: HashMap::new(),
        }
    }

    /// The changes to a document that these sides suggest; near a place, if one is given.
    pub(super) fn edits(
        &mut self,
        document: &Value,
        writer: &Side<'d>,
        reader: &Side<'d>,
        place: Option<&[String]>,
    ) -> Vec<Edit> {
        let mut edits = Vec::new();
        let root = Meeting::of(vec![writer.clone()], vec![reader.clone()]);
        let spot = Spot {
            at: String::new(),
            depth: 0,
            focus: &Focus { place },
        };
        self.collect(document, spot, &root, &mut edits);
        edits
    }

    fn collect(
        &mut self,
        value: &Value,
        spot: Spot<'_>,
        meeting: &Meeting<'d>,
        edits: &mut Vec<Edit>,
    ) {
        if spot.focus.is_near(spot.depth) {
            for other in self.values(meeting).iter().filter(|other| *other != value) {
                edits.push(spot.edit(Change::Replace(other.clone())));
            }
        }
        if spot.depth >= DEEPEST {
            return;
        }
        match value {
            Value::Object(members) => self.collect_object(members, &spot, meeting, edits),
            Value::Array(items) => self.collect_array(items, &spot, meeting, edits),
            _ => {}
        }
    }

    fn collect_object(
        &mut self,
        members: &Map<String, Value>,
        spot: &Spot<'_>,
        meeting: &Meeting<'d>,
        edits: &mut Vec<Edit>,
    ) {
        if spot.focus.is_near(spot.depth) {
            let removals = members.keys().cloned().map(Change::Remove);
            edits.extend(removals.map(|change| spot.edit(change)));
            for name in self.names(meeting) {
                if !members.contains_key(&name) {
                    let below = self.member(meeting, &name);
                    for value in self.values(&below).iter().take(40) {
                        edits.push(spot.edit(Change::Insert(name.clone(), value.clone())));
                    }
                }
            }
        }
        for (name, member) in members {
            if spot.focus.leads_to(spot.depth, name) {
                let below = self.member(meeting, name);
                self.collect(member, spot.below(name), &below, edits);
            }
        }
    }

    fn collect_array(
        &mut self,
        items: &[Value],
        spot: &Spot<'_>,
        meeting: &Meeting<'d>,
        edits: &mut Vec<Edit>,
    ) {
        let is_near = spot.focus.is_near(spot.depth);
        if is_near {
            edits.extend(
                items
                    .first()
                    .map(|first| spot.edit(Change::Push(first.clone()))),
            );
            let below = meeting.below(|schema| schema.item(items.len()));
            for value in self.values(&below).iter().take(60) {
                edits.push(spot.edit(Change::Push(value.clone())));
            }
        }
        for (index, item) in items.iter().enumerate().take(20) {
            let token = index.to_string();
            if is_near {
                edits.push(spot.edit(Change::Remove(token.clone())));
            }
            if spot.focus.leads_to(spot.depth, &token) {
                let below = meeting.below(|schema| schema.item(index));
                self.collect(item, spot.below(&token), &below, edits);
            }
        }
    }

    fn member(&self, meeting: &Meeting<'d>, name: &str) -> Meeting<'d> {
        meeting.below(|schema| schema.members(name, &self.patterns))
    }

    /// Names of properties that either side knows, and a few that neither does.
    fn names(&mut self, meeting: &Meeting<'d>) -> BTreeSet<String> {
        let mut names = BTreeSet::from(["extra".to_owned()]);
        for schema in meeting.both() {
            names.extend(
                schema
                    .object("properties")
                    .into_iter()
                    .flat_map(Map::keys)
                    .cloned(),
            );
            names.extend(schema.required().map(str::to_owned));
            for (trigger, others) in schema.dependent_names() {
                names.insert(trigger.to_owned());
                names.extend(others.into_iter().map(str::to_owned));
            }
            for pattern in schema
                .object("patternProperties")
                .into_iter()
                .flat_map(Map::keys)
            {
                names.extend(matches(pattern, 2, &mut self.dice));
            }
            for branch in schema.branches() {
                if let Branch::Dependent { trigger, .. } = branch {
                    names.insert(trigger.to_owned());
                }
            }
            if let Some(named) = schema.inner("propertyNames") {
                let mut values = Values::default();
                let schemas = everything(&[named]);
                values.add_named(&schemas);
                values.add_strings(&schemas, &mut self.dice);
                let texts = values.list.iter().filter_map(Value::as_str).take(12);
                names.extend(texts.map(str::to_owned));
            }
        }
        names.into_iter().take(60).collect()
    }

    /// The values to try where these schemas meet.
    fn values(&mut self, meeting: &Meeting<'d>) -> Rc<Vec<Value>> {
        let roots = |sides: &[Side<'d>]| sides.iter().map(|side| side.root.clone()).collect();
        let key = (roots(&meeting.writer), roots(&meeting.reader));
        if let Some(known) = self.values.get(&key) {
            return Rc::clone(known);
        }
        // A place inside itself finds this.
        self.values.insert(key.clone(), Rc::default());
        let mut values = Values::default();
        let both = meeting.both();
        values.add_named(&both);
        values.add_neighbours(&mut self.dice);
        values.add_kinds();
        values.add_bounds(&both);
        values.add_strings(&both, &mut self.dice);
        self.add_made(meeting, &mut values);
        values.list.truncate(MOST_VALUES);
        let values = Rc::new(values.list);
        self.values.insert(key, Rc::clone(&values));
        values
    }

    /// Values made for the writer, for both, and for the branches of the reader.
    fn add_made(&mut self, meeting: &Meeting<'d>, values: &mut Values) {
        self.sampler.path.clear();
        let both: Vec<_> = [&meeting.writer[..], &meeting.reader[..]].concat();
        for fill in [Fill::Least, Fill::Some, Fill::All] {
            self.sampler.fill = fill;
            values.add(self.sampler.document(&meeting.writer));
            values.add(self.sampler.document(&both));
            values.add(self.sampler.document(&meeting.reader));
        }
        let mut groups: Vec<Vec<Side<'d>>> = Vec::new();
        for schema in &meeting.readers {
            for branch in schema.branches() {
                let sides = match branch {
                    Branch::Alternatives {
                        is_exclusive: true,
                        branches,
                    } => {
                        let pairs = branches.iter().enumerate().flat_map(|(index, one)| {
                            let later = branches[index + 1..].iter();
                            later.map(move |other| vec![one.clone(), other.clone()])
                        });
                        groups.extend(pairs);
                        branches
                    }
                    other => other.into_sides(),
                };
                groups.extend(sides.into_iter().map(|side| vec![side]));
            }
        }
        for group in groups.into_iter().take(MOST_BRANCHES) {
            let sides: Vec<_> = meeting.writer.iter().cloned().chain(group).collect();
            for fill in [Fill::Least, Fill::All] {
                self.sampler.fill = fill;
                values.add(self.sampler.document(&sides));
            }
        }
        self.sampler.fill = Fill::Some;
        self.add_counted(meeting, values);
    }

    /// Arrays and objects as large as a bound, and by one larger and smaller.
    fn add_counted(&mut self, meeting: &Meeting<'d>, values: &mut Values) {
        let both = meeting.both();
        for length in lengths(&both, ["minItems", "maxItems"], LONGEST) {
            let item = |index: usize| {
                let schemas = meeting.writers.iter();
                let sides: Vec<_> = schemas.flat_map(|schema| schema.item(index)).collect();
                self.sampler.document(&sides)
            };
            values.add((0..length).map(item).collect());
        }
        let counts = lengths(&both, ["minContains", "maxContains"], LONGEST);
        let contained: Vec<_> = both
            .iter()
            .filter_map(|one| one.inner("contains"))
            .collect();
        for side in contained {
            for length in counts.iter().copied().chain([1, 2]) {
                let item = |_| self.sampler.document(std::slice::from_ref(&side));
                values.add((0..length).map(item).collect());
            }
        }
        let names = self.names(meeting);
        for length in lengths(&both, ["minProperties", "maxProperties"], LONGEST) {
            let more = (0..length).map(|index| format!("p{index}"));
            let members = names.iter().cloned().chain(more).take(length);
            let member = |name: String| {
                let schemas = meeting.writers.iter();
                let found = schemas.flat_map(|schema| schema.members(&name, &self.patterns));
                let value = self.sampler.document(&found.collect::<Vec<_>>());
                (name, value)
            };
            values.add(Value::Object(members.map(member).collect()));
        }
    }
}
