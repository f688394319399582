//! One small change to a value: the kind of mistake that a careless producer makes.

use fastrand::Rng;
use serde_json::{Value, json};

/// Changes one place of a value.
pub fn change(value: &mut Value, dice: &mut Rng) {
    let mut places = Vec::new();
    collect(value, String::new(), &mut places);
    // Not the root itself: it would only ever become something other than an object.
    let place = if places.len() > 1 {
        dice.usize(1..places.len())
    } else {
        0
    };
    let Some(target) = places.get(place).and_then(|place| value.pointer_mut(place)) else {
        return;
    };
    if dice.u8(..) < 60 {
        *target = match dice.u8(..7) {
            0 => Value::Null,
            1 => json!("0"),
            2 => json!(-1),
            3 => json!(0.5),
            4 => json!([]),
            5 => json!({}),
            _ => json!(true),
        };
        return;
    }
    match target {
        Value::Object(members) => {
            let name = members
                .keys()
                .nth(dice.usize(..members.len().max(1)))
                .cloned();
            match name {
                Some(name) if dice.bool() => drop(members.remove(&name)),
                _ => drop(members.insert("unheard_of".to_owned(), json!(1))),
            }
        }
        Value::Array(items) => match items.first().cloned() {
            Some(first) if dice.bool() => items.push(first),
            _ => items.clear(),
        },
        Value::String(text) => *text = changed(text, dice),
        Value::Number(number) => {
            let step = [1.0, -1.0, 0.5, 1e9, -1e9][dice.usize(..5)];
            *target = match (number.as_i64(), step) {
                (Some(whole), step) if step != 0.5 => json!(whole.saturating_add(step as i64)),
                _ => json!(number.as_f64().unwrap_or_default() + step),
            };
        }
        Value::Bool(_) | Value::Null => *target = json!("yes"),
    }
}

/// A string that differs a little.
pub(in super::super) fn changed(text: &str, dice: &mut Rng) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    match dice.u8(..6) {
        0 => chars.clear(),
        1 => drop(chars.pop()),
        2 => chars.push(['x', ' ', '\n', '🏊'][dice.usize(..4)]),
        3 => chars.extend_from_within(..),
        4 if !chars.is_empty() => drop(chars.remove(dice.usize(..chars.len()))),
        _ if !chars.is_empty() => {
            let index = dice.usize(..chars.len());
            chars[index] = ['Z', 'a', '0', '9', '-', 'é'][dice.usize(..6)];
        }
        _ => chars.push('?'),
    }
    chars.into_iter().collect()
}

fn collect(value: &Value, at: String, places: &mut Vec<String>) {
    places.push(at.clone());
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                collect(member, format!("{at}/{key}"), places);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{at}/{index}"), places);
            }
        }
        _ => {}
    }
}
