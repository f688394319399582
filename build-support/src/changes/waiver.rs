//! `contracts-waivers.json`: findings that are accepted until a day.
//!
//! ```json
//! { "waivers": [
//!   { "rule": "property-required", "event_type": "credit.locked", "versions": [1, 2],
//!     "pointer": "/required/5", "reason": "Only coaching reads it, and it is deployed.", "until": "2026-09-30" }
//! ] }
//! ```
//!
//! A waiver accepts the findings of one rule, event type, set of versions and place; there are no wildcards. One that
//! has ended and would still be needed is an error. One that accepts nothing is a warning, so that none is left behind:
//! that is what happens to each of them once the change is part of what is compared with.

use serde_json::{Map, Value};

use crate::contracts::Contracts;
use crate::diagnostic::{Diagnostic, Report, closest};
use crate::files::ReadError;
use crate::json::{self, Place};

use super::finding::{Finding, Severity, Spot};
use super::rule;

/// The name of the file, in the contracts directory.
pub const WAIVERS_FILE: &str = "contracts-waivers.json";

/// The keys of a waiver. `versions` and `pointer` are left out where the finding has none.
const KEYS: [&str; 6] = [
    "rule",
    "event_type",
    "versions",
    "pointer",
    "reason",
    "until",
];

/// The waivers of a contracts directory.
#[derive(Clone, Debug, Default)]
pub struct Waivers {
    waivers: Vec<Waiver>,
}

#[derive(Clone, Debug)]
struct Waiver {
    rule: String,
    event_type: String,
    versions: Vec<u32>,
    pointer: String,
    reason: String,
    /// The last day on which it counts: `2026-09-30`.
    until: String,
    spot: Spot,
}

impl Waivers {
    /// Reads the waivers of a contracts directory; without the file there are none.
    ///
    /// # Errors
    ///
    /// The report lists every fault of the file.
    pub fn read(contracts: &Contracts) -> Result<Self, Report> {
        let mut files = contracts.files();
        let file = files.shown(WAIVERS_FILE);
        let bytes = match files.read(WAIVERS_FILE) {
            Ok(bytes) => bytes,
            Err(ReadError::Missing) => return Ok(Self::default()),
            Err(ReadError::Refused(reason)) => {
                return Err(Diagnostic::new(file, format!("the file {reason}")).into());
            }
        };
        let mut reader = Reader {
            file,
            text: String::new(),
            faults: Vec::new(),
        };
        let waivers = match json::parse(bytes) {
            Ok((text, value)) => {
                reader.text = text;
                reader.waivers(&value)
            }
            Err(faults) => {
                reader.faults.extend(faults.into_iter().map(|fault| {
                    Diagnostic::new(reader.file.clone(), fault.message)
                        .at(fault.position)
                        .help(fault.help.unwrap_or_default())
                }));
                Vec::new()
            }
        };
        match Report::new(reader.faults) {
            Some(report) => Err(report),
            None => Ok(Self { waivers }),
        }
    }

    /// Takes out what is accepted on the day `today` (`2026-03-01`), and adds a finding for each waiver that has ended
    /// or accepts nothing. Only errors and warnings need a waiver; a note is left as it is.
    ///
    /// Of `findings` that are not all that there could be, such as those against a lock, it is not said that a waiver
    /// accepts nothing: `are_all` is false.
    #[must_use]
    pub fn apply(&self, findings: Vec<Finding>, today: &str, are_all: bool) -> Vec<Finding> {
        let mut is_used = vec![false; self.waivers.len()];
        let mut left = Vec::new();
        for finding in findings {
            let index = self
                .waivers
                .iter()
                .position(|waiver| waiver.accepts(&finding));
            let waiver =
                index.and_then(|index| Some((self.waivers.get(index)?, is_used.get_mut(index)?)));
            match waiver {
                Some((waiver, is_used)) => {
                    *is_used = true;
                    if waiver.until.as_str() < today {
                        left.push(finding);
                    }
                }
                None => left.push(finding),
            }
        }
        for (waiver, is_used) in self.waivers.iter().zip(is_used) {
            if is_used && waiver.until.as_str() < today {
                let says = format!("its last day was {}", waiver.until);
                left.push(waiver.finding("waiver-expired", says));
            } else if !is_used && are_all {
                left.push(waiver.finding("waiver-unused", "no finding is like this".to_owned()));
            }
        }
        Finding::sort(&mut left);
        left
    }
}

impl Waiver {
    fn accepts(&self, finding: &Finding) -> bool {
        finding.severity != Severity::Note
            && self.rule == finding.rule.id
            && self.event_type == finding.event_type
            && self.versions == finding.versions
            && self.pointer == finding.spot.pointer
    }

    fn finding(&self, id: &str, says: String) -> Finding {
        let (severity, state, help) = if id == "waiver-expired" {
            (
                Severity::Error,
                "has ended",
                "mend what it accepts, or agree on another day",
            )
        } else {
            (
                Severity::Warning,
                "accepts nothing",
                "remove it, or correct it: `--format json` shows the values that it has to name",
            )
        };
        Finding {
            rule: rule::named_or_undecided(id),
            severity,
            event_type: self.event_type.clone(),
            versions: self.versions.clone(),
            title: format!(
                "the waiver of {} for {} {state}",
                self.rule, self.event_type
            ),
            spot: self.spot.clone(),
            says: format!("{says}; its reason was: {}", self.reason),
            example: None,
            hits: Vec::new(),
            help: help.to_owned(),
        }
    }
}

