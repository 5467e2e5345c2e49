//! Names of classes, as files write them.

use std::collections::BTreeMap;

/// The classes of an adapter, to be found by their names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels(BTreeMap<String, u32>);

impl Labels {
    /// In the order in which the worker counts them.
    pub(crate) fn new(names: &[String]) -> Self {
        // Two that only differ in their spelling can both be meant by a file: neither is then found by it.
        let mut found = BTreeMap::new();
        let mut doubtful = Vec::new();
        for (label, name) in (0..).zip(names) {
            if found.insert(key(name), label).is_some() {
                doubtful.push(key(name));
            }
        }
        for name in doubtful {
            found.remove(&name);
        }
        Self(found)
    }

    /// The class that a file means; `None` for one that the adapter does not know. Capitals do not count, nor whether
    /// words are apart by spaces, underscores or hyphens.
    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.0.get(&key(name)).copied()
    }
}

fn key(name: &str) -> String {
    let words = name.split(|character: char| character.is_whitespace() || "_-".contains(character));
    let words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.join(" ")
}
