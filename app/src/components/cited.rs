//! Texts that may cite our own evaluation: the address of its card in them becomes a link.
//!
//! Whoever fills in a source may write anything, so nothing else does: an address of somebody's choosing is text.

use domain::evaluation::CARD_PATH;
use leptos::prelude::*;

/// What may stand between the address and the blank after it.
const ENDS: &[char] = &[')', ',', ';', '.', ':'];

/// A text with the address of the card as a link.
#[must_use]
pub fn cited(text: &str) -> AnyView {
    let pieces = pieces(text);
    if pieces.iter().all(|piece| !piece.is_card) {
        return text.to_owned().into_any();
    }
    pieces
        .into_iter()
        .map(|piece| {
            let text = piece.text.to_owned();
            if piece.is_card {
                // A page of the server only, so the router leaves it.
                view! { <a href=CARD_PATH rel="external">{text}</a> }.into_any()
            } else {
                text.into_any()
            }
        })
        .collect_view()
        .into_any()
}

/// A stretch of a text, never empty.
#[derive(Debug, PartialEq, Eq)]
struct Piece<'a> {
    text: &'a str,
    is_card: bool,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, address) in text.match_indices(CARD_PATH) {
        let (before, after) = (&text[..at], &text[at + address.len()..]);
        if !stands_alone(before, after) {
            continue;
        }
        pieces.push(Piece { text: &text[start..at], is_card: false });
        pieces.push(Piece { text: address, is_card: true });
        start = at + address.len();
    }
    pieces.push(Piece { text: &text[start..], is_card: false });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// Whether an address is the whole of it, and no part of a longer one.
fn stands_alone(before: &str, after: &str) -> bool {
    let begins = before.is_empty() || before.ends_with(|c: char| c.is_whitespace() || c == '(');
    let rest = after.trim_start_matches(ENDS);
    begins && (rest.is_empty() || rest.starts_with(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> usize {
        pieces(text).iter().filter(|piece| piece.is_card).count()
    }

    #[test]
    fn the_card_becomes_a_link_wherever_it_is_cited() {
        for text in [
            "/demo/adapters/banking77",
            "93.4% right; card at /demo/adapters/banking77",
            "The share is from a test (see /demo/adapters/banking77).",
            "/demo/adapters/banking77; measured again",
        ] {
            assert_eq!(links(text), 1, "{text}");
        }
        assert_eq!(links("/demo/adapters/banking77 and /demo/adapters/banking77"), 2);
    }

    #[test]
    fn no_other_address_does() {
        for text in [
            "",
            "measured by hand",
            "https://evil.example/demo/adapters/banking77",
            "//evil.example/demo/adapters/banking77",
            "/demo/adapters/banking77/../../settings",
            "/demo/adapters/banking77?x=1",
            "/demo/adapters/banking77.evil.example",
            "/demo/adapters/banking78",
            "<a href=/demo/adapters/banking77>",
        ] {
            assert_eq!(links(text), 0, "{text}");
        }
    }

    #[test]
    fn no_letter_is_lost() {
        for text in [
            "",
            "plain",
            "ü /demo/adapters/banking77, ü",
            "/demo/adapters/banking77x /demo/adapters/banking77",
        ] {
            assert_eq!(pieces(text).iter().map(|piece| piece.text).collect::<String>(), text);
        }
    }
}
