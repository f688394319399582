//! How far a relay or a mirror is.

use serde::Serialize;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

/// How late a relay or a mirror may be, in seconds.
const LATE: f64 = 60.0;

/// How long it may wait before that counts: most of what it waits for passes within its next attempts.
const PATIENCE: f64 = 10.0;

/// Which way events go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum TransferDirection {
    /// Out of this log, into a stream.
    Relay,
    /// Out of a stream, into this log.
    Mirror,
}

impl TransferDirection {
    /// As the table has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Mirror => "mirror",
        }
    }
}

/// How a relay or a mirror is, in one word. The first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TransferState {
    /// It does not go on, and has not for 10 s: [`TransferProgress::waits_for`] says why.
    Stuck,
    /// No process works on it.
    NoHolder,
    /// It is more than a minute behind.
    Behind,
    /// It goes on.
    Running,
}

/// How far a relay or a mirror is, at one moment.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct TransferProgress {
    /// Which way events go.
    pub direction: TransferDirection,
    /// The stream.
    pub stream: String,
    /// How it is, in one word.
    pub state: TransferState,
    /// When the stream was created, as its server says. `None`: nothing was sent to it or read from it.
    pub stream_created_at: Option<String>,
    /// Of a relay the last sequence that the stream has confirmed; of a mirror the last one that it has inserted or
    /// passed over.
    pub sequence: i64,
    /// Of a relay: every event of the log up to this position is in the stream. Of a mirror: 0.
    pub position: i64,
    /// Of a relay: how many positions the log has after that. Not each of them has an event that is sent. Of a mirror: 0.
    pub positions_behind: i64,
    /// Of a mirror: how many messages of its event types the stream had after its sequence, when it read the stream last;
    /// `None` where nothing was read. Of a relay: `None`.
    pub messages_behind: Option<i64>,
    /// Of a relay: how old the oldest event is that it has not sent. Of a mirror: how long ago the stream stored the last
    /// message that it has inserted, if the stream had more. 0 where nothing is left, `None` where it is not known.
    pub seconds_behind: Option<f64>,
    /// Since when that is, by the clock of the database.
    #[serde(skip)]
    pub(crate) behind_since: Option<OffsetDateTime>,
    /// Why it does not go on; `None` while it does.
    pub waits_for: Option<String>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339::option")]
    pub waits_since: Option<OffsetDateTime>,
    /// The process that works on it; `None` where no lease is in force.
    pub holder: Option<String>,
    /// When its sequence or position moved, by the clock of the database.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

impl TransferProgress {
    /// As operators name it: `relay/north`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.direction.as_str(), self.stream)
    }

    pub(super) fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let direction = match row.try_get("direction")? {
            "relay" => TransferDirection::Relay,
            _ => TransferDirection::Mirror,
        };
        let position = row.try_get("position")?;
        let last_position: i64 = row.try_get("last_position")?;
        let now: OffsetDateTime = row.try_get("now")?;
        let pending: Option<i64> = row.try_get("pending")?;
        let behind_since: Option<OffsetDateTime> = row.try_get("behind_since")?;
        let nothing_left = match direction {
            TransferDirection::Relay => Some(0.0),
            TransferDirection::Mirror => pending.filter(|&pending| pending == 0).map(|_| 0.0),
        };
        let behind = behind_since.map(|since| (now - since).as_seconds_f64().max(0.0));
        let mut progress = Self {
            direction,
            stream: row.try_get("stream")?,
            state: TransferState::Running,
            stream_created_at: row.try_get("stream_created_at")?,
            sequence: row.try_get("sequence")?,
            position,
            positions_behind: match direction {
                TransferDirection::Relay => (last_position - position).max(0),
                TransferDirection::Mirror => 0,
            },
            messages_behind: pending,
            seconds_behind: behind.or(nothing_left),
            behind_since,
            waits_for: row.try_get("waits_for")?,
            waits_since: row.try_get("waits_since")?,
            holder: row.try_get("holder")?,
            updated_at: row.try_get("updated_at")?,
        };
        progress.state = progress.state_at(now);
        Ok(progress)
    }

    fn state_at(&self, now: OffsetDateTime) -> TransferState {
        let waits = self.waits_since.map(|since| (now - since).as_seconds_f64());
        // A reason that is left behind by a process that has ended is why it has ended.
        let is_stuck = self.waits_for.is_some()
            && (self.holder.is_none() || waits.is_some_and(|waits| waits > PATIENCE));
        if is_stuck {
            TransferState::Stuck
        } else if self.holder.is_none() {
            TransferState::NoHolder
        } else if self.seconds_behind.is_some_and(|seconds| seconds > LATE) {
            TransferState::Behind
        } else {
            TransferState::Running
        }
    }
}
