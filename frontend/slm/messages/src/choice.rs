//! What a model runs on, and why.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What does the arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hardware {
    /// The GPU, through WebGPU.
    Gpu,
    /// One thread of the CPU.
    Cpu,
}

impl Hardware {
    /// Both, in the order in which they are tried.
    pub const ALL: [Self; 2] = [Self::Cpu, Self::Gpu];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gpu => "GPU",
            Self::Cpu => "CPU",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Gpu => Self::Cpu,
            Self::Cpu => Self::Gpu,
        }
    }
}

impl fmt::Display for Hardware {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What somebody wants it to run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Whichever is faster here.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The GPU.
    Gpu,
}

impl Wanted {
    /// What it names; nothing where the choice is left open.
    #[must_use]
    pub const fn hardware(self) -> Option<Hardware> {
        match self {
            Self::Auto => None,
            Self::Cpu => Some(Hardware::Cpu),
            Self::Gpu => Some(Hardware::Gpu),
        }
    }
}

/// What a model runs on, why, and what was found out on the way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// What it runs on.
    pub backend: Hardware,
    /// What was wanted.
    pub wanted: Wanted,
    /// Why.
    pub reason: Reason,
    /// Every start that was tried, in order.
    pub trials: Vec<Trial>,
}

/// Why a model runs on what it runs on. As text, a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Reason {
    /// It was the faster one in the short benchmark at the start.
    Faster {
        /// The chosen one.
        chosen: Hardware,
        /// How many times as fast as the other.
        times: f64,
    },
    /// Somebody asked for it.
    Asked {
        /// The chosen one.
        chosen: Hardware,
    },
    /// The other one cannot be used.
    OnlyOne {
        /// The chosen one.
        chosen: Hardware,
        /// Why not the other: a sentence.
        because: String,
    },
    /// The GPU is software that the CPU computes, so it was not even tried.
    SoftwareGpu,
    /// The GPU failed once and was started anew.
    StartedAnew {
        /// What happened: a sentence.
        because: String,
    },
    /// The GPU failed while it ran, so the CPU took over.
    TookOver {
        /// What happened: a sentence.
        because: String,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Faster { chosen, times } => {
                let other = chosen.other();
                write!(
                    formatter,
                    "The {chosen} was {times:.1} times as fast as the {other} in the short benchmark at the start."
                )
            }
            Self::Asked { chosen } => write!(formatter, "You chose the {chosen}."),
            Self::OnlyOne { chosen, because } => {
                write!(
                    formatter,
                    "The {chosen} does the work, because the {} cannot: {because}",
                    chosen.other()
                )
            }
            Self::SoftwareGpu => formatter.write_str(
                "The GPU that this browser offers is software that the CPU computes, so the CPU does the work itself; \
                 choose the GPU to run it all the same.",
            ),
            Self::StartedAnew { because } => {
                write!(formatter, "The GPU failed and was started anew: {because}")
            }
            Self::TookOver { because } => {
                write!(formatter, "The GPU failed, so the CPU took over: {because}")
            }
        }
    }
}

/// One start of a backend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Which one.
    pub backend: Hardware,
    /// How long it took to be built: weights laid out, shaders compiled.
    pub build_ms: f64,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of starting a backend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It works.
    Works {
        /// Whether it gave the known answer; `None` where none is known for this model.
        known_answer: Option<bool>,
        /// From the beginning of a short prompt to its first token.
        first_token_ms: f64,
        /// For each further token.
        token_ms: f64,
    },
    /// It computes something else than it should.
    Wrong {
        /// A sentence that says where.
        sentence: String,
    },
    /// It did not start.
    Failed {
        /// Why: a sentence.
        sentence: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_a_sentence() {
        let because = "The GPU was lost: reset.".to_owned();
        for reason in [
            Reason::Faster { chosen: Hardware::Gpu, times: 3.26 },
            Reason::Asked { chosen: Hardware::Cpu },
            Reason::OnlyOne { chosen: Hardware::Cpu, because: because.clone() },
            Reason::SoftwareGpu,
            Reason::StartedAnew { because: because.clone() },
            Reason::TookOver { because },
        ] {
            let sentence = reason.to_string();
            assert!(sentence.ends_with('.') && sentence.contains("PU"), "{sentence}");
        }
        let faster = Reason::Faster { chosen: Hardware::Gpu, times: 3.26 };
        assert_eq!(
            faster.to_string(),
            "The GPU was 3.3 times as fast as the CPU in the short benchmark at the start."
        );
    }
}
