//! Instants.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use time::{OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use super::date::{Date, digits};
use super::error::ValueError;

/// An instant with its offset from UTC, `2025-03-31T16:30:00Z`: the format `date-time` of JSON Schema.
///
/// It keeps the text that it was read from, and two values that spell one instant differently are not
/// equal. They are ordered by instant, and by spelling where the instants are the same.
///
/// It binds to SQL as `timestamptz`, which keeps the instant in whole microseconds and neither the
/// offset nor the spelling; bind [`as_str`](Self::as_str) to a `text` column to keep these. It converts
/// from and into the types of the standard library and of the crates `time`, and with the features of
/// these names `chrono` and `jiff`.
///
/// ```
/// use std::time::SystemTime;
///
/// use dispatcher_runtime::DateTime;
///
/// let at: DateTime = "2025-03-31T16:30:00+02:00".parse()?;
/// assert_eq!(at.to_time().hour(), 16);
/// assert_eq!(at.as_str(), "2025-03-31T16:30:00+02:00");
/// assert!(SystemTime::from(at) < SystemTime::now());
/// # Ok::<(), dispatcher_runtime::ValueError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DateTime {
    at: OffsetDateTime,
    text: Box<str>,
}

impl DateTime {
    /// The current time, in UTC and whole microseconds, which is what Postgres keeps.
    #[must_use]
    pub fn now() -> Self {
        let now = OffsetDateTime::now_utc();
        now.replace_microsecond(now.microsecond())
            .unwrap_or(now)
            .into()
    }

    /// The instant as a value of the crate [`time`](crate::time), in nanoseconds; further decimals of
    /// the text are cut. A leap second (`:60`) is the last nanosecond of the second before it.
    #[must_use]
    pub const fn to_time(&self) -> OffsetDateTime {
        self.at
    }

    /// The text that it was read from, or is written as.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// RFC 3339, as the gate reads it: `T` and `Z` in either case, any number of decimals.
fn parse(text: &str) -> Option<OffsetDateTime> {
    let (date, rest) = text.split_at_checked(10)?;
    let date = Date::parse(date)?.to_time();
    let bytes = rest.as_bytes();
    let (b"T" | b"t", bytes) = bytes.split_at_checked(1)? else {
        return None;
    };
    let (clock, bytes) = bytes.split_at_checked(8)?;
    let [h0, h1, b':', m0, m1, b':', s0, s1] = *clock else {
        return None;
    };
    let [hour, minute, second] = [[h0, h1], [m0, m1], [s0, s1]].map(|pair| digits(&pair));
    let (hour, minute, second) = (small(hour?)?, small(minute?)?, small(second?)?);

    let (nanosecond, bytes) = match bytes.split_first() {
        Some((b'.', decimals)) => {
            let count = decimals
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            let (decimals, bytes) = decimals.split_at_checked(count).filter(|_| count > 0)?;
            (nanoseconds(decimals), bytes)
        }
        _ => (0, bytes),
    };
    let offset = offset(bytes)?;

    let time = if second == 60 {
        Time::from_hms_nano(hour, minute, 59, 999_999_999)
    } else {
        Time::from_hms_nano(hour, minute, second, nanosecond)
    };
    if second == 60 {
        // A leap second ends a day of UTC, in whichever offset it is written.
        let local = i32::from(hour) * 60 + i32::from(minute);
        let utc = (local - offset.whole_seconds() / 60).rem_euclid(24 * 60);
        if utc != 23 * 60 + 59 {
            return None;
        }
    }
    Some(PrimitiveDateTime::new(date, time.ok()?).assume_offset(offset))
}

fn small(number: u16) -> Option<u8> {
    u8::try_from(number).ok()
}

fn nanoseconds(decimals: &[u8]) -> u32 {
    // What lies beyond nanoseconds stays in the text.
    (0..9).fold(0, |sum, index| {
        sum * 10 + decimals.get(index).map_or(0, |byte| u32::from(byte - b'0'))
    })
}

fn offset(bytes: &[u8]) -> Option<UtcOffset> {
    let (sign, h, m) = match *bytes {
        [b'Z' | b'z'] => return Some(UtcOffset::UTC),
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] => (sign, [h0, h1], [m0, m1]),
        _ => return None,
    };
    let (hours, minutes) = (digits(&h)?, digits(&m)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = (i32::from(hours) * 60 + i32::from(minutes)) * 60;
    UtcOffset::from_whole_seconds(if sign == b'-' { -seconds } else { seconds }).ok()
}

fn spell(at: OffsetDateTime) -> String {
    use fmt::Write as _;

    let (hours, minutes, _) = at.offset().as_hms();
    let mut text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    );
    let nanosecond = at.nanosecond();
    let written = match nanosecond {
        0 => Ok(()),
        _ if nanosecond.is_multiple_of(1_000_000) => write!(text, ".{:03}", nanosecond / 1_000_000),
        _ if nanosecond.is_multiple_of(1_000) => write!(text, ".{:06}", nanosecond / 1_000),
        _ => write!(text, ".{nanosecond:09}"),
    };
    let written = written.and_then(|()| match (hours, minutes) {
        (0, 0) => text.write_char('Z'),
        _ => {
            let sign = if hours < 0 || minutes < 0 { '-' } else { '+' };
            write!(text, "{sign}{:02}:{:02}", hours.abs(), minutes.abs())
        }
    });
    debug_assert!(written.is_ok(), "writing to a String cannot fail");
    text
}

