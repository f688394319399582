//! The schemas of both sides as [`Node`]s, made when they are first asked for.
//!
//! A reader's schema has two nodes where undeclared properties may be taken out before it is applied (`lenient`): one
//! for that, and one for where a branch decides the names and nothing is taken out.

use std::collections::HashMap;
use std::rc::Rc;

use super::equal::{self, At};
use super::lenient;
use super::regular::Machine;
use super::rule::{ANYTHING, NOTHING, Node, NodeId, Rule, Test};
use super::{compile, evaluate};
use crate::compat::{Mode, Side};
use crate::schema::{Documents, Location};

/// Which schema a node is made from, and how.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Source {
    pub(super) writer: bool,
    /// Whether undeclared properties are taken out of closed objects before it is applied.
    pub(super) pruned: bool,
    pub(super) place: Location,
}

/// Every node that was asked for.
pub(super) struct Schemas<'d> {
    writer: &'d Documents,
    reader: &'d Documents,
    slots: Vec<(Source, Option<Rc<Node>>)>,
    ids: HashMap<Source, NodeId>,
    machines: HashMap<Rc<str>, Result<Rc<Machine>, &'static str>>,
    /// Validators of one pattern or format.
    asserted: HashMap<(&'static str, Rc<str>), Option<jsonschema::Validator>>,
    equal: HashMap<(NodeId, NodeId), bool>,
}

impl<'d> Schemas<'d> {
    /// The schemas of a comparison, and the nodes of their roots: the writer's and the reader's.
    pub(super) fn new(writer: &Side<'d>, reader: &Side<'d>, mode: Mode) -> (Self, NodeId, NodeId) {
        let mut schemas = Self {
            writer: writer.documents,
            reader: reader.documents,
            slots: Vec::new(),
            ids: HashMap::new(),
            machines: HashMap::new(),
            asserted: HashMap::new(),
            equal: HashMap::new(),
        };
        for (id, keyword) in [(ANYTHING, None), (NOTHING, Some("false"))] {
            let place = Location::root("");
            let rules = keyword.map(|keyword| Rule {
                keyword,
                place: place.clone(),
                test: Test::Never,
            });
            let node = Node {
                writer: false,
                rules: rules.into_iter().collect(),
            };
            let source = Source {
                writer: false,
                pruned: false,
                place,
            };
            debug_assert_eq!(schemas.slots.len(), id.0 as usize);
            schemas.slots.push((source, Some(Rc::new(node))));
        }
        let writer = schemas.id(Source {
            writer: true,
            pruned: false,
            place: writer.root.clone(),
        });
        let reader = schemas.id(Source {
            writer: false,
            pruned: mode == Mode::Lenient,
            place: reader.root.clone(),
        });
        (schemas, writer, reader)
    }

    /// The node of a schema, whose rules are made later.
    pub(super) fn id(&mut self, source: Source) -> NodeId {
        match self.documents(source.writer).value(&source.place) {
            serde_json::Value::Bool(true) => return ANYTHING,
            serde_json::Value::Object(members) if members.is_empty() => return ANYTHING,
            _ => {}
        }
        if let Some(&id) = self.ids.get(&source) {
            return id;
        }
        let id = NodeId(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        self.ids.insert(source.clone(), id);
        self.slots.push((source, None));
        id
    }

    pub(super) fn source(&self, id: NodeId) -> &Source {
        &self.slots[id.0 as usize].0
    }

    pub(super) fn documents(&self, writer: bool) -> &'d Documents {
        if writer { self.writer } else { self.reader }
    }

    /// A schema as rules.
    pub(super) fn node(&mut self, id: NodeId) -> Rc<Node> {
        let (source, node) = &self.slots[id.0 as usize];
        if let Some(node) = node {
            return Rc::clone(node);
        }
        let source = source.clone();
        let mut rules = compile::rules(self, &source);
        if source.pruned {
            lenient::prune(self, &source, &mut rules);
        }
        let node = Rc::new(Node {
            writer: source.writer,
            rules,
        });
        self.slots[id.0 as usize].1 = Some(Rc::clone(&node));
        node
    }

    /// Whether some schema may be of draft 4, where `1` and `1.0` are equal and differ in type.
    pub(super) fn has_draft_4(&self) -> bool {
        let mut documents = self.writer.iter().chain(self.reader.iter());
        documents.any(|document| document.text.contains("draft-04"))
    }

    /// The same schema of a reader that takes undeclared properties out of closed objects before.
    pub(super) fn pruned(&mut self, id: NodeId) -> NodeId {
        if id == ANYTHING || id == NOTHING {
            return id;
        }
        let source = self.source(id).clone();
        self.id(Source {
            pruned: !source.writer,
            ..source
        })
    }

    /// Whether the gate finds that a text has this `pattern` or `format`; none where it would not compile.
    pub(super) fn asserts(
        &mut self,
        keyword: &'static str,
        value: &str,
        text: &str,
    ) -> Option<bool> {
        let validator = self
            .asserted
            .entry((keyword, value.into()))
            .or_insert_with(|| evaluate::validator(keyword, value));
        Some(validator.as_ref()?.is_valid(&serde_json::Value::from(text)))
    }

    /// The machine of a pattern.
    ///
    /// # Errors
    ///
    /// Why it has none.
    pub(super) fn machine(&mut self, pattern: &Rc<str>) -> Result<Rc<Machine>, &'static str> {
        if let Some(machine) = self.machines.get(pattern) {
            return machine.clone();
        }
        let machine = Machine::of_pattern(pattern).map(Rc::new);
        self.machines.insert(Rc::clone(pattern), machine.clone());
        machine
    }

    /// Whether two schemas say the same. A reader that takes properties out before takes all that it takes otherwise.
    pub(super) fn are_equal(&mut self, one: NodeId, other: NodeId) -> bool {
        if one == other {
            return true;
        }
        if let Some(&equal) = self.equal.get(&(one, other)) {
            return equal;
        }
        let (a, b) = (self.source(one).clone(), self.source(other).clone());
        let (first, second) = (self.documents(a.writer), self.documents(b.writer));
        let same_place = std::ptr::eq(first, second) && a.place == b.place;
        let equal = same_place
            || equal::are_equal(
                At {
                    documents: first,
                    place: &a.place,
                },
                At {
                    documents: second,
                    place: &b.place,
                },
            );
        self.equal.insert((one, other), equal);
        equal
    }
}
