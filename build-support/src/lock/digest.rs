//! The digest of what a schema accepts.
//!
//! Two schemas have one digest if they demand the same at the same places, however they are divided into definitions
//! and files, and whatever they say in annotations. So equal digests mean equal schemas. The reverse does not hold:
//! `{"minimum": 1}` and `{"exclusiveMinimum": 0}` accept the same integers and have different digests. To tell that
//! takes a proof.
//!
//! A schema may refer to itself, and the circle may be drawn in different ways (once, or unrolled). So the schemas are
//! divided into classes, as states of an automaton are when it is minimised: at first by what they demand themselves,
//! then by the classes of their parts, until no class is divided any more. What is hashed is the graph of classes.

use std::collections::HashMap;
use std::fmt;

use super::shape::{Node, Shapes};
use crate::schema::Documents;

/// The SHA-256 digest of what a schema accepts. Written as 64 hexadecimal digits.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of the schema with this path; without one, of any JSON object.
    #[must_use]
    pub fn of(documents: &Documents, schema: Option<&str>) -> Self {
        let shapes = Shapes::of(documents, schema);
        Self(hmac_sha256::Hash::hash(text(&shapes.nodes).as_bytes()))
    }

    /// The digest that is written like this; none if the text is not 64 hexadecimal digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The graph of classes as text: a class a line, numbered as a walk from the payload meets them.
fn text(nodes: &[Node]) -> String {
    let classes = classes(nodes);
    // One node of each class stands for all.
    let mut example: HashMap<usize, &Node> = HashMap::new();
    for (node, class) in nodes.iter().zip(&classes) {
        example.entry(*class).or_insert(node);
    }
    let class_of = |node: usize| classes.get(node).copied().unwrap_or_default();
    let mut numbers = HashMap::from([(class_of(0), 0)]);
    let mut order = vec![class_of(0)];
    let mut text = String::new();
    let mut at = 0;
    while let Some(node) = order.get(at).and_then(|class| example.get(class)) {
        text.push_str(&node.own);
        for (place, part) in &node.parts {
            let class = class_of(*part);
            let next = numbers.len();
            let number = *numbers.entry(class).or_insert_with(|| {
                order.push(class);
                next
            });
            // As a JSON string, so that no name of a property looks like the end of the line.
            text.push_str(&format!(
                " {}={number}",
                serde_json::Value::from(place.as_str())
            ));
        }
        text.push('\n');
        at += 1;
    }
    text
}

/// Where the parts of a node are, and of which class each is.
type Parts<'n> = Vec<(&'n str, usize)>;

/// The class of each node: nodes of one class accept the same values.
fn classes(nodes: &[Node]) -> Vec<usize> {
    let mut names: HashMap<&str, usize> = HashMap::new();
    let mut classes: Vec<usize> = nodes
        .iter()
        .map(|node| {
            let next = names.len();
            *names.entry(&node.own).or_insert(next)
        })
        .collect();
    let mut count = names.len();
    loop {
        let mut known: HashMap<(usize, Parts<'_>), usize> = HashMap::new();
        let divided: Vec<usize> = nodes
            .iter()
            .zip(&classes)
            .map(|(node, class)| {
                let of = |part: &usize| classes.get(*part).copied().unwrap_or_default();
                let parts = node.parts.iter();
                let parts = parts
                    .map(|(place, part)| (place.as_str(), of(part)))
                    .collect();
                let next = known.len();
                *known.entry((*class, parts)).or_insert(next)
            })
            .collect();
        let more = known.len();
        drop(known);
        classes = divided;
        if more == count {
            return classes;
        }
        count = more;
    }
}
