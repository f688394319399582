//! What of a database would keep the dispatcher from working well.
//!
//! Each look is a few statements of its own, so that what one role may not see hides nothing of the rest. What could not
//! be looked at is a finding. Nothing is changed.

mod contracts;
mod server;
mod tables;

use serde::Serialize;

use super::operator::Operator;
use crate::operate::overview::ProblemKind;
use crate::postgres::transaction;

/// A finding of [`Operator::examine`].
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub level: FindingLevel,
    /// What was looked at, such as `server version`.
    pub topic: &'static str,
    /// What was found.
    pub text: String,
    /// What to do, where something is to be done.
    pub remedy: Option<String>,
}

/// How bad a [`Finding`] is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingLevel {
    /// It is as it should be.
    Good,
    /// It works, and costs something or will not do for ever.
    Warning,
    /// It does not work.
    Error,
}

impl Finding {
    fn good(topic: &'static str, text: impl Into<String>) -> Self {
        Self {
            level: FindingLevel::Good,
            topic,
            text: text.into(),
            remedy: None,
        }
    }

    fn warning(topic: &'static str, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            level: FindingLevel::Warning,
            remedy: Some(remedy.into()),
            ..Self::good(topic, text)
        }
    }

    fn error(topic: &'static str, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            level: FindingLevel::Error,
            ..Self::warning(topic, text, remedy)
        }
    }

    /// What could not be looked at.
    fn unknown(topic: &'static str, error: &dyn std::fmt::Display) -> Self {
        Self::warning(
            topic,
            format!("it could not be looked at: {error}"),
            "look again with a role that may: the operator's, with pg_read_all_stats",
        )
    }
}

/// The findings of one look, or that it failed.
fn found(
    topic: &'static str,
    looked: Result<Vec<Finding>, impl std::fmt::Display>,
    findings: &mut Vec<Finding>,
) {
    match looked {
        Ok(more) => findings.extend(more),
        Err(error) => findings.push(Finding::unknown(topic, &error)),
    }
}

impl Operator {
    /// Looks at everything around the tables that the dispatcher depends on: the server's version and settings, the
    /// role's privileges, triggers, migrations, a pooler in between, clocks, table sizes, and the contracts. What could not
    /// be looked at is a finding too. What is as it should be is one as well, so that the list says what was looked at.
    ///
    /// ```no_run
    /// # async fn example(pool: sqlx::PgPool) {
    /// use dispatcher_runtime::{FindingLevel, Operator};
    ///
    /// for finding in Operator::new(pool).examine().await {
    ///     if finding.level != FindingLevel::Good {
    ///         println!("{}: {}", finding.topic, finding.text);
    ///         println!("  {}", finding.remedy.unwrap_or_default());
    ///     }
    /// }
    /// # }
    /// ```
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn examine(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Err(error) = transaction::acquire(&self.pool).await {
            let remedy = "check the address, the password, and that the server accepts connections from here";
            return vec![Finding::error("connection", error.to_string(), remedy)];
        }
        found("server", server::look(self).await, &mut findings);
        found("pooler", server::look_for_pooler(self).await, &mut findings);
        let migrations = tables::look_at_migrations(self).await;
        let is_migrated = migrations.level != FindingLevel::Error;
        findings.push(migrations);
        // Without the tables there is nothing else to look at.
        if !is_migrated {
            return findings;
        }
        found("log", tables::look_at_log(self).await, &mut findings);
        found(
            "privileges",
            tables::look_at_rights(self).await,
            &mut findings,
        );
        found("tables", tables::look_at_sizes(self).await, &mut findings);
        found(
            "transactions",
            server::look_at_activity(self).await,
            &mut findings,
        );
        found(
            "subscriptions",
            self.look_at_subscriptions().await,
            &mut findings,
        );
        found("transfers", self.look_at_transfers().await, &mut findings);
        found("contracts", contracts::look(self).await, &mut findings);
        findings
    }

    /// Relays and mirrors, where there are any.
    async fn look_at_transfers(&self) -> Result<Vec<Finding>, String> {
        const TOPIC: &str = "relays and mirrors";
        let overview = self.overview().await.map_err(|error| error.to_string())?;
        let now = overview.taken_at;
        let problems = overview.problems.into_iter();
        let findings: Vec<_> = problems
            .filter_map(|problem| {
                let name = problem.transfer.as_deref()?;
                let text = format!("{name}: {}", problem.with_age(now));
                Some(Finding::warning(TOPIC, text, problem.command))
            })
            .collect();
        if findings.is_empty() && !overview.transfers.is_empty() {
            let text = format!("{} run", overview.transfers.len());
            return Ok(vec![Finding::good(TOPIC, text)]);
        }
        Ok(findings)
    }

    /// What the overview calls a problem, and no handler is to blame for.
    async fn look_at_subscriptions(&self) -> Result<Vec<Finding>, String> {
        let overview = self.overview().await.map_err(|error| error.to_string())?;
        let problems = overview.problems.into_iter().filter(|problem| {
            problem.transfer.is_none()
                && matches!(
                    problem.kind,
                    ProblemKind::Blocked
                        | ProblemKind::NoHolder
                        | ProblemKind::Paused
                        | ProblemKind::RetentionHeld
                )
        });
        let mut findings: Vec<_> = problems
            .map(|problem| {
                let text = problem.with_age(overview.taken_at);
                Finding::warning("subscriptions", text, problem.command)
            })
            .collect();
        if findings.is_empty() {
            let text = format!("{} run", overview.subscriptions.len());
            findings.push(Finding::good("subscriptions", text));
        }
        let readers = tables::look_at_readers(self).await;
        findings.extend(readers.map_err(|error| error.to_string())?);
        Ok(findings)
    }
}
