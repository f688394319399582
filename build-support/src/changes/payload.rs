//! Two versions of a payload: what the comparison decides, what the walk names, and what the level makes of it.

use crate::compat::{Counterexample, Mode, Side, Undecided};
use crate::model::{Compatibility, Event, Version};
use crate::schema::Location;

use super::finding::{Finding, Severity, Spot};
use super::judge::{Answer, Judge};
use super::nearest::{Way, nearest, rule_of};
use super::revision::Revision;
use super::rule::{self, Rule};
use super::walk::{Change, Names, changes};

/// One version in one revision.
type Of<'r> = (&'r Revision, &'r Event, &'r Version);

/// An older and a newer version, or two texts of one version.
pub(super) struct Pair<'r> {
    pub(super) old: Of<'r>,
    pub(super) new: Of<'r>,
}

impl Pair<'_> {
    /// The findings where a published version was changed in place. Both texts have to accept the same.
    pub(super) fn in_place(&self, judge: &Judge<'_>) -> Vec<Finding> {
        let (old, new) = (side(self.old), side(self.new));
        let ways = [Way::Backward, Way::Forward].map(|way| {
            let (writer, reader) = if way == Way::Backward {
                (&old, &new)
            } else {
                (&new, &old)
            };
            judge.verdict(writer.as_ref(), reader.as_ref(), Mode::Strict)
        });
        if ways.iter().all(|answer| matches!(answer, Answer::Takes)) {
            return Vec::new();
        }
        let names = Names {
            old: "the published text".to_owned(),
            new: "this text".to_owned(),
        };
        let changes = self.changes(&names);
        let (event, version) = (self.new.1, self.new.2);
        let notes = changes.iter().map(|change| Finding {
            title: format!("{} v{}", event.name, version.number),
            ..self.note(change, vec![version.number])
        });
        let edited = self.edited(&ways, changes.first());
        [edited].into_iter().chain(notes).collect()
    }

    /// The finding of an edit, with the first change that it consists of.
    fn edited(&self, ways: &[Answer], first: Option<&Change>) -> Finding {
        let (event, version) = (self.new.1, self.new.2);
        let is_free = event.compatibility == Compatibility::None
            && self.old.1.compatibility == Compatibility::None;
        let example = ways.iter().find_map(|answer| match answer {
            Answer::Refuses(example) => Some(example.document.clone()),
            _ => None,
        });
        let reason = ways.iter().find_map(|answer| match answer {
            Answer::Refuses(_) => Some("only one of the texts accepts".to_owned()),
            Answer::Anything => {
                Some("one of the texts has no schema and accepts any object".to_owned())
            }
            Answer::Unknown(reason) => Some(format!(
                "it is not proved that both texts accept the same: {}",
                reason.reason
            )),
            Answer::Takes => None,
        });
        let says = [first.map(|change| change.says.clone()), reason];
        Finding {
            rule: rule::named_or_undecided("version-edited"),
            severity: if is_free {
                Severity::Note
            } else {
                Severity::Error
            },
            event_type: event.name.clone(),
            versions: vec![version.number],
            title: format!("{} v{} was changed in place", event.name, version.number),
            spot: self.spot(first.and_then(|change| change.new.as_ref())),
            says: says.into_iter().flatten().collect::<Vec<_>>().join("; "),
            example,
            hits: event.consumers.clone(),
            help: format!(
                "undo the change, or make it a new version: `dispatcher contracts new-version {}`",
                event.name
            ),
        }
    }

    /// Whether the new schema accepts nothing.
    pub(super) fn nothing_valid(&self, judge: &Judge<'_>) -> Option<Finding> {
        let new = side(self.new)?;
        judge.is_empty(&new).then(|| {
            let says = "the schema contradicts itself".to_owned();
            Finding {
                versions: vec![self.new.2.number],
                title: format!(
                    "no payload of {} v{} is valid",
                    self.new.1.name, self.new.2.number
                ),
                help: "correct the schema".to_owned(),
                ..self.error(
                    rule::named_or_undecided("nothing-valid"),
                    Some(&new.root),
                    says,
                )
            }
        })
    }

    /// The findings of a new version beside an older one. The changes themselves are listed for the next one below.
    pub(super) fn step(&self, judge: &Judge<'_>, is_next: bool) -> Vec<Finding> {
        let (old, new) = (side(self.old), side(self.new));
        let backward = judge.verdict(old.as_ref(), new.as_ref(), Mode::Lenient);
        let forward = judge.verdict(new.as_ref(), old.as_ref(), Mode::Lenient);
        let names = Names {
            old: format!("version {}", self.old.2.number),
            new: format!("version {}", self.new.2.number),
        };
        let changes = self.changes(&names);
        let mut findings = Vec::new();
        let mut told = vec![false; changes.len()];
        for (way, answer) in [(Way::Backward, &backward), (Way::Forward, &forward)] {
            if matches!(answer, Answer::Takes) {
                continue;
            }
            if self.refuses(way) {
                findings.extend(self.refused(way, answer, &changes, &mut told, judge));
            } else if is_next {
                findings.push(self.consequence(way, answer, &changes));
            }
        }
        if is_next {
            let rest = changes.iter().zip(told).filter(|(_, told)| !told);
            findings.extend(rest.map(|(change, _)| self.note(change, self.versions())));
        }
        findings
    }

    /// Whether the level of the event type refuses a version that does not fit in this way.
    fn refuses(&self, way: Way) -> bool {
        let (_, event, version) = self.new;
        match (event.compatibility, way) {
            (Compatibility::None, _) | (Compatibility::Forward, Way::Backward) => false,
            (Compatibility::Backward, Way::Forward) | (Compatibility::Upcast, Way::Forward) => {
                false
            }
            // The registry says that the upcast is written by hand, and the compiler demands it.
            (Compatibility::Upcast, Way::Backward) => !version.upcast_by_hand && !self.has_upcast(),
            (Compatibility::Backward, Way::Backward) | (Compatibility::Forward, Way::Forward) => {
                true
            }
            (Compatibility::Full, _) => true,
        }
    }

    /// Whether the upcast is written.
    fn has_upcast(&self) -> bool {
        let (revision, event, version) = self.new;
        revision
            .upcasts
            .has(event, self.old.2.number, version.number)
    }

    /// An error for each change that may break this way; at least one.
    fn refused(
        &self,
        way: Way,
        answer: &Answer,
        changes: &[Change],
        told: &mut [bool],
        judge: &Judge<'_>,
    ) -> Vec<Finding> {
        let may: Vec<usize> = changes
            .iter()
            .enumerate()
            .filter(|(_, change)| way.may_break(change))
            .map(|(index, _)| index)
            .collect();
        let shown = match answer {
            Answer::Refuses(example) => nearest(way, example, changes, &may),
            _ => None,
        };
        let mut findings = Vec::new();
        if let Answer::Unknown(reason) = answer {
            findings.push(self.undecided(way, reason));
        } else if let Answer::Refuses(example) = answer
            && shown.is_none()
        {
            findings.push(self.without_change(way, example));
        } else if let Answer::Anything = answer {
            findings.push(self.without_schema(way));
        }
        // Where it is not known whether anything breaks, a change is not called an error.
        let is_known = !matches!(answer, Answer::Unknown(_));
        for index in may.into_iter().filter(|_| is_known) {
            let (Some(change), Some(told)) = (changes.get(index), told.get_mut(index)) else {
                continue;
            };
            if shown != Some(index) && !self.breaks(way, change, judge) {
                continue;
            }
            let example = match answer {
                Answer::Refuses(example) if shown == Some(index) => Some(example.document.clone()),
                _ => None,
            };
            *told = true;
            findings.push(Finding {
                severity: Severity::Error,
                title: self.title(way),
                example,
                help: self.help(way, change.rule),
                ..self.note(change, self.versions())
            });
        }
        findings
    }

    /// Whether a change that may break this way does, as far as its own schemas tell.
    fn breaks(&self, way: Way, change: &Change, judge: &Judge<'_>) -> bool {
        let Some((old, new)) = &change.alone else {
            return true;
        };
        let old = Side {
            documents: &self.old.0.model.documents,
            root: old.clone(),
        };
        let new = Side {
            documents: &self.new.0.model.documents,
            root: new.clone(),
        };
        let (writer, reader) = if way == Way::Backward {
            (&old, &new)
        } else {
            (&new, &old)
        };
        !matches!(
            judge.verdict(Some(writer), Some(reader), Mode::Lenient),
            Answer::Takes
        )
    }

    /// What follows for a deployment where the level allows that the versions do not fit.
    fn consequence(&self, way: Way, answer: &Answer, changes: &[Change]) -> Finding {
        let (revision, event, version) = self.new;
        let (old, new) = (self.old.2.number, version.number);
        let (id, title, help) = match way {
            Way::Backward if self.has_upcast() => (
                "upcast-needed",
                format!("{} v{old} reaches v{new} through its upcast", event.name),
                String::new(),
            ),
            Way::Backward => (
                "upcast-needed",
                format!("{} v{old} → v{new} needs an upcast", event.name),
                format!(
                    "write it: `dispatcher contracts upcast {}` prints a start",
                    event.name
                ),
            ),
            Way::Forward => (
                "deploy-consumers-first",
                format!(
                    "{} v{new} cannot be read by consumers of v{old}",
                    event.name
                ),
                "deploy the consumers while the version is \"upcoming\", then set it to \"active\""
                    .to_owned(),
            ),
        };
        let all: Vec<_> = (0..changes.len()).collect();
        let (says, example) = match answer {
            Answer::Refuses(example) => {
                let change =
                    nearest(way, example, changes, &all).and_then(|index| changes.get(index));
                (
                    change.map_or_else(|| example.refusal.clone(), |change| change.says.clone()),
                    Some(example.document.clone()),
                )
            }
            Answer::Unknown(reason) => (unknown(reason), None),
            Answer::Anything | Answer::Takes => {
                ("one of the versions has no schema".to_owned(), None)
            }
        };
        let is_done = way == Way::Backward && self.has_upcast();
        Finding {
            rule: rule::named_or_undecided(id),
            severity: if is_done || event.compatibility == Compatibility::None {
                Severity::Note
            } else {
                Severity::Warning
            },
            event_type: event.name.clone(),
            versions: self.versions(),
            title,
            spot: revision.registry_spot(&revision.places.version(&event.name, new)),
            says,
            example,
            hits: event.consumers.clone(),
            help,
        }
    }

    fn undecided(&self, way: Way, reason: &Undecided) -> Finding {
        let new = if way == Way::Backward {
            &reason.reader
        } else {
            &reason.writer
        };
        let rule = rule::named_or_undecided("undecided");
        Finding {
            title: self.title(way),
            help: self.help(way, rule),
            ..self.error(rule, Some(new), unknown(reason))
        }
    }

    /// The comparison has an example, and the walk has no change that leads to it.
    fn without_change(&self, way: Way, example: &Counterexample) -> Finding {
        let keyword = example.keyword.name().unwrap_or_default();
        let rule = rule::named_or_undecided(rule_of(&keyword));
        let new = Some(&example.keyword).filter(|_| way == Way::Backward);
        Finding {
            title: self.title(way),
            example: Some(example.document.clone()),
            help: self.help(way, rule),
            ..self.error(rule, new, example.refusal.clone())
        }
    }

    fn without_schema(&self, way: Way) -> Finding {
        let writer = if way == Way::Backward {
            self.old.2
        } else {
            self.new.2
        };
        let says = format!(
            "version {} has no schema, so its payload is any object",
            writer.number
        );
        let rule = rule::named_or_undecided("undecided");
        Finding {
            title: self.title(way),
            help: self.help(way, rule),
            ..self.error(rule, None, says)
        }
    }

    fn error(&self, rule: &'static Rule, at: Option<&Location>, says: String) -> Finding {
        let event = self.new.1;
        Finding {
            rule,
            severity: Severity::Error,
            event_type: event.name.clone(),
            versions: self.versions(),
            title: String::new(),
            spot: self.spot(at),
            says,
            example: None,
            hits: event.consumers.clone(),
            help: String::new(),
        }
    }

    /// A change that breaks nothing that the level protects.
    fn note(&self, change: &Change, versions: Vec<u32>) -> Finding {
        let (old, new) = (self.old.2.number, self.new.2.number);
        Finding {
            severity: Severity::Note,
            versions,
            title: format!("{} v{old} → v{new}", self.new.1.name),
            hits: Vec::new(),
            help: String::new(),
            ..self.error(change.rule, change.new.as_ref(), change.says.clone())
        }
        .with_hits(
            change.breaks.backward || change.breaks.forward,
            &self.new.1.consumers,
        )
    }

    fn title(&self, way: Way) -> String {
        let (event, old, new) = (&self.new.1.name, self.old.2.number, self.new.2.number);
        match way {
            Way::Backward => format!("{event} v{old} → v{new} does not take old data"),
            Way::Forward => format!("{event} v{new} cannot be read by consumers of v{old}"),
        }
    }

    fn help(&self, way: Way, rule: &Rule) -> String {
        let event = self.new.1;
        let name = &event.name;
        let undo = match rule.id {
            "property-required" => "make it optional",
            "property-optional" => "keep it required",
            "property-removed" | "branch-removed" => "keep it",
            "undecided" => "write it in a form that can be compared",
            "branch-overlaps" => "give each alternative a constant of its own",
            _ => "keep what was there",
        };
        match (way, event.compatibility) {
            (Way::Backward, Compatibility::Upcast) => {
                format!("{undo}, or write an upcast: run `dispatcher contracts upcast {name}`")
            }
            (_, level) => format!("{undo}: the level of {name} is {:?}", level.as_str()),
        }
    }

    fn versions(&self) -> Vec<u32> {
        vec![self.old.2.number, self.new.2.number]
    }

    fn changes(&self, names: &Names) -> Vec<Change> {
        match (side(self.old), side(self.new)) {
            (Some(old), Some(new)) => changes(&old, &new, names),
            _ => Vec::new(),
        }
    }

    /// A place in the new schema; without one, the version in the registry.
    fn spot(&self, at: Option<&Location>) -> Spot {
        let (revision, event, version) = self.new;
        let is_there = |at: &&Location| revision.model.documents.get(&at.document).is_some();
        match at.filter(is_there) {
            Some(at) => revision.schema_spot(at),
            None => match &version.schema {
                Some(schema) => revision.schema_spot(&Location::root(schema)),
                None => {
                    revision.registry_spot(&revision.places.version(&event.name, version.number))
                }
            },
        }
    }
}

impl Finding {
    fn with_hits(mut self, hits: bool, consumers: &[String]) -> Self {
        if hits {
            self.hits = consumers.to_vec();
        }
        self
    }
}

fn side<'r>((revision, _, version): Of<'r>) -> Option<Side<'r>> {
    let schema = version.schema.as_ref()?;
    Some(Side {
        documents: &revision.model.documents,
        root: Location::root(schema),
    })
}

fn unknown(reason: &Undecided) -> String {
    let keyword = &reason.keyword;
    let at = if reason.at.is_empty() {
        "the payload"
    } else {
        &reason.at
    };
    if keyword.is_empty() {
        return format!(
            "it is not known whether old and new data fit: {}",
            reason.reason
        );
    }
    format!("`{keyword}` for {at} cannot be compared: {}", reason.reason)
}
