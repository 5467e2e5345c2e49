//! Reads safetensors files: eight bytes that say how long the head is, the head as JSON, then the numbers.
//!
//! The file comes from outside, so nothing it says is believed: every place is compared with what there is before it
//! is used. The `safetensors` crate does the same in 11 KB of compressed WebAssembly, but does not say which tensor it
//! refuses; the tests have it as the writer.

use crate::error::Error;
use half::{bf16, f16};
use serde::Deserialize;
use serde::de::{Error as _, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// Bytes before the head.
const START: usize = 8;

/// Largest head, in bytes. That of an adapter beside 30 blocks takes 40 KB; JSON grows when it is read.
const LARGEST_HEAD: usize = 4 << 20;

/// What the format calls the head's own entry.
const METADATA: &str = "__metadata__";

/// A whole file.
pub(super) struct Tensors<'a> {
    /// What the file says of itself.
    pub(super) metadata: BTreeMap<String, String>,
    tensors: BTreeMap<String, View<'a>>,
}

/// A tensor in the file.
pub(super) struct View<'a> {
    kind: Kind,
    /// Its dimensions, the one that changes fastest last.
    pub(super) shape: Vec<usize>,
    bytes: &'a [u8],
}

/// How the numbers of a tensor are stored.
#[derive(Clone, Copy)]
enum Kind {
    F16,
    Bf16,
    F32,
}

/// A tensor as the head describes it.
#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (usize, usize),
}

/// The head.
#[derive(Default)]
struct Head {
    metadata: BTreeMap<String, String>,
    entries: BTreeMap<String, Entry>,
}

impl<'a> Tensors<'a> {
    /// Reads the head of a whole file.
    ///
    /// # Errors
    /// [`Error::AdapterFile`] for a file that is damaged or none of this kind.
    pub(super) fn read(file: &'a [u8]) -> Result<Self, Error> {
        let Some((length, rest)) = file.split_first_chunk::<START>() else {
            return damaged("it is no safetensors file: it has fewer than eight bytes".to_owned());
        };
        let length = u64::from_le_bytes(*length);
        let length = usize::try_from(length).ok().filter(|length| *length <= rest.len()).ok_or_else(|| {
            let rest = rest.len();
            wrong(format!(
                "it is cut off, or no safetensors file: its head should take {length} bytes, and {rest} follow"
            ))
        })?;
        if length > LARGEST_HEAD {
            return damaged(format!("its head takes {length} bytes, and {LARGEST_HEAD} are the most"));
        }
        let (head, data) = rest.split_at(length);
        let head: Head = serde_json::from_slice(head).map_err(|error| {
            wrong(format!("it is no safetensors file: its head says something else ({error})"))
        })?;
        let places = head.entries.iter().map(|(name, entry)| (entry.data_offsets, name.as_str()));
        without_gaps(places.collect(), data.len())?;
        let view = |(name, entry): (String, Entry)| {
            let view = View::new(&name, &entry, data)?;
            Ok((name, view))
        };
        let tensors = head.entries.into_iter().map(view).collect::<Result<_, _>>()?;
        Ok(Self { metadata: head.metadata, tensors })
    }

    /// A tensor, if it is there.
    pub(super) fn get(&self, name: &str) -> Option<&View<'a>> {
        self.tensors.get(name)
    }

    /// Takes a tensor out, if it is there.
    pub(super) fn take(&mut self, name: &str) -> Option<View<'a>> {
        self.tensors.remove(name)
    }

    /// The first of the tensors that nobody has taken.
    pub(super) fn rest(&self) -> Option<&str> {
        self.tensors.keys().next().map(String::as_str)
    }
}

/// Checks that tensors follow each other from the first byte to the last, as the format demands.
fn without_gaps(mut places: Vec<((usize, usize), &str)>, bytes: usize) -> Result<(), Error> {
    places.sort_unstable();
    let mut end = 0;
    for ((from, to), name) in places {
        if from < end {
            return damaged(format!("{name} begins at byte {from}, which belongs to the tensor before"));
        }
        if from > end {
            return damaged(format!("the {} bytes before {name} belong to no tensor", from - end));
        }
        if to < from {
            return damaged(format!("{name} ends before it begins"));
        }
        if to > bytes {
            return damaged(format!("it is cut off: {name} ends at byte {to}, and there are {bytes}"));
        }
        end = to;
    }
    if end < bytes {
        return damaged(format!("its last {} bytes belong to no tensor", bytes - end));
    }
    Ok(())
}

impl<'a> View<'a> {
    /// `data` is known to have the place that the entry names.
    fn new(name: &str, entry: &Entry, data: &'a [u8]) -> Result<Self, Error> {
        let (kind, width) = match entry.dtype.as_str() {
            "F16" => (Kind::F16, 2),
            "BF16" => (Kind::Bf16, 2),
            "F32" => (Kind::F32, 4),
            other => return damaged(format!("{name} is stored as {other}; F16, BF16 and F32 can be read")),
        };
        let bytes = &data[entry.data_offsets.0..entry.data_offsets.1];
        let needed = entry.shape.iter().try_fold(width, |bytes: usize, length| bytes.checked_mul(*length));
        if needed != Some(bytes.len()) {
            return damaged(format!("{name} has {} bytes for the shape {:?}", bytes.len(), entry.shape));
        }
        Ok(Self { kind, shape: entry.shape.clone(), bytes })
    }

    /// Its numbers.
    ///
    /// # Errors
    /// [`Error::AdapterFile`] where one is not finite; `name` is for the sentence.
    pub(super) fn numbers(&self, name: &str) -> Result<Vec<f32>, Error> {
        let pair = |bytes: &[u8]| [bytes[0], bytes[1]];
        let numbers: Vec<f32> = match self.kind {
            Kind::F16 => {
                self.bytes.chunks_exact(2).map(|bytes| f16::from_le_bytes(pair(bytes)).to_f32()).collect()
            }
            Kind::Bf16 => {
                self.bytes.chunks_exact(2).map(|bytes| bf16::from_le_bytes(pair(bytes)).to_f32()).collect()
            }
            Kind::F32 => self
                .bytes
                .chunks_exact(4)
                .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
                .collect(),
        };
        match numbers.iter().position(|number| !number.is_finite()) {
            Some(place) => damaged(format!("number {place} of {name} is {}", numbers[place])),
            None => Ok(numbers),
        }
    }
}

fn wrong(what: String) -> Error {
    Error::AdapterFile(what)
}

fn damaged<T>(what: String) -> Result<T, Error> {
    Err(wrong(what))
}

impl<'de> Deserialize<'de> for Head {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadVisitor)
    }
}

/// Reads the head entry by entry, because one of them is unlike the others, and none may come twice.
struct HeadVisitor;

impl<'de> Visitor<'de> for HeadVisitor {
    type Value = Head;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Head, A::Error> {
        let mut head = Head::default();
        while let Some(name) = map.next_key::<String>()? {
            if name == METADATA {
                head.metadata = map.next_value()?;
            } else {
                let entry = map.next_value()?;
                if head.entries.insert(name.clone(), entry).is_some() {
                    return Err(A::Error::custom(format_args!("{name} comes twice")));
                }
            }
        }
        Ok(head)
    }
}
