//! Texts that name their sources: addresses and arXiv numbers in them become links.

use leptos::prelude::*;

/// Where an arXiv number leads.
const ARXIV: &str = "https://arxiv.org/abs/";

/// A stretch of a text, with the address it names if it names one.
#[derive(Debug, PartialEq, Eq)]
struct Piece<'a> {
    text: &'a str,
    href: Option<String>,
}

/// A text with its addresses as links.
pub(super) fn sourced(text: &str) -> AnyView {
    pieces(text)
        .into_iter()
        .map(|piece| {
            let text = piece.text.to_owned();
            match piece.href {
                Some(href) => view! { <a href=href rel="external">{text}</a> }.into_any(),
                None => text.into_any(),
            }
        })
        .collect_view()
        .into_any()
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((start, end, href)) = next_address(rest) {
        let (before, address) = (&rest[..start], &rest[start..end]);
        if !before.is_empty() {
            pieces.push(Piece { text: before, href: None });
        }
        pieces.push(Piece { text: address, href: Some(href) });
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        pieces.push(Piece { text: rest, href: None });
    }
    pieces
}

/// The first address in a text: where it starts and ends, and where it leads.
fn next_address(text: &str) -> Option<(usize, usize, String)> {
    [web_address(text), arxiv_number(text)].into_iter().flatten().min_by_key(|(start, ..)| *start)
}

fn web_address(text: &str) -> Option<(usize, usize, String)> {
    let start = text.find("https://")?;
    let length = text[start..].find(|c: char| c.is_whitespace() || c == ';').unwrap_or(text.len() - start);
    let address = text[start..start + length].trim_end_matches(['.', ',', ')']);
    Some((start, start + address.len(), address.to_owned()))
}

fn arxiv_number(text: &str) -> Option<(usize, usize, String)> {
    let start = text.find("arXiv:")?;
    let number = &text[start + "arXiv:".len()..];
    let length = number.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(number.len());
    let number = number[..length].trim_end_matches('.');
    let end = start + "arXiv:".len() + number.len();
    number.starts_with(|c: char| c.is_ascii_digit()).then(|| (start, end, format!("{ARXIV}{number}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<(&str, String)> {
        pieces(text).into_iter().filter_map(|piece| Some((piece.text, piece.href?))).collect()
    }

    #[test]
    fn addresses_and_arxiv_numbers_become_links() {
        assert_eq!(
            links("price list; upstream: https://example.org/pricing."),
            [("https://example.org/pricing", "https://example.org/pricing".to_owned())]
        );
        assert_eq!(
            links("Jhandi et al., arXiv:2512.15943v2 (AWS), and arXiv:2405.00732."),
            [
                ("arXiv:2512.15943v2", "https://arxiv.org/abs/2512.15943v2".to_owned()),
                ("arXiv:2405.00732", "https://arxiv.org/abs/2405.00732".to_owned()),
            ]
        );
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in
            ["", "own recomputation", "arXiv abstract; blog", "arXiv: none", "http://plain.example", "über"]
        {
            assert!(links(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn no_letter_is_lost() {
        for text in ["a https://b.example/c?d='e'; f", "https://x.example", "ü arXiv:2405.00732 ü", "plain"]
        {
            assert_eq!(pieces(text).iter().map(|piece| piece.text).collect::<String>(), text);
        }
    }
}
