//! Times and ages.

use ::time::OffsetDateTime;
use ::time::UtcOffset;
use ::time::format_description::well_known::Rfc3339;
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

/// For how long, in seconds, as of now; `-` where there is nothing that it is the age of.
pub(super) fn age(seconds: Option<f64>) -> Markup {
    age_at(seconds, OffsetDateTime::now_utc())
}

/// For how long, in seconds, as of a moment by the clock of this process. The module of the page counts it on from
/// `data-since`, in seconds since 1970.
pub(super) fn age_at(seconds: Option<f64>, now: OffsetDateTime) -> Markup {
    match seconds {
        Some(seconds) => {
            let now = now.unix_timestamp_nanos() as f64 / 1e9;
            html! { span data-since=(format!("{:.0}", now - seconds)) { (spoken(seconds)) } }
        }
        None => html! { span.none { "-" } },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::time::macros::datetime;

    #[test]
    fn a_moment_is_shown_in_utc() {
        assert_eq!(
            at(datetime!(2026-11-30 09:05:07.25 +1)).into_string(),
            "<time datetime=\"2026-11-30T08:05:07.25Z\" title=\"2026-11-30T08:05:07.25Z\">2026-11-30 08:05:07 UTC</time>"
        );
    }
}
