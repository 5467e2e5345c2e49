//! Writers that keep a record of what they sent and of what they were told is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::Instant,
};

use crate::scratch::PATIENCE;

/// The record of all writers of one server.
#[derive(Default)]
pub struct Writers {
    sent: Mutex<BTreeSet<String>>,
    acknowledged: Mutex<BTreeMap<String, String>>,
}

impl Writers {
    /// Writes one thing after the other, each under a name of its own, until the closure says that it is over. The
    /// closure returns the id of what it made, if that was acknowledged.
    pub fn write(&self, writer: &str, send: impl Fn(&str) -> (Option<String>, bool)) {
        let deadline = Instant::now() + PATIENCE;
        for number in 0.. {
            assert!(Instant::now() < deadline, "{writer} wrote {number} times in vain");
            let name = format!("{writer}, write {number}");
            self.sent.lock().unwrap().insert(name.clone());
            let (made, is_over) = send(&name);
            if let Some(id) = made {
                self.acknowledged.lock().unwrap().insert(id, name);
            }
            if is_over {
                return;
            }
        }
    }

    /// Whether something of this name was sent.
    pub fn sent(&self, name: &str) -> bool {
        self.sent.lock().unwrap().contains(name)
    }

    /// Ids and names of what the server said is there.
    pub fn acknowledged(&self) -> BTreeMap<String, String> {
        self.acknowledged.lock().unwrap().clone()
    }
}
