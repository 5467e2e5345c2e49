//! Colours by role, so that one drawing serves light, dark and print.

use domain::decision::OptionKind;

/// What a mark means; the palette says which colour that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Text and marks that matter.
    Ink,
    /// Secondary text.
    Muted,
    /// Grid and axes.
    Line,
    /// What the chart lies on.
    Surface,
    /// What the visitor's own input is marked with.
    Accent,
    /// One of the options; it has this colour everywhere.
    Option(OptionKind),
}

impl Role {
    /// Every role, in the order of the palette.
    pub const ALL: [Self; 11] = [
        Self::Ink,
        Self::Muted,
        Self::Line,
        Self::Surface,
        Self::Accent,
        Self::Option(OptionKind::FrontierApi),
        Self::Option(OptionKind::SmallApi),
        Self::Option(OptionKind::HostedOpenWeight),
        Self::Option(OptionKind::SelfHostedSlm),
        Self::Option(OptionKind::Hybrid),
        Self::Option(OptionKind::CpuEncoder),
    ];

    /// Name of the CSS custom property that holds the colour.
    #[must_use]
    pub const fn css_name(self) -> &'static str {
        match self {
            Self::Ink => "--chart-ink",
            Self::Muted => "--chart-muted",
            Self::Line => "--chart-line",
            Self::Surface => "--chart-surface",
            Self::Accent => "--chart-accent",
            Self::Option(OptionKind::FrontierApi) => "--option-frontier-api",
            Self::Option(OptionKind::SmallApi) => "--option-small-api",
            Self::Option(OptionKind::HostedOpenWeight) => "--option-hosted-open-weight",
            Self::Option(OptionKind::SelfHostedSlm) => "--option-self-hosted-slm",
            Self::Option(OptionKind::Hybrid) => "--option-hybrid",
            Self::Option(OptionKind::CpuEncoder) => "--option-cpu-encoder",
        }
    }

    const fn index(self) -> u8 {
        match self {
            Self::Ink => 0,
            Self::Muted => 1,
            Self::Line => 2,
            Self::Surface => 3,
            Self::Accent => 4,
            Self::Option(OptionKind::FrontierApi) => 5,
            Self::Option(OptionKind::SmallApi) => 6,
            Self::Option(OptionKind::HostedOpenWeight) => 7,
            Self::Option(OptionKind::SelfHostedSlm) => 8,
            Self::Option(OptionKind::Hybrid) => 9,
            Self::Option(OptionKind::CpuEncoder) => 10,
        }
    }
}

/// Red, green and blue.
pub type Rgb = (u8, u8, u8);

/// Red and green of the stand-in colours that the SVG backend writes as CSS variables; blue is the role.
const STAND_IN: (u8, u8) = (254, 1);

/// The colour of every role, and the lettering.
#[derive(Debug, Clone, PartialEq)]
pub struct Palette {
    colours: [Rgb; 11],
    font_family: String,
}

impl Palette {
    /// The light theme.
    #[must_use]
    pub fn light() -> Self {
        Self::of([
            0x16_18_1b, 0x5a_5f_66, 0xd9_d9_d3, 0xfb_fb_fa, 0x1d_4f_a3, 0x2a_1b_b0, 0x9a_35_dd, 0x03_57_65,
            0x0b_7d_43, 0x7f_40_00, 0x36_38_3d,
        ])
    }

    /// The dark theme.
    #[must_use]
    pub fn dark() -> Self {
        Self::of([
            0xeb_ec_ee, 0xa2_a7_af, 0x36_3a_41, 0x14_15_18, 0x8a_b4_f8, 0x6f_8b_ff, 0xe3_9b_fa, 0x9b_e3_f0,
            0x3f_d1_84, 0xe0_86_2a, 0x8f_94_9c,
        ])
    }

    /// Stand-ins that the SVG backend writes as `var(--…)`, so that one drawing follows the page's theme.
    #[must_use]
    pub fn css_variables() -> Self {
        let colours = Role::ALL.map(|role| (STAND_IN.0, STAND_IN.1, role.index()));
        Self { colours, font_family: "inherit".to_owned() }
    }

