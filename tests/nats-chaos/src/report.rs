//! The report of a run, for people and for programs.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::judge::Imbalance;

/// How many imbalances are printed of each kind; all are counted.
const SHOWN: usize = 10;

/// What happened in a run, and whether the ledger balances.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The seed to run it with again.
    pub seed: u64,
    /// How many replicas the stream has.
    pub replicas: usize,
    /// The servers.
    pub servers: String,
    /// Committed events, by the kind of their transaction.
    pub committed: BTreeMap<String, u64>,
    /// Events that were inserted and rolled back.
    pub taken_back: u64,
    /// Attempts at transactions that failed and were repeated.
    pub repeated: u64,
    /// Faults that were injected, by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// How many confirmed messages the stream has lost, each time that all stores were set back.
    pub lost: Vec<i64>,
    /// How often the processes of each role waited.
    pub waits: BTreeMap<&'static str, u64>,
    /// Messages of the stream.
    pub messages: u64,
    /// Events that were inserted into the consuming log.
    pub arrivals: u64,
    /// Events that retention has removed from the producing and the consuming log.
    pub swept: [u64; 2],
    /// Effects.
    pub effects: u64,
    /// Dead letters.
    pub dead_letters: u64,
    /// From the start of the first writer to the end of the last fault and the last publish.
    pub seconds_under_faults: f64,
    /// From there until every event had an outcome.
    pub seconds_to_settle: f64,
    /// What does not balance.
    pub imbalances: Vec<Imbalance>,
    /// What kept the run from finishing.
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

    fn found(&self) -> BTreeMap<&'static str, u64> {
        let mut found = BTreeMap::new();
        for imbalance in &self.imbalances {
            *found.entry(imbalance.what).or_default() += 1;
        }
        found
    }

    /// The same for programs.
    pub fn to_json(&self) -> Value {
        let imbalances = self.imbalances.iter();
        let imbalances = imbalances.map(|it| json!({"what": it.what, "detail": it.detail}));
        json!({
            "balances": self.balances(),
            "seed": self.seed,
            "replicas": self.replicas,
            "servers": self.servers,
            "events": {
                "committed": self.events(),
                "committed_by_kind": self.committed,
                "taken_back": self.taken_back,
                "tries_repeated": self.repeated,
            },
            "faults": self.faults,
            "lost_and_sent_again": self.lost,
            "waits": self.waits,
            "messages": self.messages,
            "arrivals": self.arrivals,
            "swept": {"producing": self.swept[0], "consuming": self.swept[1]},
            "effects": self.effects,
            "dead_letters": self.dead_letters,
            "seconds_under_faults": self.seconds_under_faults,
            "seconds_to_settle": self.seconds_to_settle,
            "stuck": self.stuck,
            "imbalances_by_kind": self.found(),
            "imbalances": imbalances.collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: u64 = self.faults.values().sum();
        writeln!(f, "seed {}, {} replicas, on", self.seed, self.replicas)?;
        writeln!(f, "  {}", self.servers)?;
        writeln!(f, "events committed     {}", self.events())?;
        by_kind(f, self.committed.iter())?;
        writeln!(
            f,
            "events taken back    {}, tries repeated {}",
            self.taken_back, self.repeated
        )?;
        writeln!(f, "faults               {faults}")?;
        by_kind(f, self.faults.iter())?;
        writeln!(
            f,
            "messages lost        {} in all, at most {}: sent again",
            self.lost.iter().sum::<i64>(),
            self.lost.iter().max().unwrap_or(&0)
        )?;
        let waits = self
            .waits
            .iter()
            .map(|(role, times)| format!("{role} {times}"));
        writeln!(
            f,
            "times waited         {}",
            waits.collect::<Vec<_>>().join(", ")
        )?;
        writeln!(f, "messages             {}", self.messages)?;
        writeln!(f, "arrivals             {}", self.arrivals)?;
        let [produced, consumed] = self.swept;
        writeln!(f, "removed by retention {produced} and {consumed}")?;
        writeln!(
            f,
            "effects              {}, dead letters {}",
            self.effects, self.dead_letters
        )?;
        writeln!(
            f,
            "seconds              {:.1} under faults, {:.1} to settle",
            self.seconds_under_faults, self.seconds_to_settle
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
        writeln!(f, "  {:<40} {times:>8}", kind.to_string())?;
    }
    Ok(())
}
