//! The settings that matter to a relay, each with its reason.

use std::time::Duration;

use async_nats::jetstream::stream::{
    Config, DiscardPolicy, PersistenceMode, RetentionPolicy, StorageType,
};

use super::change::{Change, Difference};

/// The stream that was found with the settings that a relay needs.
pub(super) fn mended(found: &Config, needed: &Config) -> Config {
    let mut subjects = found.subjects.clone();
    let missing = needed.subjects.iter().filter(|it| !subjects.contains(it));
    let missing: Vec<_> = missing.cloned().collect();
    subjects.extend(missing);
    Config {
        subjects,
        retention: needed.retention,
        discard: needed.discard,
        storage: needed.storage,
        deny_delete: true,
        deny_purge: true,
        allow_rollup: false,
        allow_atomic_publish: true,
        max_messages_per_subject: -1,
        discard_new_per_subject: false,
        no_ack: false,
        persist_mode: None,
        sealed: false,
        mirror: None,
        sources: None,
        subject_transform: None,
        ..found.clone()
    }
}

/// How a stream would be made.
pub(super) fn of_new(config: &Config) -> Vec<Difference> {
    let rows = [
        ("subjects", config.subjects.join(", ")),
        ("storage", storage(config)),
        ("retention", retention(config).to_owned()),
        ("discard", discard(config)),
        ("num_replicas", config.num_replicas.to_string()),
        ("max_age", age(config.max_age)),
        ("max_bytes", bytes(config.max_bytes)),
        ("deny_delete", config.deny_delete.to_string()),
        ("deny_purge", config.deny_purge.to_string()),
        ("allow_atomic", config.allow_atomic_publish.to_string()),
    ];
    let rows = rows.into_iter().map(|(setting, wanted)| Difference {
        setting,
        found: None,
        wanted,
        change: Change::Safe,
        why: "the stream does not exist".to_owned(),
    });
    rows.collect()
}

/// What differs, the settings of every such stream first.
pub(super) fn differences(found: &Config, wanted: &Config, prefix: &str) -> Vec<Difference> {
    let mut differences = fixed(found, wanted);
    differences.extend(foreign(found));
    let subjects = format!("{prefix}.>");
    if !found.subjects.contains(&subjects) {
        differences.push(Difference {
            setting: "subjects",
            found: Some(found.subjects.join(", ")),
            wanted: wanted.subjects.join(", "),
            change: Change::Safe,
            why: "the relay sends to these".to_owned(),
        });
    }
    differences.extend(limits(found, wanted));
    differences
}

/// What is the same for every stream that a relay writes.
fn fixed(found: &Config, wanted: &Config) -> Vec<Difference> {
    const MAKE_ANOTHER: &str =
        "a server cannot change it: make another stream, and have the relay write that";
    let on_disk = found.storage == StorageType::File;
    let from_queue = found.retention == RetentionPolicy::WorkQueue;
    let rows = [
        (
            "storage",
            storage(found),
            storage(wanted),
            Change::Impossible,
            MAKE_ANOTHER,
        ),
        (
            "retention",
            retention(found).to_owned(),
            retention(wanted).to_owned(),
            if from_queue {
                Change::Impossible
            } else {
                Change::Safe
            },
            if from_queue {
                MAKE_ANOTHER
            } else {
                "with another one, what a consumer has read is removed"
            },
        ),
        (
            "discard",
            discard(found),
            discard(wanted),
            Change::Safe,
            "a full stream would remove what mirrors have not read",
        ),
        (
            "deny_delete",
            found.deny_delete.to_string(),
            "true".to_owned(),
            Change::Safe,
            "messages could be deleted before mirrors read them",
        ),
        (
            "deny_purge",
            found.deny_purge.to_string(),
            "true".to_owned(),
            Change::Safe,
            "messages could be purged before mirrors read them",
        ),
        (
            "allow_rollup_hdrs",
            found.allow_rollup.to_string(),
            "false".to_owned(),
            Change::Safe,
            "a message could replace earlier ones",
        ),
        (
            "allow_atomic",
            found.allow_atomic_publish.to_string(),
            "true".to_owned(),
            Change::Safe,
            "the relay sends atomic batches",
        ),
        (
            "max_msgs_per_subject",
            limit(found.max_messages_per_subject),
            limit(-1),
            Change::Safe,
            "earlier messages of a subject would be removed or refused",
        ),
        (
            "no_ack",
            found.no_ack.to_string(),
            "false".to_owned(),
            Change::Safe,
            "the relay waits for confirmations",
        ),
        (
            "persist_mode",
            persistence(found).to_owned(),
            "default".to_owned(),
            Change::Impossible,
            "a message is confirmed before it is stored, and a server cannot change that: make another stream, and \
             have the relay write that",
        ),
    ];
    let rows = rows.into_iter().filter(|(_, found, wanted, _, _)| {
        // 0 and -1 both stand for no limit.
        found != wanted
    });
    rows.map(|(setting, found, wanted, change, why)| Difference {
        setting,
        found: Some(found),
        wanted,
        change,
        why: match setting {
            "storage" if !on_disk => format!("it would be gone with its server, and {why}"),
            _ => why.to_owned(),
        },
    })
    .collect()
}

