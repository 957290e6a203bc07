//! Times as documents of the trade write them. Comes in: the text of a time. Goes out: the moment with its offset, or
//! nothing. Never guesses: what is not one of these forms is no time.

use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::{Zoned, tz};

use crate::model::Moment;

/// Forms with an offset, and then those without, which are taken as UTC.
const WITH_OFFSET: &[&str] =
    &["%Y-%m-%dT%H:%M:%S%z", "%Y%m%dT%H%M%S%z", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M%z"];
const WITHOUT_OFFSET: &[&str] = &[
    "%Y-%m-%dT%H:%M:%S",
    "%Y%m%dT%H%M%SZ",
    "%Y%m%dT%H%M%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
];

/// RFC 3339, ISO 8601 in its basic and extended forms, RFC 2822, or a date.
pub(super) fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    if let Ok(moment) = Moment::parse(text) {
        return Some(moment);
    }
    if let Ok(zoned) = rfc2822::parse(text) {
        return Some(Moment::from(&zoned));
    }
    for form in WITH_OFFSET {
        if let Ok(zoned) = Zoned::strptime(form, text) {
            return Some(Moment::from(&zoned));
        }
    }
    for form in WITHOUT_OFFSET {
        if let Ok(time) = DateTime::strptime(form, text)
            && let Ok(zoned) = time.to_zoned(tz::TimeZone::UTC)
        {
            return Some(Moment::from(&zoned));
        }
    }
    let date = jiff::civil::Date::strptime("%Y%m%d", text).ok()?;
    Some(Moment::from(&date.to_zoned(tz::TimeZone::UTC).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_time_is_read() {
        for text in [
            "2024-05-01T06:00:00+02:00",
            "2024-05-01T06:00:00+0200",
            "20240501T060000+0200",
            "Wed, 01 May 2024 06:00:00 +0200",
            "20240501T040000Z",
            "2024-05-01 04:00:00",
        ] {
            let at = moment(text).map(|moment| moment.at.to_string());
            assert_eq!(at.as_deref(), Some("2024-05-01T04:00:00Z"), "{text}");
        }
        assert_eq!(
            moment("20240501").map(|moment| moment.at.to_string()).as_deref(),
            Some("2024-05-01T00:00:00Z")
        );
        assert_eq!(moment("yesterday"), None);
    }
}
