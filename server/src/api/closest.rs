//! Finds the name that was probably meant.

/// Longer names are not typing mistakes.
const LONGEST: usize = 64;

/// Shortest piece of a name that is taken for the whole.
const SHORTEST_PIECE: usize = 4;

/// The known name closest to a mistyped one, if any is close: a slip in one character of three, another way
/// of writing the words (`requestsPerMonth`), or a piece of the name.
pub(super) fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let name = snake_case(name);
    let tolerance = name.chars().count() / 3;
    let nearest = known.clone().map(|candidate| (distance(&name, candidate), candidate)).min();
    nearest
        .filter(|(distance, _)| *distance <= tolerance)
        .map(|(_, candidate)| candidate)
        .or_else(|| known.clone().find(|candidate| name.len() >= SHORTEST_PIECE && candidate.contains(&name)))
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut after_small = false;
    for character in name.chars() {
        if character.is_uppercase() && after_small {
            snake.push('_');
        }
        after_small = character.is_lowercase() || character.is_ascii_digit();
        match character {
            '-' | ' ' | '.' => snake.push('_'),
            other => snake.extend(other.to_lowercase()),
        }
    }
    snake
}

/// Characters to insert, delete, replace, or swap with their neighbour to get from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, letter) in from.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let replaced = above[column] + usize::from(letter != other);
            let mut least = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && *letter == to[column - 1] && from[row - 1] == *other;
            if swapped {
                least = least.min(before[column - 1] + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[to.len()]
}

#[cfg(test)]
mod tests {
    use domain::use_case::Field;

    use super::*;

    fn suggestion(name: &str) -> Option<&str> {
        closest(name, Field::ALL.iter().map(|field| field.name()))
    }

    #[test]
    fn slips_other_spellings_and_pieces_find_the_name() {
        for (typed, meant) in [
            ("latancy_target_ms", "latency_target_ms"),
            ("inptu_tokens", "input_tokens"),
            ("requestsPerMonth", "requests_per_month"),
            ("Output-Tokens", "output_tokens"),
            ("requests", "requests_per_month"),
            ("privcy", "privacy"),
        ] {
            assert_eq!(suggestion(typed), Some(meant), "{typed}");
        }
    }

    #[test]
    fn other_words_find_nothing() {
        for typed in ["", "x", "colour", "preset", "🦀🦀🦀🦀", &"requests_per_month".repeat(1_000)] {
            assert_eq!(suggestion(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_distance_counts_slips() {
        for (from, to, slips) in [("", "abc", 3), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "xbcd", 2)] {
            assert_eq!(distance(from, to), slips, "{from} {to}");
        }
    }
}
