//! JSON with what is wrong in it: the value at fault is marked, and the fault stands behind it.
//!
//! The JSON is not parsed, so what is shown is what was stored, whatever it is. Along the text goes a place in a tree of the
//! faults' pointers, so that a deep document costs no more than a flat one.

use std::collections::BTreeMap;

use dispatcher_schema::pointer;
use maud::{Markup, html};

use super::json::line;
use super::text::{shown, visible};
use crate::operate::payload_fault::PayloadFault;

/// JSON with line breaks and its faults, and below it those whose place is not there.
pub(super) fn marked(json: &str, base: &str, faults: &[PayloadFault]) -> Markup {
    let mut tree = Tree::of(base, faults);
    let parts = parts(json, &mut tree);
    let unplaced: Vec<&PayloadFault> = tree.unplaced(faults);
    html! {
        pre tabindex="0" { code dir="ltr" {
            @for part in &parts { @match part {
                Part::Plain(text) => (visible(text, "\n\t")),
                Part::Value(text) => { mark { (visible(text, "\n\t")) } }
                Part::Fault(index) => { " " strong.fault { "← " (shown(&faults[*index].message)) } }
            } }
        } }
        @if !unplaced.is_empty() {
            p { "Faults at places that are not there:" }
            ul.faults { @for fault in unplaced { li { (listed(fault)) } } }
        }
        @if faults.len() >= MOST { p.note { "These are the first " (MOST) " faults; there may be more." } }
    }
}

/// How many faults a report has at most.
const MOST: usize = crate::contract::gate::InvalidPayload::MOST_VIOLATIONS;

/// A fault with its place, where it cannot stand at it.
fn listed(fault: &PayloadFault) -> Markup {
    let place = if fault.pointer.is_empty() {
        "the payload"
    } else {
        &fault.pointer
    };
    html! { code { (shown(place)) } ": " (shown(&fault.message)) }
}

/// A part of what is shown.
#[derive(Debug, PartialEq)]
enum Part {
    Plain(String),
    /// A value that is at fault; of an object or an array, its beginning.
    Value(String),
    /// By its index.
    Fault(usize),
}

/// A place at or above a fault.
#[derive(Default)]
struct Node {
    children: BTreeMap<String, usize>,
    faults: Vec<usize>,
    is_found: bool,
}

/// The places of faults.
struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    fn of(base: &str, faults: &[PayloadFault]) -> Self {
        let mut tree = Self {
            nodes: vec![Node::default()],
        };
        for (index, fault) in faults.iter().enumerate() {
            let mut at = 0;
            let tokens = base.split('/').skip(1);
            for token in tokens.chain(fault.pointer.split('/').skip(1)) {
                let next = tree.nodes.len();
                let token = pointer::unescape(token);
                at = *tree.nodes[at].children.entry(token).or_insert(next);
                if at == next {
                    tree.nodes.push(Node::default());
                }
            }
            tree.nodes[at].faults.push(index);
        }
        tree
    }

    fn child(&self, of: Option<usize>, token: &str) -> Option<usize> {
        self.nodes[of?].children.get(token).copied()
    }

    fn unplaced<'f>(&self, faults: &'f [PayloadFault]) -> Vec<&'f PayloadFault> {
        let left = self.nodes.iter().filter(|node| !node.is_found);
        let left = left.flat_map(|node| &node.faults);
        left.map(|index| &faults[*index]).collect()
    }
}

/// An object or an array that is open.
struct Open {
    node: Option<usize>,
    /// The next index of an array; none of an object.
    index: Option<usize>,
    /// The key of an object's member, once it is there.
    key: Option<String>,
}

/// Writes the parts.
#[derive(Default)]
struct Writer {
    parts: Vec<Part>,
    /// What is at fault in this line, once the line ends.
    pending: Vec<usize>,
}

impl Writer {
    fn plain(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(Part::Plain(last)) => last.push_str(text),
            _ => self.parts.push(Part::Plain(text.to_owned())),
        }
    }

    fn end_line(&mut self, depth: Option<usize>) {
        let pending = std::mem::take(&mut self.pending);
        self.parts.extend(pending.into_iter().map(Part::Fault));
        if let Some(depth) = depth {
            let mut text = String::new();
            line(&mut text, depth);
            self.plain(&text);
        }
    }

    /// A value, or the bracket that begins one.
    fn value(&mut self, text: &str, node: Option<usize>, tree: &mut Tree) {
        let node = node.map(|node| &mut tree.nodes[node]);
        match node.filter(|node| !node.faults.is_empty()) {
            Some(node) => {
                node.is_found = true;
                self.pending.extend(&node.faults);
                self.parts.push(Part::Value(text.to_owned()));
            }
            None => self.plain(text),
        }
    }
}

