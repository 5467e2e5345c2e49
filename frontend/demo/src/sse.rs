//! Server-sent events, read as the network delivers them: in pieces that end anywhere, in the middle of a character too.

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its name; `message` where the sender gave none.
    pub(crate) name: String,
    /// Its data, lines joined.
    pub(crate) data: String,
}

/// What a sender that gives no name means.
const UNNAMED: &str = "message";

/// Reads events out of pieces. Only whole lines are decoded, so that no character is ever cut.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    line: Vec<u8>,
    /// Whether the last byte was a carriage return, which a line feed may still belong to.
    after_return: bool,
    /// Whether the first line is over; only that one may begin with a byte order mark.
    has_begun: bool,
    name: String,
    data: Option<String>,
}

impl Reader {
    /// The events that are complete with these bytes. One that no blank line ends is none.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for byte in bytes {
            let is_rest_of_break = std::mem::take(&mut self.after_return) && *byte == b'\n';
            match byte {
                _ if is_rest_of_break => {}
                b'\n' | b'\r' => {
                    self.after_return = *byte == b'\r';
                    events.extend(self.end_line());
                }
                _ => self.line.push(*byte),
            }
        }
        events
    }

    fn end_line(&mut self) -> Option<Event> {
        let bytes = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&bytes);
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let line = if is_first { line.trim_start_matches('\u{feff}') } else { &*line };
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            // Comments, whose field is empty, and fields that matter to those who connect again.
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<Event> {
        let name = std::mem::take(&mut self.name);
        let data = self.data.take()?;
        let name = if name.is_empty() { UNNAMED.to_owned() } else { name };
        Some(Event { name, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "event: begun\ndata: {\"model\":\"m\"}\n\n: keeps the line open\n\nevent: delta\ndata: {\"content\":\"né 😀\"}\n\n";

    fn event(name: &str, data: &str) -> Event {
        Event { name: name.to_owned(), data: data.to_owned() }
    }

    fn expected() -> Vec<Event> {
        vec![event("begun", "{\"model\":\"m\"}"), event("delta", "{\"content\":\"né 😀\"}")]
    }

    #[test]
    fn pieces_may_end_anywhere() {
        let bytes = STREAM.as_bytes();
        assert_eq!(Reader::default().read(bytes), expected(), "in one piece");
        let mut reader = Reader::default();
        let singly: Vec<Event> = bytes.iter().flat_map(|byte| reader.read(&[*byte])).collect();
        assert_eq!(singly, expected(), "byte by byte, through every character");
        for cut in 0..bytes.len() {
            let (before, after) = bytes.split_at(cut);
            let mut reader = Reader::default();
            let mut events = reader.read(before);
            events.extend(reader.read(after));
            assert_eq!(events, expected(), "cut at {cut}");
        }
    }

    #[test]
    fn lines_end_in_any_of_three_ways() {
        for end in ["\n", "\r", "\r\n"] {
            let text = STREAM.replace('\n', end);
            let mut reader = Reader::default();
            let events: Vec<Event> = text.bytes().flat_map(|byte| reader.read(&[byte])).collect();
            assert_eq!(events, expected(), "{end:?}");
        }
    }

    #[test]
    fn fields_are_read_as_the_standard_says() {
        let read = |text: &str| Reader::default().read(text.as_bytes());
        assert_eq!(read("data:a\ndata:  b\ndata\n\n"), [event("message", "a\n b\n")]);
        assert_eq!(read("\u{feff}data: x\n\n"), [event("message", "x")]);
        assert_eq!(
            read("event: done\n\ndata: y\n\n"),
            [event("message", "y")],
            "a name without data is gone"
        );
        assert_eq!(read("id: 7\nretry: 10\n<html>\ndata: z\n\n"), [event("message", "z")]);
        assert_eq!(read("data: never ended\n"), []);
    }
}
