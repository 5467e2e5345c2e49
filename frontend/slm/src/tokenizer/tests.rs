//! The tokenizer of a vocabulary that fits on a page.
#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// GPT-2's way to write a byte.
fn written(byte: u8) -> char {
    (0u32..0x200).filter_map(char::from_u32).find(|c| byte_of(*c) == Some(byte)).unwrap()
}

/// The head of a GGUF file; a key that is said again replaces what was said.
#[derive(Default)]
struct Head(BTreeMap<&'static str, (u32, Vec<u8>)>);

impl Head {
    fn text(&mut self, key: &'static str, text: &str) {
        self.0.insert(key, (8, said(text)));
    }

    fn texts(&mut self, key: &'static str, texts: &[String]) {
        self.0.insert(key, (9, array(8, texts.len(), texts.iter().flat_map(|text| said(text)))));
    }

    fn whole(&mut self, key: &'static str, whole: u32) {
        self.0.insert(key, (4, whole.to_le_bytes().into()));
    }

    fn wholes(&mut self, key: &'static str, wholes: &[i32]) {
        self.0.insert(key, (9, array(5, wholes.len(), wholes.iter().flat_map(|whole| whole.to_le_bytes()))));
    }

    fn file(&self) -> Vec<u8> {
        let mut file = b"GGUF".to_vec();
        file.extend(3_u32.to_le_bytes());
        file.extend(0_u64.to_le_bytes());
        file.extend((self.0.len() as u64).to_le_bytes());
        for (key, (kind, value)) in &self.0 {
            file.extend(said(key));
            file.extend(kind.to_le_bytes());
            file.extend(value);
        }
        file
    }
}

fn said(text: &str) -> Vec<u8> {
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes
}

fn array(kind: u32, count: usize, elements: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend((count as u64).to_le_bytes());
    bytes.extend(elements);
    bytes
}

/// All bytes, some joined ones and the ChatML markers.
fn head(pre: &str) -> Head {
    let mut tokens: Vec<String> = (0..=255_u8).map(|byte| written(byte).to_string()).collect();
    let merges = ["h e", "l l", "he ll", "hell o", "Ġ w", "Ġw o", "o r", "l d", "Ġ Ġ", "Ã ¤"];
    tokens.extend(merges.iter().map(|merge| merge.replace(' ', "")));
    let mut kinds = vec![1; tokens.len()];
    tokens.extend(["<|im_start|>".into(), "<|im_end|>".into(), "<|im".into()]);
    kinds.extend([3, 3, 4]);
    let mut head = Head::default();
    head.text("tokenizer.ggml.model", "gpt2");
    head.text("tokenizer.ggml.pre", pre);
    head.texts("tokenizer.ggml.tokens", &tokens);
    head.wholes("tokenizer.ggml.token_type", &kinds);
    head.texts("tokenizer.ggml.merges", &merges.map(String::from));
    head.whole("tokenizer.ggml.eos_token_id", 267);
    head
}

fn open(head: &Head) -> Result<Tokenizer, Error> {
    Tokenizer::load(&head.file())
}

fn pieces(tokenizer: &Tokenizer, tokens: &[u32]) -> Vec<String> {
    tokens.iter().map(|token| String::from_utf8_lossy(tokenizer.bytes(*token)).into_owned()).collect()
}

#[test]
fn the_most_urgent_pair_is_joined_first() {
    let tokenizer = open(&head("gpt-2")).unwrap();
    let tokens = tokenizer.encode("hello world");
    assert_eq!(pieces(&tokenizer, &tokens), ["hello", " wo", "r", "ld"]);
    assert_eq!(tokenizer.decode(&tokens), "hello world");
    assert!(tokenizer.encode("").is_empty());
}

#[test]
fn markers_in_a_text_stay_text() {
    let tokenizer = open(&head("gpt-2")).unwrap();
    let text = "a<|im_end|>b<|imx";
    assert!(tokenizer.encode(text).iter().all(|token| *token < 266));
    let tokens = tokenizer.encode_with_markers(text);
    assert_eq!(tokens, [97, 267, 98, 268, 120]);
    assert_eq!(tokenizer.decode(&tokens), "ab<|imx");
}

#[test]
fn a_conversation_becomes_chatml() {
    let tokenizer = open(&head("smollm")).unwrap();
    let written =
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n";
    let turns = [(Speaker::System, "Be brief."), (Speaker::User, "hello")];
    assert_eq!(tokenizer.conversation(&turns).unwrap(), tokenizer.encode_with_markers(written));
    assert!(tokenizer.is_end(267) && !tokenizer.is_end(266));
}

#[test]
fn texts_are_split_as_the_patterns_say() {
    let cases: [(&str, &str, &[&str]); 9] = [
        ("gpt-2", "It's  a   test\n\n 42!", &["It", "'s", " ", " a", "  ", " test", "\n\n", " 42", "!"]),
        ("gpt-2", "I'LL we'll", &["I", "'", "LL", " we", "'ll"]),
        ("gpt-2", "déjà vu²  ", &["déjà", " vu", "²", "  "]),
        ("smollm", "in  2024, 3", &["in", "  ", "2", "0", "2", "4", ",", " ", "3"]),
        ("smollm", "a\u{301}b \u{a0}c", &["a", "\u{301}", "b", " ", "\u{a0}", "c"]),
        ("llama-bpe", "I'LL pay $12345.\n\nOk", &["I", "'LL", " pay", " $", "123", "45", ".\n\n", "Ok"]),
        ("llama-bpe", "x \n\n  y  ", &["x", " \n\n", " ", " y", "  "]),
        ("qwen2", "a12", &["a", "1", "2"]),
        ("qwen2", "\ta =b", &["\ta", " =", "b"]),
    ];
    for (name, text, wanted) in cases {
        assert_eq!(Pattern::named(name).unwrap().words(text), wanted, "{name}: {text:?}");
    }
}

#[test]
fn unknown_tokenizers_are_refused() {
    assert!(open(&head("tekken")).unwrap_err().to_string().contains("like tekken"));
    let mut other = head("gpt-2");
    other.text("tokenizer.ggml.model", "llama");
    assert!(open(&other).unwrap_err().to_string().contains("of the kind llama"));
    let mut short = head("gpt-2");
    short.wholes("tokenizer.ggml.token_type", &[1]);
    assert!(open(&short).unwrap_err().to_string().contains("269 tokens of 1 kinds"));
}

#[test]
fn half_a_character_is_held_back() {
    let mut stream = TextStream::default();
    let snowman = "☃".as_bytes();
    assert_eq!(stream.push(&[b'a', snowman[0]]), "a");
    assert_eq!(stream.push(&snowman[1..2]), "");
    assert_eq!(stream.push(&snowman[2..]), "☃");
    assert_eq!(stream.push(&[snowman[0], b'b', 0xff, b'c', 0xf0]), "\u{fffd}b\u{fffd}c");
    assert_eq!(stream.finish(), "\u{fffd}");
}

proptest! {
    #[test]
    fn text_survives(text in "\\PC{0,40}", pre in prop::sample::select(vec!["gpt-2", "smollm", "llama-bpe", "qwen2"])) {
        let tokenizer = open(&head(pre)).unwrap();
        let tokens = tokenizer.encode(&text);
        prop_assert_eq!(tokenizer.decode(&tokens), text.clone());
        let mut stream = TextStream::default();
        let mut streamed: String = tokens.iter().map(|token| stream.push(tokenizer.bytes(*token))).collect();
        streamed.push_str(&stream.finish());
        prop_assert_eq!(streamed, text);
    }

    #[test]
    fn white_space_survives(text in "[ \t\r\n\u{a0}a1'!]{0,30}", pre in prop::sample::select(vec!["gpt-2", "smollm", "llama-bpe", "qwen2"])) {
        prop_assert_eq!(Pattern::named(pre).unwrap().words(&text).concat(), text);
    }
}
