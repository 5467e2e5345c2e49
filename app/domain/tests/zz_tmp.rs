mod support;
use domain::use_case::{Field as F, UseCase};
use support::*;
#[test]
fn show() {
    let p = |id: &str, over: &[(F, &str)]| {
        let mut d = domain::preset::by_id(id).unwrap().draft();
        for (f, t) in over { d.set(*f, *t); }
        let u = UseCase::parse(&d).unwrap();
        let dec = decide(&u);
        println!("=== {id} {over:?}");
        println!("{}", summary::summary(u.title(), &dec).split("\ncosts per").next().unwrap());
        for o in &dec.options { for n in &o.notes { println!("  note {:?} {n}", o.option); } }
    };
    p("article-classification", &[(F::SlmQuality, "84"), (F::Privacy, "on_premise_required"), (F::RequiredQuality, "90"), (F::EncoderQuality, "80")]);
    p("code-completion", &[(F::LatencyTargetMs, "100")]);
    p("code-completion", &[(F::LatencyTargetMs, "100"), (F::Batch, "yes")]);
    p("article-classification", &[(F::GpuOffer, ""), (F::LlmQuality,"90"), (F::SmallApiQuality, "91"), (F::HostedQuality, "88"), (F::RequiredQuality, "89")]);
    p("article-classification", &[(F::Privacy, "")]);
}
