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
        let mut words: Vec<_> = line.split_whitespace().map(word).collect();
        // `59m 59s` is as good as `1h`, and `7 s` as `1 s`.
        words.dedup_by(|next, word| next == word && is_duration(core(word)));
        for index in 1..words.len() {
            if ["s", "s,", "min"].contains(&words[index].as_str())
                && words[index - 1].parse::<u32>().is_ok()
            {
                words[index - 1] = "1".to_owned();
            }
        }
        " ".repeat(indent.min(4)) + &words.join(" ") + "\n"
    });
    lines.collect()
}

/// Without the punctuation around it.
fn core(word: &str) -> &str {
    word.trim_matches(['"', ',', ';', ':', '.', '(', ')'])
}

/// With a 9 for each digit.
fn shape(word: &str) -> String {
    let digits = word.chars();
    digits
        .map(|it| if it.is_ascii_digit() { '9' } else { it })
        .collect()
}

fn is_duration(word: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|it| it.is_ascii_digit());
    ["ms", "us", "s", "m", "h", "day", "days"]
        .iter()
        .any(|unit| word.strip_suffix(unit).is_some_and(is_number))
}

/// Ids, times and durations are replaced.
fn word(word: &str) -> String {
    let core = core(word);
    let shape = shape(core);
    let is_hexadecimal = core.chars().all(|it| it.is_ascii_hexdigit());
    let replacement = match core.split_once('_') {
        Some((prefix @ ("evt" | "dlq" | "rdr"), rest)) if rest.len() == 36 => {
            format!("{prefix}_…")
        }
        _ if shape == "9999-99-99" => "2026-11-29".to_owned(),
        _ if shape == "99:99:99.999" => "08:00:00.123".to_owned(),
        _ if shape.starts_with("9999-99-99T99:99:99.") => "2026-11-29T08:00:00.123Z".to_owned(),
        _ if is_duration(core) => "1s".to_owned(),
        // A group, and a replica with the number of its lease.
        _ if core.len() == 8 && is_hexadecimal => "7f3a0b1c".to_owned(),
        _ if core.len() > 36 && core.split('-').count() == 5 => "the-replica".to_owned(),
        _ => return word.to_owned(),
    };
    word.replacen(core, &replacement, 1)
}

/// Compares output with a file of `tests/cli/golden`. `UPDATE_EXPECT=1` rewrites the file.
#[track_caller]
pub(crate) fn golden(name: &str, found: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let parent = path.parent().expect("a parent");
        std::fs::create_dir_all(parent).expect("writable");
        std::fs::write(&path, found).expect("writable");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{}", path.display());
}
