//! Choosing and recovering.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::fakes::{Counters, Fate, started};
use super::*;
use pollster::block_on;
use std::rc::Rc;

fn written(engine: &mut Engine<Counters>, count: usize) -> Vec<u32> {
    let mut tokens = Vec::new();
    let mut receive = |token| {
        tokens.push(token);
        ControlFlow::Continue(())
    };
    block_on(engine.write(&[1, 2], count, Sampling::Greedy, &Stop::default(), &mut receive)).unwrap();
    tokens
}

#[test]
fn the_faster_backend_is_chosen_and_the_reason_says_by_how_much() {
    let fate = Rc::new(Fate::default());
    let engine = started(&fate, Wanted::Auto);
    assert_eq!(engine.choice().backend, Hardware::Gpu);
    assert_eq!(engine.choice().trials.len(), 2);
    assert!(matches!(engine.choice().reason, Reason::Faster { chosen: Hardware::Gpu, times } if times > 1.0));
    fate.gpu_ms.set(10);
    let engine = started(&fate, Wanted::Auto);
    assert!(matches!(engine.choice().reason, Reason::Faster { chosen: Hardware::Cpu, times } if times > 2.0));
    assert_eq!(engine.backend().position(), 0, "nothing of the trial is left behind");
}

#[test]
fn a_fast_backend_that_computes_wrong_is_not_chosen() {
    let fate = Rc::new(Fate::default());
    fate.wrong_gpu.set(true);
    let engine = started(&fate, Wanted::Auto);
    assert_eq!(engine.choice().backend, Hardware::Cpu);
    let reason = engine.choice().reason.to_string();
    assert!(
        reason.contains("the GPU cannot: It computes wrong: [8, 10, 12] instead of [7, 8, 9]."),
        "{reason}"
    );
}

#[test]
fn without_a_gpu_the_cpu_does_the_work_even_if_the_gpu_was_asked_for() {
    let fate = Rc::new(Fate::default());
    fate.no_gpu.set(true);
    for wanted in [Wanted::Auto, Wanted::Gpu] {
        let engine = started(&fate, wanted);
        assert_eq!(engine.choice().backend, Hardware::Cpu);
        let reason = engine.choice().reason.to_string();
        assert!(
            reason.ends_with("because the GPU cannot: The GPU cannot be used: there is none."),
            "{reason}"
        );
    }
}

#[test]
fn a_gpu_of_software_is_used_only_where_somebody_asks_for_it() {
    let fate = Rc::new(Fate::default());
    fate.software_gpu.set(true);
    let mut engine = started(&fate, Wanted::Auto);
    assert_eq!(engine.choice().reason, Reason::SoftwareGpu);
    assert_eq!(*fate.built.borrow(), [Hardware::Cpu]);
    block_on(engine.choose(Wanted::Gpu, &Stop::default())).unwrap();
    assert_eq!(engine.choice().reason, Reason::Asked { chosen: Hardware::Gpu });
}

#[test]
fn what_was_asked_for_is_used_although_the_other_is_faster() {
    let fate = Rc::new(Fate::default());
    let mut engine = started(&fate, Wanted::Cpu);
    assert_eq!(*fate.built.borrow(), [Hardware::Cpu], "nobody asked for the GPU");
    assert_eq!(engine.choice().reason, Reason::Asked { chosen: Hardware::Cpu });
    block_on(engine.choose(Wanted::Gpu, &Stop::default())).unwrap();
    assert_eq!(engine.choice().reason, Reason::Asked { chosen: Hardware::Gpu });
}

#[test]
fn a_lost_gpu_is_started_anew_once_and_then_the_cpu_takes_over() {
    let fate = Rc::new(Fate::default());
    let mut engine = started(&fate, Wanted::Gpu);
    *fate.losses.borrow_mut() = vec![3];
    assert_eq!(written(&mut engine, 6), [3, 4, 5, 6, 7, 8], "the answer goes on where it was");
    assert_eq!(engine.choice().backend, Hardware::Gpu);
    assert_eq!(
        engine.choice().reason,
        Reason::StartedAnew { because: "The GPU was lost: unplugged.".to_owned() }
    );
    *fate.losses.borrow_mut() = vec![2];
    assert_eq!(written(&mut engine, 6), [3, 4, 5, 6, 7, 8]);
    assert_eq!(engine.choice().backend, Hardware::Cpu);
    assert!(matches!(engine.choice().reason, Reason::TookOver { .. }));
    assert_eq!(*fate.built.borrow(), [Hardware::Gpu, Hardware::Gpu, Hardware::Cpu]);
}

#[test]
fn a_gpu_that_does_not_come_back_is_followed_by_the_cpu() {
    let fate = Rc::new(Fate::default());
    let mut engine = started(&fate, Wanted::Auto);
    assert_eq!(engine.choice().backend, Hardware::Gpu);
    *fate.losses.borrow_mut() = vec![1];
    fate.no_gpu.set(true);
    assert_eq!(written(&mut engine, 4), [3, 4, 5, 6]);
    assert_eq!(engine.choice().backend, Hardware::Cpu);
    assert_eq!(engine.choice().trials.len(), 4, "two at the start, two more now");
}

