//! The figures: a table for people, a document for comparing.

use std::{
    fmt::Write,
    fs,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use crate::{
    content::{PROPOSALS, USE_CASES},
    error::{BenchError, Result},
    load::{CONNECTIONS, Measured},
    machine::Machine,
    streams::Streams,
};

/// Everything that was measured.
#[derive(Debug)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// The pages.
    pub pages: Vec<Measured>,
    /// The streams.
    pub streams: Streams,
}

impl Report {
    /// The table, with the conditions that the figures hold under.
    pub fn table(&self) -> String {
        let mut text = format!(
            "\n{}\nClient, server and Postgres share these cores: the server alone would answer more.\n\
             {USE_CASES} use cases, {PROPOSALS} proposals, made through the API and the forms; {CONNECTIONS} \
             connections, each asks\nagain as soon as it has its answer; answers compressed as browsers ask for.\n\n",
            self.machine.words()
        );
        let width = self.pages.iter().map(|page| page.name.chars().count()).max().unwrap_or_default();
        let heads = ["requests/s", "p50", "p99", "max", "sent", "unpacked"];
        line(&mut text, width, "", heads.map(str::to_owned));
        for page in &self.pages {
            let rate = format!("{:.1}", page.requests_per_second());
            let [p50, p99, max] = [page.p50, page.p99, page.max].map(milliseconds);
            line(&mut text, width, page.name, [rate, p50, p99, max, kib(page.bytes), kib(page.plain_bytes)]);
        }
        let streams = &self.streams;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "\n{} idle event streams, opened in {:.1} s: {:.1} KiB of the server’s memory each (resident set from \
             {:.1} to {:.1} MiB;\nthe kernel’s buffers not counted)\nOne change reached {} of them: the first after \
             {}, half after {}, the last after {}\n",
            streams.open,
            streams.opening.as_secs_f64(),
            streams.kib_each(),
            streams.memory_before as f64 / 1024.0,
            streams.memory_open as f64 / 1024.0,
            streams.heard,
            milliseconds(streams.first),
            milliseconds(streams.p50),
            milliseconds(streams.last),
        );
        text
    }

    /// The same for programs. Times are milliseconds.
    pub fn json(&self) -> Value {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let pages: Vec<Value> = self.pages.iter().map(page_json).collect();
        let streams = &self.streams;
        json!({
            "unix_seconds": at,
            "machine": self.machine.json(),
            "connections": CONNECTIONS,
            "use_cases": USE_CASES,
            "proposals": PROPOSALS,
            "pages": pages,
            "streams": {
                "open": streams.open,
                "opening_ms": number(streams.opening),
                "memory_before_kib": streams.memory_before,
                "memory_open_kib": streams.memory_open,
                "kib_each": streams.kib_each(),
                "heard": streams.heard,
                "first_ms": number(streams.first),
                "p50_ms": number(streams.p50),
                "last_ms": number(streams.last),
            },
        })
    }

    /// Writes the document, and its folder if it is missing.
    ///
    /// # Errors
    /// [`BenchError::File`].
    pub fn write(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(BenchError::file("create", folder))?;
        }
        fs::write(file, format!("{:#}\n", self.json())).map_err(BenchError::file("write", file))
    }
}

fn page_json(page: &Measured) -> Value {
    json!({
        "name": page.name,
        "requests": page.requests,
        "requests_per_second": page.requests_per_second(),
        "p50_ms": number(page.p50),
        "p99_ms": number(page.p99),
        "max_ms": number(page.max),
        "bytes": page.bytes,
        "plain_bytes": page.plain_bytes,
    })
}

fn line(text: &mut String, width: usize, name: &str, cells: [String; 6]) {
    let _ = write!(text, "{name:<width$}");
    for cell in cells {
        let _ = write!(text, "  {cell:>10}");
    }
    text.push('\n');
}

fn number(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn milliseconds(time: Duration) -> String {
    let value = number(time);
    let decimals = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    format!("{value:.decimals$} ms")
}

fn kib(bytes: usize) -> String {
    format!("{:.1} KiB", bytes as f64 / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_document_hold_the_same_figures() {
        let page = Measured {
            name: "Some page",
            requests: 1000,
            took: Duration::from_secs(4),
            p50: Duration::from_micros(31_240),
            p99: Duration::from_millis(120),
            max: Duration::from_millis(1500),
            bytes: 15_360,
            plain_bytes: 204_800,
        };
        let streams = Streams {
            open: 4,
            opening: Duration::from_millis(250),
            memory_before: 2048,
            memory_open: 2148,
            heard: 4,
            first: Duration::from_micros(5_100),
            p50: Duration::from_millis(6),
            last: Duration::from_millis(7),
        };
        let machine =
            Machine { processor: "Abacus".to_owned(), cores: 2, memory_gib: 4, system: "Wood".to_owned() };
        let report = Report { machine, pages: vec![page], streams };
        let table = report.table();
        let row = "Some page       250.0     31.2 ms      120 ms     1500 ms    15.0 KiB   200.0 KiB";
        assert!(table.contains(row), "{table}");
        assert!(table.contains("25.0 KiB of the server’s memory each"), "{table}");
        assert!(table.contains("Abacus, 2 cores, 4 GiB, Wood"), "{table}");
        let document = report.json();
        assert_eq!(document["pages"][0]["requests_per_second"], 250.0);
        assert_eq!(document["streams"]["kib_each"], 25.0);
    }
}
