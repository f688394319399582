//! Output without what differs from run to run.

use std::path::PathBuf;

use crate::world::World;

/// The text with the same ids, times and names in each run. Blanks are single, because their number depends on these.
pub(crate) fn scrubbed(text: &str, world: &World) -> String {
    let options = world.database.options();
    let server = format!("{}:{}", options.get_host(), options.get_port());
    let text = text
        .replace(world.database.name(), "acme")
        .replace(&server, "localhost:5432")
        .replace(options.get_username(), "mia");
    let lines = text.lines().map(|line| {
        let indent = line.len() - line.trim_start().len();
        let words: Vec<_> = line.split_whitespace().map(word).collect();
        " ".repeat(indent.min(4)) + &words.join(" ") + "\n"
    });
    lines.collect()
}

/// Digits of ids, times and durations are replaced.
fn word(word: &str) -> String {
    let core = word.trim_matches(['"', ',', ';', ':', '.', '(', ')']);
    let shape: String = core
        .chars()
        .map(|it| if it.is_ascii_digit() { '9' } else { it })
        .collect();
    let is_duration = ["ms", "us", "s", "m", "h", "days", "day"]
        .iter()
        .any(|unit| {
            shape
                .strip_suffix(unit)
                .is_some_and(|it| !it.is_empty() && it.chars().all(|c| c == '9'))
        });
    let replacement = match core.split_once('_') {
        Some((prefix @ ("evt" | "dlq" | "rdr"), rest)) if rest.len() == 36 => format!("{prefix}_…"),
        _ if shape == "9999-99-99" => "2026-11-29".to_owned(),
        _ if shape == "99:99:99.999" => "08:00:00.123".to_owned(),
        _ if is_duration => "1s".to_owned(),
        _ if core.len() == 8 && core.chars().all(|it| it.is_ascii_hexdigit()) => {
            "7f3a0b1c".to_owned()
        }
        _ => return word.to_owned(),
    };
    word.replacen(core, &replacement, 1)
}

/// Compares output with a file of `tests/golden/database`. `UPDATE_EXPECT=1` rewrites the file.
#[track_caller]
pub(crate) fn golden(name: &str, found: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/database")
        .join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let parent = path.parent().expect("a parent");
        std::fs::create_dir_all(parent).expect("writable");
        std::fs::write(&path, found).expect("writable");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{}", path.display());
}
