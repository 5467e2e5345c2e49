//! The machine that figures are about. A figure without its machine says nothing.

use std::{fs, thread::available_parallelism};

use serde_json::{Value, json};

/// What the figures depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The processor's name as the kernel has it.
    pub processor: String,
    /// Cores that this process may use. Client, server and Postgres share them.
    pub cores: usize,
    /// Memory in GiB, rounded.
    pub memory_gib: u64,
    /// The operating system.
    pub system: String,
}

impl Machine {
    /// Asks the kernel; what it does not say reads “unknown” or 0.
    pub fn look() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let named = |text: &str, name: &str, separator: char| {
            text.lines()
                .filter_map(|line| line.split_once(separator))
                .find(|(key, _)| key.trim() == name)
                .map(|(_, value)| value.trim().trim_matches('"').to_owned())
        };
        let kib = named(&read("/proc/meminfo"), "MemTotal", ':').and_then(|text| first_number(&text));
        Self {
            processor: named(&read("/proc/cpuinfo"), "model name", ':').unwrap_or_else(unknown),
            cores: available_parallelism().map_or(0, usize::from),
            memory_gib: (kib.unwrap_or_default() + (1 << 19)) >> 20,
            system: named(&read("/etc/os-release"), "PRETTY_NAME", '=').unwrap_or_else(unknown),
        }
    }

    /// In one line.
    pub fn words(&self) -> String {
        format!("{}, {} cores, {} GiB, {}", self.processor, self.cores, self.memory_gib, self.system)
    }

    /// For the file of results.
    pub fn json(&self) -> Value {
        json!({
            "processor": self.processor,
            "cores": self.cores,
            "memory_gib": self.memory_gib,
            "system": self.system,
        })
    }
}

fn unknown() -> String {
    "unknown".to_owned()
}

/// The number a line such as `12345 kB` begins with.
pub fn first_number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}
