//! What Prometheus calls the metrics, by the way in which it gets them.

use dispatcher_test_fixtures::metrics::{Metric, documented};

/// A way in which Prometheus gets the metrics, and so what it calls them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// `MetricsObserver` with metrics-exporter-prometheus: dots become underscores, and that is all.
    Metrics,
    /// `OpenTelemetryObserver` with OpenTelemetry's own exporter, its collector, or the OTLP receiver of
    /// Prometheus: a counter ends in `_total`, and a unit is written out at the end.
    OpenTelemetry,
}

impl Scheme {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Metrics, Self::OpenTelemetry];

    /// The folder of its files below docs/monitoring.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::OpenTelemetry => "opentelemetry",
        }
    }

    /// The name of a metric, without the suffixes of a histogram's series.
    pub fn name(self, metric: &Metric) -> String {
        let mut name = metric.name.clone();
        if self == Self::OpenTelemetry {
            if name.ends_with("_ms") {
                name.push_str("_milliseconds");
            }
            if metric.kind == "counter" {
                name.push_str("_total");
            }
        }
        name
    }

    /// A query that names metrics as the facade does, with the names of this scheme.
    ///
    /// # Panics
    /// If the query names a metric that docs/observability.md does not have: it would never have a value.
    pub fn rename(self, query: &str) -> String {
        let metrics = documented();
        let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
        let mut renamed = String::new();
        let mut rest = query;
        while let Some(at) = rest.find("dispatcher_") {
            renamed.push_str(&rest[..at]);
            let word = &rest[at..];
            let end = word.find(|it| !is_name(it)).unwrap_or(word.len());
            renamed.push_str(&self.series(&word[..end], &metrics));
            rest = &word[end..];
        }
        renamed.push_str(rest);
        renamed
    }

    /// One series, such as the buckets of a histogram.
    fn series(self, series: &str, metrics: &[Metric]) -> String {
        let metric = metrics
            .iter()
            .find(|it| it.series().iter().any(|one| one == series));
        let metric = metric.unwrap_or_else(|| panic!("docs/observability.md has no {series}"));
        format!("{}{}", self.name(metric), &series[metric.name.len()..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_gets_the_names_of_its_scheme() {
        let query = "sum by (le) (rate(dispatcher_handler_latency_ms_bucket[5m])) / dispatcher_publish_count";
        assert_eq!(Scheme::Metrics.rename(query), query);
        assert_eq!(
            Scheme::OpenTelemetry.rename(query),
            "sum by (le) (rate(dispatcher_handler_latency_ms_milliseconds_bucket[5m])) / dispatcher_publish_count_total"
        );
    }

    #[test]
    #[should_panic(expected = "docs/observability.md has no dispatcher_lost_count")]
    fn a_metric_that_is_not_documented_is_noticed() {
        Scheme::Metrics.rename("rate(dispatcher_lost_count[5m])");
    }
}
