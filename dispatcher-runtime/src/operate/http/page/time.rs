//! Times and ages.

use ::time::format_description::well_known::Rfc3339;
use ::time::{Duration, OffsetDateTime, UtcOffset};
use maud::{Markup, html};

use crate::operate::overview::spoken;

/// A moment, to the second, in UTC.
pub(super) fn at(moment: OffsetDateTime) -> Markup {
    element(moment, None)
}

/// The same as an element of that id.
pub(super) fn at_id(moment: OffsetDateTime, id: &str) -> Markup {
    element(moment, Some(id))
}

fn element(moment: OffsetDateTime, id: Option<&str>) -> Markup {
    let moment = moment.to_offset(UtcOffset::UTC);
    let exact = moment.format(&Rfc3339).unwrap_or_default();
    let date = moment.date();
    let (hour, minute, second) = moment.to_hms();
    html! {
        time id=[id] datetime=(exact) title=(exact) {
            (date) " " (format!("{hour:02}:{minute:02}:{second:02}")) " UTC"
        }
    }
}

/// A moment that may not be known, or not have come.
pub(super) fn at_or(moment: Option<OffsetDateTime>, otherwise: &str) -> Markup {
    match moment {
        Some(moment) => at(moment),
        None => html! { span.none { (otherwise) } },
    }
}

/// A moment by the clocks of the database and of this process.
#[derive(Clone, Copy)]
pub(super) struct Clocks {
    database: OffsetDateTime,
    /// By how many seconds the clock of this process is ahead. Up to 2 s count as none: so much may pass between the two.
    ahead: Duration,
}

impl Clocks {
    pub(super) fn at(database: OffsetDateTime, here: OffsetDateTime) -> Self {
        let ahead = (here - database).as_seconds_f64().round();
        let ahead = if ahead.abs() > 2.0 { ahead } else { 0.0 };
        Self {
            database,
            ahead: Duration::checked_seconds_f64(ahead).unwrap_or_default(),
        }
    }

    /// The same as of now.
    pub(super) fn now(database: OffsetDateTime) -> Self {
        Self::at(database, OffsetDateTime::now_utc())
    }

    /// For how long, since a moment by the clock of the database; `-` where there is nothing that it is the age of. The module
    /// of the page counts it on from `data-since`, in seconds since 1970, which stays the same while the moment does.
    pub(super) fn age(self, since: Option<OffsetDateTime>) -> Markup {
        let Some(since) = since else {
            return html! { span.none { "-" } };
        };
        let seconds = (self.database - since).as_seconds_f64().max(0.0);
        let since = since.checked_add(self.ahead).unwrap_or(since);
        html! { span data-since=(since.unix_timestamp()) { (spoken(seconds)) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::time::macros::datetime;

    #[test]
    fn an_age_is_the_same_text_but_for_the_clock() {
        let since = Some(datetime!(2026-11-30 08:00:00.499 UTC));
        let shown = |database, here| Clocks::at(database, here).age(since).into_string();
        let one = shown(
            datetime!(2026-11-30 08:00:03.1 UTC),
            datetime!(2026-11-30 08:00:03.102 UTC),
        );
        assert_eq!(one, "<span data-since=\"1796025600\">3 s</span>");
        // A look later, and one that took long.
        let later = shown(
            datetime!(2026-11-30 08:00:06.3 UTC),
            datetime!(2026-11-30 08:00:07.9 UTC),
        );
        assert_eq!(later, one.replace("3 s", "6 s"));
        // The clock of this process is the one that browsers are told.
        let ahead = shown(
            datetime!(2026-11-30 08:00:03.1 UTC),
            datetime!(2026-11-30 08:01:03.2 UTC),
        );
        assert_eq!(ahead, one.replace("1796025600", "1796025660"));
    }

    #[test]
    fn a_moment_is_shown_in_utc() {
        assert_eq!(
            at(datetime!(2026-11-30 09:05:07.25 +1)).into_string(),
            "<time datetime=\"2026-11-30T08:05:07.25Z\" title=\"2026-11-30T08:05:07.25Z\">2026-11-30 08:05:07 UTC</time>"
        );
    }
}
