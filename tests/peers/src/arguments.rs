//! The command line: which peer does which job where, and how often.

use anyhow::{Context, Result, bail, ensure};

use crate::measure::{Job, Measurement};
use crate::peer;

/// The parsed arguments.
pub(crate) struct Arguments {
    /// One of [`peer::NAMES`].
    pub(crate) peer: String,
    pub(crate) measurement: Measurement,
}

impl Arguments {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    ///
    /// If an argument is missing or unknown, or has an invalid value.
    pub(crate) fn parse(mut given: impl Iterator<Item = String>) -> Result<Self> {
        let (mut url, mut peer, mut job, mut rounds, mut quick) = (None, None, None, 1, false);
        while let Some(name) = given.next() {
            let mut value = || {
                given
                    .next()
                    .with_context(|| format!("{name} needs a value"))
            };
            match name.as_str() {
                "--database-url" => url = Some(value()?),
                "--peer" => peer = Some(value()?),
                "--job" => job = Some(Job::named(&value()?)?),
                "--rounds" => rounds = value()?.parse().context("--rounds takes a number")?,
                "--quick" => quick = true,
                other => bail!(
                    "there is no option {other:?}; there are --database-url URL, --peer NAME, \
                     --job NAME, --rounds N and --quick"
                ),
            }
        }
        ensure!(rounds > 0, "--rounds takes a number of 1 or more");
        let known = || format!("--peer is missing; it takes {}", peer::NAMES.join(", "));
        Ok(Self {
            peer: peer.with_context(known)?,
            measurement: Measurement {
                url: url.context("--database-url is missing: the URL of an empty database")?,
                job: job.with_context(|| format!("--job is missing; it takes {}", Job::names()))?,
                rounds,
                quick,
            },
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments> {
        Arguments::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn an_option_that_is_not_there_is_answered_with_those_that_are() {
        let error = parse("--peers obix").err().unwrap().to_string();
        assert!(
            error.contains("--peers") && error.contains("--peer NAME"),
            "{error}"
        );
    }

    #[test]
    fn a_job_that_is_not_there_is_answered_with_those_that_are() {
        let error = parse("--peer obix --job sleep").err().unwrap().to_string();
        assert!(
            error.contains("sleep") && error.contains("publish, bulk, drain, wake"),
            "{error}"
        );
    }
}
