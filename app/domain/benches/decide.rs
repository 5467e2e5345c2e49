//! One full decision, and 10,000 in a row: the figures of the README.
#![allow(clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use domain::policy::Policy;
use domain::preset;
use domain::use_case::UseCase;
use std::hint::black_box;

fn decisions(c: &mut Criterion) {
    let book = domain::evidence::price_book().unwrap();
    let policy = Policy::article();
    let article = UseCase::parse(&preset::by_id("article-classification").unwrap().draft()).unwrap();
    let growing = UseCase::parse(&preset::by_id("customer-support").unwrap().draft()).unwrap();
    c.bench_function("decide/article", |b| b.iter(|| domain::decide(black_box(&article), &policy, &book)));
    c.bench_function("decide/growing", |b| b.iter(|| domain::decide(black_box(&growing), &policy, &book)));
    let sample: Vec<UseCase> = preset::SAMPLE_PORTFOLIO
        .iter()
        .map(|id| UseCase::parse(&preset::by_id(id).unwrap().draft()).unwrap())
        .collect();
    let mut group = c.benchmark_group("portfolio");
    group.sample_size(10);
    group.bench_function("10000", |b| {
        b.iter(|| {
            for use_case in sample.iter().cycle().take(10_000) {
                let _ = black_box(domain::decide(black_box(use_case), &policy, &book));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, decisions);
criterion_main!(benches);