    /// The page's own colours, for a canvas: `property` reads a computed style by property name (the
    /// `--chart-…` and `--option-…` custom properties, and `font-family`). Colours are read as `#rgb`,
    /// `#rrggbb` or `rgb(…)`; a role that is missing or written otherwise keeps its light colour.
    #[must_use]
    pub fn from_css(property: impl Fn(&str) -> Option<String>) -> Self {
        let mut palette = Self::light();
        for (colour, role) in palette.colours.iter_mut().zip(Role::ALL) {
            if let Some(read) = property(role.css_name()).as_deref().and_then(parse_colour) {
                *colour = read;
            }
        }
        if let Some(family) = property("font-family").filter(|family| !family.trim().is_empty()) {
            palette.font_family = family.trim().to_owned();
        }
        palette
    }

    /// The colour of a role.
    #[must_use]
    pub fn colour(&self, role: Role) -> Rgb {
        self.colours[usize::from(role.index())]
    }

    /// The font families, as CSS writes them.
    #[must_use]
    pub fn font_family(&self) -> &str {
        &self.font_family
    }

    fn of(colours: [u32; 11]) -> Self {
        let split = |colour: u32| {
            let [_, red, green, blue] = colour.to_be_bytes();
            (red, green, blue)
        };
        Self { colours: colours.map(split), font_family: "sans-serif".to_owned() }
    }
}

/// The role a stand-in colour means, if it is one.
#[cfg(feature = "svg")]
pub(crate) fn role_of((red, green, blue): Rgb) -> Option<Role> {
    ((red, green) == STAND_IN).then(|| Role::ALL.get(usize::from(blue)).copied()).flatten()
}

fn parse_colour(text: &str) -> Option<Rgb> {
    let text = text.trim();
    if let Some(hex) = text.strip_prefix('#') {
        let digits: Vec<u8> = hex.chars().map(hex_digit).collect::<Option<_>>()?;
        return match digits[..] {
            [r, g, b] | [r, g, b, _] => Some((r * 17, g * 17, b * 17)),
            [r1, r2, g1, g2, b1, b2] | [r1, r2, g1, g2, b1, b2, _, _] => {
                Some((r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2))
            }
            _ => None,
        };
    }
    let inner = text.strip_prefix("rgba(").or_else(|| text.strip_prefix("rgb("))?.strip_suffix(')')?;
    let mut numbers = inner.split([',', ' ', '/']).filter(|part| !part.is_empty()).map(str::parse::<u8>);
    match (numbers.next()?, numbers.next()?, numbers.next()?) {
        (Ok(red), Ok(green), Ok(blue)) => Some((red, green, blue)),
        _ => None,
    }
}

fn hex_digit(digit: char) -> Option<u8> {
    digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_the_browser_writes_them() {
        assert_eq!(parse_colour(" #16181b "), Some((0x16, 0x18, 0x1b)));
        assert_eq!(parse_colour("#fff"), Some((255, 255, 255)));
        assert_eq!(parse_colour("rgb(1, 2, 3)"), Some((1, 2, 3)));
        assert_eq!(parse_colour("rgba(1, 2, 3, 0.5)"), Some((1, 2, 3)));
        for bad in ["", "#12", "#ééé", "red", "rgb(1,2)", "rgb(1, 2, 300)", "light-dark(#fff, #000)"] {
            assert_eq!(parse_colour(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_missing_property_keeps_the_light_colour() {
        let palette = Palette::from_css(|name| (name == "--chart-ink").then(|| "#010203".to_owned()));
        assert_eq!(palette.colour(Role::Ink), (1, 2, 3));
        assert_eq!(palette.colour(Role::Line), Palette::light().colour(Role::Line));
    }

    #[test]
    fn every_role_has_a_place_of_its_own() {
        for (place, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(role.index()), place);
            assert_eq!(role_of(Palette::css_variables().colour(role)), Some(role));
        }
    }
}
