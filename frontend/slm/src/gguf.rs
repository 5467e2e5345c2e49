//! Reads GGUF files: a head with key–value pairs and the names, shapes and places of tensors, then their bytes.
//!
//! The file comes from outside, so nothing it says is believed: lengths are compared with what is left of the file
//! before anything is allocated for them, and places with its end. Layout: versions 2 and 3 of the specification
//! in the ggml project.

use crate::error::Error;
use crate::weights::Quantisation;
use std::collections::BTreeMap;
use std::ops::Range;

/// Bytes that each tensor starts at a multiple of, unless the file says otherwise.
const ALIGNMENT: usize = 32;

/// The format's numbers for kinds of elements.
const UNSIGNED_32: u32 = 4;
const SIGNED_32: u32 = 5;
const TEXT: u32 = 8;

/// Deepest nesting of arrays in arrays.
const DEEPEST: usize = 4;

/// A value of the head. Arrays are kept as the places of their elements in the file: a vocabulary alone is larger
/// than everything else, and whoever wants it reads it from there.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Any unsigned number or a signed one that is not negative.
    Unsigned(u64),
    /// A negative number.
    Negative(i64),
    /// A number with a fraction.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// A text.
    Text(String),
    /// An array.
    Array(List),
}

/// Where the elements of an array are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The format's number for the kind of its elements.
    kind: u32,
    count: usize,
    /// Its elements in the file.
    range: Range<usize>,
}

/// A tensor as the head describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorInfo {
    /// Its dimensions, the one that changes fastest first.
    pub shape: Vec<usize>,
    /// How its numbers are stored.
    pub quantisation: Quantisation,
    /// Where its bytes are in the file.
    pub range: Range<usize>,
}

/// The head of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Gguf {
    /// What the file says of its model.
    pub metadata: BTreeMap<String, Value>,
    /// Its tensors by name.
    pub tensors: BTreeMap<String, TensorInfo>,
}

impl Gguf {
    /// Reads the head of a whole file.
    ///
    /// # Errors
    /// [`Error::File`] for a file that is damaged or none of this kind, [`Error::Unsupported`] for a version or a
    /// quantisation that there is no code for.
    pub fn read(file: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader { file, at: 0 };
        if reader.bytes(4)? != b"GGUF" {
            return Err(damaged("it does not start with GGUF"));
        }
        let version = reader.u32()?;
        if !(2..=3).contains(&version) {
            return Err(Error::Unsupported(format!("GGUF version {version}; versions 2 and 3 are")));
        }
        let (tensor_count, pair_count) = (reader.u64()?, reader.u64()?);
        let mut metadata = BTreeMap::new();
        for _ in 0..pair_count {
            let key = reader.text()?;
            let kind = reader.u32()?;
            let value = reader.value(kind, 0)?;
            if metadata.insert(key.clone(), value).is_some() {
                return Err(damaged(&format!("it says {key} twice")));
            }
        }
        let mut infos = Vec::new();
        for _ in 0..tensor_count {
            infos.push(reader.tensor()?);
        }
        let alignment = match metadata.get("general.alignment") {
            None => ALIGNMENT,
            Some(Value::Unsigned(alignment)) => usize::try_from(*alignment)
                .ok()
                .filter(|alignment| alignment.is_power_of_two())
                .ok_or_else(|| damaged("its alignment is no power of two"))?,
            Some(_) => return Err(damaged("its alignment is no number")),
        };
        let start = reader
            .at
            .checked_next_multiple_of(alignment)
            .ok_or_else(|| damaged("its alignment is beyond its end"))?;
        let mut tensors = BTreeMap::new();
        for (name, shape, quantisation, offset) in infos {
            let range = place(&shape, quantisation, start, offset, file.len())
                .ok_or_else(|| damaged(&format!("the tensor {name} does not lie within it")))?;
            if tensors.insert(name.clone(), TensorInfo { shape, quantisation, range }).is_some() {
                return Err(damaged(&format!("it has the tensor {name} twice")));
            }
        }
        Ok(Self { metadata, tensors })
    }

