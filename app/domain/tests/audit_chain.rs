//! The audit chain notices every way of tampering with a log, and its format stays what old exports used.
#![allow(clippy::unwrap_used)]

use domain::audit::{AuditEntry, BEGINNING, Broken, ChainHash, Verified, Verifier, chain_hash};
use proptest::prelude::*;
use std::fmt::Write;

/// An entry with the two hashes stored beside it.
#[derive(Debug, Clone, Copy)]
struct Stored {
    entry: AuditEntry<'static>,
    previous: ChainHash,
    hash: ChainHash,
}

impl Stored {
    fn after(previous: ChainHash, entry: AuditEntry<'static>) -> Self {
        Self { entry, previous, hash: chain_hash(&previous, &entry) }
    }
}

/// Every optional field has a value, so that each can be both replaced and removed.
fn entry(seq: i64) -> AuditEntry<'static> {
    AuditEntry {
        workspace: "0190a1b2-0000-7000-8000-000000000001",
        seq,
        at_micros: 1_767_225_600_000_000 + seq * 1_000_000,
        account: Some("0190a1b2-0000-7000-8000-000000000002"),
        session: Some("0190a1b2-0000-7000-8000-000000000003"),
        api_token: Some("0190a1b2-0000-7000-8000-000000000004"),
        action: "review.approved",
        subject: Some("0190a1b2-0000-7000-8000-000000000005"),
        use_case: Some("0190a1b2-0000-7000-8000-000000000006"),
        before: Some(r#"{"state":"proposed"}"#),
        after: Some(r#"{"state":"approved","by":"Zoë"}"#),
    }
}

/// What the product writes: each entry follows the hash of the one before.
fn written(entries: &[AuditEntry<'static>]) -> Vec<Stored> {
    let mut head = BEGINNING;
    entries
        .iter()
        .map(|entry| {
            let stored = Stored::after(head, *entry);
            head = stored.hash;
            stored
        })
        .collect()
}

/// Entries 1 to 5; the one at index 2 has the number 3.
fn honest() -> Vec<Stored> {
    written(&[1, 2, 3, 4, 5].map(entry))
}

fn verify(chain: &[Stored]) -> Result<Verified, Broken> {
    let mut verifier = Verifier::default();
    for stored in chain {
        verifier.next(&stored.entry, &stored.previous, &stored.hash)?;
    }
    Ok(verifier.verified())
}

/// Gives the entries the numbers 1, 2, 3… again, as someone would who hides a gap, and leaves the hashes.
fn renumber(chain: &mut [Stored]) {
    for (seq, stored) in (1..).zip(chain) {
        stored.entry.seq = seq;
    }
}

/// The entry with one field changed, for each field but `seq` and each way to change it.
fn changes(original: AuditEntry<'static>) -> Vec<(&'static str, AuditEntry<'static>)> {
    // Without `..`, so that a new field does not compile before it is in the list below.
    let AuditEntry {
        workspace: _,
        seq: _,
        at_micros,
        account: _,
        session: _,
        api_token: _,
        action: _,
        subject: _,
        use_case: _,
        before: _,
        after: _,
    } = original;
    let mut changes = vec![
        ("workspace", AuditEntry { workspace: "other", ..original }),
        ("at_micros", AuditEntry { at_micros: at_micros + 1, ..original }),
        ("action", AuditEntry { action: "review.withdrawn", ..original }),
    ];
    for text in [Some("other"), Some(""), None] {
        changes.extend([
            ("account", AuditEntry { account: text, ..original }),
            ("session", AuditEntry { session: text, ..original }),
            ("api_token", AuditEntry { api_token: text, ..original }),
            ("subject", AuditEntry { subject: text, ..original }),
            ("use_case", AuditEntry { use_case: text, ..original }),
            ("before", AuditEntry { before: text, ..original }),
            ("after", AuditEntry { after: text, ..original }),
        ]);
    }
    changes
}

#[test]
fn an_honest_chain_verifies_with_its_count_and_head() {
    let chain = honest();
    for length in 1..=chain.len() {
        let part = &chain[..length];
        let last = part.last().unwrap();
        assert_eq!(verify(part), Ok(Verified { entries: last.entry.seq, head: last.hash }));
    }
}

#[test]
fn a_chain_without_entries_has_the_beginning_as_its_head() {
    assert_eq!(BEGINNING, [0; 32]);
    assert_eq!(verify(&[]), Ok(Verified { entries: 0, head: BEGINNING }));
}

#[test]
fn a_changed_field_breaks_the_content_of_its_entry() {
    for (field, changed) in changes(entry(3)) {
        let mut chain = honest();
        chain[2].entry = changed;
        assert_eq!(verify(&chain), Err(Broken::Content { seq: 3 }), "{field}: {changed:?}");
    }
}

#[test]
fn a_changed_number_breaks_the_sequence() {
    for found in [2, 4, 0, -3, i64::MIN, i64::MAX] {
        let mut chain = honest();
        chain[2].entry.seq = found;
        assert_eq!(verify(&chain), Err(Broken::Sequence { expected: 3, found }));
    }
}

#[test]
fn a_changed_stored_hash_is_found_in_its_own_entry() {
    for byte in 0..32 {
        let mut chain = honest();
        chain[2].hash[byte] ^= 1;
        assert_eq!(verify(&chain), Err(Broken::Content { seq: 3 }), "hash, byte {byte}");

        let mut chain = honest();
        chain[2].previous[byte] ^= 1;
        assert_eq!(verify(&chain), Err(Broken::Link { seq: 3 }), "previous hash, byte {byte}");
    }
}

#[test]
fn a_removed_entry_breaks_the_sequence_or_else_the_link() {
    for removed in 0..4 {
        let mut chain = honest();
        chain.remove(removed);
        let expected = i64::try_from(removed).unwrap() + 1;
        assert_eq!(verify(&chain), Err(Broken::Sequence { expected, found: expected + 1 }));

        renumber(&mut chain);
        assert_eq!(verify(&chain), Err(Broken::Link { seq: expected }), "renumbered");
    }
}

#[test]
fn an_inserted_entry_breaks_the_sequence_or_else_the_link() {
    let mut chain = honest();
    // The best an intruder can do: the entry itself follows the one before it correctly.
    let inserted = AuditEntry { action: "review.withdrawn", ..entry(3) };
    chain.insert(2, Stored::after(chain[1].hash, inserted));
    assert_eq!(verify(&chain), Err(Broken::Sequence { expected: 4, found: 3 }));

    renumber(&mut chain);
    assert_eq!(verify(&chain), Err(Broken::Link { seq: 4 }), "renumbered");
}

#[test]
fn a_repeated_entry_breaks_the_sequence() {
    let mut chain = honest();
    chain.insert(3, chain[2]);
    assert_eq!(verify(&chain), Err(Broken::Sequence { expected: 4, found: 3 }));
}

#[test]
fn two_swapped_entries_break_the_sequence_or_else_the_link() {
    for (first, second) in [(0, 1), (1, 2), (1, 3), (3, 4)] {
        let mut chain = honest();
        chain.swap(first, second);
        let expected = chain[second].entry.seq;
        let found = chain[first].entry.seq;
        assert_eq!(verify(&chain), Err(Broken::Sequence { expected, found }));

        renumber(&mut chain);
        assert_eq!(verify(&chain), Err(Broken::Link { seq: expected }), "renumbered");
    }
}

#[test]
fn swapped_contents_under_the_old_hashes_break_the_content() {
    let mut chain = honest();
    let (second, third) = (chain[1].entry, chain[2].entry);
    chain[1].entry = AuditEntry { seq: 2, ..third };
    chain[2].entry = AuditEntry { seq: 3, ..second };
    assert_eq!(verify(&chain), Err(Broken::Content { seq: 2 }));
}

#[test]
fn a_cut_off_end_shows_against_the_count_and_head_noted_earlier() {
    let mut chain = honest();
    let noted = verify(&chain).unwrap();
    chain.pop();
    // What is left is a chain that holds, so only the note can tell.
    let left = verify(&chain).unwrap();
    assert_eq!(left, Verified { entries: 4, head: chain[3].hash });
    assert_ne!(left.head, noted.head);

    let another = AuditEntry { action: "review.withdrawn", ..entry(5) };
    chain.push(Stored::after(left.head, another));
    let replaced = verify(&chain).unwrap();
    assert_eq!(replaced.entries, noted.entries);
    assert_ne!(replaced.head, noted.head);
}

#[test]
fn an_entry_hashed_again_alone_breaks_the_next_link() {
    for (field, changed) in changes(entry(3)) {
        let mut chain = honest();
        chain[2] = Stored::after(chain[1].hash, changed);
        assert_eq!(verify(&chain), Err(Broken::Link { seq: 4 }), "{field}: {changed:?}");
    }
}

#[test]
fn a_next_link_repaired_alone_breaks_the_content_of_its_entry() {
    let mut chain = honest();
    chain[2] = Stored::after(chain[1].hash, AuditEntry { action: "review.withdrawn", ..entry(3) });
    chain[3].previous = chain[2].hash;
    assert_eq!(verify(&chain), Err(Broken::Content { seq: 4 }));
}

#[test]
fn a_chain_hashed_again_to_its_end_shows_against_the_head_noted_earlier() {
    let noted = verify(&honest()).unwrap();
    for (field, changed) in changes(entry(3)) {
        let rewritten = written(&[entry(1), entry(2), changed, entry(4), entry(5)]);
        let verified = verify(&rewritten).unwrap();
        assert_eq!(verified.entries, noted.entries);
        assert_ne!(verified.head, noted.head, "{field}: {changed:?}");
    }
}

#[test]
fn a_chain_that_does_not_start_at_the_beginning_breaks_the_first_link() {
    assert_eq!(verify(&[Stored::after([1; 32], entry(1))]), Err(Broken::Link { seq: 1 }));
}

#[test]
fn what_came_before_a_break_stays_verified() {
    let mut chain = honest();
    chain[2].entry.action = "review.withdrawn";
    let mut verifier = Verifier::default();
    for stored in &chain[..2] {
        verifier.next(&stored.entry, &stored.previous, &stored.hash).unwrap();
    }
    assert!(verifier.next(&chain[2].entry, &chain[2].previous, &chain[2].hash).is_err());
    assert_eq!(verifier.verified(), Verified { entries: 2, head: chain[1].hash });
}

fn hex(hash: &ChainHash) -> String {
    hash.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Both hashes were computed from the description of the format by another program. If this test fails, logs
/// and exports that exist no longer verify: a new format needs a new name in what is hashed.
#[test]
fn the_format_is_pinned() {
    let first = chain_hash(&BEGINNING, &entry(1));
    assert_eq!(hex(&first), "ddc2934bae890984963b1b9b0cf6cf911c58153b3e0d134b31540bc078679640");

    // No optional text, an empty one, and numbers with every byte in use.
    let sparse = AuditEntry {
        workspace: "",
        seq: -2,
        at_micros: 0x0102_0304_0506_0708,
        account: None,
        session: None,
        api_token: None,
        action: "workspace.created",
        subject: None,
        use_case: None,
        before: None,
        after: Some(""),
    };
    assert_eq!(
        hex(&chain_hash(&first, &sparse)),
        "0b70ba3be7eb1e1d0d648444c4a46f4b85add84f680bdf06ca946186e49ad054"
    );
}

/// An entry that owns its texts.
#[derive(Debug, Clone, PartialEq)]
struct Owned {
    workspace: String,
    numbers: [i64; 2],
    action: String,
    /// In the order of the fields, without `action`.
    optional: [Option<String>; 7],
}

impl Owned {
    fn entry(&self) -> AuditEntry<'_> {
        let [account, session, api_token, subject, use_case, before, after] =
            self.optional.each_ref().map(Option::as_deref);
        let [seq, at_micros] = self.numbers;
        let (workspace, action) = (self.workspace.as_str(), self.action.as_str());
        AuditEntry {
            workspace,
            seq,
            at_micros,
            account,
            session,
            api_token,
            action,
            subject,
            use_case,
            before,
            after,
        }
    }
}

/// Short texts of the bytes that mark presence and length in the format, so that one could pass for the other.
fn texts() -> impl Strategy<Value = String> {
    "[\u{0}\u{1}\u{2}aé]{0,3}"
}

prop_compose! {
    fn entries()(
        workspace in texts(),
        numbers in prop::array::uniform2(prop_oneof![-2_i64..3, any::<i64>()]),
        action in texts(),
        optional in prop::array::uniform7(prop::option::of(texts())),
    ) -> Owned {
        Owned { workspace, numbers, action, optional }
    }
}

/// Cuts one text into the fields of an entry, at the eight places given. The numbers take eight bytes each. A
/// field that is left empty is absent where `absent` says so.
fn cut(text: &str, mut cuts: [usize; 8], absent: [bool; 7]) -> Owned {
    cuts.iter_mut().for_each(|cut| *cut %= text.len() - 15);
    cuts.sort_unstable();
    let (workspace, rest) = text.split_at(cuts[0]);
    let (numbers, rest) = rest.split_at(16);
    let number = |bytes: &str| i64::from_be_bytes(bytes.as_bytes().try_into().unwrap());
    let part = |index: usize| {
        let end = cuts.get(index + 1).map_or(rest.len(), |end| end - cuts[0]);
        rest[cuts[index] - cuts[0]..end].to_owned()
    };
    let mut optional = [0, 1, 2, 4, 5, 6, 7].map(|index| Some(part(index)));
    for (field, absent) in optional.iter_mut().zip(absent) {
        if absent && field.as_deref() == Some("") {
            *field = None;
        }
    }
    Owned {
        workspace: workspace.to_owned(),
        numbers: [number(&numbers[..8]), number(&numbers[8..])],
        action: part(3),
        optional,
    }
}

/// All bytes of the fields one after the other, without what separates them.
fn concatenated(entry: &AuditEntry<'_>) -> Vec<u8> {
    let mut bytes = entry.workspace.as_bytes().to_vec();
    bytes.extend(entry.seq.to_be_bytes());
    bytes.extend(entry.at_micros.to_be_bytes());
    let fields = [
        entry.account,
        entry.session,
        entry.api_token,
        Some(entry.action),
        entry.subject,
        entry.use_case,
        entry.before,
        entry.after,
    ];
    fields.into_iter().flatten().for_each(|field| bytes.extend(field.as_bytes()));
    bytes
}

prop_compose! {
    /// Two entries cut from the same text. Often only one place differs, by one byte: most formats without
    /// lengths confuse neighbours, not entries that are unlike in everything.
    fn entries_of_one_text()(
        text in "[\u{0}\u{1}\u{2}a]{16,28}",
        cuts in prop::array::uniform8(0_usize..64),
        absent in prop::array::uniform7(any::<bool>()),
        other in prop::option::of((
            prop::array::uniform8(0_usize..64),
            prop::array::uniform7(any::<bool>()),
        )),
        moved in 0_usize..8,
    ) -> [Owned; 2] {
        let mut near = cuts;
        near[moved] += 1;
        let (other_cuts, other_absent) = other.unwrap_or((near, absent));
        [cut(&text, cuts, absent), cut(&text, other_cuts, other_absent)]
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn different_entries_have_different_hashes(first in entries(), second in entries(), previous: ChainHash) {
        let hashes = [&first, &second].map(|owned| chain_hash(&previous, &owned.entry()));
        prop_assert_eq!(first == second, hashes[0] == hashes[1]);
    }

    #[test]
    fn entries_whose_fields_concatenate_to_the_same_bytes_have_different_hashes(pair in entries_of_one_text()) {
        let [first, second] = pair;
        prop_assert_eq!(concatenated(&first.entry()), concatenated(&second.entry()));
        let hashes = [&first, &second].map(|owned| chain_hash(&BEGINNING, &owned.entry()));
        prop_assert_eq!(first == second, hashes[0] == hashes[1]);
    }

    #[test]
    fn an_entry_has_another_hash_after_another_one(owned in entries(), before: [ChainHash; 2]) {
        let hashes = before.map(|previous| chain_hash(&previous, &owned.entry()));
        prop_assert_eq!(before[0] == before[1], hashes[0] == hashes[1]);
    }
}

#[test]
fn texts_cannot_move_from_one_field_to_the_next() {
    let with = |account, session| chain_hash(&BEGINNING, &AuditEntry { account, session, ..entry(1) });
    let hashes = [
        with(Some("ab"), Some("c")),
        with(Some("a"), Some("bc")),
        with(Some("abc"), Some("")),
        with(Some("abc"), None),
        with(Some(""), Some("abc")),
        with(None, Some("abc")),
        // Look like the marks of presence and length between two texts.
        with(Some("a\u{1}"), Some("b")),
        with(Some("a"), Some("\u{1}b")),
        with(Some("a\u{1}\0\0\0\0\0\0\0\u{1}b"), None),
        with(Some("a"), Some("b")),
    ];
    for (index, hash) in hashes.iter().enumerate() {
        assert!(!hashes[..index].contains(hash), "case {index}");
    }
}
