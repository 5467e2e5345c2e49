//! Splits text into words.
//!
//! The patterns are published as regular expressions, and are short enough to be written out: that is faster than a
//! general engine, and far smaller to download.
//!
//! - GPT-2: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`; StarCoder and SmolLM cut out
//!   every digit (`\p{N}`) before.
//! - Llama 3: `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|`
//!   `\s+(?!\S)|\s+`; Qwen 2 has `\p{N}` in the place of `\p{N}{1,3}`.

use crate::error::Error;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// How a tokenizer splits text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern {
    /// GPT-2's.
    Gpt2 {
        /// Whether every digit is a word of its own.
        lone_digits: bool,
    },
    /// Llama 3's.
    Llama3 {
        /// Digits that may stand together.
        digits: usize,
        /// Whether a word that is a token is taken as it is, without looking how its bytes would be joined.
        whole_words: bool,
    },
}

/// What the patterns tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Number,
    Space,
    Other,
}

impl Kind {
    fn of(character: char) -> Self {
        if character.is_ascii() {
            return match character {
                'a'..='z' | 'A'..='Z' => Self::Letter,
                '0'..='9' => Self::Number,
                _ if character.is_whitespace() => Self::Space,
                _ => Self::Other,
            };
        }
        if character.is_whitespace() {
            return Self::Space;
        }
        match character.general_category_group() {
            GeneralCategoryGroup::Letter => Self::Letter,
            GeneralCategoryGroup::Number => Self::Number,
            _ => Self::Other,
        }
    }
}

impl Pattern {
    /// The pattern that a file names.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for names not known here.
    pub(super) fn named(name: &str) -> Result<Self, Error> {
        Ok(match name {
            "gpt-2" | "default" | "phi-2" | "mpt" | "olmo" | "jais" | "trillion" => {
                Self::Gpt2 { lone_digits: false }
            }
            "smollm" | "starcoder" | "refact" | "command-r" | "codeshell" | "exaone" | "minerva-7b" => {
                Self::Gpt2 { lone_digits: true }
            }
            "llama3" | "llama-v3" | "llama-bpe" => Self::Llama3 { digits: 3, whole_words: true },
            "dbrx" | "smaug-bpe" => Self::Llama3 { digits: 3, whole_words: false },
            "qwen2" | "stablelm2" | "deepseek-r1-qwen" | "megrez" => {
                Self::Llama3 { digits: 1, whole_words: false }
            }
            _ => return Err(Error::Unsupported(format!("its tokenizer splits words like {name}"))),
        })
    }

    /// Whether a word that is a token is taken as it is.
    pub(super) fn whole_words(self) -> bool {
        matches!(self, Self::Llama3 { whole_words: true, .. })
    }

    /// The words of a text; together they are the text.
    pub(super) fn words(self, text: &str) -> Vec<&str> {
        let mut words = Vec::new();
        match self {
            Self::Gpt2 { lone_digits: false } => cut(text, &mut words, gpt2),
            Self::Gpt2 { lone_digits: true } => {
                // Each stretch without digits is split as if it were the whole text.
                let mut start = 0;
                let is_digit = |(_, character): &(usize, char)| Kind::of(*character) == Kind::Number;
                for (at, digit) in text.char_indices().filter(is_digit) {
                    cut(&text[start..at], &mut words, gpt2);
                    start = at + digit.len_utf8();
                    words.push(&text[at..start]);
                }
                cut(&text[start..], &mut words, gpt2);
            }
            Self::Llama3 { digits, .. } => cut(text, &mut words, |text| llama3(text, digits)),
        }
        words
    }
}

/// Cuts words off the front; `first` says how long the first one is.
fn cut<'a>(text: &'a str, words: &mut Vec<&'a str>, first: impl Fn(&str) -> usize) {
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        // A pattern that matches nothing leaves the character alone.
        let length = first(rest).max(character.len_utf8());
        let (word, after) = rest.split_at(length);
        words.push(word);
        rest = after;
    }
}

/// Bytes of the first word by GPT-2's pattern.
fn gpt2(text: &str) -> usize {
    let shortened = contraction(text, false);
    if shortened > 0 {
        return shortened;
    }
    let space = usize::from(text.starts_with(' '));
    match text[space..].chars().next().map(Kind::of) {
        None | Some(Kind::Space) => spaces(text),
        Some(kind) => space + run(&text[space..], |character| Kind::of(character) == kind),
    }
}

/// Bytes of the first word by Llama 3's pattern.
fn llama3(text: &str, digits: usize) -> usize {
    let shortened = contraction(text, true);
    if shortened > 0 {
        return shortened;
    }
    let is_letter = |character| Kind::of(character) == Kind::Letter;
    let is_break = |character| matches!(character, '\r' | '\n');
    let Some(first) = text.chars().next() else { return 0 };
    let kind = Kind::of(first);
    let lead =
        if kind == Kind::Letter || kind == Kind::Number || is_break(first) { 0 } else { first.len_utf8() };
    let letters = run(&text[lead..], is_letter);
    if letters > 0 {
        return lead + letters;
    }
    if kind == Kind::Number {
        return text
            .chars()
            .take(digits)
            .take_while(|c| Kind::of(*c) == Kind::Number)
            .map(char::len_utf8)
            .sum();
    }
    let space = usize::from(first == ' ');
    let others = run(&text[space..], |character| Kind::of(character) == Kind::Other);
    if others > 0 {
        return space + others + run(&text[space + others..], is_break);
    }
    let white = &text[..run(text, |character| Kind::of(character) == Kind::Space)];
    match white.rfind(is_break) {
        Some(last) => last + 1,
        None => spaces(text),
    }
}

/// Bytes at the front that are white space, except for the last character where something follows it.
fn spaces(text: &str) -> usize {
    let length = run(text, |character| Kind::of(character) == Kind::Space);
    if length == text.len() {
        return length;
    }
    let last = text[..length].chars().next_back().map_or(0, char::len_utf8);
    if length > last { length - last } else { length }
}

/// Bytes at the front whose characters are of a kind.
fn run(text: &str, is_in: impl Fn(char) -> bool) -> usize {
    text.find(|character| !is_in(character)).unwrap_or(text.len())
}

/// Bytes of an English contraction at the front; 0 when there is none.
fn contraction(text: &str, any_case: bool) -> usize {
    let Some(rest) = text.strip_prefix('\'') else { return 0 };
    let fits = |ending: &&str| match rest.get(..ending.len()) {
        Some(front) if any_case => front.eq_ignore_ascii_case(ending),
        front => front == Some(*ending),
    };
    ["s", "t", "re", "ve", "m", "ll", "d"].iter().find(|e| fits(e)).map_or(0, |ending| 1 + ending.len())
}
