//! The live half of a chart: draws on the canvas, follows size, colours and data, and reads values out under
//! the pointer or the arrow keys.

use super::Shown;
use crate::theme::Appearance;
use charts::{Chart, Palette, Size};
use leptos::html;
use leptos::prelude::*;
use plotters::drawing::IntoDrawingArea;
use plotters_canvas::CanvasBackend;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// What the live half works with.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub(super) chart: Signal<Option<Chart>>,
    pub(super) frame: NodeRef<html::Div>,
    pub(super) canvas: NodeRef<html::Canvas>,
    pub(super) live: RwSignal<bool>,
    pub(super) read_out: RwSignal<Option<Shown>>,
}

/// Size of a frame that has not been laid out yet.
const UNKNOWN_SIZE: Size = Size { width: 0, height: 0 };

/// Draws now and whenever the data, the size or the colours change.
pub(super) fn bring_to_life(parts: Parts) {
    let size = RwSignal::new(UNKNOWN_SIZE);
    let appearance = use_context::<Appearance>();
    Effect::new(move |_| {
        if let Some(appearance) = appearance {
            appearance.revision.track();
        }
        let size = size.get();
        let drawn = parts.chart.with(|chart| draw(chart.as_ref()?, &parts.canvas.get()?, size));
        parts.live.set(drawn.is_some());
        // What was read out belonged to another picture.
        parts.read_out.set(None);
    });
    Effect::new(move |_| {
        let Some(frame) = parts.frame.get() else { return };
        watch_size(&frame, size);
        let reader = Reader { frame, parts, size, stop: StoredValue::new(None) };
        reader.listen();
    });
}

fn measure(frame: &web_sys::HtmlDivElement) -> Size {
    Size { width: frame.client_width().unsigned_abs(), height: frame.client_height().unsigned_abs() }
}

fn watch_size(frame: &web_sys::HtmlDivElement, size: RwSignal<Size>) {
    let element = frame.clone();
    let compare = move || {
        let now = measure(&element);
        if size.try_get_untracked().is_some_and(|before| before != now) {
            size.set(now);
        }
    };
    compare();
    let callback = Closure::<dyn Fn()>::new(compare);
    let Ok(observer) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) else { return };
    observer.observe(frame);
    let kept = SendWrapper::new((observer, callback));
    on_cleanup(move || kept.take().0.disconnect());
}

/// Reads values out.
#[derive(Clone)]
struct Reader {
    frame: web_sys::HtmlDivElement,
    parts: Parts,
    size: RwSignal<Size>,
    /// Which stop the arrow keys are at.
    stop: StoredValue<Option<usize>>,
}

impl Reader {
    fn listen(&self) {
        for name in ["pointermove", "pointerdown"] {
            let reader = self.clone();
            listen(&self.frame, name, move |event: web_sys::PointerEvent| {
                let bounds = reader.frame.get_bounding_client_rect();
                reader.stop.set_value(None);
                reader.show(
                    f64::from(event.client_x()) - bounds.left(),
                    f64::from(event.client_y()) - bounds.top(),
                );
            });
        }
        for name in ["pointerleave", "blur"] {
            let reader = self.clone();
            listen(&self.frame, name, move |_: web_sys::Event| reader.hide());
        }
        let reader = self.clone();
        listen(&self.frame, "keydown", move |event: web_sys::KeyboardEvent| reader.key(&event));
    }

    fn show(&self, x: f64, y: f64) {
        let Some(size) = self.size.try_get_untracked() else { return };
        let read_out = self.parts.chart.with_untracked(|chart| chart.as_ref()?.read_out(size, x, y));
        let shown = read_out.map(|read_out| {
            self.place(read_out.x);
            Shown { is_flipped: read_out.x > f64::from(size.width) / 2.0, read_out }
        });
        self.parts.read_out.set(shown);
    }

    fn hide(&self) {
        self.stop.set_value(None);
        self.parts.read_out.set(None);
    }

    fn key(&self, event: &web_sys::KeyboardEvent) {
        let key = event.key();
        if key == "Escape" {
            return self.hide();
        }
        let Some(size) = self.size.try_get_untracked() else { return };
        let stops = self.parts.chart.with_untracked(|chart| chart.as_ref().map(|chart| chart.stops(size)));
        let Some((stops, last)) =
            stops.and_then(|stops| stops.len().checked_sub(1).map(|last| (stops, last)))
        else {
            return;
        };
        let to = match (key.as_str(), self.stop.get_value()) {
            ("Home", _) | ("ArrowRight" | "ArrowDown", None) => 0,
            ("End", _) | ("ArrowLeft" | "ArrowUp", None) => last,
            ("ArrowRight" | "ArrowDown", Some(at)) => (at + 1).min(last),
            ("ArrowLeft" | "ArrowUp", Some(at)) => at.saturating_sub(1),
            _ => return,
        };
        event.prevent_default();
        self.stop.set_value(Some(to));
        if let Some((x, y)) = stops.get(to) {
            self.show(*x, *y);
        }
    }

    /// Says where the read-out goes; the style sheet reads the custom property. Set through the object model,
    /// which the content security policy allows, unlike a `style` attribute.
    fn place(&self, x: f64) {
        let frame: &web_sys::HtmlElement = &self.frame;
        // A computed style is read-only, an element's own is not, so this cannot fail.
        let _ = frame.style().set_property("--x", &format!("{x}px"));
    }
}

/// Hears an event of the frame until the chart goes away.
fn listen<E>(frame: &web_sys::HtmlDivElement, name: &'static str, heard: impl FnMut(E) + 'static)
where
    E: wasm_bindgen::convert::FromWasmAbi + 'static,
{
    let closure = Closure::<dyn FnMut(E)>::new(heard);
    // Adding and removing a listener on an element of this document cannot fail.
    let _ = frame.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    let kept = SendWrapper::new((frame.clone(), closure));
    on_cleanup(move || {
        let (frame, closure) = kept.take();
        let _ = frame.remove_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    });
}

/// Draws at the density of the screen. `None` when there is nothing to draw on.
fn draw(chart: &Chart, canvas: &web_sys::HtmlCanvasElement, size: Size) -> Option<()> {
    if size.width == 0 || size.height == 0 {
        return None;
    }
    let window = web_sys::window()?;
    let density = window.device_pixel_ratio().clamp(1.0, 4.0);
    // Setting the size also clears the canvas.
    canvas.set_width(device_pixels(size.width, density));
    canvas.set_height(device_pixels(size.height, density));
    let style = window.get_computed_style(canvas).ok()??;
    let palette = Palette::from_css(|name| style.get_property_value(name).ok());
    let area = CanvasBackend::with_canvas_object(canvas.clone())?.into_drawing_area();
    chart.draw(&area, size, &palette).ok()
}

#[expect(clippy::cast_possible_truncation, reason = "a size on screen, never negative")]
fn device_pixels(length: u32, density: f64) -> u32 {
    (f64::from(length) * density).round() as u32
}
