//! Values that the schemas themselves name, and values beside their bounds.

use serde_json::{Map, Number, Value, json};

use crate::compat::sample::{change, number::times, pattern, text};
use crate::compat::schema::Schema;

/// Longer strings than this are not made.
const LONGEST: usize = 20_000;

/// Strings that patterns and formats often treat in different ways: line ends, which `.` does not match, and letters
/// and digits outside of ASCII.
const EDGES: [&str; 13] = [
    "\n",
    "\r",
    "\u{2028}",
    "é",
    "٣",
    "0",
    "A",
    " ",
    "_",
    "a b",
    "a@b.de",
    "2020-01-01",
    "x\n",
];

/// Values that belong to a place, each once, bounded in number.
#[derive(Default)]
pub(super) struct Values {
    seen: std::collections::HashSet<String>,
    pub(super) list: Vec<Value>,
}

impl Values {
    pub(super) fn add(&mut self, value: Value) {
        if self.seen.insert(value.to_string()) {
            self.list.push(value);
        }
    }

    /// One of each type, and the edges of types.
    pub(super) fn add_kinds(&mut self) {
        for value in [
            json!(null),
            json!(false),
            json!(true),
            json!(0),
            json!(1),
            json!(1.0),
            json!(-1),
            json!(0.5),
            json!(1e20),
            json!(""),
            json!("a"),
            json!([]),
            json!({}),
            json!([0]),
            json!([0, 0]),
            json!([null, ""]),
        ] {
            self.add(value);
        }
    }

