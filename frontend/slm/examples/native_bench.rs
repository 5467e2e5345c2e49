//! Times the shipped model natively, for `cargo xtask bench slm`, and prints what it measured as one line of JSON.
//!
//! ```text
//! native_bench MODEL.gguf CASES.json cpu      one thread of the CPU, every case
//! native_bench MODEL.gguf CASES.json gpu      the first case on a Vulkan device, and what a token costs there
//! ```

use pollster::block_on;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use slm::cpu::Cpu;
use slm::engine::now_ms;
use slm::gpu::Gpu;
use slm::sampling::Sampling;
use slm::tokenizer::{Speaker, Tokenizer};
use slm::{Backend, Model, Stop};
use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Tokens that are written on the GPU: where a CPU plays it, each takes a third of a second.
const TOKENS_ON_GPU: usize = 16;

/// Tokens of the run that warms up and does not count.
const WARM_UP: usize = 8;

#[derive(Deserialize)]
struct Cases {
    system: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    text: String,
    tokens: usize,
}

/// One timed run. Times are milliseconds.
#[derive(Serialize)]
struct Run {
    case: String,
    /// The prompt, the template around it included.
    prompt: Vec<u32>,
    /// What was written.
    tokens: Vec<u32>,
    /// From the beginning of the prompt to its first token.
    first_token_ms: f64,
    /// From the first token to the last.
    further_ms: f64,
    /// CPU time of all threads by the time that passed: 1 is one thread that nothing disturbed. Unknown where the
    /// system does not say.
    threads_busy: Option<f64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, cases, backend] = arguments.as_slice() else {
        return Err("Say which model, which cases and which backend: MODEL.gguf CASES.json cpu|gpu".into());
    };
    let cases: Cases = serde_json::from_slice(&std::fs::read(cases)?)?;
    let start = now_ms();
    let file = Arc::new(std::fs::read(model)?);
    let tokenizer = Tokenizer::load(&file)?;
    let model = Model::load(file)?;
    let measured = match backend.as_str() {
        "cpu" => on_cpu(Cpu::new(&model)?, start, &tokenizer, &cases)?,
        "gpu" => on_gpu(block_on(Gpu::new(&model, None))?, start, &tokenizer, &cases)?,
        other => return Err(format!("There is no backend {other}.").into()),
    };
    println!("{measured}");
    Ok(())
}

fn on_cpu(mut cpu: Cpu, start: f64, tokenizer: &Tokenizer, cases: &Cases) -> Result<Value, Box<dyn Error>> {
    let load_ms = now_ms() - start;
    if let Some(first) = cases.cases.first() {
        run(&mut cpu, tokenizer, &cases.system, first, WARM_UP)?;
    }
    let mut runs = Vec::new();
    for case in &cases.cases {
        runs.push(run(&mut cpu, tokenizer, &cases.system, case, case.tokens)?);
    }
    Ok(json!({ "instructions": Cpu::instructions(), "load_ms": load_ms, "runs": runs }))
}

fn on_gpu(mut gpu: Gpu, start: f64, tokenizer: &Tokenizer, cases: &Cases) -> Result<Value, Box<dyn Error>> {
    let load_ms = now_ms() - start;
    let case = cases.cases.first().ok_or("There is no case.")?;
    run(&mut gpu, tokenizer, &cases.system, case, 1)?;
    let runs = [run(&mut gpu, tokenizer, &cases.system, case, TOKENS_ON_GPU)?];
    Ok(json!({ "device": gpu.info(), "plan": gpu.plan(), "load_ms": load_ms, "runs": runs }))
}

/// Answers a prompt with exactly so many tokens, the most likely one each time, whatever they say.
fn run(
    backend: &mut impl Backend,
    tokenizer: &Tokenizer,
    system: &str,
    case: &Case,
    count: usize,
) -> Result<Run, Box<dyn Error>> {
    let stop = Stop::default();
    backend.rewind(0);
    let used = cpu_ms();
    let start = now_ms();
    let prompt = tokenizer.conversation(&[(Speaker::System, system), (Speaker::User, &case.text)])?;
    block_on(backend.prefill(&prompt, &stop))?;
    let (mut tokens, mut first, mut last) = (Vec::with_capacity(count), start, start);
    let mut receive = |token| {
        last = now_ms();
        if tokens.is_empty() {
            first = last;
        }
        tokens.push(token);
        ControlFlow::Continue(())
    };
    block_on(backend.decode(count, Sampling::Greedy, &stop, &mut receive))?;
    let threads_busy = cpu_ms().zip(used).map(|(after, before)| (after - before) / (now_ms() - start));
    Ok(Run {
        case: case.name.clone(),
        prompt,
        tokens,
        first_token_ms: first - start,
        further_ms: last - first,
        threads_busy,
    })
}

/// Milliseconds of CPU time that the threads of this process have used, as Linux counts it.
fn cpu_ms() -> Option<f64> {
    let mut sum = 0.0;
    for thread in std::fs::read_dir("/proc/self/task").ok()? {
        let counted = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        let nanoseconds: f64 = counted.split_whitespace().next()?.parse().ok()?;
        sum += nanoseconds / 1e6;
    }
    Some(sum)
}
