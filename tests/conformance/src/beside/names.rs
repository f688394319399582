//! Names for the definitions of a document, chosen so that the types that typify derives differ.
//!
//! typify names the type of an inline schema after the definition and the property that contain it:
//! `Order` with the property `line` gives `OrderLine`. A definition of that name would be a second
//! type of the same name, so a name that is the beginning of another one is lengthened.

use std::collections::{BTreeMap, BTreeSet};

use super::references::Target;

/// Names, each given once.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    by_target: BTreeMap<Target, String>,
    /// In lower case: typify spells `HTTPRoute` and `HttpRoute` alike.
    taken: BTreeSet<String>,
}

impl Names {
    /// Names that are reserved.
    pub(super) fn reserve(&mut self, names: &[&str]) {
        self.taken
            .extend(names.iter().map(|name| name.to_lowercase()));
    }

    pub(super) fn get(&self, target: &Target) -> Option<&str> {
        self.by_target.get(target).map(String::as_str)
    }

    /// Gives each of these a unique name, after the last part of its pointer or the name of its
    /// file.
    pub(super) fn give<'t>(&mut self, targets: impl Iterator<Item = &'t Target>) {
        let proposed: Vec<_> = targets.map(|target| (target, proposal(target))).collect();
        let all: Vec<_> = proposed
            .iter()
            .map(|(_, name)| name.to_lowercase())
            .chain(self.taken.iter().cloned())
            .collect();
        for (target, mut name) in proposed {
            let lower = name.to_lowercase();
            if all
                .iter()
                .any(|other| *other != lower && other.starts_with(&lower))
            {
                name.push_str("Def");
            }
            self.insert(target, &name);
        }
    }

    fn insert(&mut self, target: &Target, name: &str) {
        let unique = (1..)
            .map(|number| match number {
                1 => name.to_owned(),
                _ => format!("{name}N{number}"),
            })
            .find(|name| self.taken.insert(name.to_lowercase()));
        self.by_target
            .insert(target.clone(), unique.unwrap_or_default());
    }
}

fn proposal((path, pointer): &Target) -> String {
    let last = match pointer.rsplit('/').next() {
        Some(part) if !part.is_empty() => part,
        _ => path
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".json"),
    };
    let words = last.split(|c: char| !c.is_ascii_alphanumeric());
    let name: String = words
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(letters)
        })
        .collect();
    if name.starts_with(|c: char| c.is_ascii_uppercase()) {
        name
    } else {
        format!("Part{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(pointers: &[&str]) -> Vec<String> {
        let target = |pointer: &&str| ("a/order-paid.json".to_owned(), (*pointer).to_owned());
        let targets: Vec<_> = pointers.iter().map(target).collect();
        let mut names = Names::default();
        names.reserve(&["Payload"]);
        names.give(targets.iter());
        let name = |target| names.get(target).unwrap().to_owned();
        targets.iter().map(name).collect()
    }

    #[test]
    fn a_name_is_taken_from_the_pointer_or_the_file_and_given_once() {
        let names = named(&[
            "/$defs/Money",
            "/definitions/money",
            "",
            "/items/0",
            "/$defs/payload",
        ]);
        assert_eq!(
            names,
            ["Money", "MoneyN2", "OrderPaid", "Part0", "PayloadN2"]
        );
    }

    #[test]
    fn a_name_with_which_another_begins_is_lengthened() {
        assert_eq!(
            named(&["/$defs/Order", "/$defs/OrderLine"]),
            ["OrderDef", "OrderLine"]
        );
    }
}
