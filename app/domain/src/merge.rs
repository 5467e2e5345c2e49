//! Two people edit the inputs of a use case at once: what each changed is kept where it can be, and where both
//! changed the same field they are asked.

use crate::field::Draft;
use crate::use_case::Field;

/// A field that both changed, to different texts. Empty is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeConflict {
    /// The field.
    pub field: Field,
    /// Its text in the revision both started from.
    pub original: String,
    /// Its text as the others saved it.
    pub theirs: String,
    /// Its text as one wants to save it.
    pub mine: String,
}

/// What comes of putting two edits of the same revision together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// Both edits in one; where they conflict, mine.
    pub draft: Draft,
    /// Fields taken over from theirs, because only they changed them.
    pub taken: Vec<Field>,
    /// Fields to be asked about, in the order of the form.
    pub conflicts: Vec<MergeConflict>,
}

/// Puts my edit of `original` together with theirs, field by field. A field that only one of the two changed, or
/// that both changed to the same text, needs nobody's decision. Blanks around a text and the way its lines end are no
/// change: browsers send every line of an untouched text back with another ending than programs write.
#[must_use]
pub fn merge(original: &Draft, theirs: &Draft, mine: &Draft) -> Merge {
    let mut merge = Merge { draft: mine.clone(), taken: Vec::new(), conflicts: Vec::new() };
    for field in Field::ALL.iter().copied() {
        let (original, theirs, mine) = (original.text(field), theirs.text(field), mine.text(field));
        if same(theirs, original) || same(theirs, mine) {
            continue;
        }
        if same(mine, original) {
            merge.draft.set(field, theirs);
            merge.taken.push(field);
        } else {
            let [original, theirs, mine] = [original, theirs, mine].map(str::to_owned);
            merge.conflicts.push(MergeConflict { field, original, theirs, mine });
        }
    }
    merge
}

fn same(one: &str, other: &str) -> bool {
    one.trim().lines().eq(other.trim().lines())
}
