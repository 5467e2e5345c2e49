//! A question whose answer is known.

/// Tokens, and the most likely ones that follow them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownAnswer {
    /// The question.
    pub prompt: &'static [u32],
    /// The answer.
    pub answer: &'static [u32],
}

/// SmolLM2-135M-Instruct: “1, 2, 3, 4, 5, 6,” goes on “ 7, 8, 9”. As computed by llama.cpp from the same file; each
/// token leads the next best by more than 3.4 in its logit, which is far beyond what eight-bit activations or another
/// order of summation change.
const SMOLLM2_135M: KnownAnswer = KnownAnswer {
    prompt: &[33, 28, 216, 34, 28, 216, 35, 28, 216, 36, 28, 216, 37, 28, 216, 38, 28],
    answer: &[216, 39, 28, 216, 40, 28, 216, 41],
};

/// By the SHA-256 of the model's file: another file, even of the same model, may answer differently.
const BY_FILE: [(&str, KnownAnswer); 1] =
    [("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53", SMOLLM2_135M)];

impl KnownAnswer {
    /// For the model of this file (SHA-256, in hexadecimal); `None` for one that nobody has asked.
    #[must_use]
    pub fn of_file(sha256: &str) -> Option<Self> {
        BY_FILE.iter().find(|(file, _)| *file == sha256).map(|(_, known)| *known)
    }
}
