//! Tables in and out.

use crate::classify::decode::Decoded;
use crate::classify::guard::{guarded, unguarded};
use crate::classify::{Cell, Columns, Encoding, End, Look, MOST_ROWS, Problem, Row, TableIn, TableOut};
use proptest::prelude::*;
use std::io::Read;
use std::sync::Arc;

fn look(file: impl AsRef<[u8]>) -> Look {
    TableIn::look(&Arc::new(file.as_ref().to_vec()), None, None).unwrap()
}

fn read_as(file: &[u8], look: &Look, columns: &Columns) -> Result<Vec<Row>, Problem> {
    let mut table = TableIn::open(&Arc::new(file.to_vec()), look, columns)?;
    let mut rows = Vec::new();
    loop {
        // Small slices, so that their borders are among what is tested.
        let slice = table.slice(3)?;
        rows.extend(slice.rows);
        if slice.end.is_some() {
            return Ok(rows);
        }
    }
}

/// Reads what is guessed.
fn read(file: impl AsRef<[u8]>) -> Result<Vec<Row>, Problem> {
    let file = file.as_ref();
    let look = TableIn::look(&Arc::new(file.to_vec()), None, None)?;
    read_as(file, &look, &look.columns)
}

fn texts(file: impl AsRef<[u8]>) -> Vec<String> {
    read(file).unwrap().into_iter().map(|row| row.text).collect()
}

fn sentence(file: impl AsRef<[u8]>) -> String {
    read(file).unwrap_err().to_string()
}

#[test]
fn columns_are_found_by_their_names() {
    let rows = read("id,Category,Message\n1,card_arrival,Where is my card?\n2,,Hello\n").unwrap();
    let expected = [
        Row { number: 2, text: "Where is my card?".to_owned(), label: Some("card_arrival".to_owned()) },
        Row { number: 3, text: "Hello".to_owned(), label: None },
    ];
    assert_eq!(rows, expected);
}

#[test]
fn without_known_names_the_column_with_the_most_text_is_taken_from_the_first_row_on() {
    let file = "7,Where is my card?\n8,I lost my phone on the train\n";
    assert_eq!(look(file).columns, Columns { has_header: false, text: 1, label: None });
    assert_eq!(texts(file), ["Where is my card?", "I lost my phone on the train"]);
}

#[test]
fn columns_are_chosen_by_their_place() {
    let file = "frage;antwort\nWo?;hier\nWann?;jetzt\n".as_bytes();
    let look = look(file);
    assert_eq!(look.separator, ';');
    let columns = |has_header, text| Columns { has_header, text, label: None };
    let texts = |columns: &Columns| -> Result<Vec<String>, Problem> {
        Ok(read_as(file, &look, columns)?.into_iter().map(|row| row.text).collect())
    };
    assert_eq!(texts(&columns(true, 0)).unwrap(), ["Wo?", "Wann?"]);
    assert_eq!(texts(&columns(true, 1)).unwrap(), ["hier", "jetzt"]);
    assert_eq!(texts(&columns(false, 1)).unwrap(), ["antwort", "hier", "jetzt"]);
    let refusal = texts(&columns(true, 2)).unwrap_err().to_string();
    assert_eq!(refusal, "There is no column 3: the first row has 2.");
}

#[test]
fn quotes_hold_separators_line_breaks_and_quotes() {
    let file = "text,label\r\n\"One, \"\"two\"\"\r\nthree\",a\r\n\"\",b\r\n";
    let rows = read(file).unwrap();
    assert_eq!(rows[0].text, "One, \"two\"\r\nthree");
    assert_eq!((rows[1].text.as_str(), rows[1].number), ("", 3));
}

#[test]
fn rows_of_one_cell_need_no_separator_and_no_quotes() {
    let file = "Hello\nWell, I lost it, you know\nWhere, if I may ask, is it?\n";
    assert_eq!(texts(file), ["Hello", "Well, I lost it, you know", "Where, if I may ask, is it?"]);
    assert_eq!(texts("text\nA 5\" screen\n"), ["A 5\" screen"]);
}

