//! Kernels and small models against computations in `f64`, on whatever Vulkan device there is (Mesa's lavapipe where
//! there is no GPU).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking, and its numbers are small"
)]

mod attention;
mod chance;
mod lab;
mod models;
mod oracle;
mod products;
mod sampling;
