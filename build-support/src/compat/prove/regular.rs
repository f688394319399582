//! Patterns as regular languages: whether a string can match some of them and not the others.
//!
//! A pattern is translated as the gate translates it (`jsonschema_regex`) and becomes a machine over characters.
//! [`is_empty`] walks the product of the machines. What a machine of this kind cannot say (look-around, back
//! references, word boundaries) is refused with a reason, and nothing is proved with it.

use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

use regex_syntax::ast::{self, Ast};
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use super::budget::Budget;

/// States of one machine, at most.
const MOST_STATES: usize = 20_000;
/// The longest strings whose characters are counted.
const LONGEST: u64 = 5_000;

/// The strings that a pattern matches somewhere.
#[derive(Debug)]
pub(super) struct Machine {
    states: Vec<State>,
    start: u32,
}

#[derive(Debug)]
enum State {
    Characters(Vec<(u32, u32)>, u32),
    Split(Vec<u32>),
    AtStart(u32),
    AtEnd(u32),
    Match,
}

impl Machine {
    /// The machine of a pattern as a schema has it.
    ///
    /// # Errors
    ///
    /// Why there is none, in words that go on after "the pattern".
    pub(super) fn of_pattern(pattern: &str) -> Result<Self, &'static str> {
        let translated =
            jsonschema_regex::to_rust_regex(pattern).map_err(|()| "cannot be translated")?;
        // The gate's engine reads these in its own way.
        if translated.contains("{,") || has_group_options(&translated) {
            return Err("uses syntax that engines read in different ways");
        }
        let ast = ast::parse::Parser::new()
            .parse(&translated)
            .map_err(|error| match error.kind() {
                ast::ErrorKind::UnsupportedLookAround => "uses look-around",
                ast::ErrorKind::UnsupportedBackreference => "uses a back reference",
                _ => "cannot be read as a regular expression",
            })?;
        if has_possessive(&ast) {
            return Err("uses a possessive quantifier");
        }
        let hir = regex_syntax::hir::translate::Translator::new()
            .translate(&translated, &ast)
            .map_err(|_| "cannot be read as a regular expression")?;
        let mut states = vec![State::Match];
        let start = build(&mut states, &hir, 0)?;
        Ok(Self { states, start })
    }

    /// The machine of exactly these strings.
    pub(super) fn of_strings<'s>(strings: impl IntoIterator<Item = &'s str>) -> Self {
        let mut states = vec![State::Match, State::AtEnd(0)];
        let mut heads = Vec::new();
        for string in strings {
            let mut next = 1;
            for character in string.chars().rev() {
                let code = u32::from(character);
                next = push(&mut states, State::Characters(vec![(code, code)], next));
            }
            heads.push(next);
        }
        let split = push(&mut states, State::Split(heads));
        let start = push(&mut states, State::AtStart(split));
        Self { states, start }
    }

    /// Where the machine may be without reading a character.
    fn close(&self, into: &mut BTreeSet<u32>, from: u32, at_start: bool, at_end: bool) {
        let mut open = vec![from];
        while let Some(state) = open.pop() {
            if !into.insert(state) {
                continue;
            }
            match &self.states[state as usize] {
                State::Split(next) => open.extend(next),
                State::AtStart(next) if at_start => open.push(*next),
                State::AtEnd(next) if at_end => open.push(*next),
                _ => {}
            }
        }
    }

    fn begin(&self) -> BTreeSet<u32> {
        let mut set = BTreeSet::new();
        self.close(&mut set, self.start, true, false);
        self.settle(set)
    }

    /// Once a match is found, the rest of the string does not matter.
    fn settle(&self, set: BTreeSet<u32>) -> BTreeSet<u32> {
        if set.contains(&0) {
            return BTreeSet::from([0]);
        }
        set
    }

    fn step(&self, set: &BTreeSet<u32>, character: u32) -> BTreeSet<u32> {
        if set.contains(&0) {
            return set.clone();
        }
        let mut next = BTreeSet::new();
        for &state in set {
            if let State::Characters(ranges, to) = &self.states[state as usize]
                && ranges
                    .iter()
                    .any(|&(low, high)| low <= character && character <= high)
            {
                self.close(&mut next, *to, false, false);
            }
        }
        // A match may begin anywhere.
        self.close(&mut next, self.start, false, false);
        self.settle(next)
    }

    fn accepts(&self, set: &BTreeSet<u32>, at_start: bool) -> bool {
        let mut end = BTreeSet::new();
        for &state in set {
            self.close(&mut end, state, at_start, true);
        }
        end.contains(&0)
    }

    /// Whether no further character can lead to a match.
    fn is_stuck(&self, set: &BTreeSet<u32>) -> bool {
        let has_reader = |state: &u32| {
            matches!(
                self.states[*state as usize],
                State::Characters(..) | State::AtEnd(_)
            )
        };
        !set.contains(&0) && !set.iter().any(has_reader)
    }
}

