//! Laws of putting two edits together.
#![allow(clippy::unwrap_used)]

use domain::field::Draft;
use domain::merge::merge;
use domain::use_case::Field;
use proptest::prelude::*;

/// Drafts over few fields and few texts, so that edits meet.
fn draft() -> impl Strategy<Value = Draft> {
    let fields: Vec<Field> = Field::ALL.iter().copied().take(5).collect();
    proptest::collection::vec(0_u8..4, fields.len()).prop_map(move |texts| {
        let mut draft = Draft::default();
        for (field, text) in fields.iter().zip(texts) {
            draft.set(*field, if text == 0 { String::new() } else { text.to_string() });
        }
        draft
    })
}

fn texts(draft: &Draft) -> Vec<&str> {
    Field::ALL.iter().map(|field| draft.text(*field)).collect()
}

#[test]
fn each_keeps_what_only_they_changed() {
    let original = Draft::default().with(Field::Name, "Triage").with(Field::RequestsPerMonth, "1000");
    let theirs = original.clone().with(Field::RequestsPerMonth, "5000");
    let mine = original.clone().with(Field::Name, "Claims triage");
    let merged = merge(&original, &theirs, &mine);
    assert!(merged.conflicts.is_empty());
    assert_eq!(merged.taken, [Field::RequestsPerMonth]);
    assert_eq!(merged.draft.text(Field::Name), "Claims triage");
    assert_eq!(merged.draft.text(Field::RequestsPerMonth), "5000");
}

#[test]
fn a_field_that_both_changed_is_asked_about() {
    let original = Draft::default().with(Field::RequestsPerMonth, "1000");
    let theirs = original.clone().with(Field::RequestsPerMonth, "5000");
    let mine = original.clone().with(Field::RequestsPerMonth, "");
    let merged = merge(&original, &theirs, &mine);
    let [conflict] = merged.conflicts.as_slice() else { panic!("{merged:?}") };
    assert_eq!(
        (conflict.field, conflict.original.as_str(), conflict.theirs.as_str(), conflict.mine.as_str()),
        (Field::RequestsPerMonth, "1000", "5000", "")
    );
    assert_eq!(merged.draft.text(Field::RequestsPerMonth), "");
}

#[test]
fn a_text_that_a_browser_sent_back_untouched_is_no_edit() {
    let original = Draft::default().with(Field::Notes, "Measured in May.\nAsk the vendor.");
    let theirs = original.clone().with(Field::Notes, "Measured in June.\nAsk the vendor.");
    let mine = original.clone().with(Field::Notes, "Measured in May.\r\nAsk the vendor.\r\n");
    let merged = merge(&original, &theirs, &mine.clone().with(Field::Name, "Claims"));
    assert_eq!((merged.conflicts.len(), merged.taken.as_slice()), (0, &[Field::Notes][..]));
    assert_eq!(merged.draft.text(Field::Notes), theirs.text(Field::Notes));
    assert_eq!(merged.draft.text(Field::Name), "Claims");
    // A line more or less is an edit, and so is a blank inside a line.
    for edited in
        ["Measured in May.", "Measured in May.\r\n\r\nAsk the vendor.", "Measured in  May.\nAsk the vendor."]
    {
        let merged = merge(&original, &theirs, &mine.clone().with(Field::Notes, edited));
        assert_eq!(merged.conflicts.len(), 1, "{edited}");
        assert_eq!(merged.draft.text(Field::Notes), edited);
    }
}

#[test]
fn what_cannot_be_read_yet_is_kept_and_asked_about_like_any_other_text() {
    let original = Draft::default().with(Field::RequestsPerMonth, "1000");
    let typed = original.clone().with(Field::RequestsPerMonth, "three thousand");
    let untouched = merge(&original, &original, &typed);
    assert_eq!(untouched.draft.text(Field::RequestsPerMonth), "three thousand");
    let theirs = original.clone().with(Field::RequestsPerMonth, "5000");
    let [conflict] = merge(&original, &theirs, &typed).conflicts.try_into().unwrap();
    assert_eq!((conflict.theirs.as_str(), conflict.mine.as_str()), ("5000", "three thousand"));
}

proptest! {
    #[test]
    fn without_another_edit_mine_stands(original in draft(), mine in draft()) {
        let merged = merge(&original, &original, &mine);
        prop_assert!(merged.conflicts.is_empty() && merged.taken.is_empty());
        prop_assert_eq!(texts(&merged.draft), texts(&mine));
    }

    #[test]
    fn the_same_edit_twice_is_no_conflict(original in draft(), edit in draft()) {
        let merged = merge(&original, &edit, &edit);
        prop_assert!(merged.conflicts.is_empty());
        prop_assert_eq!(texts(&merged.draft), texts(&edit));
    }

    #[test]
    fn nothing_that_only_one_changed_is_lost(original in draft(), theirs in draft(), mine in draft()) {
        let merged = merge(&original, &theirs, &mine);
        for field in Field::ALL.iter().copied() {
            let [base, they, i, both] = [&original, &theirs, &mine, &merged.draft].map(|draft| draft.text(field));
            let conflict = merged.conflicts.iter().any(|conflict| conflict.field == field);
            prop_assert_eq!(conflict, they != base && i != base && they != i, "{:?}", field);
            if !conflict {
                prop_assert_eq!(both, if i == base { they } else { i });
            }
        }
    }

    #[test]
    fn who_came_second_does_not_matter_to_what_is_asked(original in draft(), one in draft(), other in draft()) {
        let (here, there) = (merge(&original, &one, &other), merge(&original, &other, &one));
        let asked = |conflicts: &[domain::merge::MergeConflict]| -> Vec<Field> {
            conflicts.iter().map(|conflict| conflict.field).collect()
        };
        prop_assert_eq!(asked(&here.conflicts), asked(&there.conflicts));
        for (one, other) in here.conflicts.iter().zip(&there.conflicts) {
            prop_assert_eq!((&one.theirs, &one.mine), (&other.mine, &other.theirs));
        }
    }
}
