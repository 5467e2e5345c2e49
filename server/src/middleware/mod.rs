//! What happens to every request, one concern a file. The order is decided in [`crate::router`].

pub(crate) mod access_log;
pub(crate) mod body_limit;
pub(crate) mod cross_site;
pub(crate) mod database_gate;
pub(crate) mod identify;
pub(crate) mod panics;
pub(crate) mod request_id;
pub(crate) mod security_headers;
pub(crate) mod time_limit;

#[cfg(test)]
mod tests;