/// Whether there surely is no string of `min` to `max` characters that all machines marked `true` match, and none of
/// the others.
pub(super) fn is_empty(
    machines: &[(Rc<Machine>, bool)],
    min: u64,
    max: Option<u64>,
    budget: &mut Budget,
) -> bool {
    if max.is_some_and(|max| max < min) {
        return true;
    }
    if machines.is_empty() {
        return false;
    }
    if walk(machines, 0, None, budget) {
        return true;
    }
    let counted = min > 0 || max.is_some();
    counted && max.unwrap_or(min) <= LONGEST && walk(machines, min, max, budget)
}

/// A place in the product: how many characters were read, up to the cap, and where each machine may be.
type Position = (u64, Vec<BTreeSet<u32>>);

fn walk(machines: &[(Rc<Machine>, bool)], min: u64, max: Option<u64>, budget: &mut Budget) -> bool {
    let cap = max.map_or(min.max(1), |max| max.max(min) + 1);
    let first: Position = (
        0,
        machines
            .iter()
            .map(|(machine, _)| machine.begin())
            .collect(),
    );
    let mut seen = HashSet::from([first.clone()]);
    let mut open = vec![first];
    while let Some((read, sets)) = open.pop() {
        if is_dead(machines, &sets) {
            continue;
        }
        let inside = read >= min && max.is_none_or(|max| read <= max);
        if inside
            && machines
                .iter()
                .zip(&sets)
                .all(|((machine, wanted), set)| machine.accepts(set, read == 0) == *wanted)
        {
            return false;
        }
        if max.is_some_and(|max| read >= max) {
            continue;
        }
        for character in alphabet(machines, &sets) {
            if !budget.spend(1) {
                return false;
            }
            let next: Position = (
                (read + 1).min(cap),
                machines
                    .iter()
                    .zip(&sets)
                    .map(|((machine, _), set)| machine.step(set, character))
                    .collect(),
            );
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    true
}

/// Whether nothing that follows can make every machine as it is wanted.
fn is_dead(machines: &[(Rc<Machine>, bool)], sets: &[BTreeSet<u32>]) -> bool {
    machines.iter().zip(sets).any(|((machine, wanted), set)| {
        if *wanted {
            machine.is_stuck(set) && machine.is_anchored()
        } else {
            set.contains(&0)
        }
    })
}

impl Machine {
    /// Whether a match can begin at the start of the string only.
    fn is_anchored(&self) -> bool {
        let mut set = BTreeSet::new();
        self.close(&mut set, self.start, false, false);
        self.is_stuck(&set)
    }
}

/// One character for each class that the machines tell apart here.
fn alphabet(machines: &[(Rc<Machine>, bool)], sets: &[BTreeSet<u32>]) -> Vec<u32> {
    // Surrogates are no characters.
    let mut starts = BTreeSet::from([0, 0xd800, 0xe000]);
    for ((machine, _), set) in machines.iter().zip(sets) {
        for &state in set {
            if let State::Characters(ranges, _) = &machine.states[state as usize] {
                for &(low, high) in ranges {
                    starts.insert(low);
                    if high < 0x0010_ffff {
                        starts.insert(high + 1);
                    }
                }
            }
        }
    }
    starts
        .into_iter()
        .filter(|start| !(0xd800..0xe000).contains(start))
        .collect()
}

fn push(states: &mut Vec<State>, state: State) -> u32 {
    states.push(state);
    u32::try_from(states.len() - 1).unwrap_or(u32::MAX)
}

/// Adds what `hir` matches in front of the state `next`.
fn build(states: &mut Vec<State>, hir: &Hir, next: u32) -> Result<u32, &'static str> {
    if states.len() > MOST_STATES {
        return Err("is too large");
    }
    Ok(match hir.kind() {
        HirKind::Empty => next,
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).map_err(|_| "matches bytes")?;
            let mut next = next;
            for character in text.chars().rev() {
                let code = u32::from(character);
                next = push(states, State::Characters(vec![(code, code)], next));
            }
            next
        }
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class
                .ranges()
                .iter()
                .map(|range| (u32::from(range.start()), u32::from(range.end())))
                .collect();
            push(states, State::Characters(ranges, next))
        }
        HirKind::Class(Class::Bytes(_)) => return Err("matches bytes"),
        HirKind::Look(Look::Start) => push(states, State::AtStart(next)),
        HirKind::Look(Look::End) => push(states, State::AtEnd(next)),
        HirKind::Look(_) => return Err("uses a word or line boundary"),
        HirKind::Capture(capture) => build(states, &capture.sub, next)?,
        HirKind::Concat(parts) => {
            let mut next = next;
            for part in parts.iter().rev() {
                next = build(states, part, next)?;
            }
            next
        }
        HirKind::Alternation(parts) => {
            let heads = parts
                .iter()
                .map(|part| build(states, part, next))
                .collect::<Result<_, _>>()?;
            push(states, State::Split(heads))
        }
        HirKind::Repetition(repetition) => build_repetition(states, repetition, next)?,
    })
}

