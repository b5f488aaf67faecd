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
mod update;
mod written;

use std::collections::BTreeMap;

pub use error::FillError;
pub use filled::{Filled, How, Kind, Left, Passages, Replaced};
pub(super) use lead::title;
pub use package::FILE_MAX;

use edit::Edits;
use filling::Filling;
use place::Page;

/// Fills `docx` with `passages`.
pub fn fill(docx: &[u8], passages: &Passages) -> Result<Filled, FillError> {
    let parts = package::parts(docx)?;
    let mut read = Vec::new();
    for (name, text) in &parts {
        read.push((name, text, part::read(name, text)?));
    }
    let mut edits: Vec<Edits<'_>> =
        read.iter().map(|(_, source, part)| Edits::new(source, part)).collect();
    let pages: Vec<Page<'_>> = read
        .iter()
        .zip(&edits)
        .map(|((name, _, part), edits)| Page {
            name,
            part,
            texts: (0..part.paragraphs.len()).map(|index| edits.text(index)).collect(),
        })
        .collect();
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
