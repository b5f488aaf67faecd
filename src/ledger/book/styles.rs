//! The number formats of a workbook, by the style of a cell.

use std::collections::HashMap;

use super::format::NumberFormat;

/// Most styles: what Excel takes (its specifications and limits).
pub(super) const STYLES_MAX: usize = 65_490;

/// Most formats that are interpreted. Excel takes some 250 besides its own; more than that is no office's workbook.
const FORMATS_MAX: usize = 2_000;

/// Format 0: none.
const GENERAL: u16 = 0;

/// The formats that cells refer to by their style.
#[derive(Debug, Default)]
pub(super) struct Styles {
    /// The workbook's own formats, by their number.
    own: HashMap<u16, String>,
    formats: Vec<NumberFormat>,
    by_number: HashMap<u16, usize>,
    /// The place in `formats` by style, and whether its font is struck through.
    styles: Vec<(usize, bool)>,
    /// The fonts, in their order: whether each is struck through.
    fonts: Vec<bool>,
    general: NumberFormat,
}

impl Styles {
    /// Takes a format of the workbook.
    pub fn define(&mut self, number: u16, code: &str) {
        if self.own.len() < FORMATS_MAX {
            // A longer one is none, and is told as such.
            let code = code.chars().take(super::format::CODE_MAX + 1).collect();
            self.own.insert(number, code);
        }
    }

    /// Takes the next font. Those beyond what styles can name are none of theirs.
    pub fn font(&mut self, struck: bool) {
        if self.fonts.len() < STYLES_MAX {
            self.fonts.push(struck);
        }
    }

    /// Marks the last font as struck through.
    pub fn strike(&mut self) {
        if let Some(last) = self.fonts.last_mut() {
            *last = true;
        }
    }

    /// Takes the next style, with the number of its format and the place of its font. `false` if there are too many.
    pub fn push(&mut self, number: u16, font: usize) -> bool {
        if self.styles.len() >= STYLES_MAX {
            return false;
        }
        let place = *self.by_number.entry(number).or_insert_with(|| {
            let own = self.own.get(&number).map(|code| NumberFormat::new(code));
            let format = own.or_else(|| NumberFormat::builtin(number));
            self.formats.push(format.unwrap_or_else(|| match number {
                GENERAL => NumberFormat::default(),
                _ => NumberFormat::unknown(),
            }));
            self.formats.len() - 1
        });
        self.styles.push((place, self.fonts.get(font).copied().unwrap_or(false)));
        true
    }

    /// The format of a style; a style that there is not has none.
    pub fn format(&self, style: usize) -> &NumberFormat {
        let place = self.styles.get(style);
        place.and_then(|(place, _)| self.formats.get(*place)).unwrap_or(&self.general)
    }

    /// Whether a style strikes through what it shows.
    pub fn is_struck(&self, style: usize) -> bool {
        self.styles.get(style).is_some_and(|(_, struck)| *struck)
    }
}