#[test]
fn separators_of_spreadsheets_everywhere_are_found() {
    for separator in [',', ';', '\t', '|'] {
        let file = format!("text{separator}label\nOne{separator}a\n\"Two{separator} three\"{separator}b\n");
        assert_eq!(look(&file).separator, separator);
        assert_eq!(texts(&file), ["One".to_owned(), format!("Two{separator} three")]);
    }
    // A row that is too short does not hide what the names in the first say.
    assert_eq!(look("label,text\na,One\nb\n").separator, ',');
}

#[test]
fn every_encoding_of_spreadsheets_is_found_and_read() {
    let text = "text,label\nWas kostet „das“ – 5 €?,ä\nNaïve café,ö\n";
    let expected = ["Was kostet „das“ – 5 €?", "Naïve café"];
    let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(bytes).collect() };
    let (little, big) = (utf16(u16::to_le_bytes), utf16(u16::to_be_bytes));
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    for (file, encoding) in [
        (text.as_bytes().to_vec(), Encoding::Utf8),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), Encoding::Utf8),
        (little.clone(), Encoding::Utf16Le),
        ([b"\xff\xfe".to_vec(), little].concat(), Encoding::Utf16Le),
        (big.clone(), Encoding::Utf16Be),
        ([b"\xfe\xff".to_vec(), big].concat(), Encoding::Utf16Be),
        (windows.into_owned(), Encoding::Windows1252),
    ] {
        assert_eq!(look(&file).encoding, encoding);
        assert_eq!(texts(&file), expected, "{encoding:?}");
    }
}

#[test]
fn what_cannot_be_decoded_names_the_row() {
    let mut file = b"\xef\xbb\xbftext\nOne\n\"Two\n\nlines\"\n".to_vec();
    file.extend(b"caf\xe9\n");
    let expected = "Row 4 (line 6) has bytes that are no characters in UTF-8. Choose another encoding, or save the \
                    file as UTF-8.";
    assert_eq!(sentence(&file), expected);
    // Half a character at the end of UTF-16.
    let mut file: Vec<u8> = "text\nOne\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    file.push(b'x');
    assert!(sentence(&file).contains("Row 3 has bytes that are no characters in UTF-16"));
}

#[test]
fn a_row_without_the_text_is_named() {
    let expected = "Row 3 ends too early: the text is in column 2, and the row has 1. Is there a separator or a \
                    quotation mark too few?";
    assert_eq!(sentence("label,text\na,One\nb\nc,Three\n"), expected);
    assert_eq!(texts("text,label\nOne\nTwo,b,and more\n"), ["One", "Two"], "the text is what counts");
}

#[test]
fn a_quotation_that_never_ends_is_named_and_an_inch_is_none() {
    let expected =
        "Row 3 opens a quotation that never ends. Close it, or write each quotation mark in a cell twice.";
    assert_eq!(sentence("text,label\nOne,a\n\"Two,b\nThree,c\n"), expected);
    assert_eq!(texts("text,label\n5\" pipe,a\n\"Two\nlines\",b\n"), ["5\" pipe", "Two\nlines"]);
    assert_eq!(texts("text,label\n5\" pipe,a\n\"Two\nlines\",b"), ["5\" pipe", "Two\nlines"]);
}

#[test]
fn nothing_is_said_to_be_nothing() {
    for file in ["", "\n\n", "\u{feff}"] {
        assert_eq!(sentence(file), "The file has no rows.", "{file:?}");
    }
    assert_eq!(texts("text\n"), Vec::<String>::new());
}

#[test]
fn a_hundred_thousand_rows_are_read_and_no_more() {
    let mut file = "text\n".to_owned();
    for row in 0..=MOST_ROWS {
        file.push_str(&format!("message {row}\n"));
    }
    let look = look(&file);
    let read = |file: &str| {
        let mut table = TableIn::open(&Arc::new(file.as_bytes().to_vec()), &look, &look.columns).unwrap();
        let mut count = 0;
        loop {
            let slice = table.slice(5_000).unwrap();
            assert!(slice.rows.len() <= 5_000);
            count += slice.rows.len() as u64;
            if let Some(end) = slice.end {
                return (count, end);
            }
        }
    };
    assert_eq!(read(&file), (MOST_ROWS, End::Limit));
    file.truncate(file.trim_end().rfind('\n').unwrap() + 1);
    assert_eq!(read(&file), (MOST_ROWS, End::Rows));
}

