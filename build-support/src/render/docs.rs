//! Doc comments from the texts of the contracts.
//!
//! A description is written anew as Markdown ([`prose`]), so that rustdoc finds no code, no HTML and no
//! link of its own in it.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::{Map, Value};

use super::prose;

pub(super) use super::prose::{code, visible};

/// The text of a doc comment: paragraphs of Markdown.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Docs(Vec<String>);

impl Docs {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds a text from the contracts.
    pub(super) fn prose(mut self, text: &str) -> Self {
        let text = prose::markdown(text);
        if !text.is_empty() {
            self.0.push(text);
        }
        self
    }

    /// Adds a paragraph of Markdown.
    pub(super) fn markdown(mut self, text: impl Into<String>) -> Self {
        self.0.push(text.into());
        self
    }

    pub(super) fn or(self, fallback: impl FnOnce() -> Self) -> Self {
        if self.0.is_empty() { fallback() } else { self }
    }

    /// The description of a schema, or its title.
    pub(super) fn of_schema(schema: &Map<String, Value>) -> Self {
        let text = |key| {
            schema
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .trim()
        };
        match (text("title"), text("description")) {
            (title, "") => Self::new().prose(title),
            (_, description) => Self::new().prose(description),
        }
    }

    /// Adds the default of a schema, which is documented but never filled in.
    pub(super) fn with_default(self, schema: &Map<String, Value>) -> Self {
        match schema.get("default") {
            Some(default) => self.markdown(format!(
                "If it is absent, the contract's default is {}.",
                code(&default.to_string())
            )),
            None => self,
        }
    }

    pub(super) fn tokens(&self) -> TokenStream {
        let lines = self.0.iter().enumerate().flat_map(|(index, paragraph)| {
            let blank = (index > 0).then(String::new);
            blank.into_iter().chain(paragraph.lines().map(|line| {
                if line.is_empty() {
                    String::new()
                } else {
                    format!(" {line}")
                }
            }))
        });
        quote!(#(#[doc = #lines])*)
    }
}