fn parts(json: &str, tree: &mut Tree) -> Vec<Part> {
    let mut writer = Writer::default();
    let mut open: Vec<Open> = Vec::new();
    let mut tokens = Tokens { rest: json }.peekable();
    while let Some(token) = tokens.next() {
        match token {
            "{" | "[" => {
                let node = place(&open, tree);
                let end = tokens.next_if(|next| matches!(*next, "}" | "]"));
                let text = format!("{token}{}", end.unwrap_or_default());
                writer.value(&text, node, tree);
                if end.is_none() {
                    let index = (token == "[").then_some(0);
                    open.push(Open {
                        node,
                        index,
                        key: None,
                    });
                    writer.end_line(Some(open.len()));
                }
            }
            "}" | "]" => {
                open.pop();
                writer.end_line(Some(open.len()));
                writer.plain(token);
            }
            "," => {
                if let Some(last) = open.last_mut() {
                    last.index = last.index.map(|index| index + 1);
                    last.key = None;
                }
                writer.plain(",");
                writer.end_line(Some(open.len()));
            }
            ":" => writer.plain(": "),
            text => match open.last_mut() {
                Some(last) if last.index.is_none() && last.key.is_none() => {
                    last.key = Some(serde_json::from_str(text).unwrap_or_default());
                    writer.plain(text);
                }
                _ => {
                    let node = place(&open, tree);
                    writer.value(text, node, tree);
                }
            },
        }
    }
    writer.end_line(None);
    writer.parts
}

/// The place of the value that comes next.
fn place(open: &[Open], tree: &Tree) -> Option<usize> {
    let Some(last) = open.last() else {
        return Some(0);
    };
    match (last.index, &last.key) {
        (Some(index), _) => tree.child(last.node, &index.to_string()),
        (None, Some(key)) => tree.child(last.node, key),
        (None, None) => None,
    }
}

/// Strings, marks, and what stands between them.
struct Tokens<'j> {
    rest: &'j str,
}

impl<'j> Iterator for Tokens<'j> {
    type Item = &'j str;

    fn next(&mut self) -> Option<&'j str> {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\r', '\t']);
        let first = self.rest.chars().next()?;
        let end = match first {
            '{' | '}' | '[' | ']' | ',' | ':' => 1,
            '"' => end_of_text(self.rest),
            _ => {
                let ends = |c: char| "{}[],:\" \n\r\t".contains(c);
                self.rest.find(ends).unwrap_or(self.rest.len())
            }
        };
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(token)
    }
}

fn end_of_text(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::super::json::pretty;
    use super::*;

    fn fault(pointer: &str, message: &str) -> PayloadFault {
        PayloadFault {
            pointer: pointer.to_owned(),
            keyword: "k".to_owned(),
            message: message.to_owned(),
        }
    }

    fn plainly(json: &str, base: &str, faults: &[PayloadFault]) -> String {
        let parts = parts(json, &mut Tree::of(base, faults));
        let shown = parts.iter().map(|part| match part {
            Part::Plain(text) => text.clone(),
            Part::Value(text) => format!("<{text}>"),
            Part::Fault(index) => format!(" ({})", faults[*index].message),
        });
        shown.collect()
    }

    #[test]
    fn faults_stand_behind_their_values() {
        let json = r#"{"payload":{"a/b":[1.0,{"c":2}],"a":"x","e":{}},"a":3}"#;
        let faults = [
            fault("/a~1b/1/c", "two"),
            fault("/a", "one"),
            fault("/a", "and more"),
            fault("/a~1b", "a list"),
            fault("/e", "empty"),
            fault("", "all"),
        ];
        let expected = "{\n  \"payload\": <{> (all)\n    \"a/b\": <[> (a list)\n      1.0,\n      {\n        \"c\": <2> (two)\n      }\n    ],\n    \"a\": <\"x\">, (one) (and more)\n    \"e\": <{}> (empty)\n  },\n  \"a\": 3\n}";
        assert_eq!(plainly(json, "/payload", &faults), expected);
    }

    #[test]
    fn a_fault_whose_place_is_not_there_is_listed() {
        let faults = [fault("/a/b", "deep"), fault("/é…", "cut")];
        let page = marked(r#"{"payload":"[masked]"}"#, "/payload", &faults).into_string();
        for text in ["not there", "/a/b", "deep", "cut"] {
            assert!(page.contains(text), "{page}");
        }
        assert!(!page.contains("<mark>"), "{page}");
    }

    #[test]
    fn without_faults_it_is_the_same_as_elsewhere_and_nothing_is_lost() {
        for json in [
            r#"{"a":[1.0,123456789012345678901234567890, {}],"b" : "x, {\"y\\\": [\\","c":[ ],"a":null}"#,
            "",
            "\"open",
            "plain text",
            "]]]",
            "{\"a\"",
            "[[[[",
            "{:,}",
            "\\",
        ] {
            assert_eq!(plainly(json, "", &[]), pretty_of(json), "{json}");
        }
        let deep = "[".repeat(10_000);
        assert!(plainly(&deep, "", &[fault("/0/0/0", "x")]).len() < 100 * deep.len());
    }

    /// Where JSON is broken, white space between words may differ.
    fn pretty_of(json: &str) -> String {
        match json {
            "plain text" => "plaintext".to_owned(),
            json => pretty(json),
        }
    }
}
