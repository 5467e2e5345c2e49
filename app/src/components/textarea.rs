//! Text inside a `textarea`, which the view library writes into the page as it is: unlike other text it
//! must be escaped here, or what somebody typed could end the field and go on as markup.

/// The text as the child of a `textarea`. On the server it is escaped and begins with the line break that
/// HTML drops there; in the browser it becomes a text node and stays as it is.
#[must_use]
pub fn textarea_text(text: &str) -> String {
    if cfg!(feature = "ssr") { escaped(text) } else { text.to_owned() }
}

fn escaped(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_text_cannot_leave_its_field() {
        assert_eq!(escaped("</textarea><b>&amp;"), "\n&lt;/textarea>&lt;b>&amp;amp;");
        assert_eq!(escaped("\nsecond line"), "\n\nsecond line");
    }
}
