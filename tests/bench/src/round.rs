//! Rounds: both sides are measured in turns, so that other load on the machine affects both.
//!
//! The first round warms caches, plans and pools, and is dropped. The side that goes first
//! alternates.

use super::Error;

/// One round of a figure.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    number: usize,
}

impl Round {
    /// A warm-up, and then that many measured rounds.
    pub(super) fn all(counting: usize) -> impl Iterator<Item = Self> {
        (0..=counting).map(|number| Self { number })
    }

    /// Whether the round is dropped.
    pub fn is_warm_up(self) -> bool {
        self.number == 0
    }

    /// Runs both, one after the other.
    ///
    /// # Errors
    /// The error of the first side that fails.
    ///
    /// # Cancellation
    /// The side that runs is dropped.
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
