//! A request for a page, read; and what all pages share.

use std::sync::Arc;

use super::snapshot::Snapshot;
use crate::operate::http::context::{Asked, Context};
use crate::operate::http::kind::Parameter;
use crate::operate::look::Look;

/// What all pages share.
pub(super) struct Shared {
    /// That of the routes.
    pub(super) context: Arc<Context>,
    pub(super) look: Arc<Look>,
    pub(super) snapshot: Snapshot,
}

/// A request for a page that was let in and read.
pub(super) struct Visit {
    /// As a route's handler takes it.
    pub(super) asked: Asked,
    /// The query as it came, without empty values.
    pub(super) query: Query,
    /// Whether the page only shows something, and may be fetched again and again. What asks before an act may not change
    /// while it is read, and what reveals is written into the audit each time.
    pub(super) is_refreshed: bool,
    /// Whether the module of the page asks, which has the page already.
    pub(super) is_again: bool,
}

/// Names and values of a query, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(pub(super) Vec<(String, String)>);

impl Query {
    pub(super) fn parse(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The value of a parameter; an empty text without one.
    pub(super) fn get(&self, name: &str) -> &str {
        let mut pairs = self.0.iter();
        let found = pairs.find(|(given, _)| given == name);
        found.map_or("", |(_, value)| value)
    }

    /// What of it these parameters have.
    pub(super) fn only(&self, parameters: &[&Parameter]) -> Self {
        let mut kept = self.clone();
        kept.0
            .retain(|(name, _)| parameters.iter().any(|parameter| parameter.name == name));
        kept
    }

    /// With another value of a parameter; without it if the value is empty.
    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.0.retain(|(given, _)| given != name);
        if !value.is_empty() {
            changed.0.push((name.to_owned(), value.to_owned()));
        }
        changed
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A link to a page with this query.
    pub(super) fn link(&self, page: &str) -> String {
        let mut encoded = form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(&self.0);
        match encoded.finish() {
            query if query.is_empty() => page.to_owned(),
            query => format!("{page}?{query}"),
        }
    }
}

/// A link to a page with these parameters.
pub(super) fn link(page: &str, parameters: &[(&str, &str)]) -> String {
    let pairs = parameters.iter();
    Query(
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    )
    .link(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_survives_as_a_link() {
        let query = Query::parse("subject=a%26b+%22%3C&group=&reason=invalid");
        assert_eq!(query.get("subject"), "a&b \"<");
        assert_eq!(query.get("group"), "");
        assert_eq!(
            query.with("next", "t").link("letters"),
            "letters?subject=a%26b+%22%3C&reason=invalid&next=t"
        );
        assert_eq!(
            query.with("subject", "").with("reason", "").link("letters"),
            "letters"
        );
        assert_eq!(link("event", &[("id", "a#b")]), "event?id=a%23b");
    }
}
