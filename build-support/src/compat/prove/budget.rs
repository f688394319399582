//! The steps that a proof may take.

/// Steps of one comparison. Counted, so that the answer does not depend on the machine.
const STEPS: u64 = 600_000;

/// Steps that a branch counts as; one is about a state of a pattern, or a value.
const BRANCH: u64 = 20;

/// What is left of the steps.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { left: STEPS }
    }

    /// Takes the steps of one branch with so many choices; false where there are none left.
    pub(super) fn spend_branch(&mut self, choices: usize) -> bool {
        self.spend(BRANCH + choices as u64)
    }

    /// Takes steps; false where there are none left, and then nothing more is proved.
    pub(super) fn spend(&mut self, steps: u64) -> bool {
        self.left = self.left.saturating_sub(steps);
        self.left > 0
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }
}
