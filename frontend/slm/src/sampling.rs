//! How the next token is chosen.

/// How the next token is chosen from the logits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sampling {
    /// The most likely one; of equals the one with the lowest id.
    Greedy,
    /// Drawn at a temperature, by the Gumbel-max method with a counter-based generator, so that a seed gives the
    /// same text on one backend.
    Temperature {
        /// Above 0; 1 leaves the model's probabilities as they are.
        temperature: f32,
        /// Start of the generator.
        seed: u32,
    },
}
