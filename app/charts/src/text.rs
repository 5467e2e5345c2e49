//! Width of lettering without a font file at hand: the server has none to measure with.

/// Advance widths of Inter, the product's font, for the characters from space to tilde, in thousandths
/// of the font size. Digits are tabular.
const WIDTHS: [u16; 95] = [
    281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 648, 648, 648, 648, 648,
    648, 648, 648, 648, 648, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601, 590, 746, 743, 269,
    571, 672, 565, 903, 753, 765, 639, 765, 644, 642, 646, 744, 690, 985, 682, 679, 629, 365, 360, 365, 471,
    456, 323, 562, 612, 571, 612, 583, 370, 613, 591, 242, 242, 549, 242, 876, 591, 600, 612, 612, 376, 528,
    327, 591, 562, 818, 546, 562, 552, 426, 333, 426, 662,
];

/// Fallback fonts run a little wider than Inter; labels must keep clear of each other in them too.
const ALLOWANCE: f64 = 1.04;

/// Bold runs this much wider than regular.
const BOLD: f64 = 1.06;

/// Height of a line of text in font sizes.
pub const LINE_HEIGHT: f64 = 1.25;

/// Width in px of a text at a font size, slightly overestimated.
#[must_use]
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    let thousandths: f64 = text.chars().map(advance).sum();
    thousandths / 1_000.0 * size * ALLOWANCE * if bold { BOLD } else { 1.0 }
}

fn advance(character: char) -> f64 {
    let place = u32::from(character).checked_sub(32).and_then(|place| usize::try_from(place).ok());
    match place.and_then(|place| WIDTHS.get(place)) {
        Some(width) => f64::from(*width),
        // Accented Latin is about as wide as an n; CJK and emoji fill the whole square.
        None if u32::from(character) < 0x1100 => 640.0,
        None => 1_000.0,
    }
}

/// The text cut to a width in px, with an ellipsis where something was cut.
#[must_use]
pub fn fitted(text: &str, size: f64, bold: bool, room: f64) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        kept.push(character);
        if width(&kept, size, bold) + width("…", size, bold) > room {
            kept.pop();
            break;
        }
    }
    let kept = kept.trim_end();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_tabular_and_bold_is_wider() {
        assert!((width("111", 12.0, false) - width("888", 12.0, false)).abs() < 1e-9);
        assert!(width("SLM", 12.0, true) > width("SLM", 12.0, false));
    }

    #[test]
    fn long_names_are_cut_to_the_room_there_is() {
        let cut = fitted("Contract clause extraction for procurement", 12.0, false, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0, false) <= 100.0, "{cut}");
        assert_eq!(fitted("Short", 12.0, false, 100.0), "Short");
        assert_eq!(fitted("Anything", 12.0, false, 0.0), "…");
    }
}
