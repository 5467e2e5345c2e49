//! The fixed benchmark: the same prompts on everything there is, several times each.

use super::post::post;
use super::session::Session;
use crate::backend::Stop;
use crate::error::Error;
use slm_messages::{
    BenchmarkCase, BenchmarkResult, Build, Ended, Hardware, ModelFile, Report, RunTimes, Wanted, WebGpu,
};

/// Runs of each case; the first is cold, the median of the others is what counts.
const RUNS: u32 = 5;

/// A prompt of the benchmark. Both ask for more text than they are given tokens, so that every run has its full length.
struct Case {
    name: &'static str,
    text: &'static str,
    tokens: u32,
}

const CASES: [Case; 2] = [
    Case {
        name: "short prompt, long answer",
        text: "Write a long story about a lighthouse keeper who finds a letter in a bottle.",
        tokens: 64,
    },
    Case {
        name: "long prompt, short answer",
        text: "Summarise this message in one sentence. “Hello, I ordered a desk lamp on the third of May and was told \
               that it would arrive within five working days. Nothing came. On the twelfth I wrote to you and got an \
               automatic answer that promised a reply within two days; that was a week ago. Meanwhile the tracking \
               page says that the parcel has been at the depot since the sixth and that the address is incomplete, \
               although I used the same address as for my last four orders. I would like to know whether the lamp can \
               still be delivered before the end of the month. If it cannot, please cancel the order and pay the \
               money back to the card that I used. I would also like to know whom I can call, because the number on \
               your site only plays a recording and then hangs up.”",
        tokens: 16,
    },
];

/// What the result says about where it was measured.
pub(super) struct Site {
    pub(super) build: Build,
    pub(super) model: ModelFile,
    pub(super) webgpu: WebGpu,
}

/// Runs it on the CPU and, where there is one, on the GPU; then goes back to what was in use. What somebody stopped is
/// partial.
///
/// # Errors
/// What a run fails with.
pub(super) async fn run(session: &mut Session, site: Site, stop: &Stop) -> Result<BenchmarkResult, Error> {
    let before = session.choice().clone();
    let mut measured = BenchmarkResult {
        build: site.build,
        model: site.model,
        choice: before.clone(),
        start: session.times(),
        cases: Vec::new(),
        memory: Vec::new(),
        is_partial: false,
        webgpu: site.webgpu,
    };
    let mut hardware = vec![Wanted::Cpu];
    if matches!(measured.webgpu, WebGpu::Present(_)) {
        hardware.push(Wanted::Gpu);
    }
    let of = RUNS * u32::try_from(CASES.len() * hardware.len()).unwrap_or(u32::MAX);
    let mut done = 0;
    for wanted in hardware {
        match on(session, wanted, stop, &mut measured, &mut || {
            done += 1;
            post(&Report::Measuring { done, of });
        })
        .await
        {
            Err(Error::Stopped) => measured.is_partial = true,
            ended => ended?,
        }
    }
    session.choose(before.wanted, &Stop::default()).await?;
    Ok(measured)
}

/// All cases on one backend; none where it does not start, which the trials of the choice explain.
async fn on(
    session: &mut Session,
    wanted: Wanted,
    stop: &Stop,
    measured: &mut BenchmarkResult,
    counted: &mut dyn FnMut(),
) -> Result<(), Error> {
    session.choose(wanted, stop).await?;
    let backend = session.choice().backend;
    if wanted.hardware() != Some(backend) {
        return Ok(());
    }
    for case in &CASES {
        let mut runs: Vec<RunTimes> = Vec::new();
        for _ in 0..RUNS {
            let (ended, times) = session.answer(case.text, case.tokens, stop, |_: Hardware, _, _| ()).await?;
            if ended == Ended::Stopped {
                return Err(Error::Stopped);
            }
            runs.push(times);
            counted();
        }
        let case = BenchmarkCase { backend, prompt: case.name.to_owned(), tokens: case.tokens, runs };
        measured.cases.push(case);
    }
    measured.memory.push((backend, session.memory()));
    Ok(())
}
