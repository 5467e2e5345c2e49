//! The shipped model on the GPU, against the plain forward pass. Natively that is any Vulkan device; Debian's
//! mesa-vulkan-drivers have one that needs no GPU.
#![allow(clippy::unwrap_used)]

mod support;

use pollster::block_on;
use slm::gpu::{Gpu, Workgroups};
use slm::reference::Reference;
use slm::sampling::Sampling;
use slm::tokenizer::{Speaker, Tokenizer};
use slm::{Backend, Ended, Model, Stop};
use std::ops::ControlFlow;
use std::sync::Arc;
use support::{agreement_on_long_texts, divergence, likeliest, shipped};

fn gpu(model: &Model, context: usize) -> Gpu {
    block_on(Gpu::new(model, Some(context))).unwrap_or_else(|error| {
        panic!("this test needs a Vulkan device (Debian: mesa-vulkan-drivers, libvulkan1): {error}")
    })
}

/// A device of software takes minutes for longer ones.
#[test]
fn texts_of_one_to_five_hundred_tokens_go_on_as_with_llama_cpp() {
    let model = Model::load(Arc::new(shipped())).unwrap();
    let (same, all) = agreement_on_long_texts(&mut gpu(&model, 1_024), 500);
    assert!(same * 10 >= all * 9, "{same} of {all}");
}

#[test]
fn it_writes_what_the_plain_forward_pass_would() {
    let file = Arc::new(shipped());
    let model = Model::load(Arc::clone(&file)).unwrap();
    let tokenizer = Tokenizer::load(&file).unwrap();
    // What GPUs run; the longer texts above have whatever fits the device.
    let mut gpu = block_on(Gpu::with_workgroups(&model, Some(256), Workgroups::Wide)).unwrap();
    // Five dispatches a block, two for the head; each weight is fetched once.
    let plan = gpu.plan();
    assert_eq!(plan.dispatches, 5 * 30 + 2);
    assert_eq!(plan.weight_bytes, plan.minimum_bytes);

    let question = "Which city is the capital of France?";
    let prompt = tokenizer.conversation(&[(Speaker::User, question)]).unwrap();
    block_on(gpu.prefill(&prompt, &Stop::default())).unwrap();
    let mut reference = Reference::new(&model, None);
    let mut state = Vec::new();
    for token in &prompt {
        state = reference.read(*token);
    }
    let (found, expected) = (block_on(gpu.logits()).unwrap(), reference.logits(&state));
    let worst = found.iter().zip(&expected).fold(0_f32, |worst, (one, two)| worst.max((one - two).abs()));
    assert!(worst <= 0.1, "logits differ by {worst}");
    let kl = divergence(&expected, &found);
    assert!(kl <= 1e-3, "distributions differ by {kl} nats");

    let mut written = Vec::new();
    let mut receive = |token| {
        written.push(token);
        ControlFlow::Continue(())
    };
    let ended = block_on(gpu.decode(8, Sampling::Greedy, &Stop::default(), &mut receive)).unwrap();
    assert_eq!(ended, Ended::Length);
    for token in written {
        let logits = reference.logits(&state);
        let best = likeliest(&logits);
        // Where two are as good as equal, either is right.
        let gap = logits[best as usize] - logits[token as usize];
        assert!(gap <= 0.2, "wrote {token}, {gap} below {best}");
        state = reference.read(token);
    }
}
