//! Makes a counterexample smaller: greedily, as long as it still is one.

use serde_json::{Value, json};

use crate::json;

/// How many documents are tried.
const TRIES: usize = 3000;

/// The smallest document that was found, for which `holds` says yes. It says yes for the document itself.
pub(super) fn shrink(document: Value, mut holds: impl FnMut(&Value) -> bool) -> Value {
    let mut best = document;
    let mut tries = 0;
    loop {
        let mut is_better = false;
        for at in places(&best) {
            // A change before may have taken the place away.
            let Some(value) = best.pointer(&at).cloned() else {
                continue;
            };
            for smaller in smaller(&value) {
                if tries >= TRIES {
                    return best;
                }
                let mut candidate = best.clone();
                if let Some(target) = candidate.pointer_mut(&at) {
                    *target = smaller;
                }
                tries += 1;
                if size(&candidate) < size(&best) && holds(&candidate) {
                    best = candidate;
                    is_better = true;
                    break;
                }
            }
        }
        if !is_better {
            return best;
        }
    }
}

/// Every place of a document, outer ones first.
fn places(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = std::collections::VecDeque::from([(String::new(), document)]);
    while let Some((at, value)) = open.pop_front() {
        match value {
            Value::Object(members) => {
                open.extend(
                    members
                        .iter()
                        .map(|(key, value)| (json::join(&at, key), value)),
                );
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                open.extend(items.map(|(index, value)| (format!("{at}/{index}"), value)));
            }
            _ => {}
        }
        found.push(at);
    }
    found
}

/// Values that may be smaller, the smallest first.
fn smaller(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Bool(_) => vec![json!(null), json!(false)],
        Value::Number(number) => {
            let mut found = vec![json!(null), json!(0), json!(1), json!(-1)];
            if let Some(float) = number.as_f64().filter(|float| float.abs() < 1e15) {
                found.push(json!(float.trunc() as i64));
                found.push(json!((float / 2.0).trunc() as i64));
                found.push(json!((float * 0.75).trunc() as i64));
                found.push(json!((float - float.signum()).trunc() as i64));
                found.push(json!((float * 10.0).trunc() / 10.0));
                found.push(json!(0.5));
            }
            found
        }
        Value::String(text) => {
            let chars: Vec<char> = text.chars().collect();
            let mut found = vec![json!(null), json!(0), json!(""), json!("a"), json!("0")];
            let halves = [&chars[..chars.len() / 2], &chars[chars.len() / 2..]];
            found.extend(halves.map(|half| json!(half.iter().collect::<String>())));
            if chars.len() <= 64 {
                for index in 0..chars.len() {
                    let mut less = chars.clone();
                    less.remove(index);
                    found.push(json!(less.into_iter().collect::<String>()));
                }
            }
            if text.bytes().any(|byte| !byte.is_ascii_alphanumeric()) {
                found.push(json!("a".repeat(chars.len())));
            }
            found
        }
        Value::Array(items) => {
            let mut found = vec![json!([])];
            found.push(json!(items[..items.len() / 2]));
            for index in 0..items.len() {
                let mut less = items.clone();
                less.remove(index);
                found.push(Value::Array(less));
            }
            found.extend([json!(null), json!(0)]);
            found
        }
        Value::Object(members) => {
            let mut found = vec![json!({})];
            for name in members.keys() {
                let mut less = members.clone();
                less.remove(name);
                found.push(Value::Object(less));
            }
            found.extend([json!(null), json!(0)]);
            found
        }
    }
}

/// How many values a document has, which types, how long they are written, and how large its numbers are.
fn size(document: &Value) -> (usize, usize, usize, u64) {
    let (mut values, mut ranks, mut magnitude) = (0, 0, 0.0_f64);
    let mut open = vec![document];
    while let Some(value) = open.pop() {
        values += 1;
        ranks += match value {
            Value::Null => 3,
            Value::Bool(_) => 2,
            Value::Number(number) => {
                magnitude += number.as_f64().unwrap_or_default().abs();
                0
            }
            Value::String(_) => 1,
            Value::Array(items) => {
                open.extend(items);
                4
            }
            Value::Object(members) => {
                open.extend(members.values());
                5
            }
        };
    }
    // The bits of positive floats are in their order.
    (
        values,
        ranks,
        document.to_string().len(),
        magnitude.to_bits(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_is_left_out() {
        let document = json!({ "a": [{ "name": "Ada", "age": 36 }, 2, 3], "b": { "c": "long text" }, "d": 1.25 });
        let holds = |value: &Value| {
            value["b"]["c"]
                .as_str()
                .is_some_and(|text| text.contains('x'))
        };
        assert_eq!(shrink(document, holds), json!({ "b": { "c": "x" } }));
    }
}