struct Reader {
    file: String,
    text: String,
    faults: Vec<Diagnostic>,
}

impl Reader {
    fn fault(&mut self, pointer: &str, place: Place, message: String, help: impl Into<String>) {
        let position = json::locate(&self.text, pointer, place);
        let fault = Diagnostic::new(self.file.clone(), message)
            .at(position)
            .pointer(pointer);
        self.faults.push(fault.help(help));
    }

    fn waivers(&mut self, root: &Value) -> Vec<Waiver> {
        let Some(waivers) = root.get("waivers").and_then(Value::as_array) else {
            let help = "write {\"waivers\": []}";
            self.fault(
                "",
                Place::Value,
                "an object with an array \"waivers\" is needed".to_owned(),
                help,
            );
            return Vec::new();
        };
        let waivers = waivers.iter().enumerate();
        waivers
            .filter_map(|(index, waiver)| self.waiver(&format!("/waivers/{index}"), waiver))
            .collect()
    }

    fn waiver(&mut self, at: &str, waiver: &Value) -> Option<Waiver> {
        let Some(members) = waiver.as_object() else {
            self.fault(at, Place::Value, "a waiver is an object".to_owned(), "");
            return None;
        };
        for key in members.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let help = match closest(key, KEYS) {
                Some(meant) => format!("did you mean {meant:?}?"),
                None => format!("known: {}", KEYS.join(", ")),
            };
            self.fault(
                &json::join(at, key),
                Place::Key,
                format!("unknown key {key:?}"),
                help,
            );
        }
        let [rule, event_type, reason, until] =
            ["rule", "event_type", "reason", "until"].map(|key| self.text(at, members, key));
        let rule = rule.filter(|id| self.is_rule(at, id));
        let until = until.filter(|day| self.is_day(at, day));
        let pointer = match members.get("pointer") {
            None => Some(String::new()),
            Some(_) => self.text(at, members, "pointer"),
        };
        let versions = match members.get("versions") {
            None => Some(Vec::new()),
            Some(value) => self.versions(at, value),
        };
        let position = json::locate(&self.text, at, Place::Value);
        Some(Waiver {
            rule: rule?,
            event_type: event_type?,
            versions: versions?,
            pointer: pointer?,
            reason: reason?,
            until: until?,
            spot: Spot {
                file: self.file.clone(),
                line: position.map(|(line, _)| line),
                column: position.map(|(_, column)| column),
                pointer: at.to_owned(),
            },
        })
    }

    fn text(&mut self, at: &str, members: &Map<String, Value>, key: &str) -> Option<String> {
        match members.get(key) {
            Some(Value::String(text)) if !text.trim().is_empty() || key == "pointer" => {
                Some(text.clone())
            }
            Some(_) => {
                self.fault(
                    &json::join(at, key),
                    Place::Value,
                    format!("{key:?} needs a text"),
                    "",
                );
                None
            }
            None => {
                self.fault(at, Place::Value, format!("the key {key:?} is missing"), "");
                None
            }
        }
    }

    fn is_rule(&mut self, at: &str, id: &str) -> bool {
        if rule::named(id).is_some() {
            return true;
        }
        let help = match closest(id, rule::all().map(|rule| rule.id)) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => {
                "`dispatcher contracts explain` lists the rules; there are no wildcards".to_owned()
            }
        };
        self.fault(
            &format!("{at}/rule"),
            Place::Value,
            format!("there is no rule {id:?}"),
            help,
        );
        false
    }

    fn is_day(&mut self, at: &str, day: &str) -> bool {
        if is_day(day) {
            return true;
        }
        let help = "write the last day on which the waiver counts: \"2026-09-30\"";
        self.fault(
            &format!("{at}/until"),
            Place::Value,
            format!("{day:?} is not a day"),
            help,
        );
        false
    }

    fn versions(&mut self, at: &str, value: &Value) -> Option<Vec<u32>> {
        let number = |value: &Value| u32::try_from(value.as_u64()?).ok();
        let numbers = value
            .as_array()
            .and_then(|items| items.iter().map(number).collect::<Option<Vec<_>>>());
        if numbers.is_none() {
            let help = "write the numbers that the finding names: [1, 2]";
            self.fault(
                &format!("{at}/versions"),
                Place::Value,
                "\"versions\" needs an array of numbers".to_owned(),
                help,
            );
        }
        numbers
    }
}

/// Whether a text is a day of the calendar, written so that texts compare as days do.
fn is_day(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let number = |text: &str, digits: usize| {
        let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u32>().ok()).flatten()
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2))
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::is_day;

    #[test]
    fn a_day_is_one_of_the_calendar() {
        for day in ["2026-09-30", "2024-02-29", "2000-02-29", "2026-12-31"] {
            assert!(is_day(day), "{day}");
        }
        for other in [
            "2026-09-31",
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-9-30",
            "26-09-30",
            "never",
            "2026-09-30T00:00",
        ] {
            assert!(!is_day(other), "{other}");
        }
    }
}
