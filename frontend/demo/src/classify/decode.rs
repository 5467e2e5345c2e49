//! Bytes of a file to text: UTF-8, UTF-16 and Windows-1252, which is what spreadsheets save.
//!
//! `encoding_rs` knows all encodings of the web, and takes 110 KB of compressed WebAssembly for them because each of
//! its decoders reaches every table. These four need a table of 32 characters; the tests compare them with
//! `encoding_rs`, byte by byte.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

/// Bytes that are decoded at a time.
const STEP: usize = 64 << 10;

/// How characters are written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-16 with the low byte first.
    Utf16Le,
    /// UTF-16 with the high byte first.
    Utf16Be,
    /// What Windows used to use in western Europe and the Americas.
    Windows1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
            Self::Windows1252 => "Windows-1252",
        })
    }
}

impl Encoding {
    /// What a whole file is most likely written in: what its first bytes say; else UTF-16 if every other byte is
    /// zero in much of its beginning, as in text of Latin letters; else UTF-8 if it could be; else Windows-1252, in
    /// which everything means something.
    pub(crate) fn of(file: &[u8]) -> Self {
        if let Some((encoding, _)) = mark(file) {
            return encoding;
        }
        let pairs = file[..file.len().min(4096)].chunks_exact(2);
        let all = pairs.len();
        let (mut first, mut second) = (0, 0);
        for pair in pairs {
            first += usize::from(pair[0] == 0);
            second += usize::from(pair[1] == 0);
        }
        match (first * 2 > all, second * 2 > all) {
            (true, false) => Self::Utf16Be,
            (false, true) => Self::Utf16Le,
            _ if std::str::from_utf8(file).is_ok() => Self::Utf8,
            _ => Self::Windows1252,
        }
    }
}

/// The mark that a file may begin with, and its length.
fn mark(file: &[u8]) -> Option<(Encoding, usize)> {
    match file {
        [0xef, 0xbb, 0xbf, ..] => Some((Encoding::Utf8, 3)),
        [0xff, 0xfe, ..] => Some((Encoding::Utf16Le, 2)),
        [0xfe, 0xff, ..] => Some((Encoding::Utf16Be, 2)),
        _ => None,
    }
}

/// A file as UTF-8, decoded as it is read. Reading fails with [`io::ErrorKind::InvalidData`] at bytes that are no
/// characters, after everything before them was handed out.
pub(crate) struct Decoded {
    file: Arc<Vec<u8>>,
    encoding: Encoding,
    /// Bytes of the file that are decoded.
    at: usize,
    /// Text that nobody has read yet, from `read` on.
    text: Vec<u8>,
    read: usize,
    /// Bytes of text that were handed out.
    handed_out: u64,
}

impl Decoded {
    /// Without the mark at the beginning, if it is of this encoding.
    pub(crate) fn new(file: Arc<Vec<u8>>, encoding: Encoding) -> Self {
        let at = mark(&file).filter(|(found, _)| *found == encoding).map_or(0, |(_, length)| length);
        Self { file, encoding, at, text: Vec::new(), read: 0, handed_out: 0 }
    }

    /// Whether so many bytes of text are all there is.
    pub(crate) fn ends_at(&self, byte: u64) -> bool {
        self.at == self.file.len() && self.read == self.text.len() && self.handed_out <= byte
    }

    /// Quotation marks in the text from this byte on, whatever was handed out. Decodes the file once more.
    pub(crate) fn quotes_from(&self, byte: u64) -> u64 {
        let mut again = Self::new(Arc::clone(&self.file), self.encoding);
        let mut quotes = 0;
        while again.step().is_ok() && !again.text.is_empty() {
            let skipped = byte.saturating_sub(again.handed_out);
            again.handed_out += again.text.len() as u64;
            let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
            quotes += again.text.iter().skip(skipped).filter(|byte| **byte == b'"').count() as u64;
        }
        quotes
    }

    /// Decodes some more.
    fn step(&mut self) -> io::Result<()> {
        self.text.clear();
        self.read = 0;
        let rest = &self.file[self.at..];
        let step = &rest[..rest.len().min(STEP)];
        let used = match self.encoding {
            Encoding::Utf8 => utf8(step, &mut self.text),
            Encoding::Utf16Le => utf16(step, u16::from_le_bytes, &mut self.text),
            Encoding::Utf16Be => utf16(step, u16::from_be_bytes, &mut self.text),
            Encoding::Windows1252 => windows1252(step, &mut self.text),
        };
        if used == 0 && !step.is_empty() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.at += used;
        Ok(())
    }
}

impl Read for Decoded {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.read == self.text.len() {
            self.step()?;
        }
        let ready = &self.text[self.read..];
        let length = ready.len().min(room.len());
        room[..length].copy_from_slice(&ready[..length]);
        self.read += length;
        self.handed_out += length as u64;
        Ok(length)
    }
}

/// Decodes from the beginning of `step` up to what is no character, and says how many bytes that took. A character that
/// goes on after the end of the step begins the next one; at the end of the file it then is none. Likewise the others.
fn utf8(step: &[u8], text: &mut Vec<u8>) -> usize {
    let used = std::str::from_utf8(step).map_or_else(|error| error.valid_up_to(), str::len);
    text.extend_from_slice(&step[..used]);
    used
}

fn utf16(step: &[u8], unit: fn([u8; 2]) -> u16, text: &mut Vec<u8>) -> usize {
    let units = step.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let mut used = 0;
    for character in char::decode_utf16(units).map_while(Result::ok) {
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        used += 2 * character.len_utf16();
    }
    used
}

fn windows1252(step: &[u8], text: &mut Vec<u8>) -> usize {
    for byte in step {
        let character = match byte {
            0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
            byte => char::from(*byte),
        };
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    step.len()
}

/// What the bytes 80 to 9F stand for in Windows-1252; everything else is as in Latin-1. The five that stand for nothing
/// are the control characters of the same number, as on the web.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', //
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];
