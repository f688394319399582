//! One of the two databases: what it has of the subscription, and its consumer.

/// How many events are published. Their ids begin at 1.
pub(super) const EVENTS: usize = 2;

/// What the position of an event has more than its id: the other log has an event that is none of the domain's.
pub(super) const OFFSET: [u8; 2] = [0, 1];

/// What the pause of the subscription says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// There is no subscription.
    Absent,
    Free,
    MovedTo,
    WaitsFor,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Side {
    /// With one, both events have the same subject.
    partitions: u8,
    pub(super) mark: Mark,
    /// Positions, by partition.
    pub(super) cursors: [u8; 2],
    /// A bit for each event that waits for another attempt, or is held behind one.
    pub(super) waiting: u8,
    /// A bit for each event that was handled beyond the cursor. Of others, retention has removed the row.
    pub(super) dedup: u8,
    /// The cursors keep no events any more.
    pub(super) is_left: bool,
    /// The event that is being handled, and whether the lease is still in force.
    pub(super) delivery: Option<(u8, bool)>,
}

impl Side {
    pub(super) fn new(number: usize, mark: Mark, partitions: u8) -> Self {
        Self {
            partitions,
            mark,
            cursors: [OFFSET[number]; 2],
            waiting: 0,
            dedup: 0,
            is_left: false,
            delivery: None,
        }
    }

    fn partition(&self, event: u8) -> usize {
        usize::from(event % self.partitions)
    }

    pub(super) fn seen(&self) -> (Mark, bool) {
        (self.mark, self.is_left)
    }

    pub(super) fn has_read(&self, number: usize, event: u8) -> bool {
        event + OFFSET[number] <= self.cursors[self.partition(event)]
    }

    pub(super) fn has_handled(&self, number: usize, event: u8) -> bool {
        !self.waits(event) && (self.has_read(number, event) || self.is_recorded(event))
    }

    pub(super) fn waits(&self, event: u8) -> bool {
        self.waiting & 1 << event != 0
    }

    pub(super) fn is_recorded(&self, event: u8) -> bool {
        self.dedup & 1 << event != 0
    }

    /// Whether both are of the same subject.
    pub(super) fn is_of_one(&self, one: u8, other: u8) -> bool {
        self.partition(one) == self.partition(other)
    }

    fn before(&self, event: u8) -> impl Iterator<Item = u8> {
        (1..event).filter(move |it| self.is_of_one(*it, event))
    }

    /// Whether an event before it, of its subject, waits.
    pub(super) fn is_held(&self, event: u8) -> bool {
        self.before(event).any(|it| self.waits(it))
    }

    /// What may be delivered next, of a log with so many events.
    pub(super) fn next(&self, number: usize, events: u8) -> impl Iterator<Item = u8> {
        (1..=events).filter(move |event| {
            let is_unread = !self.has_read(number, *event);
            let is_next = self.before(*event).all(|it| self.has_read(number, it));
            is_unread && is_next || self.waits(*event) && !self.is_held(*event)
        })
    }

    /// The event is handled, or it waits; and the cursor is not before it.
    pub(super) fn settle(&mut self, number: usize, event: u8, is_handled: bool) {
        if is_handled {
            self.waiting &= !(1 << event);
        } else {
            self.waiting |= 1 << event;
        }
        let partition = self.partition(event);
        let cursor = &mut self.cursors[partition];
        *cursor = (*cursor).max(event + OFFSET[number]);
        self.dedup &= !(1 << event);
    }

    pub(super) fn void(&mut self) {
        if let Some((_, is_leased)) = &mut self.delivery {
            *is_leased = false;
        }
    }

    /// O1: cursors at the beginning, and a pause.
    pub(super) fn begin_anew(&mut self) {
        self.void();
        self.mark = Mark::WaitsFor;
        self.cursors = [0; 2];
        self.waiting = 0;
        self.is_left = false;
    }

    /// O4, and C1 of the target.
    pub(super) fn leave(&mut self) {
        self.void();
        self.is_left = true;
        self.waiting = 0;
    }
}