/// What would put other messages into the stream, or none.
fn foreign(found: &Config) -> Vec<Difference> {
    let rows = [
        ("mirror", found.mirror.is_some()),
        (
            "sources",
            found.sources.as_ref().is_some_and(|it| !it.is_empty()),
        ),
        ("subject_transform", found.subject_transform.is_some()),
        ("sealed", found.sealed),
    ];
    let rows = rows.into_iter().filter(|(_, is_set)| *is_set);
    rows.map(|(setting, _)| Difference {
        setting,
        found: Some("set".to_owned()),
        wanted: "not set".to_owned(),
        change: Change::Impossible,
        why: "the relay has to be the only one that writes it: make another stream, and have the relay write that"
            .to_owned(),
    })
    .collect()
}

/// How much it keeps. Less than it does is refused.
fn limits(found: &Config, wanted: &Config) -> Vec<Difference> {
    let stream = &found.name;
    let by_hand = |option: &str, value: &str| {
        format!(
            "it would keep less than it does. If that is meant: nats stream edit {stream} {option} {value}"
        )
    };
    let mut differences = Vec::new();
    let mut differs = |setting, before: String, after: String, weakens: bool, by_hand: String| {
        let (change, why) = if weakens {
            (Change::Weakens, by_hand)
        } else {
            (Change::Safe, "it keeps more than it does".to_owned())
        };
        differences.push(Difference {
            setting,
            found: Some(before),
            wanted: after,
            change,
            why,
        });
    };
    let (before, after) = (found.num_replicas, wanted.num_replicas);
    if before != after {
        let by_hand = by_hand("--replicas", &after.to_string());
        let (text, other) = (before.to_string(), after.to_string());
        differs("num_replicas", text, other, after < before, by_hand);
    }
    let (before, after) = (found.max_age, wanted.max_age);
    if before != after {
        let weakens = !after.is_zero() && (before.is_zero() || after < before);
        let by_hand = by_hand("--max-age", &format!("{}s", after.as_secs()));
        differs("max_age", age(before), age(after), weakens, by_hand);
    }
    let (before, after) = (found.max_bytes, wanted.max_bytes);
    if bytes(before) != bytes(after) {
        let weakens = after > 0 && (before <= 0 || after < before);
        let by_hand = by_hand("--max-bytes", &after.to_string());
        differs("max_bytes", bytes(before), bytes(after), weakens, by_hand);
    }
    differences
}

/// Where events that were confirmed could be lost.
pub(super) fn warnings(config: &Config, prefix: &str) -> Vec<String> {
    let mut warnings = Vec::new();
    if config.num_replicas < 3 {
        warnings.push(format!(
            "num_replicas is {}: if a server loses its disk, what it has confirmed is lost. The relay sends it again, as \
             long as the log still has it",
            config.num_replicas
        ));
    }
    if config.max_bytes <= 0 && config.max_age.is_zero() {
        let text = "neither max_age nor max_bytes is set: the stream grows until the disk is full, and then the relay waits";
        warnings.push(text.to_owned());
    }
    let relayed = format!("{prefix}.>");
    if config.subjects.iter().any(|subject| *subject != relayed) {
        warnings.push(format!(
            "it has subjects beside {relayed}: {}. The relay refuses a stream whose last message it has not sent",
            config.subjects.join(", ")
        ));
    }
    let sync = "sync_interval cannot be read by a client (a server's monitoring port says `sync_always` at /varz): where it is \
                not `always`, servers write to their disks every 2 \
                minutes, and a power failure of all replicas loses what they confirmed since. The relay sends it again, as \
                long as the log still has it";
    warnings.push(sync.to_owned());
    warnings
}

pub(super) fn of_old_server(version: &str) -> Difference {
    Difference {
        setting: "server",
        found: Some(version.to_owned()),
        wanted: "2.12 or later".to_owned(),
        change: Change::Impossible,
        why: "atomic batches need it: upgrade the server".to_owned(),
    }
}

pub(super) fn of_older_server(version: &str) -> String {
    format!(
        "the server is {version}: with `sync_interval: always`, versions before 2.15 sync for each message instead of once \
         for a batch, which is many times slower"
    )
}

fn storage(config: &Config) -> String {
    match config.storage {
        StorageType::File => "file".to_owned(),
        StorageType::Memory => "memory".to_owned(),
    }
}

