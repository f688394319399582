//! The schemas that references lead to, each with a name.
//!
//! Every payload schema has a name of its own, and so has each place that a reference leads to, however many references
//! there are: so circles end. Names depend on the contracts alone. A definition takes its short name, such as
//! `CoachId`, unless another one would take the same; then all of these are named after their files too.

use std::collections::{BTreeMap, BTreeSet};

use dispatcher_build_support::schema::{Documents, Location};
use dispatcher_schema::subschemas::for_each_subschema;
use serde_json::Value;

/// Named schemas by their places.
#[derive(Debug)]
pub(super) struct Definitions {
    names: BTreeMap<Location, String>,
    /// The places in the order in which they were reached.
    order: Vec<Location>,
    /// The places that a reference leads to.
    targets: BTreeSet<Location>,
}

impl Definitions {
    /// Everything that these schemas reach. `roots` have their names already, and `reserved` are names that no
    /// definition may take.
    pub(super) fn of(
        documents: &Documents,
        roots: &[(Location, String)],
        reserved: &BTreeSet<String>,
    ) -> Self {
        let mut names = BTreeMap::new();
        for (at, name) in roots {
            names.entry(at.clone()).or_insert_with(|| name.clone());
        }
        let (order, targets) = reached(documents, roots.iter().map(|(at, _)| at));
        let unnamed: Vec<_> = order
            .iter()
            .filter(|at| !names.contains_key(*at))
            .cloned()
            .collect();
        let mut taken: BTreeSet<String> = names.values().chain(reserved).cloned().collect();
        for (at, name) in chosen(&unnamed, &taken) {
            let name = free(name, &taken);
            taken.insert(name.clone());
            names.insert(at, name);
        }
        Self {
            names,
            order,
            targets,
        }
    }

    /// Whether a reference leads to this place.
    pub(super) fn is_target(&self, at: &Location) -> bool {
        self.targets.contains(at)
    }

    /// The name of a place.
    pub(super) fn name(&self, at: &Location) -> Option<&str> {
        self.names.get(at).map(String::as_str)
    }

    /// All places with their names, in the order in which they were reached: the roots come first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Location, &str)> {
        let name = |at| Some((at, self.name(at)?));
        self.order.iter().filter_map(name)
    }
}

/// Where a reference of a schema leads. The metaschemas count as nowhere: a schema is any object or boolean there.
pub(super) fn target(documents: &Documents, at: &Location) -> Option<Location> {
    let schema = documents.value(at);
    let keywords = ["$ref", "$dynamicRef", "$recursiveRef"];
    let reference = keywords
        .iter()
        .find_map(|keyword| schema.get(keyword)?.as_str())?;
    let target = documents.resolve(at, reference).ok()?;
    let is_ours = documents
        .get(&target.document)
        .is_some_and(|document| !document.builtin);
    is_ours.then_some(target)
}

/// The roots and every target of a reference, each once; and which of them are targets.
fn reached<'l>(
    documents: &Documents,
    roots: impl Iterator<Item = &'l Location>,
) -> (Vec<Location>, BTreeSet<Location>) {
    let mut order: Vec<Location> = Vec::new();
    let mut targets = BTreeSet::new();
    let mut known = BTreeSet::new();
    for root in roots {
        if known.insert(root.clone()) {
            order.push(root.clone());
        }
    }
    let mut next = 0;
    while let Some(at) = order.get(next).cloned() {
        next += 1;
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            if let Some(target) = target(documents, &at) {
                targets.insert(target.clone());
                if known.insert(target.clone()) {
                    order.push(target);
                }
            }
            let Value::Object(schema) = documents.value(&at) else {
                continue;
            };
            let mut below = Vec::new();
            for_each_subschema(documents.draft(&at), schema, |pointer, _| {
                if !is_definition(&pointer) {
                    below.push(at.descend(&pointer));
                }
            });
            // The stack is last in, first out.
            open.extend(below.into_iter().rev());
        }
    }
    (order, targets)
}

/// Whether a subschema counts only where a reference leads to it.
pub(super) fn is_definition(pointer: &str) -> bool {
    pointer.starts_with("/$defs/") || pointer.starts_with("/definitions/")
}

/// A name for each place: the shortest of its names that no other place has.
fn chosen(places: &[Location], taken: &BTreeSet<String>) -> Vec<(Location, String)> {
    let mut longer = 0;
    let mut candidates: Vec<_> = places.iter().map(|at| (at, 0)).collect();
    loop {
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        for (at, length) in &candidates {
            *count.entry(candidate(at, *length)).or_default() += 1;
        }
        let mut changed = false;
        for (at, length) in &mut candidates {
            let name = candidate(at, *length);
            if *length < 2
                && (taken.contains(&name) || count.get(&name).is_some_and(|count| *count > 1))
            {
                *length += 1;
                changed = true;
            }
        }
        longer += 1;
        if !changed || longer > 3 {
            let named = candidates.into_iter();
            return named
                .map(|(at, length)| (at.clone(), candidate(at, length)))
                .collect();
        }
    }
}

/// The name of a place: of itself, with its file, or with its whole path.
fn candidate(at: &Location, length: usize) -> String {
    let path = at.document.trim_end_matches(".json");
    let stem = path.rsplit('/').next().unwrap_or_default();
    let own = match at.name() {
        Some(name) => identifier(&name),
        None => String::new(),
    };
    match length {
        0 if own.is_empty() => identifier(stem),
        0 => own,
        1 => identifier(stem) + &own,
        _ => identifier(&format!("{path}/{}", at.pointer)),
    }
}

/// A name that is not taken: the name itself, or with a number.
pub(super) fn free(name: String, taken: &BTreeSet<String>) -> String {
    if !taken.contains(&name) {
        return name;
    }
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    let mut numbered = numbered.filter(|name| !taken.contains(name));
    numbered.next().unwrap_or(name)
}

/// A text as an identifier in PascalCase.
pub(super) fn identifier(text: &str) -> String {
    let mut name = String::new();
    let mut begins = true;
    for character in text.chars() {
        if !character.is_alphanumeric() {
            begins = true;
        } else if !character.is_ascii() {
            name.push_str(&format!("U{:X}", u32::from(character)));
            begins = true;
        } else if begins {
            name.push(character.to_ascii_uppercase());
            begins = false;
        } else {
            name.push(character);
        }
    }
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name.insert(0, '_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(document: &str, pointer: &str) -> Location {
        Location::root(document).descend(pointer)
    }

    #[test]
    fn a_definition_has_its_short_name_unless_another_one_has_it() {
        let places = [
            place("common/ids.json", "/$defs/CoachId"),
            place("orders/definitions.json", "/$defs/Money"),
            place("common/money.json", "/$defs/Money"),
            place("common/money.json", ""),
            place("a.json", "/$defs/Taken"),
        ];
        let taken = BTreeSet::from(["Taken".to_owned()]);
        let named = chosen(&places, &taken);
        let names: Vec<_> = named.iter().map(|(_, name)| name.as_str()).collect();
        // Once the definitions are named after their files, the root of money.json alone is "Money".
        assert_eq!(
            names,
            [
                "CoachId",
                "DefinitionsMoney",
                "MoneyMoney",
                "Money",
                "ATaken"
            ]
        );
    }

    #[test]
    fn an_identifier_has_only_letters_and_digits() {
        for (text, expected) in [
            ("credit-locked-v1", "CreditLockedV1"),
            ("2fa", "_2fa"),
            ("größe", "GrUF6UDFE"),
            ("$weird~name", "WeirdName"),
            ("", "_"),
        ] {
            assert_eq!(identifier(text), expected);
        }
    }
}
