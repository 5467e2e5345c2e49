//! A chart on a canvas, with its finding above it and its numbers below it.

use charts::{Figure, LatencyDistribution, Palette, Size};
use leptos::html;
use leptos::prelude::*;
use plotters::drawing::IntoDrawingArea;
use plotters_canvas::CanvasBackend;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// The chart of these times; nothing while there are none.
pub(crate) fn figure(chart: Memo<Option<LatencyDistribution>>) -> AnyView {
    let frame = NodeRef::<html::Div>::new();
    let canvas = NodeRef::<html::Canvas>::new();
    let changes = RwSignal::new(0_u32);
    Effect::new(move |_| {
        changes.track();
        if let (Some(canvas), Some(frame)) = (canvas.get(), frame.get()) {
            chart.with(|chart| chart.as_ref().and_then(|chart| draw(chart, &canvas, size_of(&frame))));
        }
    });
    Effect::new(move |_| {
        if let Some(frame) = frame.get() {
            watch(&frame, changes);
        }
    });
    view! {
        <figure class="chart" hidden=move || chart.with(Option::is_none)>
            <figcaption class="chart-head">
                <h4 class="chart-title">
                    {move || chart.with(|chart| chart.as_ref().map(Figure::title))}
                </h4>
                <p class="chart-note">"Tokens by their time; the first one, which waits for the prompt, is left out"</p>
            </figcaption>
            <div class="chart-frame demo-chart" node_ref=frame>
                <canvas class="chart-canvas" aria-hidden="true" node_ref=canvas></canvas>
            </div>
            <details class="chart-numbers">
                <summary>"The numbers"</summary>
                <div class="table-scroll" role="region" aria-label="Numbers of the chart" tabindex="0">
                    {move || chart.with(|chart| chart.as_ref().map(numbers))}
                </div>
            </details>
        </figure>
    }
    .into_any()
}

fn numbers(chart: &LatencyDistribution) -> AnyView {
    let table = chart.table();
    let class = |place: usize| (place > 0).then_some("num");
    let heads = table.columns.into_iter().enumerate().map(|(place, column)| {
        view! {
            <th scope="col" class=class(place)>
                {column}
            </th>
        }
    });
    let rows = table.rows.into_iter().map(|row| {
        let cells = row.into_iter().enumerate().map(|(place, cell)| match place {
            0 => view! { <th scope="row">{cell}</th> }.into_any(),
            _ => view! { <td class="num">{cell}</td> }.into_any(),
        });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    view! {
        <table class="data-table data-table-compact">
            <thead>
                <tr>{heads.collect_view()}</tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn size_of(frame: &web_sys::HtmlDivElement) -> Size {
    Size { width: frame.client_width().unsigned_abs(), height: frame.client_height().unsigned_abs() }
}

/// Counts changes of the size and of the colours, after which the drawing is made anew.
fn watch(frame: &web_sys::HtmlDivElement, changes: RwSignal<u32>) {
    let changed = Closure::<dyn Fn()>::new(move || {
        let _ = changes.try_update(|count| *count = count.wrapping_add(1));
    });
    let function = changed.as_ref().unchecked_ref::<js_sys::Function>();
    let observer = web_sys::ResizeObserver::new(function).ok();
    if let Some(observer) = &observer {
        observer.observe(frame);
    }
    let scheme = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
    if let Some(scheme) = &scheme {
        // Adding a listener to a query of this window cannot fail.
        let _ = scheme.add_event_listener_with_callback("change", function);
    }
    let kept = SendWrapper::new((observer, scheme, changed));
    on_cleanup(move || {
        let (observer, scheme, changed) = kept.take();
        if let Some(observer) = observer {
            observer.disconnect();
        }
        if let Some(scheme) = scheme {
            let _ = scheme.remove_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
        }
    });
}

/// Draws at the density of the screen. `None` when there is nothing to draw on.
fn draw(chart: &LatencyDistribution, canvas: &web_sys::HtmlCanvasElement, size: Size) -> Option<()> {
    if size.width == 0 || size.height == 0 {
        return None;
    }
    let density = window().device_pixel_ratio().clamp(1.0, 4.0);
    // Setting the size also clears the canvas.
    canvas.set_width(device_pixels(size.width, density));
    canvas.set_height(device_pixels(size.height, density));
    let style = window().get_computed_style(canvas).ok()??;
    let palette = Palette::from_css(|name| style.get_property_value(name).ok());
    let area = CanvasBackend::with_canvas_object(canvas.clone())?.into_drawing_area();
    charts::draw(chart, &area, size, &palette).ok()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a size on screen, never negative"
)]
fn device_pixels(length: u32, density: f64) -> u32 {
    (f64::from(length) * density).round() as u32
}