    /// The values of `const`, `enum`, `default` and `examples`.
    pub(super) fn add_named(&mut self, schemas: &[Schema<'_>]) {
        for schema in schemas {
            for keyword in ["const", "default"] {
                if let Some(value) = schema.get(keyword) {
                    self.add(value.clone());
                }
            }
            for keyword in ["enum", "examples"] {
                for value in schema.array(keyword).unwrap_or_default() {
                    self.add(value.clone());
                }
            }
        }
    }

    /// What is beside the values that were named: a number more, a string with another letter.
    pub(super) fn add_neighbours(&mut self, dice: &mut fastrand::Rng) {
        for value in self.list.clone() {
            match &value {
                Value::Number(number) => self.add_around(number),
                Value::String(text) => {
                    self.add(json!(change::changed(text, dice)));
                    self.add(json!(text.to_uppercase()));
                    self.add(json!(format!("{text}a")));
                }
                _ => {}
            }
        }
    }

    /// Just inside and just outside of the bounds of numbers, and multiples.
    pub(super) fn add_bounds(&mut self, schemas: &[Schema<'_>]) {
        let numbers = |keywords: &[&str]| -> Vec<Number> {
            schemas
                .iter()
                .flat_map(|schema| keywords.iter().filter_map(|keyword| schema.get(keyword)))
                .filter_map(Value::as_number)
                .cloned()
                .collect()
        };
        let bounds = numbers(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]);
        let steps = numbers(&["multipleOf"]);
        for bound in &bounds {
            self.add_around(bound);
        }
        for step in &steps {
            for count in (-2..=12).chain([100, 101]) {
                self.add(times(step, count));
            }
            let size = step.as_f64().unwrap_or(1.0);
            self.add(json!(size / 2.0));
            for bound in bounds.iter().filter_map(Number::as_f64) {
                let near = (bound / size).floor() as i64;
                for count in -1..=2 {
                    self.add(times(step, near.saturating_add(count)));
                }
            }
        }
    }

    fn add_around(&mut self, number: &Number) {
        self.add(Value::Number(number.clone()));
        if let Some(whole) = number.as_i64() {
            for step in [1, -1] {
                self.add(json!(whole.saturating_add(step)));
            }
            if whole.abs() < 1 << 52 {
                self.add(json!(whole as f64));
                for step in [0.5, -0.5] {
                    self.add(json!(whole as f64 + step));
                }
            }
        } else if let Some(float) = number.as_f64() {
            for near in [
                float + 1.0,
                float - 1.0,
                float.floor(),
                float.ceil(),
                float * 1.001,
                float * 0.999,
                float.next_up(),
                float.next_down(),
            ] {
                if near.fract() == 0.0 && near.abs() < 1e15 {
                    self.add(json!(near as i64));
                }
                self.add(json!(near));
            }
        }
    }

    /// Strings of each pattern and format, and of each length at a bound.
    pub(super) fn add_strings(&mut self, schemas: &[Schema<'_>], dice: &mut fastrand::Rng) {
        let mut made = Vec::new();
        for schema in schemas {
            if let Some(pattern) = schema.text("pattern") {
                made.extend(matches(pattern, 10, dice));
            }
            if let Some(format) = schema.get("format") {
                let keywords = Map::from_iter([("format".to_owned(), format.clone())]);
                made.extend((0..4).map(|_| text::of(&keywords, dice)));
            }
        }
        for text in &made {
            self.add(json!(text));
            self.add(json!(change::changed(text, dice)));
        }
        let speaks_of_strings = schemas.iter().any(|schema| {
            ["pattern", "format", "minLength", "maxLength"]
                .iter()
                .any(|keyword| schema.get(keyword).is_some())
        });
        if speaks_of_strings {
            for text in EDGES {
                self.add(json!(text));
            }
        }
        let formats = || schemas.iter().filter_map(|schema| schema.text("format"));
        for length in lengths(schemas, ["minLength", "maxLength"], LONGEST) {
            for format in formats() {
                if let Some(text) = of_length(format, length) {
                    self.add(json!(text));
                }
            }
            self.add(json!("a".repeat(length)));
            self.add(json!("é".repeat(length)));
            for text in made.iter().take(4) {
                self.add_stretched(text, length);
            }
        }
    }

    /// Strings of a length, made of one by repeating each of its characters, and the whole.
    fn add_stretched(&mut self, text: &str, length: usize) {
        let chars: Vec<char> = text.chars().collect();
        let cycled: String = chars.iter().cycle().take(length).collect();
        self.add(json!(cycled));
        let Some(room) = length.checked_sub(chars.len()) else {
            return;
        };
        for (index, one) in chars.iter().enumerate().take(16) {
            let more = std::iter::repeat_n(one, room);
            let stretched = chars[..index].iter().chain(more).chain(&chars[index..]);
            self.add(json!(stretched.collect::<String>()));
        }
    }
}

/// A string of a format that has this many characters, where the format has strings of many lengths.
fn of_length(format: &str, length: usize) -> Option<String> {
    let (start, filling, end) = match format {
        "date-time" => ("2020-01-01T00:00:00.", "0", "Z"),
        "time" => ("00:00:00.", "0", "Z"),
        "duration" => ("P", "1", "D"),
        "email" => ("a@a.", "a", ""),
        "hostname" => ("a", ".a", ""),
        "uri" | "iri" => ("a:", "a", ""),
        "uri-reference" | "iri-reference" | "uri-template" | "regex" => ("", "a", ""),
        "json-pointer" => ("/", "a", ""),
        "relative-json-pointer" => ("0/", "a", ""),
        _ => return None,
    };
    let room = length.checked_sub(start.len() + end.len())?;
    let filled = filling.chars().cycle().take(room).collect::<String>();
    Some(format!("{start}{filled}{end}"))
}

/// Strings that match a pattern, if it can be sampled: also with something around them where it is not anchored.
pub(super) fn matches(pattern: &str, count: usize, dice: &mut fastrand::Rng) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for _ in 0..count {
        let Some(text) = pattern::sample(pattern, dice) else {
            break;
        };
        if !pattern.starts_with('^') {
            found.push(format!("a{text}"));
        }
        if !pattern.ends_with('$') {
            found.push(format!("{text}a"));
        }
        found.push(text);
    }
    found
}

/// The counts at the bounds of these schemas, and one more and less.
pub(super) fn lengths(schemas: &[Schema<'_>], keywords: [&str; 2], most: usize) -> Vec<usize> {
    let mut found: Vec<usize> = schemas
        .iter()
        .flat_map(|schema| keywords.iter().filter_map(|keyword| schema.count(keyword)))
        .flat_map(|bound| [bound.saturating_sub(1), bound, bound.saturating_add(1)])
        .filter(|length| *length <= most)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
