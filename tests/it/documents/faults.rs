//! The table of faults quotes what the program says, and says what the program says.

use hanqing::locales::{Lang, Message, messages};

use super::{assert_none, both};

/// Whether `message` can read as `quote`, in which dots stand for what is filled in or left out.
fn reads_as(message: &Message, language: Lang, quote: &str) -> bool {
    let mut rest = message.built_in(language);
    quote.split('…').filter(|piece| !piece.trim().is_empty()).all(|piece| {
        let Some(place) = rest.find(piece.trim()) else { return false };
        rest = &rest[place + piece.trim().len()..];
        true
    })
}

/// What stands in a page between “ and ”, with its line.
fn quotes(text: &str) -> Vec<(usize, &str)> {
    let lines = text.lines().enumerate();
    lines
        .flat_map(|(index, line)| line.split('“').skip(1).map(move |rest| (index + 1, rest)))
        .map(|(number, rest)| (number, rest.split('”').next().unwrap_or_default()))
        .collect()
}

#[test]
fn what_the_table_of_faults_quotes_the_program_says() {
    let mut found = Vec::new();
    for (page, language) in
        both("docs/faults.LANGUAGE.md").iter().zip([Lang::Chinese, Lang::English])
    {
        let quotes = quotes(&page.text);
        assert!(quotes.len() > 40, "{}: {} quotes", page.path, quotes.len());
        for (number, quote) in quotes {
            let known = messages().any(|message| reads_as(&message, language, quote));
            if !known || !quote.chars().any(char::is_alphanumeric) {
                found.push(format!("{}:{number}: nothing says “{quote}”", page.path));
            }
        }
    }
    assert_none(&found);
}

#[test]
fn both_languages_have_the_same_rows() {
    let rows = both("docs/faults.LANGUAGE.md").map(|page| {
        let rows =
            page.text.lines().filter(|line| line.starts_with("| ") || line.starts_with("## "));
        rows.map(|line| line.matches('|').count()).collect::<Vec<_>>()
    });
    assert_eq!(rows[0], rows[1]);
}

#[test]
fn a_quote_is_compared_piece_by_piece() {
    let offline = messages().find(|message| message.name() == "modbus.no_answer").unwrap();
    assert!(reads_as(&offline, Lang::English, "unit … did not answer within … ms"));
    assert!(!reads_as(&offline, Lang::English, "unit … did answer"));
    assert!(!reads_as(&offline, Lang::English, "within … ms … unit"));
    assert_eq!(quotes("a “b” c\n“d …” e"), [(1, "b"), (2, "d …")]);
}
