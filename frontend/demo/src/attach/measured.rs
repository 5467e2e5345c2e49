//! The runs of a side as a measurement.

use crate::browser;
use crate::percentile::Spread;
use crate::state::Demo;
use crate::visit::{Run, Side, Summary, prompt_set};
use domain::measurement::{Adapter, Backend, Measurement, MeasurementKind, Percentiles};
use leptos::prelude::*;
use slm_messages::{Hardware, WebGpu};

/// What was measured on a side in this visit; `None` where nothing was.
pub(super) fn measurement(demo: Demo, side: Side) -> Option<Measurement> {
    let browser = browser::here();
    let adapter = demo.found.with_untracked(|found| found.as_ref().and_then(|found| adapter(&found.webgpu)));
    demo.runs.with_untracked(|runs| {
        let runs = || runs.iter().filter(|run| run.side == side && run.times.is_some());
        let summary = Summary::of(runs());
        let (kind, backend) = kind(side);
        Some(Measurement {
            kind,
            model: name(runs())?,
            prompt_set: prompt_set(runs()),
            backend,
            // The GPU says nothing about times of the CPU, or of an endpoint.
            adapter: adapter.filter(|_| side == Side::On(Hardware::Gpu)),
            browser,
            runs: u32::try_from(summary.runs).ok()?,
            first_token_ms: percentiles(&summary.first)?,
            per_token_ms: percentiles(&summary.per_token),
            total_ms: percentiles(&summary.total)?,
        })
    })
}

/// The model that answered last: it is the same one each time, unless the server was set up anew meanwhile.
fn name<'a>(runs: impl DoubleEndedIterator<Item = &'a Run>) -> Option<String> {
    let mut runs = runs;
    let name: String = runs.next_back()?.model.chars().take(200).collect();
    Some(name).filter(|name| !name.trim().is_empty())
}

fn kind(side: Side) -> (MeasurementKind, Backend) {
    match side {
        Side::On(Hardware::Cpu) => (MeasurementKind::BrowserModel, Backend::Cpu),
        Side::On(Hardware::Gpu) => (MeasurementKind::BrowserModel, Backend::Gpu),
        Side::Api => (MeasurementKind::Api, Backend::Api),
    }
}

fn adapter(webgpu: &WebGpu) -> Option<Adapter> {
    let WebGpu::Present(adapter) = webgpu else { return None };
    let said = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Some(Adapter {
        vendor: said(&adapter.vendor),
        architecture: said(&adapter.architecture),
        description: said(&adapter.description),
    })
}

fn percentiles(spread: &Spread) -> Option<Percentiles> {
    let [p50, p95, p99] = [50, 95, 99].map(|percent| spread.percentile(percent).map(tenths));
    Percentiles::new(p50?, p95?, p99?).ok()
}

/// Browsers' clocks are no finer.
fn tenths(ms: f64) -> f64 {
    (ms * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_sent_in_tenths_and_of_nothing_there_are_none() {
        let spread: Spread = [20.04, 10.0, 84.26].into_iter().collect();
        let sent = percentiles(&spread).map(|sent| [sent.p50, sent.p95, sent.p99]);
        assert_eq!(sent, Some([20.0, 84.3, 84.3]));
        assert_eq!(percentiles(&Spread::default()), None);
    }

    #[test]
    fn what_a_browser_keeps_back_is_left_out() {
        let said = slm_messages::Adapter { vendor: "apple".to_owned(), ..slm_messages::Adapter::default() };
        let expected = Adapter { vendor: Some("apple".to_owned()), ..Adapter::default() };
        assert_eq!(adapter(&WebGpu::Present(said)), Some(expected));
        assert_eq!(adapter(&WebGpu::NoAdapter), None);
    }
}
