//! Strings: by pattern, by format, by length.

use fastrand::Rng;
use serde_json::{Map, Value};

use super::pattern;

/// Characters of one to four bytes, so that a length counted in bytes is noticed.
const CHARACTERS: [char; 10] = ['a', 'Z', '0', ' ', '-', '/', 'é', '"', '水', '🏊'];

/// A string that is meant to be valid.
#[must_use]
pub fn of(schema: &Map<String, Value>, dice: &mut Rng) -> String {
    let word = |keyword: &str| schema.get(keyword).and_then(Value::as_str);
    if let Some(text) = word("format").and_then(|format| formatted(format, dice)) {
        return text;
    }
    if let Some(text) = word("pattern").and_then(|pattern| pattern::sample(pattern, dice)) {
        return text;
    }
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
    let least = bound("minLength").unwrap_or(0);
    let most = bound("maxLength").unwrap_or(least + 12).max(least);
    let length = match dice.u8(..4) {
        0 => least,
        1 => most,
        _ => least + dice.u64(..=(most - least).min(20)),
    };
    (0..length)
        .map(|_| CHARACTERS[dice.usize(..CHARACTERS.len())])
        .collect()
}

fn formatted(format: &str, dice: &mut Rng) -> Option<String> {
    let (month, day) = (dice.u8(1..=12), dice.u8(1..=28));
    let date = format!("{:04}-{month:02}-{day:02}", dice.u16(1..=9999));
    let (hour, minute, second) = (dice.u8(..24), dice.u8(..60), dice.u8(..60));
    let fraction = ["", ".5", ".418", ".123456789"][dice.usize(..4)];
    // Most contracts ask for UTC.
    let offset = if dice.u8(..) < 220 {
        "Z"
    } else {
        ["+00:00", "-07:30", "+14:00"][dice.usize(..3)]
    };
    let time = format!("{hour:02}:{minute:02}:{second:02}{fraction}{offset}");
    Some(match format {
        "date-time" => format!("{date}T{time}"),
        "date" => date,
        "time" => time,
        "duration" => ["P1D", "PT5M", "P1Y2M3DT4H5M6S", "P4W"][dice.usize(..4)].to_owned(),
        "email" => ["a@b.de", "first.last+tag@swim.example"][dice.usize(..2)].to_owned(),
        "hostname" => ["swim.example", "a", "a-b.example"][dice.usize(..3)].to_owned(),
        "ipv4" => ["127.0.0.1", "255.255.255.255"][dice.usize(..2)].to_owned(),
        "ipv6" => ["::1", "2620:15c:0:200::e970"][dice.usize(..2)].to_owned(),
        "uri" => ["https://swim.example/a?b=c#d", "urn:a:b"][dice.usize(..2)].to_owned(),
        "uuid" => {
            let hex = format!("{:032x}", dice.u128(..));
            let parts = [
                &hex[..8],
                &hex[8..12],
                &hex[12..16],
                &hex[16..20],
                &hex[20..],
            ];
            parts.join("-")
        }
        _ => return None,
    })
}
