//! Live events: what others do appears without loading a page again.
//!
//! One task a server, the [`Hub`], listens to the database and passes on what happens, whichever server it
//! happened on. Each open page holds one stream of server-sent events; an event's id is its number in the
//! audit log, so a page that comes back names the last one it saw and gets those it missed from the log.

mod hub;
mod stream;

pub(crate) use hub::Hub;
pub(crate) use stream::events;
