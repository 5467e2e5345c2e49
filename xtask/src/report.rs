//! The lines a person reads while the steps run: one per step.

use std::time::Duration;

/// A step did something and succeeded.
pub fn done(step: &str, detail: &str, took: Duration) {
    println!("  done     {step:<14} {detail} ({})", seconds(took));
}

/// A step had nothing to do.
pub fn skipped(step: &str, detail: &str) {
    println!("  ready    {step:<14} {detail}");
}

/// A step starts that will take long enough to wonder about.
pub fn started(step: &str, detail: &str) {
    println!("  …        {step:<14} {detail}");
}

/// Something is worse than it could be, but the work goes on.
pub fn warning(step: &str, detail: &str) {
    println!("  warning  {step:<14} {detail}");
}

/// A check failed; later steps still run.
pub fn failed(step: &str, detail: &str) {
    println!("  FAILED   {step:<14} {detail}");
}

/// A duration for people: `0.4 s`, `12 s`, `3 min 05 s`.
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    match whole {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{whole} s"),
        _ => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

/// A size for people, in units of 1024 bytes: `812 B`, `95.3 KB`, `2.1 MB`.
pub fn size(bytes: u64) -> String {
    let kilobytes = bytes as f64 / 1024.0;
    if bytes < 1024 {
        format!("{bytes} B")
    } else if kilobytes < 1024.0 {
        format!("{kilobytes:.1} KB")
    } else {
        format!("{:.1} MB", kilobytes / 1024.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_read_naturally() {
        assert_eq!(seconds(Duration::from_millis(440)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(12)), "12 s");
        assert_eq!(seconds(Duration::from_secs(185)), "3 min 05 s");
        assert_eq!(size(812), "812 B");
        assert_eq!(size(97_587), "95.3 KB");
        assert_eq!(size(2_200_000), "2.1 MB");
    }
}
