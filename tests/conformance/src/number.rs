//! Equality as JSON Schema defines it: `1` and `1.0` are the same number, and no digit may be lost.

use serde_json::{Number, Value};

/// Whether two values are equal in JSON Schema. The order of keys does not matter.
#[must_use]
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => same_number(a, b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}

fn same_number(a: &Number, b: &Number) -> bool {
    if a == b {
        return true;
    }
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => a.as_f64() == b.as_f64(),
        _ => false,
    }
}

/// The value, if it is a whole number that an i128 represents exactly.
fn integer(number: &Number) -> Option<i128> {
    if let Some(whole) = number.as_i64() {
        return Some(whole.into());
    }
    if let Some(whole) = number.as_u64() {
        return Some(whole.into());
    }
    let float = number.as_f64()?;
    // Below 2^100 the conversion is exact.
    (float.fract() == 0.0 && float.abs() < 2_f64.powi(100)).then_some(float as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(a: &str, b: &str) -> bool {
        let read = |text| serde_json::from_str::<Value>(text).unwrap();
        equal(&read(a), &read(b))
    }

    #[test]
    fn one_number_has_many_spellings() {
        assert!(of("1", "1.0"));
        assert!(of("[1e2]", "[100]"));
        assert!(of("-0.0", "0"));
        assert!(of(r#"{"a": 1, "b": 2}"#, r#"{"b": 2.0, "a": 1}"#));
    }

    #[test]
    fn a_lost_digit_is_another_number() {
        assert!(!of("9007199254740993", "9007199254740992"));
        assert!(!of("9007199254740993", "9007199254740992.0"));
        assert!(!of("1", "1.5"));
        assert!(!of("1", "true"));
        assert!(!of(r#"{"a": null}"#, "{}"));
    }
}