/// Adds what a repetition matches in front of the state `next`.
fn build_repetition(
    states: &mut Vec<State>,
    repetition: &Repetition,
    next: u32,
) -> Result<u32, &'static str> {
    let sub = &repetition.sub;
    let mut next = next;
    match repetition.max {
        None => {
            let back = push(states, State::Split(vec![next]));
            let head = build(states, sub, back)?;
            states[back as usize] = State::Split(vec![next, head]);
            next = back;
        }
        Some(max) => {
            let skip = next;
            for _ in repetition.min..max {
                let head = build(states, sub, next)?;
                next = push(states, State::Split(vec![head, skip]));
            }
        }
    }
    for _ in 0..repetition.min {
        next = build(states, sub, next)?;
    }
    Ok(next)
}

/// Whether a group sets options or is atomic, which the gate's engine reads by rules of its own.
fn has_group_options(pattern: &str) -> bool {
    pattern.match_indices("(?").any(|(at, _)| {
        let rest = &pattern[at + 2..];
        let is_name = rest.starts_with('<') && !rest.starts_with("<=") && !rest.starts_with("<!");
        // Look-around is reported by the parser.
        let is_look =
            rest.starts_with(['=', '!']) || rest.starts_with("<=") || rest.starts_with("<!");
        !(rest.starts_with(':') || is_name || is_look)
    })
}

/// Whether a repetition is repeated without a group: `a++`.
fn has_possessive(ast: &Ast) -> bool {
    match ast {
        Ast::Repetition(repetition) => {
            matches!(*repetition.ast, Ast::Repetition(_)) || has_possessive(&repetition.ast)
        }
        Ast::Group(group) => has_possessive(&group.ast),
        Ast::Alternation(alternation) => alternation.asts.iter().any(has_possessive),
        Ast::Concat(concat) => concat.asts.iter().any(has_possessive),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(pattern: &str) -> Rc<Machine> {
        Rc::new(Machine::of_pattern(pattern).expect("a regular pattern"))
    }

    /// Whether everything that `one` matches is matched by `other`.
    fn within(one: &str, other: &str) -> bool {
        let mut budget = Budget::new();
        is_empty(
            &[(machine(one), true), (machine(other), false)],
            0,
            None,
            &mut budget,
        )
    }

    #[test]
    fn a_pattern_is_within_another() {
        for (one, other) in [
            ("^[a-z]+$", "^[a-z0-9]+$"),
            ("[a-z]*", "[A-Z]*"),
            ("^a$", "a"),
            ("^a", "^(a|b)"),
            ("^(ab){1,3}$", "^(ab)*$"),
            (r"^\d{3}$", "^[0-9]+$"),
            ("", "^"),
            ("abc", "b"),
            ("^[^a]*$", "^[^a]*$"),
            (r"^\w$", r"^[A-Za-z0-9_]$"),
        ] {
            assert!(within(one, other), "{one} is within {other}");
        }
        for (one, other) in [
            ("^[a-z0-9]+$", "^[a-z]+$"),
            ("a", "^a$"),
            ("", "."),
            ("^(ab)*$", "^(ab){1,3}$"),
            ("b", "abc"),
            ("^.$", "^[a-z]$"),
            ("^é$", r"^\w$"),
            ("[a-z]+", "^[a-z]+$"),
        ] {
            assert!(!within(one, other), "{one} is not within {other}");
        }
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        let empty = |pattern: &str, min, max| {
            is_empty(&[(machine(pattern), true)], min, max, &mut Budget::new())
        };
        assert!(empty("^(ab)*$", 3, Some(3)));
        assert!(!empty("^(ab)*$", 4, Some(4)));
        assert!(empty("^..$", 0, Some(1)));
        assert!(!empty("^é$", 1, Some(1)));
        assert!(empty("^a{2}$", 3, None));
    }

    #[test]
    fn what_is_no_regular_language_is_refused_with_a_reason() {
        for (pattern, reason) in [
            ("^(?=a)", "uses look-around"),
            ("(?<!a)b", "uses look-around"),
            (r"(a)\1", "uses a back reference"),
            (r"\ba", "uses a word or line boundary"),
            ("a++", "uses a possessive quantifier"),
            ("(?i)a", "uses syntax that engines read in different ways"),
        ] {
            assert_eq!(
                Machine::of_pattern(pattern).err(),
                Some(reason),
                "{pattern}"
            );
        }
    }
}