fn retention(config: &Config) -> &'static str {
    match config.retention {
        RetentionPolicy::Limits => "limits",
        RetentionPolicy::Interest => "interest",
        RetentionPolicy::WorkQueue => "workqueue",
    }
}

fn discard(config: &Config) -> String {
    match config.discard {
        DiscardPolicy::New if config.discard_new_per_subject => "new, for each subject".to_owned(),
        DiscardPolicy::New => "new".to_owned(),
        DiscardPolicy::Old => "old".to_owned(),
    }
}

fn persistence(config: &Config) -> &'static str {
    match config.persist_mode {
        Some(PersistenceMode::Async) => "async",
        _ => "default",
    }
}

/// 0 and -1 both stand for no limit.
fn limit(number: i64) -> String {
    if number <= 0 {
        return "no limit".to_owned();
    }
    number.to_string()
}

fn bytes(number: i64) -> String {
    limit(number)
}

fn age(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        _ if age.is_zero() => "no limit".to_owned(),
        0 => format!("{} ms", age.as_millis()),
        _ if seconds.is_multiple_of(86_400) => format!("{} d", seconds / 86_400),
        _ if seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        _ if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream_config;

    /// Setting and kind of change of each difference.
    fn found(found: &Config, wanted: &Config) -> Vec<(&'static str, Change)> {
        let differences = differences(found, wanted, "north");
        differences
            .iter()
            .map(|it| (it.setting, it.change))
            .collect()
    }

    #[test]
    fn a_stream_as_the_relay_needs_it_has_no_difference() {
        let needed = stream_config("north", "north");
        let as_the_server_says = Config {
            max_bytes: -1,
            max_messages: -1,
            max_messages_per_subject: -1,
            ..needed.clone()
        };
        let mended = mended(&as_the_server_says, &needed);
        assert_eq!(found(&as_the_server_says, &mended), []);
    }

    #[test]
    fn what_loses_messages_is_mended_and_what_cannot_be_is_named() {
        let needed = stream_config("north", "north");
        let weak = Config {
            subjects: vec!["other.>".to_owned()],
            retention: RetentionPolicy::Interest,
            discard: DiscardPolicy::Old,
            deny_delete: false,
            deny_purge: false,
            allow_rollup: true,
            allow_atomic_publish: false,
            max_messages_per_subject: 1,
            no_ack: true,
            ..needed.clone()
        };
        let mend = mended(&weak, &needed);
        assert_eq!(mend.subjects, ["other.>", "north.>"]);
        let all = found(&weak, &mend);
        assert!(
            all.iter().all(|(_, change)| *change == Change::Safe),
            "{all:?}"
        );
        assert_eq!(all.len(), 9, "{all:?}");
        assert_eq!(found(&mend, &mended(&mend, &needed)), []);
        let lost = Config {
            storage: StorageType::Memory,
            retention: RetentionPolicy::WorkQueue,
            persist_mode: Some(PersistenceMode::Async),
            sealed: true,
            ..needed.clone()
        };
        assert_eq!(
            found(&lost, &mended(&lost, &needed)),
            [
                ("storage", Change::Impossible),
                ("retention", Change::Impossible),
                ("persist_mode", Change::Impossible),
                ("sealed", Change::Impossible)
            ]
        );
    }

    #[test]
    fn keeping_less_is_refused_and_keeping_more_is_not() {
        let day = Duration::from_secs(86_400);
        let strong = Config {
            num_replicas: 3,
            max_age: day * 30,
            max_bytes: 1 << 30,
            ..stream_config("north", "north")
        };
        let less = Config {
            num_replicas: 1,
            max_age: day,
            max_bytes: 1 << 20,
            ..strong.clone()
        };
        let all = differences(&strong, &less, "north");
        assert!(all.iter().all(|it| it.change == Change::Weakens), "{all:?}");
        let texts: Vec<_> = all.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts[1],
            "max_age is 30 d and not 1 d: it would keep less than it does. If that is meant: nats stream edit north \
             --max-age 86400s"
        );
        let all = differences(&less, &strong, "north");
        assert_eq!(all.len(), 3);
        assert!(all.iter().all(|it| it.change == Change::Safe), "{all:?}");
        let without_limits = Config {
            max_age: Duration::ZERO,
            max_bytes: -1,
            ..strong.clone()
        };
        let all = found(&strong, &without_limits);
        assert_eq!(
            all,
            [("max_age", Change::Safe), ("max_bytes", Change::Safe)]
        );
        let all = found(&without_limits, &strong);
        assert_eq!(
            all,
            [("max_age", Change::Weakens), ("max_bytes", Change::Weakens)]
        );
    }
}
