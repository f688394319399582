//! What a test has found, and assertions about it.
//!
//! An assertion that fails panics at its line in the test and lists what was there instead, because a test
//! that fails on a build server has to say why.

use std::ops::Deref;

/// Events that were published, or dead letters, in the order of the log. It derefs to a slice; its methods
/// are assertions that panic.
#[derive(Clone, Debug)]
#[must_use = "assert something about it, such as `.expect_none()`"]
pub struct Found<T> {
    /// What is looked for, such as `dead letter of coaching`.
    what: String,
    items: Vec<T>,
    /// Each item on one line.
    lines: Vec<String>,
    /// What else was there, in case there are no items.
    others: Option<Vec<String>>,
}

impl<T> Found<T> {
    pub(super) fn new(what: String, items: impl IntoIterator<Item = (T, String)>) -> Self {
        let (items, lines) = items.into_iter().unzip();
        Self {
            what,
            items,
            lines,
            others: None,
        }
    }

    pub(super) fn beside(mut self, others: Vec<String>) -> Self {
        self.others = Some(others);
        self
    }

    /// Asserts that there is none.
    ///
    /// # Panics
    /// If there are any; the message lists them.
    #[track_caller]
    pub fn expect_none(self) {
        if !self.items.is_empty() {
            panic!("expected no {}, found {}", self.what, self.list());
        }
    }

    /// Asserts that there is exactly one, and returns it.
    ///
    /// # Panics
    /// If there is none, or more than one; the message lists what there is.
    #[track_caller]
    pub fn expect_one(mut self) -> T {
        match self.items.pop() {
            Some(item) if self.items.is_empty() => item,
            _ => panic!("expected one {}, found {}", self.what, self.list()),
        }
    }

    /// Asserts that exactly one satisfies the condition, and returns it. There may be others that do not.
    ///
    /// # Panics
    /// If none satisfies it, or more than one; the message lists what there is.
    #[track_caller]
    pub fn one_where(mut self, is_meant: impl FnMut(&T) -> bool) -> T {
        let meant: Vec<_> = self.items.iter().map(is_meant).collect();
        let count = meant.iter().filter(|is_meant| **is_meant).count();
        match meant.iter().position(|is_meant| *is_meant) {
            Some(index) if count == 1 => self.items.swap_remove(index),
            _ => panic!(
                "expected one {} like that, found {count} among {}",
                self.what,
                self.list()
            ),
        }
    }

    /// Asserts that at least one satisfies the condition, and returns the first.
    ///
    /// # Panics
    /// If none satisfies it; the message lists what there is.
    #[track_caller]
    pub fn any_where(mut self, is_meant: impl FnMut(&T) -> bool) -> T {
        match self.items.iter().position(is_meant) {
            Some(index) => self.items.swap_remove(index),
            None => panic!(
                "expected a {} like that, found none among {}",
                self.what,
                self.list()
            ),
        }
    }

    /// How many, and each on a line; if there is none, what else there is.
    fn list(&self) -> String {
        let lines = |lines: &[String]| -> String {
            lines.iter().map(|line| format!("\n  {line}")).collect()
        };
        match (&self.lines[..], &self.others) {
            ([], None) => "none".to_owned(),
            ([], Some(others)) if others.is_empty() => "none, and nothing else either".to_owned(),
            ([], Some(others)) => format!("none, but there is:{}", lines(others)),
            (found, _) => format!("{}:{}", found.len(), lines(found)),
        }
    }
}

impl<T> Deref for Found<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> IntoIterator for Found<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}
