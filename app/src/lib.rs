//! Parsimony's pages, components and server functions.
//!
//! Built twice: with `ssr` for the server, which renders every page to HTML that works on its own, and with
//! `hydrate` for the browser, which takes that HTML over. The way from a URL to its rule is short:
//! the route table in [`App`] → [`pages`] → [`functions`] → `domain`.

#[cfg(feature = "ssr")]
pub mod access;
pub mod app;
pub mod components;
pub mod error;
#[cfg(feature = "ssr")]
mod evaluation;
#[cfg(feature = "ssr")]
mod evidence;
pub mod functions;
#[cfg(feature = "ssr")]
pub mod limits;
pub mod link;
pub mod live;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod plain;
#[cfg(feature = "ssr")]
pub mod response;
#[cfg(feature = "ssr")]
mod review;
#[cfg(feature = "ssr")]
pub mod state;
pub mod theme;
pub mod wire;

pub use app::App;
#[cfg(feature = "ssr")]
pub use app::shell;
pub use error::AppError;
