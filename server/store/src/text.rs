//! Texts that people type, checked before they are stored.

use crate::StoreError;

/// The text without surrounding blanks.
///
/// # Errors
/// [`StoreError::Text`] when it is longer than `most` characters or holds characters that cannot be shown.
pub(crate) fn optional(field: &'static str, text: &str, most: usize) -> Result<String, StoreError> {
    let text = text.trim();
    let length = text.chars().count();
    if length > most {
        let problem = format!("has {length} characters; at most {most} fit");
        return Err(StoreError::Text { field, problem });
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(StoreError::Text { field, problem: "has characters that cannot be shown".to_owned() });
    }
    Ok(text.to_owned())
}

/// The same for a text on one line that must not be blank.
///
/// # Errors
/// [`StoreError::Text`] as above, and when it is blank or has more than one line.
pub(crate) fn required(field: &'static str, text: &str, most: usize) -> Result<String, StoreError> {
    let text = optional(field, text, most)?;
    if text.is_empty() {
        return Err(StoreError::Text { field, problem: "is missing".to_owned() });
    }
    if text.contains(['\n', '\r', '\t']) {
        return Err(StoreError::Text { field, problem: "must be on one line".to_owned() });
    }
    Ok(text)
}

/// The longest beginning of a text with at most this many characters.
pub(crate) fn beginning(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn texts_are_trimmed_and_counted_in_characters() {
        assert_eq!(required("name", "  Büro  ", 4).unwrap(), "Büro");
        assert_eq!(optional("note", " ", 4).unwrap(), "");
        assert_eq!(
            required("name", "Büros", 4).unwrap_err().to_string(),
            "the name has 5 characters; at most 4 fit"
        );
    }

    #[test]
    fn what_cannot_be_shown_is_refused() {
        assert_eq!(required("name", " \n", 9).unwrap_err().to_string(), "the name is missing");
        assert_eq!(required("name", "a\nb", 9).unwrap_err().to_string(), "the name must be on one line");
        assert!(optional("note", "a\0b", 9).is_err());
        assert!(optional("note", "a\nb", 9).is_ok());
    }

    #[test]
    fn a_beginning_ends_between_characters() {
        assert_eq!(beginning("Büro", 2), "Bü");
        assert_eq!(beginning("Büro", 9), "Büro");
    }
}
