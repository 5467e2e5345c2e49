//! Revisions as entity tags: what a program read is named when it writes, so that it never overwrites what
//! it has not seen.

use http::{HeaderMap, StatusCode, header};

use crate::problem::Problem;

/// The `ETag` of a revision.
pub(super) fn tag(revision: i32) -> String {
    format!("\"{revision}\"")
}

/// The revisions that `If-Match` names, in its order. A tag that some proxy weakened because it compressed
/// the answer still names its revision; one that is no revision of ours reads as 0, which none has.
///
/// # Errors
/// 428 when it names none: `*` would overwrite whatever there is.
pub(super) fn expected(headers: &HeaderMap) -> Result<Vec<i32>, Problem> {
    let values = headers.get_all(header::IF_MATCH).iter();
    let tags = values.flat_map(|value| value.to_str().unwrap_or("?").split(',')).map(str::trim);
    let tags: Vec<&str> = tags.filter(|tag| !tag.is_empty()).collect();
    if tags.is_empty() || tags.contains(&"*") {
        return Err(required());
    }
    Ok(tags.into_iter().map(|tag| revision(tag).unwrap_or_default()).collect())
}

fn revision(tag: &str) -> Option<i32> {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

pub(super) fn required() -> Problem {
    Problem::of_kind(
        StatusCode::PRECONDITION_REQUIRED,
        "revision-required",
        "Say which revision this replaces",
        "Read the use case and send its ETag back as If-Match, so that nobody’s work is overwritten unseen.",
    )
}

pub(super) fn changed(current: i32) -> Problem {
    Problem::of_kind(
        StatusCode::PRECONDITION_FAILED,
        "revision-changed",
        "The use case has changed",
        format!(
            "Revision {current} is current now. Nothing was saved: read it, then decide what yours should be."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&'static str]) -> Result<Vec<i32>, u16> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::IF_MATCH, value.parse().unwrap());
        }
        expected(&headers).map_err(|problem| problem.status)
    }

    #[test]
    fn a_tag_reads_back_as_its_revision() {
        let headers = HeaderMap::from_iter([(header::IF_MATCH, tag(12).parse().unwrap())]);
        assert_eq!(expected(&headers).unwrap(), [12]);
    }

    #[test]
    fn all_tags_count_weak_ones_too() {
        assert_eq!(read(&["\"3\""]), Ok(vec![3]));
        assert_eq!(read(&["W/\"3\""]), Ok(vec![3]));
        assert_eq!(read(&["\"1\", \"2\" ,W/\"3\"", "\"4\""]), Ok(vec![1, 2, 3, 4]));
    }

    #[test]
    fn what_names_no_revision_of_ours_matches_none() {
        for other in ["3", "\"x\"", "\"3", "\"\"", "\"99999999999\"", "\"3.0\""] {
            assert_eq!(read(&[other]), Ok(vec![0]), "{other}");
        }
    }

    #[test]
    fn something_must_be_named() {
        for nothing in [&[][..], &[""], &[" , "], &["*"], &["\"1\", *"]] {
            assert_eq!(read(nothing), Err(428), "{nothing:?}");
        }
    }
}
