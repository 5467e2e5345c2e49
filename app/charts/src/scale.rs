//! Scales from values to pixels, with round ticks.

/// A logarithmic scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LogScale {
    from: f64,
    to: f64,
    pixels: (f64, f64),
}

impl LogScale {
    /// Between two positive values, drawn between two pixels.
    pub(crate) fn new(from: f64, to: f64, pixels: (f64, f64)) -> Self {
        let from = from.max(f64::MIN_POSITIVE);
        Self { from: libm::log10(from), to: libm::log10(to.max(from * 1.001)), pixels }
    }

    /// The pixel of a value; values at or below zero lie on the lower end.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let exponent = if value > 0.0 { libm::log10(value) } else { self.from };
        let share = ((exponent - self.from) / (self.to - self.from)).clamp(-1e3, 1e3);
        self.pixels.0 + share * (self.pixels.1 - self.pixels.0)
    }

    /// The value at a pixel.
    pub(crate) fn value(&self, pixel: f64) -> f64 {
        let share = (pixel - self.pixels.0) / (self.pixels.1 - self.pixels.0);
        libm::pow(10.0, self.from + share * (self.to - self.from))
    }

    /// Powers of ten on the scale, rising.
    pub(crate) fn decades(&self) -> Vec<f64> {
        let (first, last) = (libm::ceil(self.from - 1e-9), libm::floor(self.to + 1e-9));
        let mut decades = Vec::new();
        let mut exponent = first;
        while exponent <= last {
            decades.push(libm::pow(10.0, exponent));
            exponent += 1.0;
        }
        decades
    }
}

/// A linear scale from zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LinearScale {
    to: f64,
    step: f64,
    pixels: (f64, f64),
}

impl LinearScale {
    /// From zero to the first round value at or above `to`, with about so many steps.
    pub(crate) fn covering(to: f64, steps: f64, pixels: (f64, f64)) -> Self {
        let to = if to.is_finite() && to > 0.0 { to } else { 1.0 };
        let step = round_step(to / steps);
        Self { to: libm::ceil(to / step - 1e-9) * step, step, pixels }
    }

    /// From zero to exactly `to`, with ticks at multiples of a round step.
    pub(crate) fn exact(to: f64, steps: f64, pixels: (f64, f64)) -> Self {
        let to = if to.is_finite() && to > 0.0 { to } else { 1.0 };
        Self { to, step: round_step(to / steps), pixels }
    }

    /// From zero to exactly `to`, with ticks at multiples of `step`.
    pub(crate) fn with_step(to: f64, step: f64, pixels: (f64, f64)) -> Self {
        Self { to: to.max(f64::MIN_POSITIVE), step: step.max(to / 100.0), pixels }
    }

    /// The pixel of a value.
    pub(crate) fn at(&self, value: f64) -> f64 {
        self.pixels.0 + (value / self.to).clamp(-1e3, 1e3) * (self.pixels.1 - self.pixels.0)
    }

    /// The value at a pixel.
    pub(crate) fn value(&self, pixel: f64) -> f64 {
        (pixel - self.pixels.0) / (self.pixels.1 - self.pixels.0) * self.to
    }

    /// Zero and the multiples of the step, rising.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        let mut ticks = Vec::new();
        let mut count = 0.0;
        while count * self.step <= self.to * (1.0 + 1e-9) {
            ticks.push(count * self.step);
            count += 1.0;
        }
        ticks
    }
}

/// The first of 1, 2, 2.5, 5 times a power of ten at or above a value.
fn round_step(value: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(value)));
    [1.0, 2.0, 2.5, 5.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= value * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_scale_inverts() {
        let scale = LogScale::new(1e3, 1e9, (50.0, 650.0));
        assert!((scale.at(1e6) - 350.0).abs() < 1e-9);
        assert!((scale.value(350.0) / 1e6 - 1.0).abs() < 1e-9);
        assert_eq!(scale.decades().len(), 7);
        assert!(scale.at(0.0).is_finite() && scale.at(f64::MAX).is_finite());
    }

    #[test]
    fn a_linear_scale_starts_at_zero_and_ends_round() {
        for (to, last, count) in
            [(522_000.0, 600_000.0, 4), (0.0, 1.0, 6), (76_100.0, 80_000.0, 5), (9.2e12, 1e13, 6)]
        {
            let ticks = LinearScale::covering(to, 5.0, (0.0, 100.0)).ticks();
            assert!(ticks.first().is_some_and(|tick| tick.abs() < 1e-12));
            assert!(ticks.last().is_some_and(|tick| (tick / last - 1.0).abs() < 1e-9), "{to}: {ticks:?}");
            assert_eq!(ticks.len(), count, "{to}: {ticks:?}");
        }
    }
}
