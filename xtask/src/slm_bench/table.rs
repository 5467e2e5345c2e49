//! What was measured, for people.

mod sorting;

use std::fmt::Write;

use serde_json::Value;

use super::samples::{self, Clock, Samples, figure};
use crate::{
    error::{Result, XtaskError},
    report,
};

/// The case whose answer is long.
const DECODE: &str = "decode";

/// The cases whose prompts are long.
const PREFILL: [&str; 2] = ["prefill-128", "prefill-512"];

/// Which figure is the better one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Better {
    More,
    Less,
    Neither,
}

/// A line of figures.
struct Row {
    label: String,
    cells: Vec<Option<Samples>>,
    better: Better,
}

impl Row {
    /// How many times as good the first is as the second.
    fn ratio(&self) -> Option<f64> {
        let median = |cell: usize| self.cells.get(cell)?.as_ref().map(Samples::median);
        let (ours, other) = (median(0)?, median(1)?);
        match self.better {
            Better::More => Some(ours / other),
            Better::Less => Some(other / ours),
            Better::Neither => None,
        }
    }
}

/// Everything, as tables.
pub fn of(results: &Value) -> String {
    let mut text = head(results);
    text.push_str(&in_browser(&results["browser"]));
    text.push_str(&sorting::of(&results["browser"]));
    text.push_str(&natively(&results["native"]));
    text.push_str(&on_gpu(results));
    text
}

/// That both sides were asked the same.
///
/// # Errors
/// When a prompt has another number of tokens for a peer, or other tokens, or messages that were sorted have.
pub fn same_work(results: &Value) -> Result<()> {
    let sides = &results["browser"]["sides"];
    for case in [DECODE].iter().chain(&PREFILL) {
        let tokens = |side: &str| samples::prompt_tokens(&sides[side][0], case);
        let native = |side: &str| {
            let runs = results["native"][side][0]["runs"].as_array();
            runs.and_then(|runs| runs.iter().find(|run| run["case"] == *case))
                .map(|run| run["prompt"].clone())
        };
        let same_in_browser = ["wllama-1", "wllama-all"].iter().all(|peer| tokens("ours") == tokens(peer));
        if !same_in_browser || tokens("ours").is_none() || native("ours") != native("llama.cpp") {
            return Err(XtaskError::Finding(format!(
                "The prompt of the case {case} is not the same for everybody: compare prompt_tokens and prompt in the \
                 results."
            )));
        }
    }
    sorting::same_work(&results["browser"])
}

fn head(results: &Value) -> String {
    let (machine, browser) = (&results["machine"], &results["browser"]);
    format!(
        "\nSmall-model runtime on {}, {} cores, {} of them busy before; Chromium {}; {}; {} rounds\nmedian (lowest–highest)\n",
        words(&machine["cpu"]),
        machine["cores"],
        machine["busy_cores_before"].as_f64().map_or_else(|| "?".to_owned(), figure),
        words(&browser["browser"]),
        words(&browser["date"]),
        results["rounds"],
    )
}

fn words(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

/// All rounds of sides that are compared: ours, then its peers.
struct Sides<'a>(Vec<&'a Value>);

impl<'a> Sides<'a> {
    fn new(measured: &'a Value, names: &[&str]) -> Self {
        Self(names.iter().map(|name| &measured[name]).collect())
    }

