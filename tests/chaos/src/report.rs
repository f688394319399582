//! The report of a run, for people and for programs.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::balance::Imbalance;

/// How many imbalances are printed of each kind; all are counted.
const SHOWN: usize = 20;

/// What redrives did.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Redriven {
    /// How many redrives there were.
    pub started: u64,
    /// Dead letters whose events they handled.
    pub handled: u64,
    /// Dead letters whose events failed again, once for each redrive.
    pub failed: u64,
    /// Dead letters that were not handled because their redrive was stopped, once for each redrive.
    pub left_out: u64,
}

/// What happened in a run, and whether the ledger balances.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The seed to run it with again.
    pub seed: u64,
    /// The server.
    pub server: String,
    /// Committed events, by the kind of their transaction.
    pub committed: BTreeMap<String, u64>,
    /// Events that were inserted and rolled back, by the kind of their transaction.
    pub taken_back: BTreeMap<String, u64>,
    /// Attempts at transactions that failed and were repeated.
    pub repeated: u64,
    /// Transactions that only the ledger showed to be finished.
    pub settled_later: u64,
    /// Prepared transactions that their writer left unfinished.
    pub left_prepared: u64,
    /// Faults that were injected, by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Effects in the delivery's transaction.
    pub effects: u64,
    /// Calls outside the delivery's transaction.
    pub outside: u64,
    /// Events with more than one call.
    pub outside_again: u64,
    /// Effects and calls of an attempt after the first.
    pub later_attempts: u64,
    /// Dead letters.
    pub dead_letters: u64,
    /// Those of them that were too slow, or never ended, because of what was done to their process or connection.
    pub dead_of_faults: u64,
    /// Redrives, and what became of their dead letters.
    pub redrives: Redriven,
    /// Events that version 1 has passed over, and version 2 has handled when it returned.
    pub passed_over: u64,
    /// From the start of the first process to the end of the last fault and the last publish.
    pub seconds_under_faults: f64,
    /// From there until every replica had caught up.
    pub seconds_to_settle: f64,
    /// What does not balance.
    pub imbalances: Vec<Imbalance>,
    /// What kept the run from finishing, such as replicas that do not catch up.
    pub stuck: Vec<String>,
}

impl Report {
    /// Whether the ledger balances.
    pub fn balances(&self) -> bool {
        self.imbalances.is_empty() && self.stuck.is_empty()
    }

    fn events(&self) -> u64 {
        self.committed.values().sum()
    }

    fn seconds(&self) -> f64 {
        self.seconds_under_faults + self.seconds_to_settle
    }

    fn events_a_second(&self) -> f64 {
        self.events() as f64 / self.seconds().max(f64::MIN_POSITIVE)
    }

    fn found(&self) -> BTreeMap<&'static str, u64> {
        let mut found = BTreeMap::new();
        for imbalance in &self.imbalances {
            *found.entry(imbalance.what).or_default() += 1;
        }
        found
    }

    /// The same for programs.
    pub fn to_json(&self) -> Value {
        let imbalances = self.imbalances.iter().map(|it| {
            json!({"what": it.what, "subscription": it.subscription, "event": it.event, "detail": it.detail})
        });
        json!({
            "balances": self.balances(),
            "seed": self.seed,
            "server": self.server,
            "events": {
                "committed": self.events(),
                "committed_by_kind": self.committed,
                "taken_back": self.taken_back.values().sum::<u64>(),
                "taken_back_by_kind": self.taken_back,
                "tries_repeated": self.repeated,
                "settled_by_the_ledger": self.settled_later,
                "prepared_and_left": self.left_prepared,
            },
            "faults": self.faults,
            "effects": self.effects,
            "outside": {"calls": self.outside, "events_more_than_once": self.outside_again},
            "handled_by_a_later_attempt": self.later_attempts,
            "dead_letters": {"all": self.dead_letters, "of_faults": self.dead_of_faults},
            "redrives": {
                "started": self.redrives.started, "handled": self.redrives.handled,
                "failed": self.redrives.failed, "left_out": self.redrives.left_out,
            },
            "passed_over_by_version_1": self.passed_over,
            "seconds": self.seconds(),
            "seconds_under_faults": self.seconds_under_faults,
            "seconds_to_settle": self.seconds_to_settle,
            "events_a_second": self.events_a_second(),
            "stuck": self.stuck,
            "imbalances_by_kind": self.found(),
            "imbalances": imbalances.collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let taken_back: u64 = self.taken_back.values().sum();
        let faults: u64 = self.faults.values().sum();
        writeln!(f, "seed {} on {}", self.seed, self.server)?;
        writeln!(f, "events committed     {}", self.events())?;
        by_kind(f, self.committed.iter())?;
        writeln!(f, "events taken back    {taken_back}")?;
        by_kind(f, self.taken_back.iter())?;
        writeln!(
            f,
            "tries repeated       {}, settled by the ledger {}, prepared and left {}",
            self.repeated, self.settled_later, self.left_prepared
        )?;
        writeln!(f, "faults               {faults}")?;
        by_kind(f, self.faults.iter())?;
        writeln!(f, "effects              {}", self.effects)?;
        writeln!(
            f,
            "calls outside        {}, for {} events more than once",
            self.outside, self.outside_again
        )?;
        writeln!(f, "by a later attempt   {}", self.later_attempts)?;
        writeln!(
            f,
            "dead letters         {}, of faults alone {}",
            self.dead_letters, self.dead_of_faults
        )?;
        let redrives = self.redrives;
        writeln!(
            f,
            "redrives             {}: handled {}, failed again {}, left out {}",
            redrives.started, redrives.handled, redrives.failed, redrives.left_out
        )?;
        writeln!(
            f,
            "passed over          {} by version 1, and handled by version 2 afterwards",
            self.passed_over
        )?;
        writeln!(
            f,
            "seconds              {:.1} under faults, {:.1} to settle; {:.0} events a second",
            self.seconds_under_faults,
            self.seconds_to_settle,
            self.events_a_second()
        )?;
        for stuck in &self.stuck {
            writeln!(f, "STUCK                {stuck}")?;
        }
        for (what, times) in self.found() {
            writeln!(f, "NOT BALANCED         {what}: {times}")?;
            let of_kind = self.imbalances.iter().filter(|it| it.what == what);
            for imbalance in of_kind.take(SHOWN) {
                writeln!(f, "  {imbalance}")?;
            }
        }
        if self.balances() {
            writeln!(f, "the ledger balances")
        } else {
            writeln!(f, "the ledger does not balance; seed {}", self.seed)
        }
    }
}

fn by_kind<K: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    kinds: impl Iterator<Item = (K, impl fmt::Display)>,
) -> fmt::Result {
    for (kind, times) in kinds {
        writeln!(f, "  {:<34} {times:>8}", kind.to_string())?;
    }
    Ok(())
}
