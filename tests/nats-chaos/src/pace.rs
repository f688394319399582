//! How fast the writers may go: so that every fault finds them at work, however long the faults take, and that a store
//! that is set back has something to lose.

use tokio::sync::watch;

/// How many events may have been published.
#[derive(Debug)]
pub(super) struct Pace {
    allowed: watch::Sender<f64>,
    /// Between two faults.
    step: f64,
}

impl Pace {
    /// Of that many events over faults, where each of some faults asks for further messages.
    pub(super) fn new(events: u64, faults: usize, asking: usize, messages: i64) -> Self {
        let asked = asking as f64 * messages as f64;
        let spread = (events as f64 - asked).max(events as f64 / 4.0);
        Self {
            allowed: watch::Sender::new(0.0),
            step: spread / faults.max(1) as f64,
        }
    }

    /// A part of the time between two faults has passed.
    pub(super) fn pass(&self, part: f64) {
        self.ask(self.step * part);
    }

    /// Lets the writers publish that many more.
    pub(super) fn ask(&self, messages: f64) {
        self.allowed.send_modify(|allowed| *allowed += messages);
    }

    /// Lets the writers publish the rest.
    pub(super) fn end(&self) {
        self.ask(f64::INFINITY);
    }

    /// Waits until more than that many may have been published.
    pub(super) async fn until(&self, published: f64) {
        let mut allowed = self.allowed.subscribe();
        // The sender is this.
        _ = allowed.wait_for(|allowed| *allowed > published).await;
    }
}