#[test]
fn whoever_had_enough_gets_nothing_further() {
    let fate = Rc::new(Fate::default());
    let mut engine = started(&fate, Wanted::Cpu);
    let mut tokens = Vec::new();
    let mut receive = |token| {
        tokens.push(token);
        if token == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let ended = block_on(engine.write(&[1, 2], 9, Sampling::Greedy, &Stop::default(), &mut receive));
    assert_eq!(ended, Ok(Ended::Received));
    assert_eq!(tokens, [3, 4]);
}

#[test]
fn stopping_is_no_failure_of_the_gpu() {
    let fate = Rc::new(Fate::default());
    let mut engine = started(&fate, Wanted::Gpu);
    let stop = Stop::default();
    let mut receive = |_| {
        stop.stop();
        ControlFlow::Continue(())
    };
    let ended = block_on(engine.write(&[1], 9, Sampling::Greedy, &stop, &mut receive));
    assert_eq!(ended, Err(Error::Stopped));
    assert_eq!(engine.choice().backend, Hardware::Gpu);
}

fn adapter(scale: f32) -> Rc<Adapter> {
    Rc::new(Adapter { rank: 1, scale, layers: Vec::new() })
}

/// Scores of one document of two tokens.
fn scored(engine: &mut Engine<Counters>) -> Vec<f32> {
    let labels = ["a", "b", "c"].map(str::to_owned).to_vec();
    let head = ClassHead { labels, weight: vec![0.0; 3], bias: vec![0.0; 3] };
    block_on(engine.classify(&[vec![7, 7]], &head, &Stop::default())).unwrap().remove(0)
}

#[test]
fn an_adapter_comes_and_goes_without_anything_being_built() {
    let fate = Rc::new(Fate::default());
    let mut engine = started(&fate, Wanted::Gpu);
    let (three, five) = (adapter(3.0), adapter(5.0));
    let stop = Stop::default();
    assert_eq!(scored(&mut engine), [0.0; 3]);
    for (adapter, changes, score) in [
        (Some(&three), true, 3.0),
        (Some(&three), false, 3.0),
        (Some(&five), true, 5.0),
        (None, true, 0.0),
        (None, false, 0.0),
        (Some(&three), true, 3.0),
    ] {
        assert_eq!(block_on(engine.adapt(adapter, &stop)), Ok(changes));
        assert_eq!(scored(&mut engine), [0.0, 0.0, score]);
    }
    assert_eq!(*fate.built.borrow(), [Hardware::Gpu]);
}

#[test]
fn an_adapter_that_does_not_fit_leaves_the_one_before() {
    let mut engine = started(&Rc::new(Fate::default()), Wanted::Cpu);
    let three = adapter(3.0);
    block_on(engine.adapt(Some(&three), &Stop::default())).unwrap();
    let misfit = Rc::new(Adapter { rank: 0, scale: 9.0, layers: Vec::new() });
    let refused = block_on(engine.adapt(Some(&misfit), &Stop::default()));
    assert!(matches!(refused, Err(Error::Adapter(_))));
    assert_eq!(scored(&mut engine), [0.0, 0.0, 3.0]);
    assert_eq!(block_on(engine.adapt(Some(&three), &Stop::default())), Ok(false));
}

#[test]
fn an_adapter_moves_along_when_the_model_runs_on_something_else() {
    let mut engine = started(&Rc::new(Fate::default()), Wanted::Cpu);
    block_on(engine.adapt(Some(&adapter(3.0)), &Stop::default())).unwrap();
    block_on(engine.choose(Wanted::Gpu, &Stop::default())).unwrap();
    assert_eq!(scored(&mut engine), [0.0, 0.0, 3.0]);
}

#[test]
fn a_gpu_that_is_lost_while_it_classifies_is_started_anew_and_then_the_cpu_takes_over() {
    let fate = Rc::new(Fate::default());
    let mut engine = started(&fate, Wanted::Gpu);
    block_on(engine.adapt(Some(&adapter(3.0)), &Stop::default())).unwrap();
    for (backend, built) in [(Hardware::Gpu, 2), (Hardware::Cpu, 3)] {
        *fate.losses.borrow_mut() = vec![0];
        assert_eq!(scored(&mut engine), [0.0, 0.0, 3.0], "the adapter is there again");
        assert_eq!(engine.choice().backend, backend);
        assert_eq!(fate.built.borrow().len(), built);
    }
    assert!(matches!(engine.choice().reason, Reason::TookOver { .. }));
}

#[test]
fn a_gpu_whose_scores_are_no_numbers_is_followed_by_the_cpu() {
    let fate = Rc::new(Fate::default());
    let mut engine = started(&fate, Wanted::Gpu);
    block_on(engine.adapt(Some(&adapter(3.0)), &Stop::default())).unwrap();
    fate.mad_gpu.set(true);
    assert_eq!(scored(&mut engine), [0.0, 0.0, 3.0]);
    let reason = engine.choice().reason.to_string();
    assert!(reason.contains("its scores are no numbers"), "{reason}");
}

#[test]
fn a_gpu_without_room_for_the_adapter_is_followed_by_the_cpu() {
    let fate = Rc::new(Fate::default());
    let mut engine = started(&fate, Wanted::Gpu);
    fate.stubborn_gpu.set(true);
    assert_eq!(block_on(engine.adapt(Some(&adapter(3.0)), &Stop::default())), Ok(true));
    assert_eq!(engine.choice().backend, Hardware::Cpu);
    assert_eq!(scored(&mut engine), [0.0, 0.0, 3.0]);
}
