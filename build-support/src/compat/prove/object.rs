//! Objects: names, counts, and properties that are there.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::Value;

use super::declared::{Declared, Declaring};
use super::facts::{Branch, SomeMember, Which};
use super::lenient;
use super::obstacle::below;
use super::rule::{Members, Signed, Text, Type};
use super::{Proof, Prover, evaluate};

/// Patterns whose combinations are looked at one by one.
const MOST_PATTERNS: usize = 6;

/// Names of an object that are told apart.
struct Names {
    /// The names that something in the object is about.
    explicit: BTreeSet<Rc<str>>,
    /// The patterns that tell other names apart.
    patterns: Vec<Rc<str>>,
    declared: Option<Rc<Declared>>,
}

/// A kind of names: one, or all others that match some patterns and not the rest.
#[derive(Clone, Debug)]
enum Name {
    Explicit(Rc<str>),
    Other(Vec<Option<bool>>),
}

impl Prover<'_> {
    /// Whether no object is left.
    pub(super) fn no_object(&mut self, branch: &Branch) -> Proof {
        let object = &branch.object;
        let present = object.present.len() as u64;
        if object
            .max
            .is_some_and(|max| max < object.min || max < present)
            || !object.present.is_disjoint(&object.absent)
        {
            return Ok(());
        }
        let names = self.names(branch);
        let mut deeper = Vec::new();
        for some in &object.some {
            deeper.extend(match self.no_member(branch, &names, some) {
                Ok(()) => return Ok(()),
                Err(found) => found,
            });
        }
        for name in &object.present {
            if self.is_impossible(branch, &names, &Name::Explicit(Rc::clone(name))) {
                return Ok(());
            }
        }
        if self.miscounts_members(branch, &names) || self.are_too_many(branch, &names) {
            return Ok(());
        }
        Err(deeper)
    }

    fn names(&mut self, branch: &Branch) -> Names {
        let object = &branch.object;
        let mut explicit: BTreeSet<Rc<str>> = &object.present | &object.absent;
        let mut patterns = BTreeSet::new();
        let declared = branch.declared.as_ref().map(|nodes| self.declared(nodes));
        let declaring = declared.iter().flat_map(|declared| &declared.members);
        for members in object.members.iter().chain(declaring) {
            explicit.extend(members.by_name.keys().cloned());
            patterns.extend(
                members
                    .by_pattern
                    .iter()
                    .map(|(pattern, _)| Rc::clone(pattern)),
            );
        }
        explicit.extend(
            declared
                .iter()
                .flat_map(|declared| declared.names.iter().cloned()),
        );
        for some in &object.some {
            match &some.which {
                Which::Name(name) => drop(explicit.insert(Rc::clone(name))),
                Which::Pattern(pattern) => drop(patterns.insert(Rc::clone(pattern))),
                Which::Rest(members) => {
                    explicit.extend(members.by_name.keys().cloned());
                    let matched = members.by_pattern.iter();
                    patterns.extend(matched.map(|(pattern, _)| Rc::clone(pattern)));
                }
                Which::Any => {}
            }
        }
        for (members, _) in &object.few_declared {
            explicit.extend(members.by_name.keys().cloned());
            patterns.extend(
                members
                    .by_pattern
                    .iter()
                    .map(|(pattern, _)| Rc::clone(pattern)),
            );
        }
        let named = object.some.iter().filter_map(|some| some.name);
        for signed in object.names.iter().copied().chain(named) {
            for holds in [true, false] {
                explicit.extend(self.listed_names(Signed { holds, ..signed }));
            }
        }
        Names {
            explicit,
            patterns: patterns.into_iter().collect(),
            declared,
        }
    }

    /// The names that a schema of names lists.
    fn listed_names(&mut self, signed: Signed) -> Vec<Rc<str>> {
        let mut branch = Branch::new(Type::String, None, &[signed]);
        self.expand(&mut branch);
        let values = branch.values.iter().flat_map(|values| values.iter());
        values.filter_map(Value::as_str).map(Into::into).collect()
    }

    /// Every kind of names, as far as they are told apart.
    fn kinds(&mut self, branch: &Branch, names: &Names) -> Vec<Name> {
        let explicit = names.explicit.iter().cloned().map(Name::Explicit);
        let count = names.patterns.len();
        let others: Vec<_> = if count <= MOST_PATTERNS {
            (0..1_usize << count)
                .map(|bits| {
                    (0..count)
                        .map(|index| Some(bits >> index & 1 == 1))
                        .collect()
                })
                .collect()
        } else {
            vec![vec![None; count]]
        };
        let mut kinds: Vec<_> = explicit.collect();
        for matched in others {
            let other = Name::Other(matched);
            if !self.is_no_name(branch, names, &other, None) {
                kinds.push(other);
            }
        }
        kinds
    }

    fn matches(&mut self, names: &Names, name: &Name, pattern: &Rc<str>) -> Option<bool> {
        match name {
            Name::Explicit(name) => evaluate::matches(&mut self.schemas, pattern, name),
            Name::Other(matched) => {
                let index = names.patterns.iter().position(|other| other == pattern)?;
                matched[index]
            }
        }
    }

    /// Whether no object of the branch can have a name of the kind, and with what `more` says of it.
    fn is_no_name(
        &mut self,
        branch: &Branch,
        names: &Names,
        name: &Name,
        more: Option<Signed>,
    ) -> bool {
        let object = &branch.object;
        let known = object.names.iter().copied().chain(more);
        match name {
            Name::Explicit(name) => {
                let text = Value::from(&**name);
                let is_full = object
                    .max
                    .is_some_and(|max| object.present.len() as u64 >= max);
                object.absent.contains(name)
                    || is_full && !object.present.contains(name)
                    || names
                        .declared
                        .as_ref()
                        .is_some_and(|declared| self.is_declared(declared, name) == Some(false))
                    || known.into_iter().any(|signed| {
                        evaluate::accepts(&mut self.schemas, signed.node, &text, None)
                            == Some(!signed.holds)
                    })
            }
            Name::Other(matched) => {
                let is_undeclared = names.declared.as_ref().is_some_and(|declared| {
                    !declared.is_open()
                        && !declared.patterns().any(|pattern| {
                            let index = names.patterns.iter().position(|other| other == pattern);
                            index.is_none_or(|index| matched[index] != Some(false))
                        })
                });
                let is_full = object
                    .max
                    .is_some_and(|max| object.present.len() as u64 >= max);
                is_undeclared || is_full || {
                    let known: Vec<_> = known.collect();
                    self.is_no_other_name(names, matched, &known)
                }
            }
        }
    }

    /// Whether no string but the explicit names has these patterns.
    fn is_no_other_name(
        &mut self,
        names: &Names,
        matched: &[Option<bool>],
        known: &[Signed],
    ) -> bool {
        if matched.is_empty() && known.is_empty() {
            return false;
        }
        let branch = self.other_name(names, matched, known);
        self.close(branch).is_ok()
    }

    /// A string that is none of the explicit names and has these patterns.
    fn other_name(&self, names: &Names, matched: &[Option<bool>], known: &[Signed]) -> Branch {
        let mut branch = Branch::new(Type::String, None, known);
        for (pattern, matched) in names.patterns.iter().zip(matched) {
            if let Some(matched) = matched {
                branch
                    .text
                    .tests
                    .push((Text::Pattern(Rc::clone(pattern)), *matched));
            }
        }
        branch.text.excluded.extend(names.explicit.iter().cloned());
        branch
    }

    /// How many other names of the kind there are at most; none where there is no limit.
    fn count_names(
        &mut self,
        names: &Names,
        matched: &[Option<bool>],
        known: &[Signed],
    ) -> Option<u64> {
        let branch = self.other_name(names, matched, known);
        self.capacity_of(branch)
    }

    /// How many objects there are at most, where that is a small number.
    pub(super) fn object_capacity(&mut self, branch: &Branch) -> Option<u64> {
        let names = self.names(branch);
        let mut product = 1_u64;
        for name in self.kinds(branch, &names) {
            if self.is_impossible(branch, &names, &name) {
                continue;
            }
            let Name::Explicit(text) = &name else {
                return None;
            };
            let (signed, _) = self.member(branch, &names, &name);
            let absent = u64::from(!branch.object.present.contains(text));
            let values = self.capacity(&signed)?;
            product = product.checked_mul(values.checked_add(absent)?)?;
        }
        Some(product)
    }

    /// What is known of the value of a property.
    fn member(&mut self, branch: &Branch, names: &Names, name: &Name) -> (Vec<Signed>, Declaring) {
        let mut signed = Vec::new();
        for members in &branch.object.members {
            let named = match name {
                Name::Explicit(name) => members.by_name.get(name).copied(),
                Name::Other(_) => None,
            };
            signed.extend(named.map(Signed::yes));
            let mut may_be_rest = named.is_none();
            for (pattern, node) in &members.by_pattern {
                match self.matches(names, name, pattern) {
                    Some(true) => {
                        signed.push(Signed::yes(*node));
                        may_be_rest = false;
                    }
                    Some(false) => {}
                    None => may_be_rest = false,
                }
            }
            if may_be_rest {
                signed.extend(members.rest.map(Signed::yes));
            }
        }
        if let Name::Explicit(name) = name {
            // One property has a name, so all that is known of it is known of one value.
            let same =
                |some: &&SomeMember| matches!(&some.which, Which::Name(other) if other == name);
            signed.extend(
                branch
                    .object
                    .some
                    .iter()
                    .filter(same)
                    .filter_map(|some| some.value),
            );
        }
        let declaring = match (&names.declared, name) {
            (None, _) => None,
            (Some(declared), Name::Explicit(text)) => {
                let text = Rc::clone(text);
                declared.member(Some(&text), |pattern| self.matches(names, name, pattern))
            }
            (Some(declared), Name::Other(_)) => {
                declared.member(None, |pattern| self.matches(names, name, pattern))
            }
        };
        (signed, declaring)
    }

    fn no_value(
        &mut self,
        branch: &Branch,
        names: &Names,
        name: &Name,
        more: Option<Signed>,
    ) -> Proof {
        let (mut signed, declaring) = self.member(branch, names, name);
        signed.extend(more);
        let state = self.state(signed, declaring);
        self.is_empty(state)
    }

    /// Whether no object has a property of the kind.
    fn is_impossible(&mut self, branch: &Branch, names: &Names, name: &Name) -> bool {
        self.is_no_name(branch, names, name, None)
            || self.no_value(branch, names, name, None).is_ok()
    }

    /// Whether there cannot be such a property.
    fn no_member(&mut self, branch: &Branch, names: &Names, some: &SomeMember) -> Proof {
        let kinds = match &some.which {
            Which::Name(name) => vec![Name::Explicit(Rc::clone(name))],
            _ => self.kinds(branch, names),
        };
        let mut found = Vec::new();
        let mut failed = false;
        for name in kinds {
            if !self.is_meant(names, &some.which, &name)
                || self.is_no_name(branch, names, &name, some.name)
            {
                continue;
            }
            if let Err(obstacles) = self.no_value(branch, names, &name, some.value) {
                failed = true;
                let token = match &name {
                    Name::Explicit(name) => name,
                    Name::Other(_) => "*",
                };
                // Without a schema of its own, the name is what is refused.
                if some.value.is_some() {
                    found.extend(below(token, obstacles));
                }
            }
        }
        if failed { Err(found) } else { Ok(()) }
    }

    /// Whether there can be one property only, and two have to be there that cannot be the same.
    fn are_too_many(&mut self, branch: &Branch, names: &Names) -> bool {
        let some = &branch.object.some;
        if branch.object.max != Some(1) || some.len() < 2 {
            return false;
        }
        (0..some.len()).any(|index| {
            some[..index].iter().any(|other| {
                let one = &some[index];
                self.kinds(branch, names).into_iter().all(|name| {
                    !self.is_meant(names, &one.which, &name)
                        || !self.is_meant(names, &other.which, &name)
                        || self.is_no_name(branch, names, &name, one.name)
                        || self.is_no_name(branch, names, &name, other.name)
                        || {
                            let (mut signed, declaring) = self.member(branch, names, &name);
                            signed.extend(one.value.into_iter().chain(other.value));
                            let state = self.state(signed, declaring);
                            self.is_empty(state).is_ok()
                        }
                })
            })
        })
    }

    /// Whether a kind of names may be among those that are meant.
    fn is_meant(&mut self, names: &Names, which: &Which, name: &Name) -> bool {
        match which {
            Which::Name(meant) => matches!(name, Name::Explicit(name) if name == meant),
            Which::Any => true,
            Which::Pattern(pattern) => self.matches(names, name, pattern) != Some(false),
            Which::Rest(members) => self.may_be_rest(names, members, name),
        }
    }

    fn may_be_rest(&mut self, names: &Names, members: &Members, name: &Name) -> bool {
        let named = match name {
            Name::Explicit(name) => members.by_name.contains_key(name),
            Name::Other(_) => false,
        };
        !named
            && !members
                .by_pattern
                .iter()
                .any(|(pattern, _)| self.matches(names, name, pattern) == Some(true))
    }

    /// Whether there cannot be as many or as few properties as there have to be.
    fn miscounts_members(&mut self, branch: &Branch, names: &Names) -> bool {
        let object = &branch.object;
        for (members, limit) in &object.few_declared {
            let mut sure = 0;
            for name in &object.present {
                let declared = lenient::declares(&mut self.schemas, members, name);
                sure += u64::from(declared == Some(true));
            }
            if sure >= *limit {
                return true;
            }
        }
        let limits = object.few_declared.iter().map(|(_, limit)| *limit).min();
        let is_open = object.members.is_empty() && object.names.is_empty();
        if object.min == 0 || is_open && names.declared.is_none() {
            return false;
        }
        let mut possible = 0_u64;
        let mut undeclared = limits.is_none();
        for name in self.kinds(branch, names) {
            if self.is_impossible(branch, names, &name) {
                continue;
            }
            match &name {
                Name::Explicit(text) => {
                    possible += 1;
                    undeclared |= object.few_declared.iter().any(|(members, _)| {
                        lenient::declares(&mut self.schemas, members, text) != Some(true)
                    });
                }
                Name::Other(matched) => match self.count_names(names, matched, &object.names) {
                    Some(count) if limits.is_none() => possible = possible.saturating_add(count),
                    _ => return false,
                },
            }
        }
        possible < object.min || !undeclared && limits.is_some_and(|limit| object.min >= limit)
    }
}