    /// The first round of one of them.
    fn first(&self, side: usize) -> &'a Value {
        self.0.get(side).map_or(&Value::Null, |rounds| &rounds[0])
    }

    fn row(&self, label: &str, better: Better, figure: impl Fn(&Value) -> Option<f64>) -> Row {
        let cells = self.0.iter().map(|rounds| Samples::of(rounds, &figure)).collect();
        Row { label: label.to_owned(), cells, better }
    }

    /// A row of times in milliseconds.
    fn times(&self, label: &str, milliseconds: impl Fn(&Value) -> Option<f64>) -> Row {
        self.row(&format!("{label}, ms"), Better::Less, milliseconds)
    }

    /// Decoding and prefill.
    fn speeds(&self, clock: Clock, note: &str) -> Vec<Row> {
        let decode = |round: &Value| samples::decode(round, DECODE, clock);
        let mut rows = vec![self.row(&format!("decode, tokens/s{note}"), Better::More, decode)];
        for case in PREFILL {
            let tokens = samples::prompt_tokens(self.first(0), case).unwrap_or_default();
            let prefill = |round: &Value| samples::prefill(round, case, clock);
            rows.push(self.row(&format!("prefill of {tokens}, tokens/s{note}"), Better::More, prefill));
        }
        rows
    }

    /// A sentence about how far the long answer is the same.
    fn in_common(&self, peer: &str) -> String {
        let found = samples::in_common(self.first(0), self.first(1), DECODE);
        let said = |(common, of)| {
            format!("  The first {common} of {of} tokens of the long answer are those of {peer}.\n")
        };
        found.map(said).unwrap_or_default()
    }
}

fn in_browser(browser: &Value) -> String {
    let sides = Sides::new(&browser["sides"], &["ours", "wllama-1", "wllama-all"]);
    let mut rows = sides.speeds(Clock::Asking, "");
    rows.extend(sides.speeds(Clock::Own, ", own clock"));
    rows.push(sides.times("cached weights to first token", |round| round["cached"]["total_ms"].as_f64()));
    rows.push(sides.times("  of it getting the bytes", |round| round["cached"]["load"]["bytes_ms"].as_f64()));
    rows.push(sides.times("download from loopback", |round| round["load"]["bytes_ms"].as_f64()));
    rows.push(sides.times("compiling the module", |round| round["compile_ms"].as_f64()));
    // What the one counts as its module's start the other counts as the model's: compared is the sum.
    rows.push(sides.times("start, code and model", |round| {
        Some(round["load"]["module_ms"].as_f64()? + round["load"]["start_ms"].as_f64()?)
    }));
    rows.push(sides.times("first run, to first token", |round| round["first"]["first_token_ms"].as_f64()));
    let version = words(&browser["wllama"]);
    let threads = &browser["hardware_threads"];
    let heads = [
        "ours, 1 thread".to_owned(),
        format!("wllama {version}, 1 thread"),
        format!("wllama, {threads} threads"),
    ];
    let mut text = table("In the browser", &heads, &rows);
    for size in browser["sizes"].as_array().into_iter().flatten() {
        let bytes = |key: &str| report::size(size[key].as_u64().unwrap_or_default());
        let name = words(&size["name"]);
        writeln!(text, "  {name:<36}  {} before the model, {} brotli", bytes("bytes"), bytes("brotli")).ok();
    }
    text + &sides.in_common("wllama")
}

fn natively(native: &Value) -> String {
    let sides = Sides::new(native, &["ours", "llama.cpp"]);
    let mut rows = sides.speeds(Clock::Asking, "");
    rows.push(sides.row("threads kept busy", Better::Neither, |round| samples::busy(round, DECODE)));
    let (ours, peer) = (&sides.first(0)["instructions"], &sides.first(1)["source"]);
    let heads = [format!("ours, {}", words(ours)), words(peer).to_owned()];
    table("Natively, one thread", &heads, &rows) + &sides.in_common("llama.cpp")
}

fn table(title: &str, heads: &[String], rows: &[Row]) -> String {
    let label =
        rows.iter().map(|row| row.label.chars().count()).chain([title.len()]).max().unwrap_or_default();
    let width = heads.iter().map(|head| head.chars().count()).max().unwrap_or_default().max(22);
    // Writing to a string cannot fail.
    let mut text = format!("\n{title:<label$}  ");
    for head in heads {
        write!(text, "  {head:>width$}").ok();
    }
    text.push_str("   times as good as the second\n");
    for row in rows {
        write!(text, "  {:<label$}", row.label).ok();
        for cell in &row.cells {
            let shown = cell.as_ref().map_or_else(|| "–".to_owned(), Samples::shown);
            write!(text, "  {shown:>width$}").ok();
        }
        writeln!(text, "   {}", row.ratio().map_or_else(|| "–".to_owned(), figure)).ok();
    }
    text
}

