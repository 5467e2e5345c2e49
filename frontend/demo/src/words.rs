//! Numbers as people read them.

use slm_messages::{Ended, WebGpu};

/// Bytes in millions: `98.4 MB`, `512 MB`.
#[expect(clippy::cast_precision_loss, reason = "shown in three digits")]
pub(crate) fn megabytes(bytes: u64) -> String {
    let millions = bytes as f64 / 1e6;
    if millions >= 10_000.0 {
        format!("{:.0} GB", millions / 1e3)
    } else if millions >= 100.0 {
        format!("{millions:.0} MB")
    } else {
        format!("{millions:.1} MB")
    }
}

/// A time: `8.4 ms`, `120 ms`, `1.24 s`.
pub(crate) fn time(ms: f64) -> String {
    if ms >= 1000.0 {
        format!("{:.2} s", ms / 1000.0)
    } else if ms >= 100.0 {
        format!("{ms:.0} ms")
    } else {
        format!("{ms:.1} ms")
    }
}

/// A speed: `83`, `9.4`.
pub(crate) fn per_second(speed: f64) -> String {
    if speed >= 100.0 { format!("{speed:.0}") } else { format!("{speed:.1}") }
}

/// A whole number of seconds that remain, in words.
pub(crate) fn remaining(seconds: f64) -> String {
    if seconds >= 90.0 {
        format!("about {:.0} min left", seconds / 60.0)
    } else {
        format!("about {seconds:.0} s left")
    }
}

/// Why an answer ended, as the end of “The answer …”.
pub(crate) fn ended(ended: Ended) -> &'static str {
    match ended {
        Ended::Complete => "is complete",
        Ended::Length => "reached the length that you asked for",
        Ended::Context => "fills all the room there is",
        Ended::Stopped => "was stopped",
    }
}

/// What there is of a GPU.
pub(crate) fn webgpu(webgpu: &WebGpu) -> String {
    match webgpu {
        WebGpu::Absent => "this browser has no WebGPU".to_owned(),
        WebGpu::NoAdapter => "WebGPU, but no GPU that it could use".to_owned(),
        WebGpu::Present(adapter) => match adapter.words() {
            words if words.is_empty() => "present; this browser does not say which".to_owned(),
            words => words,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_about_three_digits() {
        assert_eq!(
            [megabytes(98_362_432), megabytes(412_000_000), megabytes(61_000_000_000)],
            ["98.4 MB", "412 MB", "61 GB"]
        );
        assert_eq!([time(8.44), time(120.4), time(1_240.0)], ["8.4 ms", "120 ms", "1.24 s"]);
        assert_eq!([per_second(83.21), per_second(412.3)], ["83.2", "412"]);
        assert_eq!([remaining(7.6), remaining(190.0)], ["about 8 s left", "about 3 min left"]);
    }
}
