//! JSON laid out for reading, from the very bytes that are stored: blanks are added and nothing else, so
//! numbers stay as they are written. Whatever fits on a line stays on one, so that a curve takes a line for
//! each month, and lists of numbers fill their lines.

/// Longest line, where it can be helped.
const WIDTH: usize = 110;

/// Lays out compact JSON.
pub fn lay_out(json: &str) -> String {
    let mut text = String::new();
    write(json, 0, 0, &mut text);
    text.push('\n');
    text
}

/// Writes one value; `taken` is what stands before it on its line.
fn write(json: &str, indent: usize, taken: usize, text: &mut String) {
    let line = on_one_line(json);
    let opening = json.chars().next().unwrap();
    if indent * 2 + taken + line.chars().count() < WIDTH || !matches!(opening, '{' | '[') {
        return text.push_str(&line);
    }
    text.push(opening);
    let elements = elements(&json[1..json.len() - 1]);
    let numbers = opening == '[' && elements.iter().all(|element| !element.starts_with(['{', '[', '"']));
    let mut filled = WIDTH;
    for (index, element) in elements.iter().enumerate() {
        let (key, value) = if opening == '{' { split_key(element) } else { ("", *element) };
        let comma = if index + 1 < elements.len() { "," } else { "" };
        if numbers && filled + element.len() + 2 < WIDTH {
            text.push(' ');
            filled += 1;
        } else {
            text.push('\n');
            text.push_str(&"  ".repeat(indent + 1));
            filled = (indent + 1) * 2;
        }
        text.push_str(key);
        text.push_str(if key.is_empty() { "" } else { ": " });
        write(value, indent + 1, key.len() + 3, text);
        text.push_str(comma);
        filled += element.len() + 1;
    }
    text.push('\n');
    text.push_str(&"  ".repeat(indent));
    text.push(if opening == '{' { '}' } else { ']' });
}

/// The value with a blank after each comma and colon that is not part of a text.
fn on_one_line(json: &str) -> String {
    let mut line = String::new();
    let mut texts = Texts::default();
    for letter in json.chars() {
        let inside = texts.pass(letter);
        line.push(letter);
        if !inside && matches!(letter, ',' | ':') {
            line.push(' ');
        }
    }
    line
}

/// The elements between two brackets.
fn elements(inner: &str) -> Vec<&str> {
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let mut texts = Texts::default();
    for (at, letter) in inner.char_indices() {
        if texts.pass(letter) {
            continue;
        }
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if start < inner.len() {
        found.push(&inner[start..]);
    }
    found
}

/// Key and value of an element of an object. No key of ours holds a quotation mark or a colon.
fn split_key(element: &str) -> (&str, &str) {
    element.split_once(':').unwrap()
}

/// Keeps track of whether a letter stands inside a text.
#[derive(Default)]
struct Texts {
    inside: bool,
    escaped: bool,
}

impl Texts {
    /// Moves past a letter; true for every letter of a text and its quotation marks.
    fn pass(&mut self, letter: char) -> bool {
        let was_inside = self.inside;
        if self.escaped {
            self.escaped = false;
        } else if self.inside && letter == '\\' {
            self.escaped = true;
        } else if letter == '"' {
            self.inside = !self.inside;
        }
        was_inside || self.inside
    }
}

/// The bytes that a layout was made from.
pub fn without_layout(text: &str) -> String {
    let mut texts = Texts::default();
    text.chars().filter(|letter| texts.pass(*letter) || !letter.is_whitespace()).collect()
}
