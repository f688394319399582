//! When an event that failed is handled again, and how often: the part that users replace.
//!
//! A policy decides after each failed attempt, and the delay that it answers is stored with the event, so
//! a policy that changes with a deployment applies from the next failure on. A policy that panics is
//! replaced by the default for that attempt, and the panic is logged: it must not stop a partition.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::operate::dead_letter::FailedAttempt;

/// The delays of the default policy, in seconds.
const DEFAULT: [u64; 3] = [1, 5, 15];

/// Decides whether an event whose attempt failed is handled again, and after how long.
///
/// An array or a `Vec` of delays is a policy: one retry for each, in their order, so none at all if it is
/// empty. The default is `[1 s, 5 s, 15 s]`. Give a policy to
/// [`ConsumerBuilder::retry`](crate::ConsumerBuilder::retry), or to
/// [`SubscriptionOptions::retry`](crate::SubscriptionOptions::retry) for one subscription.
///
/// [`HandlerError::permanent`](crate::HandlerError::permanent) and payloads that the gate refuses do not
/// ask the policy. [`HandlerError::retry_after`](crate::HandlerError::retry_after) asks it only whether
/// there is another attempt.
///
/// ```
/// use std::time::Duration;
/// use dispatcher_runtime::{FailedAttempt, RetryPolicy};
///
/// /// 1 s, 2 s, 4 s, … up to an hour, ten times.
/// struct Doubling;
///
/// impl RetryPolicy for Doubling {
///     fn delay_after(&self, failed: &FailedAttempt) -> Option<Duration> {
///         let seconds = 1_u64 << (failed.attempt - 1).min(12);
///         (failed.attempt <= 10).then_some(Duration::from_secs(seconds.min(3600)))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a retry policy",
    label = "not a retry policy",
    note = "give the delays as an array, such as `[Duration::from_secs(1), Duration::from_secs(5)]`, or implement `RetryPolicy`"
)]
pub trait RetryPolicy: Send + Sync + 'static {
    /// How long to wait after this attempt, or `None` if it was the last and the event becomes a dead
    /// letter. The consumer lengthens the delay by its [jitter](crate::ConsumerBuilder::jitter).
    ///
    /// It is called while a transaction is open, so it must not block.
    fn delay_after(&self, failed: &FailedAttempt) -> Option<Duration>;
}

impl<const RETRIES: usize> RetryPolicy for [Duration; RETRIES] {
    fn delay_after(&self, failed: &FailedAttempt) -> Option<Duration> {
        nth(self, failed.attempt)
    }
}

impl RetryPolicy for Vec<Duration> {
    fn delay_after(&self, failed: &FailedAttempt) -> Option<Duration> {
        nth(self, failed.attempt)
    }
}

fn nth(delays: &[Duration], attempt: u32) -> Option<Duration> {
    let index = usize::try_from(attempt).ok()?.checked_sub(1)?;
    delays.get(index).copied()
}

/// A policy with its type forgotten.
#[derive(Clone)]
pub(crate) struct Retry(Arc<dyn RetryPolicy>);

impl fmt::Debug for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Retry")
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::new(DEFAULT.map(Duration::from_secs))
    }
}

impl Retry {
    pub(crate) fn new(policy: impl RetryPolicy) -> Self {
        Self(Arc::new(policy))
    }

    pub(crate) fn delay_after(&self, failed: &FailedAttempt) -> Option<Duration> {
        let answer = catch_unwind(AssertUnwindSafe(|| self.0.delay_after(failed)));
        answer.unwrap_or_else(|_| {
            tracing::error!(
                attempt = failed.attempt,
                "the retry policy panicked; the default policy decides about this attempt"
            );
            DEFAULT.map(Duration::from_secs).delay_after(failed)
        })
    }
}

/// A delay that is lengthened at random by up to `jitter` of itself, so that events that failed together
/// are not all handled again together. `random` is between 0 and 1.
pub(crate) fn lengthen(delay: Duration, jitter: f64, random: f64) -> Duration {
    Duration::try_from_secs_f64(delay.as_secs_f64() * (1.0 + jitter * random)).unwrap_or(delay)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(attempt: u32) -> FailedAttempt {
        FailedAttempt {
            attempt,
            failed_at: time::OffsetDateTime::UNIX_EPOCH,
            error: "the pool is closed".to_owned(),
        }
    }

    #[test]
    fn three_retries_after_1_5_and_15_seconds() {
        let policy = Retry::default();
        let delays: Vec<_> = (1..=4)
            .map(|attempt| policy.delay_after(&failed(attempt)))
            .collect();
        assert_eq!(
            delays,
            [1, 5, 15]
                .map(|s| Some(Duration::from_secs(s)))
                .into_iter()
                .chain([None])
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn jitter_adds_up_to_30_percent() {
        let delay = Duration::from_secs(5);
        assert_eq!(lengthen(delay, 0.3, 1.0), Duration::from_millis(6500));
        assert_eq!(lengthen(delay, 0.3, 0.0), delay);
        assert_eq!(lengthen(Duration::MAX, 0.3, 1.0), Duration::MAX);
    }

    #[test]
    fn without_delays_the_first_failure_is_the_last() {
        assert_eq!(Retry::new([]).delay_after(&failed(1)), None);
        assert_eq!(Retry::new(Vec::new()).delay_after(&failed(1)), None);
    }

    #[test]
    fn a_policy_that_panics_is_replaced_by_the_default() {
        struct Panics;
        impl RetryPolicy for Panics {
            fn delay_after(&self, _failed: &FailedAttempt) -> Option<Duration> {
                panic!("a fault of the policy")
            }
        }
        let policy = Retry::new(Panics);
        assert_eq!(policy.delay_after(&failed(2)), Some(Duration::from_secs(5)));
        assert_eq!(policy.delay_after(&failed(4)), None);
    }
}
