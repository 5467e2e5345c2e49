//! Sizes of charts and of the lettering on them.

/// Size of a chart in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
}

/// Below this width labels wrap and ticks thin out.
const NARROW_BELOW: u32 = 480;

impl Size {
    /// For a column of a desktop page.
    pub const WIDE: Self = Self { width: 720, height: 400 };
    /// For a phone: shown at about its own size, so that its lettering is as large as text.
    pub const NARROW: Self = Self { width: 360, height: 340 };

    /// The same size, but never so small that labels could not keep clear of each other, nor so large
    /// that pixel arithmetic would overflow. A canvas reports zero before its first layout.
    pub(crate) fn at_least_legible(self) -> Self {
        Self { width: self.width.clamp(300, 8_000), height: self.height.clamp(280, 8_000) }
    }

    /// Whether it is laid out for a phone.
    #[must_use]
    pub fn is_narrow(self) -> bool {
        self.width < NARROW_BELOW
    }

    /// Size of labels in px.
    pub(crate) fn label_size(self) -> f64 {
        if self.is_narrow() { 12.0 } else { 13.0 }
    }

    /// Size of ticks and axis titles in px.
    pub(crate) fn tick_size(self) -> f64 {
        if self.is_narrow() { 11.0 } else { 12.0 }
    }
}
