//! Calendar dates.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use time::Month;

use super::error::ValueError;

/// A calendar date of the years 0 to 9999, `2025-03-31`: the format `date` of JSON Schema.
///
/// It binds to SQL as `date`, and converts from and into the types of the crates `time`, and with the
/// features of these names `chrono` and `jiff`.
///
/// ```
/// use dispatcher_runtime::Date;
///
/// let date: Date = "2025-03-31".parse()?;
/// assert_eq!(date, Date::from_calendar(2025, 3, 31)?);
/// assert_eq!(date.to_time().weekday(), dispatcher_runtime::time::Weekday::Monday);
/// # Ok::<(), dispatcher_runtime::ValueError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Date(time::Date);

const EXPECTED: &str = "be a calendar date such as 2025-03-31";

impl Date {
    /// The date of this year, month (1 to 12) and day (from 1).
    ///
    /// # Errors
    /// There is no such day between the years 0 and 9999.
    pub fn from_calendar(year: u16, month: u8, day: u8) -> Result<Self, ValueError> {
        Self::new(year, month, day).ok_or_else(|| {
            ValueError::new("a date", EXPECTED, format_args!("{year}-{month}-{day}"))
        })
    }

    /// Today, in UTC.
    #[must_use]
    pub fn today() -> Self {
        Self(time::OffsetDateTime::now_utc().date())
    }

    /// The date as a value of the crate [`time`](crate::time).
    #[must_use]
    pub const fn to_time(self) -> time::Date {
        self.0
    }

    fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        if year > 9999 {
            return None;
        }
        let month = Month::try_from(month).ok()?;
        time::Date::from_calendar_date(i32::from(year), month, day)
            .ok()
            .map(Self)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (year, month, day) = match text.as_bytes() {
            [year @ .., b'-', m0, m1, b'-', d0, d1] if year.len() == 4 => {
                (year, [*m0, *m1], [*d0, *d1])
            }
            _ => return None,
        };
        let month = u8::try_from(digits(&month)?).ok()?;
        let day = u8::try_from(digits(&day)?).ok()?;
        Self::new(digits(year)?, month, day)
    }
}

/// Up to four decimal digits.
pub(super) fn digits(bytes: &[u8]) -> Option<u16> {
    bytes.iter().try_fold(0_u16, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u16::from(byte - b'0'))
    })
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.to_calendar_date();
        write!(f, "{year:04}-{:02}-{day:02}", u8::from(month))
    }
}

impl FromStr for Date {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::parse(text).ok_or_else(|| ValueError::new("a date", EXPECTED, Value::from(text)))
    }
}

impl TryFrom<time::Date> for Date {
    type Error = ValueError;

    /// # Errors
    /// The year is not between 0 and 9999, so RFC 3339 cannot write it.
    fn try_from(date: time::Date) -> Result<Self, ValueError> {
        if (0..=9999).contains(&date.year()) {
            Ok(Self(date))
        } else {
            Err(ValueError::new("a date", EXPECTED, date))
        }
    }
}

impl From<Date> for time::Date {
    fn from(date: Date) -> Self {
        date.0
    }
}

crate::__bind!(
    Date as super::bind::Checked<time::Date>,
    |date| Ok::<_, ValueError>(super::bind::Checked(date.to_time())),
    |found| Self::try_from(found.0)
);

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "2025-02-29",
            "2025-13-01",
            "2025-1-1",
            "02025-01-01",
            "2025-01-0x",
            "",
            "2025/01/01",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert!(Date::from_calendar(2025, 4, 31).is_err());
    }

    #[test]
    fn a_date_keeps_its_spelling() {
        for text in ["0000-01-01", "2024-02-29", "9999-12-31"] {
            assert_eq!(
                text.parse::<Date>().map(|date| date.to_string()).as_deref(),
                Ok(text)
            );
        }
    }
}