    /// A count among the metadata.
    ///
    /// # Errors
    /// [`Error::File`] when it is missing or no count.
    pub fn count(&self, key: &str) -> Result<usize, Error> {
        self.optional_count(key)?.ok_or_else(|| damaged(&format!("it does not say {key}")))
    }

    /// The same for one that may be missing.
    ///
    /// # Errors
    /// [`Error::File`] when it is no count.
    pub fn optional_count(&self, key: &str) -> Result<Option<usize>, Error> {
        match self.metadata.get(key) {
            None => Ok(None),
            Some(Value::Unsigned(count)) => {
                usize::try_from(*count).map(Some).map_err(|_| damaged(&format!("{key} is too large")))
            }
            Some(_) => Err(damaged(&format!("{key} is no count"))),
        }
    }

    /// A number among the metadata, if it is there.
    ///
    /// # Errors
    /// [`Error::File`] when it is no finite number.
    pub fn float(&self, key: &str) -> Result<Option<f64>, Error> {
        match self.metadata.get(key) {
            None => Ok(None),
            Some(Value::Float(number)) if number.is_finite() => Ok(Some(*number)),
            Some(_) => Err(damaged(&format!("{key} is no finite number"))),
        }
    }

    /// Yes or no among the metadata, if it is there.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.metadata.get(key) {
            Some(Value::Bool(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// An array of texts among the metadata, which need not be UTF-8. `file` is what this was read from.
    ///
    /// # Errors
    /// [`Error::File`] when it is missing or has something else in it.
    pub fn texts<'a>(&self, file: &'a [u8], key: &str) -> Result<Vec<&'a [u8]>, Error> {
        let list = self.list(key).filter(|list| list.kind == TEXT);
        let list = list.ok_or_else(|| damaged(&format!("{key} is no list of texts")))?;
        let mut reader = Reader { file, at: list.range.start };
        (0..list.count).map(|_| reader.length().and_then(|length| reader.bytes(length))).collect()
    }

    /// An array of whole numbers of 32 bits among the metadata; `None` when it is missing. `file` is what this was read
    /// from.
    ///
    /// # Errors
    /// [`Error::File`] when it has something else in it.
    pub fn wholes(&self, file: &[u8], key: &str) -> Result<Option<Vec<i64>>, Error> {
        if !self.metadata.contains_key(key) {
            return Ok(None);
        }
        let list = self.list(key).filter(|list| matches!(list.kind, UNSIGNED_32 | SIGNED_32));
        let list = list.ok_or_else(|| damaged(&format!("{key} is no list of whole numbers")))?;
        let mut reader = Reader { file, at: list.range.start };
        let number =
            |bits: u32| if list.kind == SIGNED_32 { i64::from(bits.cast_signed()) } else { i64::from(bits) };
        (0..list.count).map(|_| reader.u32().map(number)).collect::<Result<_, _>>().map(Some)
    }

    fn list(&self, key: &str) -> Option<&List> {
        match self.metadata.get(key) {
            Some(Value::Array(list)) => Some(list),
            _ => None,
        }
    }

