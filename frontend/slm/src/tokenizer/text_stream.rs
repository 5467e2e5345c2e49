//! Text that arrives token by token.

/// Puts the bytes of tokens together and hands out whole characters only: a token may end in the middle of one.
#[derive(Debug, Clone, Default)]
pub struct TextStream {
    held: Vec<u8>,
}

impl TextStream {
    /// Takes the bytes of the next token, and returns the text that is complete by now. Bytes that can no longer become
    /// a character become U+FFFD.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.held.extend_from_slice(bytes);
        let mut text = String::new();
        loop {
            match std::str::from_utf8(&self.held) {
                Ok(rest) => {
                    text.push_str(rest);
                    self.held.clear();
                    return text;
                }
                Err(error) => {
                    let good = error.valid_up_to();
                    text.push_str(&String::from_utf8_lossy(&self.held[..good]));
                    let Some(bad) = error.error_len() else {
                        self.held.drain(..good);
                        return text;
                    };
                    text.push(char::REPLACEMENT_CHARACTER);
                    self.held.drain(..good + bad);
                }
            }
        }
    }

    /// What is left when no more tokens come: U+FFFD where a character was begun, otherwise nothing.
    pub fn finish(self) -> String {
        String::from_utf8_lossy(&self.held).into_owned()
    }
}