fn on_gpu(results: &Value) -> String {
    let native = &results["native"]["gpu"];
    let (plan, device) = (&native[0]["plan"], &native[0]["device"]);
    let megabytes = |key: &str| plan[key].as_f64().unwrap_or_default() / 1e6;
    let speed = |rounds: &Value| Samples::of(rounds, |round| samples::decode(round, DECODE, Clock::Asking));
    let shown = |rounds: &Value| speed(rounds).map_or_else(|| "–".to_owned(), |samples| samples.shown());
    format!(
        "\nOn the GPU, a token: {} dispatches, {} kernels; weights read {:.1} MB, least possible {:.1} MB; \
         {} bytes of keys and values for each position before it; {} bytes back\n  \
         {} ({}): {} tokens/s\n  Chromium’s WebGPU here: {} tokens/s\n",
        plan["dispatches"],
        plan["kernels"],
        megabytes("weight_bytes"),
        megabytes("minimum_bytes"),
        plan["cache_bytes_per_position"],
        plan["read_back_bytes"],
        words(&device["description"]),
        words(&device["architecture"]),
        shown(native),
        shown(&results["browser"]["sides"]["ours-gpu"]),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn round(prompt: u64, further_ms: f64) -> Value {
        let run = |case: &str| {
            json!({ "case": case, "prompt_tokens": prompt, "prompt": vec![1; usize::try_from(prompt).unwrap()],
                    "tokens": 11, "pieces": ["a", "b"], "first_token_ms": 500.0, "further_ms": further_ms,
                    "own": { "first_token_ms": 400.0, "further_ms": 90.0 } })
        };
        json!({ "runs": [run("decode"), run("prefill-128"), run("prefill-512")],
                "load": { "bytes_ms": 10.0, "module_ms": 5.0, "start_ms": 20.0 },
                "first": { "first_token_ms": 30.0 }, "cached": { "total_ms": 800.0, "load": { "bytes_ms": 9.0 } } })
    }

    fn results(wllama_prompt: u64) -> Value {
        json!({
            "machine": { "cpu": "Fast 3000", "cores": 2, "busy_cores_before": 0.1 }, "rounds": 1,
            "browser": { "browser": "156", "date": "2026-12-01", "wllama": "3.8.1", "hardware_threads": 2,
                "sizes": [{ "name": "wllama", "bytes": 2048, "brotli": 1024 }],
                "sides": { "ours": [round(100, 100.0)], "wllama-1": [round(wllama_prompt, 1000.0)],
                           "wllama-all": [round(100, 500.0)], "ours-gpu": [round(100, 5000.0)] } },
            "native": { "ours": [round(100, 100.0)], "llama.cpp": [round(100, 50.0)], "gpu": [] },
        })
    }

    #[test]
    fn a_line_has_each_side_and_how_they_compare() {
        let text = of(&results(100));
        let line =
            |start: &str| text.lines().find(|line| line.trim_start().starts_with(start)).unwrap().to_owned();
        let decode = line("decode, tokens/s ");
        assert!(decode.contains("100 (100–100)") && decode.contains("10.0 (10.0–10.0)"), "{text}");
        assert!(decode.ends_with("   10.0"), "{decode}");
        assert!(line("prefill of 100, tokens/s ").ends_with("   1.00"), "{text}");
        assert!(text.contains("The first 2 of 2 tokens"), "{text}");
    }

    #[test]
    fn other_prompts_are_no_comparison() {
        assert!(same_work(&results(100)).is_ok());
        assert!(same_work(&results(101)).unwrap_err().to_string().contains("decode"));
    }
}
