//! The race against an LLM endpoint: a real one, llama.cpp's own server, for what works, and endpoints that misbehave
//! for what does not. The site listens on a real address, so that hanging up is hanging up.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod budgets;
mod faults;
mod faulty;
mod logs;
#[path = "../api/people.rs"]
#[allow(dead_code)]
mod people;
mod relay;
mod site;
mod upstream;