#[test]
fn no_cell_is_a_formula() {
    for (text, written) in [
        ("=1+1", "'=1+1"),
        ("+49 30 1234", "'+49 30 1234"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\n=x", "'\n=x"),
        ("'=x", "''=x"),
        ("'tis fine", "'tis fine"),
        ("a=b", "a=b"),
        ("", ""),
    ] {
        assert_eq!(guarded(text), written);
        assert_eq!(unguarded(written), text);
    }
    let mut table = TableOut::new(&["text", "margin", "label"]).unwrap();
    table.row([Cell::Text("=HYPERLINK(\"x\")"), Cell::Number(-0.25, 3), Cell::Unknown]).unwrap();
    let file = String::from_utf8(table.file().unwrap()).unwrap();
    assert_eq!(file, "\u{feff}text,margin,label\r\n\"'=HYPERLINK(\"\"x\"\")\",-0.250,\r\n");
}

/// Texts with much of what is special to tables.
fn tricky() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "['=+@\"\n\r\t,; a-]{0,12}", "\\PC{0,20}"]
}

fn decoded(file: &[u8], encoding: Encoding) -> Option<String> {
    let mut text = String::new();
    Decoded::new(Arc::new(file.to_vec()), encoding).read_to_string(&mut text).ok().map(|_| text)
}

proptest! {
    #[test]
    fn what_goes_out_comes_back(rows in prop::collection::vec((tricky(), tricky()), 1..20)) {
        let mut table = TableOut::new(&["text", "label"]).unwrap();
        for (text, label) in &rows {
            table.row([Cell::Text(text), Cell::Text(label)]).unwrap();
        }
        let file = table.file().unwrap();
        let look = look(&file);
        // The separator is known, because cells of nothing but separators make others look as good.
        let look = Look { separator: ',', ..look };
        let columns =
            Columns { has_header: true, text: 0, label: Some(1) };
        let look = Look { first: vec![vec!["text".to_owned(), "label".to_owned()]], ..look };
        let back = read_as(&file, &look, &columns).unwrap();
        prop_assert_eq!(back.len(), rows.len());
        for ((text, label), row) in rows.iter().zip(&back) {
            prop_assert_eq!(text, &row.text);
            // Labels are names: spaces around them mean nothing.
            let label = guarded(label);
            let label = Some(unguarded(label.trim())).filter(|label| !label.is_empty());
            prop_assert_eq!(label, row.label.as_deref());
        }
    }

    #[test]
    fn a_guarded_text_is_no_formula_and_comes_back(text in tricky()) {
        let written = guarded(&text);
        prop_assert!(!written.starts_with(['=', '+', '-', '@', '\t', '\r']));
        prop_assert_eq!(unguarded(&written), &text);
    }

    #[test]
    fn any_bytes_are_rows_or_a_problem_and_never_a_panic(file in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&file);
        for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252] {
            let file = Arc::new(file.clone());
            if let Ok(look) = TableIn::look(&file, Some(encoding), Some(',')) {
                let _ = read_as(&file, &look, &look.columns);
            }
        }
    }

    #[test]
    fn text_is_decoded_as_on_the_web(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for (ours, theirs) in [
            (Encoding::Utf8, encoding_rs::UTF_8),
            (Encoding::Utf16Le, encoding_rs::UTF_16LE),
            (Encoding::Utf16Be, encoding_rs::UTF_16BE),
            (Encoding::Windows1252, encoding_rs::WINDOWS_1252),
        ] {
            let (text, has_errors) = theirs.decode_with_bom_removal(&bytes);
            let expected = (!has_errors).then(|| text.into_owned());
            prop_assert_eq!(decoded(&bytes, ours), expected, "{:?}", ours);
        }
    }
}

proptest! {
    // Each text is longer than a step.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn long_texts_are_decoded_across_the_borders_of_steps(text in "\\PC{1,40}", shift in 0_usize..4) {
        let text = format!("{}{}", "x".repeat(shift), text.repeat(70_000 / text.len() + 1));
        let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(bytes).collect() };
        // A text that begins with the mark loses it, as it should.
        prop_assume!(!text.starts_with('\u{feff}'));
        for (file, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            (utf16(u16::to_le_bytes), Encoding::Utf16Le),
            (utf16(u16::to_be_bytes), Encoding::Utf16Be),
        ] {
            let found = decoded(&file, encoding);
            prop_assert!(found.as_deref() == Some(text.as_str()), "{:?}", encoding);
        }
    }
}