impl From<OffsetDateTime> for DateTime {
    /// What RFC 3339 cannot write becomes the nearest value that it can: an instant outside the years 0
    /// to 9999 becomes the first or the last of them, and an offset with seconds, or of a day and more,
    /// becomes UTC.
    fn from(at: OffsetDateTime) -> Self {
        let (hours, _, seconds) = at.offset().as_hms();
        let at = if seconds != 0 || hours.abs() > 23 {
            at.checked_to_offset(UtcOffset::UTC)
                .unwrap_or(at.replace_offset(UtcOffset::UTC))
        } else {
            at
        };
        let at = match at.year() {
            ..0 => time::macros::datetime!(0000-01-01 0:00 UTC),
            0..=9999 => at,
            _ => time::macros::datetime!(9999-12-31 23:59:59.999_999_999 UTC),
        };
        Self {
            text: spell(at).into(),
            at,
        }
    }
}

impl From<SystemTime> for DateTime {
    /// In UTC. See `From<OffsetDateTime>`.
    fn from(at: SystemTime) -> Self {
        let since = at.duration_since(SystemTime::UNIX_EPOCH);
        let at = match since {
            Ok(after) => time::Duration::try_from(after)
                .ok()
                .and_then(|after| OffsetDateTime::UNIX_EPOCH.checked_add(after))
                .unwrap_or(time::macros::datetime!(9999-12-31 23:59:59.999_999_999 UTC)),
            Err(before) => time::Duration::try_from(before.duration())
                .ok()
                .and_then(|before| OffsetDateTime::UNIX_EPOCH.checked_sub(before))
                .unwrap_or(time::macros::datetime!(0000-01-01 0:00 UTC)),
        };
        at.into()
    }
}

impl From<DateTime> for OffsetDateTime {
    fn from(date_time: DateTime) -> Self {
        date_time.at
    }
}

impl From<DateTime> for SystemTime {
    /// An instant that the system cannot represent, as on Windows those before 1601, becomes 1970.
    fn from(date_time: DateTime) -> Self {
        let since = date_time.at - OffsetDateTime::UNIX_EPOCH;
        let distance = since.unsigned_abs();
        let at = if since.is_negative() {
            Self::UNIX_EPOCH.checked_sub(distance)
        } else {
            Self::UNIX_EPOCH.checked_add(distance)
        };
        at.unwrap_or(Self::UNIX_EPOCH)
    }
}

crate::__bind!(
    DateTime as super::bind::Checked<OffsetDateTime>,
    |date_time| Ok::<_, ValueError>(super::bind::Checked(date_time.to_time())),
    |found| Ok::<_, ValueError>(Self::from(found.0))
);

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for DateTime {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match parse(text) {
            Some(at) => Ok(Self {
                at,
                text: text.into(),
            }),
            None => Err(ValueError::new(
                "a date-time",
                "be an instant with an offset such as 2025-03-31T16:30:00Z",
                Value::from(text),
            )),
        }
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the gate accepts, the type holds, and the other way round.
    #[test]
    fn the_type_and_the_gate_agree() {
        let gate = jsonschema::options()
            .should_validate_formats(true)
            .build(&serde_json::json!({ "type": "string", "format": "date-time" }))
            .unwrap_or_else(|error| unreachable!("{error}"));
        for text in [
            "2025-03-31T16:30:00Z",
            "2025-03-31t16:30:00z",
            "2025-03-31T16:30:00.1234567890123+05:30",
            "2025-03-31 16:30:00Z",
            "2025-03-31T16:30:00",
            "2025-03-31T16:30Z",
            "2025-03-31T16:30:00.Z",
            "2025-03-31T24:00:00Z",
            "2025-03-31T16:60:00Z",
            "2016-12-31T23:59:60Z",
            "2016-12-31T18:59:60-05:00",
            "2016-12-31T15:59:60.5-08:00",
            "2016-12-31T22:59:60Z",
            "2016-12-31T23:59:61Z",
            "2025-03-31T16:30:00+24:00",
            "2025-03-31T16:30:00+23:59",
            "2025-03-31T16:30:00-00:00",
            "2025-03-31T16:30:00+0530",
            "2025-03-31T16:30:00+05:60",
            "0000-01-01T00:00:00Z",
            "0000-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
            "2025-02-29T00:00:00Z",
            "٢025-03-31T16:30:00Z",
            "2025-03-31T16:30:00Zé",
            "",
        ] {
            let valid = gate.is_valid(&Value::from(text));
            let parsed = text.parse::<DateTime>();
            assert_eq!(parsed.is_ok(), valid, "{text}");
            if let Ok(parsed) = parsed {
                assert_eq!(parsed.to_string(), text);
            }
        }
    }

    #[test]
    fn what_is_made_here_can_be_read() {
        for at in [
            OffsetDateTime::UNIX_EPOCH,
            time::macros::datetime!(2025-03-31 16:30:00.5 +5:30),
            time::macros::datetime!(2025-03-31 16:30:00.000_001 -0:30),
            time::macros::datetime!(2025-03-31 16:30:00.000_000_001 UTC),
            time::macros::datetime!(-0044-03-15 12:00 UTC),
        ] {
            let made = DateTime::from(at);
            assert_eq!(
                made.as_str().parse::<DateTime>(),
                Ok(made.clone()),
                "{made}"
            );
        }
        assert_eq!(
            DateTime::from(SystemTime::UNIX_EPOCH).as_str(),
            "1970-01-01T00:00:00Z"
        );
        assert!(DateTime::now().as_str().ends_with('Z'));
    }

    #[test]
    fn an_instant_of_the_system_comes_back() {
        for text in [
            "1969-12-31T23:59:59.75Z",
            "2025-03-31T16:30:00.123456789+05:30",
        ] {
            let at: DateTime = text.parse().unwrap_or_else(|error| panic!("{error}"));
            let back = DateTime::from(SystemTime::from(at.clone()));
            assert_eq!(back.to_time(), at.to_time(), "{text}");
        }
    }
}
