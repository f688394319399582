//! What an alert does with given series: the input and the expectation of a test of `promtool`.

/// How far apart the samples of a series are.
pub(crate) const INTERVAL: &str = "30s";

/// A situation, and whether the alert fires in it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The situation, in words.
    pub name: &'static str,
    /// What Prometheus has scraped.
    pub series: Vec<Series>,
    /// When the alert is looked at, after the first sample.
    pub at: &'static str,
    /// What it says; `None` if it does not fire.
    pub expected: Option<Expected>,
}

/// A series and its samples.
#[derive(Clone, Debug)]
pub struct Series {
    /// In the names of the `metrics` facade, with its labels.
    pub series: String,
    /// Samples, as `promtool` writes them: `0 300x20` is a 0 and then 21 times 300.
    pub samples: String,
}

/// What an alert says when it fires.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Its labels, but for its name and severity.
    pub labels: Vec<(&'static str, &'static str)>,
    /// Its summary.
    pub summary: &'static str,
    /// Its description.
    pub description: &'static str,
}

impl Case {
    /// A situation in which the alert does not fire 20 minutes after the first sample, with a replica `a` whose
    /// sampler has just run.
    pub fn new(name: &'static str) -> Self {
        let case = Self {
            name,
            series: Vec::new(),
            at: "20m",
            expected: None,
        };
        case.sampled("a", "0+30x400")
    }

    /// The same, with nothing scraped yet.
    pub fn without_samples(name: &'static str) -> Self {
        let mut case = Self::new(name);
        case.series.clear();
        case
    }

    /// When the sampler of a replica ran last, at each sample. The clock begins with 0: `0+30x40` is always now.
    pub fn sampled(mut self, replica: &str, samples: &str) -> Self {
        let series = format!(
            "dispatcher_sample_timestamp_seconds{{consumer=\"revenue\",{}}}",
            place(replica)
        );
        let samples = samples.to_owned();
        self.series.push(Series { series, samples });
        self
    }

    /// A gauge of the subscription `coaching/hold_slot`, as the replica `a` exports it.
    pub fn gauge(self, name: &str, samples: &str) -> Self {
        self.gauge_of("a", name, samples)
    }

    /// The same, as another replica exports it.
    pub fn gauge_of(self, replica: &str, name: &str, samples: &str) -> Self {
        let labels = format!(
            "consumer=\"coaching\",subscription=\"hold_slot\",{}",
            place(replica)
        );
        self.labelled(name, &labels, samples)
    }

    /// A gauge with other labels, as the replica `a` exports it.
    pub fn labelled(mut self, name: &str, labels: &str, samples: &str) -> Self {
        let labels = match labels {
            "" => place("a"),
            labels if labels.contains("instance=") => labels.to_owned(),
            labels => format!("{labels},{}", place("a")),
        };
        self.series.push(Series {
            series: format!("{name}{{{labels}}}"),
            samples: samples.to_owned(),
        });
        self
    }

    /// When the alert is looked at.
    pub fn at(mut self, at: &'static str) -> Self {
        self.at = at;
        self
    }

    /// The alert fires, for the subscription `coaching/hold_slot`.
    pub fn fires(self, summary: &'static str, description: &'static str) -> Self {
        let labels = [("consumer", "coaching"), ("subscription", "hold_slot")];
        self.fires_with(&labels, summary, description)
    }

    /// The alert fires, with these labels.
    pub fn fires_with(
        mut self,
        labels: &[(&'static str, &'static str)],
        summary: &'static str,
        description: &'static str,
    ) -> Self {
        self.expected = Some(Expected {
            labels: labels.to_vec(),
            summary,
            description,
        });
        self
    }
}

/// The labels that a scrape adds.
fn place(replica: &str) -> String {
    format!("job=\"shop\",instance=\"{replica}\"")
}
