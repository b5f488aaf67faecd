//! Fills the office's own Word file: replaces placeholders, content controls and passages, and keeps every other byte.
//!
//! The file may contain:
//! - text such as `{{electricity_used}}` or `{{抗旱用电量}}`, even if Word split it over several runs;
//! - content controls whose tag or title is such a name;
//! - passages that begin with given words (抗旱救灾方面，), up to the next passage of that form (…方面，) or the paragraph's
//!   end; or below a line that holds nothing but these words, up to the next heading.
//!
//! What could be one of these and is not filled is named with the reason, and so is every sentence outside plans that
//! speaks of the same things and was not replaced: an office fills last year's file.

mod doubled;
mod edit;
mod error;
mod filled;
mod filling;
mod heading;
mod lead;
mod numbers;
mod package;
mod part;
#[cfg(test)]
mod passage_tests;
mod place;
mod placeholder;
mod quantities;
mod scope;
mod stale;
mod subjects;
#[cfg(test)]
mod tests;
mod told;
mod update;
mod written;

use std::collections::BTreeMap;

pub use error::FillError;
pub use filled::{Filled, How, Kind, Left, Passages, Replaced};
pub(super) use lead::title;
pub use package::FILE_MAX;
pub use told::part_name;

use edit::Edits;
use error::within;
use filling::Filling;
use place::Page;

use crate::locales::fill as words;

/// Most characters of a paragraph: an office's longest has some thousands, and a text that was pasted in as one some
/// more. Engineering judgement; what is looked for costs the square of it.
const PARAGRAPH_MAX: usize = 10_000;
/// Most characters of a file: 800 pages. Engineering judgement.
const CHARACTERS_MAX: usize = 500_000;
/// Most places to fill: braces, content controls, and mentions of a passage. Engineering judgement: each figure in each
/// of ten tables is a thousand.
const PLACES_MAX: usize = 5_000;

/// Fills `docx` with `passages`.
pub fn fill(docx: &[u8], passages: &Passages) -> Result<Filled, FillError> {
    let parts = package::parts(docx)?;
    let mut read = Vec::new();
    let mut elements = 0;
    for (name, text) in &parts {
        let part = part::read(name, text)?;
        elements += part.elements;
        within(elements, part::ELEMENTS_MAX, words::the_elements)?;
        read.push((name, text, part));
    }
    let mut edits: Vec<Edits<'_>> =
        read.iter().map(|(_, source, part)| Edits::new(source, part)).collect();
    let pages: Vec<Page<'_>> = read
        .iter()
        .zip(&edits)
        .map(|((name, _, part), edits)| {
            let texts: Vec<String> =
                (0..part.paragraphs.len()).map(|index| edits.text(index)).collect();
            let placeholders = texts.iter().map(|text| placeholder::placeholders(text)).collect();
            Page { name, part, texts, placeholders }
        })
        .collect();
    check_size(&pages, passages)?;
    let mut filling = Filling::new(passages, &pages, &mut edits);
    filling.fill();
    let done = filling.done();
    let mut changed = BTreeMap::new();
    for ((name, source, _), edits) in read.iter().zip(&edits) {
        let made = edits.apply();
        if made != **source {
            // The result must be as valid as the original.
            part::read(name, &made)?;
            changed.insert((*name).clone(), made);
        }
    }
    Ok(Filled { docx: package::with(docx, &changed)?, ..done })
}

/// # Errors
/// The file holds more than a report does.
fn check_size(pages: &[Page<'_>], passages: &Passages) -> Result<(), FillError> {
    let (mut characters, mut places) = (0, 0);
    for page in pages {
        places += page.part.controls.len();
        for (text, placeholders) in page.texts.iter().zip(&page.placeholders) {
            let own = text.chars().count();
            within(own, PARAGRAPH_MAX, words::the_paragraph)?;
            characters += own;
            let titles = passages.titled.keys().map(|title| text.matches(title.as_str()).count());
            places += placeholders.len() + titles.sum::<usize>();
        }
        within(characters, CHARACTERS_MAX, words::the_characters)?;
        within(places, PLACES_MAX, words::the_places)?;
    }
    Ok(())
}
