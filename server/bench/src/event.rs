//! Server-sent events, as a browser takes them apart.

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// What kind it is; empty for a comment.
    pub name: String,
    /// Its number in the log; empty where it has none.
    pub id: String,
    /// What it says.
    pub data: String,
}

/// Takes the first whole event out of what was received, if there is one.
pub fn take(received: &mut Vec<u8>) -> Option<Event> {
    let end = received.windows(2).position(|pair| pair == b"\n\n")?;
    let block: Vec<u8> = received.drain(..end + 2).collect();
    let mut event = Event::default();
    for line in String::from_utf8_lossy(&block).lines() {
        match line.split_once(": ") {
            Some(("event", name)) => name.clone_into(&mut event.name),
            Some(("id", id)) => id.clone_into(&mut event.id),
            Some(("data", data)) => data.clone_into(&mut event.data),
            _ => {}
        }
    }
    Some(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_taken_one_by_one_and_halves_are_left() {
        let mut received =
            b": hello\nretry: 1500\n\nevent: change\nid: 7\ndata: portfolio.created \n\nevent: ch".to_vec();
        assert_eq!(take(&mut received), Some(Event::default()));
        let change =
            Event { name: "change".to_owned(), id: "7".to_owned(), data: "portfolio.created ".to_owned() };
        assert_eq!(take(&mut received), Some(change));
        assert_eq!(take(&mut received), None);
        assert_eq!(received, b"event: ch");
    }
}
