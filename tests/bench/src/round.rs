//! Rounds: both sides are measured in turns, so that what else the machine does hits both.
//!
//! The first round warms caches, plans and pools, and is dropped. Who comes first alternates.

use super::Error;

/// One round of a figure.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    number: usize,
}

impl Round {
    /// A warm-up, and then so many that count.
    pub(super) fn all(counting: usize) -> impl Iterator<Item = Self> {
        (0..=counting).map(|number| Self { number })
    }

    /// Whether it does not count.
    pub fn is_warm_up(self) -> bool {
        self.number == 0
    }

    /// Runs both, one after the other.
    ///
    /// # Errors
    /// That of the first that fails.
    ///
    /// # Cancellation
    /// Whichever runs is dropped.
    pub async fn both<A, B>(
        self,
        ours: impl Future<Output = Result<A, Error>>,
        baseline: impl Future<Output = Result<B, Error>>,
    ) -> Result<(A, B), Error> {
        if self.number.is_multiple_of(2) {
            let ours = ours.await?;
            Ok((ours, baseline.await?))
        } else {
            let baseline = baseline.await?;
            Ok((ours.await?, baseline))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[tokio::test]
    async fn who_comes_first_alternates() {
        let order = RefCell::new(String::new());
        for round in Round::all(2) {
            let side = async |name| {
                order.borrow_mut().push(name);
                Ok(())
            };
            let (ours, baseline) = (side('o'), side('b'));
            round.both(ours, baseline).await.unwrap();
        }
        assert_eq!(order.into_inner(), "obboob");
    }
}
