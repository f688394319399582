//! A link to a trace in another program, made of a template.

use std::fmt;

use crate::contract::traceparent;
use crate::postgres::error::ConfigError;

/// Where a template has the id of a trace.
const PLACE: &str = "{trace_id}";

/// A template such as `https://tempo.example/trace/{trace_id}`.
#[derive(Clone, Debug)]
pub(super) struct TraceLink(Box<str>);

impl TraceLink {
    /// # Errors
    /// It is not an address of http or https with the place of the id in it.
    pub(super) fn new(template: &str) -> Result<Self, ConfigError> {
        let address = ["https://", "http://"]
            .iter()
            .find_map(|scheme| template.strip_prefix(scheme));
        let is_plain = |c: char| c.is_ascii_graphic() && !"\"'<>\\^`".contains(c);
        let has_host = address.is_some_and(|address| {
            let host = address.split(['/', '?', '#']).next().unwrap_or_default();
            !host.is_empty() && !host.contains(['{', '}', '@'])
        });
        if has_host && template.matches(PLACE).count() == 1 && template.chars().all(is_plain) {
            return Ok(Self(template.into()));
        }
        Err(ConfigError::Invalid {
            setting: "trace_link",
            value: template.to_owned(),
            expected: "an address of http or https with `{trace_id}` behind its host, once, such as \
                       `https://tempo.example/trace/{trace_id}`",
        })
    }

    /// The link to the trace of a `traceparent`; `None` if that is not one.
    pub(super) fn of(&self, traceparent: &str) -> Option<String> {
        let read = traceparent::read(traceparent)?;
        let trace_id = read.split('-').nth(1)?;
        Some(self.0.replace(PLACE, trace_id))
    }
}

impl fmt::Display for TraceLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_template_becomes_a_link() {
        for template in [
            "https://tempo.example/trace/{trace_id}",
            "http://127.0.0.1:16686/trace/{trace_id}?uiEmbed=v0",
            "https://grafana.example/explore?left=%7B%22queries%22:[{trace_id}]%7D",
        ] {
            let link = TraceLink::new(template).expect(template).of(TRACEPARENT);
            let expected = template.replace(PLACE, "4bf92f3577b34da6a3ce929d0e0e4736");
            assert_eq!(link, Some(expected));
        }
    }

    #[test]
    fn a_template_that_cannot_be_one_is_refused() {
        for template in [
            "",
            "https://tempo.example/trace/",
            "tempo.example/{trace_id}",
            "javascript:alert({trace_id})",
            "https://{trace_id}/",
            "https://{trace_id}.evil.example/",
            "https:///{trace_id}",
            "https://a@b/{trace_id}",
            "https://a/{trace_id}/{trace_id}",
            "https://a/{trace_id}\"><script>",
            "https://a/ {trace_id}",
        ] {
            let refused = TraceLink::new(template).expect_err(template).to_string();
            assert!(refused.contains("`trace_link`"), "{refused}");
        }
    }

    #[test]
    fn what_is_not_a_trace_context_has_no_link() {
        let link = TraceLink::new("https://tempo.example/{trace_id}").expect("a template");
        for traceparent in [
            "",
            "x",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        ] {
            assert_eq!(link.of(traceparent), None);
        }
    }
}