    /// A text among the metadata, if it is there.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.metadata.get(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}

fn damaged(what: &str) -> Error {
    Error::File(what.to_owned())
}

/// Where a tensor's bytes are; `None` when its shape or its place cannot be.
fn place(
    shape: &[usize],
    quantisation: Quantisation,
    start: usize,
    offset: u64,
    end: usize,
) -> Option<Range<usize>> {
    let (numbers, bytes) = quantisation.block();
    let columns = *shape.first()?;
    if shape.contains(&0) || !columns.is_multiple_of(numbers) {
        return None;
    }
    let row = (columns / numbers).checked_mul(bytes)?;
    let length = shape[1..].iter().try_fold(row, |length, rows| length.checked_mul(*rows))?;
    let from = start.checked_add(usize::try_from(offset).ok()?)?;
    let to = from.checked_add(length)?;
    (to <= end).then_some(from..to)
}

/// A place in the file, which moves on with each read.
struct Reader<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.file.len());
        let end = end.ok_or_else(|| damaged("it ends in the middle of its head"))?;
        let bytes = &self.file[self.at..end];
        self.at = end;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(N)?);
        Ok(array)
    }

    fn u32(&mut self) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, Error> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn length(&mut self) -> Result<usize, Error> {
        usize::try_from(self.u64()?).map_err(|_| damaged("a length in it is larger than it is"))
    }

    fn text(&mut self) -> Result<String, Error> {
        let length = self.length()?;
        let bytes = self.bytes(length)?;
        // Names are plain text; a vocabulary, which need not be, is never read as one.
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| damaged("a text in it is no UTF-8"))
    }

    fn value(&mut self, kind: u32, depth: usize) -> Result<Value, Error> {
        let signed = |number: i64| u64::try_from(number).map_or(Value::Negative(number), Value::Unsigned);
        Ok(match kind {
            0 => Value::Unsigned(u64::from(u8::from_le_bytes(self.array()?))),
            1 => signed(i64::from(i8::from_le_bytes(self.array()?))),
            2 => Value::Unsigned(u64::from(u16::from_le_bytes(self.array()?))),
            3 => signed(i64::from(i16::from_le_bytes(self.array()?))),
            4 => Value::Unsigned(u64::from(self.u32()?)),
            5 => signed(i64::from(i32::from_le_bytes(self.array()?))),
            6 => Value::Float(f64::from(f32::from_le_bytes(self.array()?))),
            7 => match self.array::<1>()? {
                [0] => Value::Bool(false),
                [1] => Value::Bool(true),
                _ => return Err(damaged("a yes or no in it is neither")),
            },
            8 => Value::Text(self.text()?),
            9 => Value::Array(self.skip_array(depth)?),
            10 => Value::Unsigned(self.u64()?),
            11 => signed(i64::from_le_bytes(self.array()?)),
            12 => Value::Float(f64::from_le_bytes(self.array()?)),
            _ => return Err(damaged(&format!("it has a value of the unknown kind {kind}"))),
        })
    }

    fn skip_array(&mut self, depth: usize) -> Result<List, Error> {
        if depth == DEEPEST {
            return Err(damaged("its arrays are nested too deeply"));
        }
        let kind = self.u32()?;
        let count = self.length()?;
        let start = self.at;
        let width = match kind {
            0 | 1 | 7 => Some(1),
            2 | 3 => Some(2),
            4..=6 => Some(4),
            10..=12 => Some(8),
            _ => None,
        };
        match (width, kind) {
            (Some(width), _) => {
                let bytes = count.checked_mul(width).ok_or_else(|| damaged("an array in it has no end"))?;
                self.bytes(bytes)?;
            }
            (None, 8) => {
                for _ in 0..count {
                    let length = self.length()?;
                    self.bytes(length)?;
                }
            }
            (None, 9) => {
                for _ in 0..count {
                    self.skip_array(depth + 1)?;
                }
            }
            (None, _) => return Err(damaged(&format!("it has an array of the unknown kind {kind}"))),
        }
        Ok(List { kind, count, range: start..self.at })
    }

    fn tensor(&mut self) -> Result<(String, Vec<usize>, Quantisation, u64), Error> {
        let name = self.text()?;
        let dimensions = self.u32()?;
        if !(1..=4).contains(&dimensions) {
            return Err(damaged(&format!("the tensor {name} has {dimensions} dimensions")));
        }
        let shape = (0..dimensions).map(|_| self.length()).collect::<Result<Vec<_>, _>>()?;
        let kind = self.u32()?;
        let quantisation = Quantisation::of_ggml(kind).ok_or_else(|| {
            Error::Unsupported(format!(
                "the tensor {name} is stored as ggml type {kind}; F32, F16, Q4_0, Q4_1 and Q8_0 are supported"
            ))
        })?;
        Ok((name, shape, quantisation, self.u64()?))
    }
}
