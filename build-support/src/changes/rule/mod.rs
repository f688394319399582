//! The rules: one table that `dispatcher contracts explain`, SARIF and the documentation share.
//!
//! A rule has an id that never changes its meaning, because waivers and suppressions in other tools name it.

mod families;
mod payload;
mod registry;

/// What a rule is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum About {
    /// A payload schema.
    Payload,
    /// The registry.
    Registry,
    /// The generated Rust code. Such a finding is always a note.
    Rust,
    /// The waivers themselves.
    Waivers,
}

/// A kind of finding.
#[derive(Debug)]
pub struct Rule {
    /// Such as `property-required`.
    pub id: &'static str,
    /// What it is about.
    pub about: About,
    /// What happened, in half a sentence.
    pub short: &'static str,
    /// What it means.
    pub means: &'static str,
    /// A change that leads to it.
    pub example: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

// Two rules are the same if they have one id.
impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// Every rule, in the order in which they are listed.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    payload::BEFORE_FAMILIES
        .iter()
        .chain(families::FAMILIES.iter().flatten())
        .chain(payload::AFTER_FAMILIES)
        .chain([&payload::UNDECIDED])
        .chain(registry::RULES)
}

/// The rule with this id.
#[must_use]
pub fn named(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// The rule with this id, which a test has found to exist.
pub(super) fn named_or_undecided(id: &str) -> &'static Rule {
    named(id).unwrap_or(&payload::UNDECIDED)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_rule_has_its_own_id_and_says_everything() {
        let mut ids = BTreeSet::new();
        for rule in all() {
            assert!(ids.insert(rule.id), "{} twice", rule.id);
            for text in [rule.short, rule.means, rule.example, rule.remedy] {
                assert!(!text.is_empty(), "{}", rule.id);
            }
            assert!(
                rule.means.ends_with('.') && rule.remedy.ends_with('.'),
                "{}",
                rule.id
            );
            assert!(!rule.short.ends_with('.'), "{}", rule.id);
        }
    }

    /// The files that name rules.
    const SOURCES: [&str; 7] = [
        include_str!("../walk/object.rs"),
        include_str!("../walk/branches.rs"),
        include_str!("../registry.rs"),
        include_str!("../versions.rs"),
        include_str!("../locked.rs"),
        include_str!("../rust.rs"),
        include_str!("../waiver.rs"),
    ];

    /// How their ids begin.
    const PREFIXES: [&str; 16] = [
        "property-",
        "object-",
        "branch-",
        "version-",
        "event-type-",
        "producer-",
        "subject-",
        "consumer-",
        "retired-",
        "deprecated-",
        "deploy-",
        "upcast-",
        "level-",
        "rust-",
        "waiver-",
        "nothing-",
    ];

    /// Each literal of the sources that is used as an id.
    #[test]
    fn each_id_that_is_used_is_in_the_table() {
        let mut found = 0;
        for text in SOURCES
            .iter()
            .flat_map(|source| source.split('"').skip(1).step_by(2))
        {
            let is_id = PREFIXES.iter().any(|prefix| text.starts_with(prefix))
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            if is_id {
                found += 1;
                assert!(named(text).is_some(), "{text}");
            }
        }
        assert!(found > 20, "{found} ids");
        for family in [
            "type",
            "values",
            "bound",
            "length",
            "count",
            "pattern",
            "format",
            "items",
            "contains",
            "condition",
            "dependency",
            "names",
        ] {
            for direction in ["widened", "narrowed", "changed"] {
                assert!(
                    named(&format!("{family}-{direction}")).is_some(),
                    "{family}-{direction}"
                );
            }
        }
    }
}
