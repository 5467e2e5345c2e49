//! Points in time as pages show them. The server writes them, so that both sides render the same text.

use serde::{Deserialize, Serialize};

/// A point in time for people and for programs, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// For `datetime` attributes, e.g. `2026-11-25T14:05:00Z`.
    pub iso: String,
    /// For people, e.g. `25 November 2026, 14:05 UTC`.
    pub text: String,
    /// The day alone, e.g. `25 November 2026`.
    pub day: String,
}

#[cfg(feature = "ssr")]
impl Moment {
    /// The moment as an element of a page.
    #[must_use]
    pub fn view(self) -> leptos::prelude::AnyView {
        use leptos::prelude::*;
        view! { <time datetime=self.iso>{self.text}</time> }.into_any()
    }
}

#[cfg(feature = "ssr")]
impl From<time::OffsetDateTime> for Moment {
    fn from(moment: time::OffsetDateTime) -> Self {
        use time::macros::format_description;
        let moment = moment.to_offset(time::UtcOffset::UTC);
        let iso = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
        let day = format_description!("[day padding:none] [month repr:long] [year]");
        let time = format_description!("[hour]:[minute] UTC");
        // The descriptions hold only components that every moment has, so formatting cannot fail.
        let day = moment.format(&day).unwrap_or_default();
        let time = moment.format(&time).unwrap_or_default();
        Self { iso: moment.format(&iso).unwrap_or_default(), text: format!("{day}, {time}"), day }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_moment_is_written_in_utc() {
        let moment = Moment::from(datetime!(2026-11-25 01:05:09 +2));
        assert_eq!(moment.iso, "2026-11-24T23:05:09Z");
        assert_eq!(moment.text, "24 November 2026, 23:05 UTC");
        assert_eq!(moment.day, "24 November 2026");
    }
}
