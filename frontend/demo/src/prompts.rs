//! Example prompts: small tasks with an end, which is what such a model is for.

/// An example.
pub(crate) struct Example {
    /// What it asks for, in a few words.
    pub(crate) name: &'static str,
    /// The prompt.
    pub(crate) text: &'static str,
}

/// In the order in which they are offered.
pub(crate) const EXAMPLES: [Example; 5] = [
    Example {
        name: "Subject line for a message",
        text: "Write a short subject line for this e-mail: “Hi team, the delivery of the new laptops is delayed by a \
               week because of the storm. They will arrive on the 14th instead of the 7th. Please keep the old ones \
               until then.”",
    },
    Example {
        name: "Polite reply to a customer",
        text: "Write a polite reply of two sentences to this customer: “My order arrived with a broken lid. I would \
               like a new one.”",
    },
    Example {
        name: "One sentence out of a paragraph",
        text: "Summarise this in one sentence: “The library will be closed from Monday to Wednesday while the \
               heating is repaired. Books that are due on these days can be returned until Friday without a fee. The \
               reading room in the town hall stays open.”",
    },
    Example {
        name: "Steps of a small recipe",
        text: "List three short steps for making a cup of green tea.",
    },
    Example {
        name: "Same meaning, plainer words",
        text: "Rewrite this sentence in plain words: “We regret to inform you that your request could not be \
               processed owing to incomplete documentation.”",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_have_names_of_their_own() {
        let mut names: Vec<&str> = EXAMPLES.iter().map(|example| example.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), EXAMPLES.len());
    }
}
