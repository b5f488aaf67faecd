//! A cell of an .ods workbook.

use std::collections::BTreeSet;

use quick_xml::events::BytesStart;

use super::archive::{attribute, xml_damaged};
use super::format::shown_as;
use super::grid::{cut, text_cell};
use super::xlsx::TEXT_BYTES;
use super::{Cell, Fault, day};
use crate::core::Problem;

/// Most blanks that one element stands for and that are kept.
const BLANKS_MAX: usize = 64;

/// What a date shows besides the day if it shows its time.
const TIME_SIGNS: [char; 3] = [':', '：', '时'];

/// A cell while it is read.
#[derive(Debug, Default)]
pub(super) struct OpenCell {
    kind: String,
    /// Its value as it is stored.
    value: Option<String>,
    formula: bool,
    error: bool,
    /// How many cells it stands for.
    pub repeated: usize,
    /// Over how many rows and columns it is merged.
    pub spans: (usize, usize),
    /// What it shows; `None` if the file does not say so.
    text: Option<String>,
    in_paragraph: bool,
    /// Whether it has a style of its own, and not that of its column.
    pub styled: bool,
    /// Whether it or a part of its text is struck through.
    pub struck: bool,
}

impl OpenCell {
    /// A cell that begins; `struck` has the names of the styles that strike through.
    pub fn new(element: &BytesStart<'_>, struck: &BTreeSet<String>) -> Result<Self, Problem> {
        let mut cell = Self { repeated: 1, spans: (1, 1), ..Self::default() };
        for attribute in element.attributes().with_checks(false) {
            let attribute = attribute.map_err(|_| xml_damaged())?;
            let value = attribute.value.as_ref();
            match attribute.key.as_ref() {
                "office:value-type" => value.clone_into(&mut cell.kind),
                "office:value"
                | "office:date-value"
                | "office:time-value"
                | "office:boolean-value" => cell.value = Some(value.to_owned()),
                "calcext:value-type" => cell.error = value == "error",
                "table:formula" => cell.formula = true,
                "table:style-name" => (cell.styled, cell.struck) = (true, struck.contains(value)),
                "table:number-columns-repeated" => cell.repeated = count(value)?,
                "table:number-rows-spanned" => cell.spans.0 = count(value)?,
                "table:number-columns-spanned" => cell.spans.1 = count(value)?,
                _ => {}
            }
        }
        if cell.kind == "string" {
            cell.value = attribute(element, "string-value")?;
        }
        Ok(cell)
    }

    /// Takes an element within the cell.
    pub fn start(
        &mut self,
        name: &str,
        element: &BytesStart<'_>,
        struck: &BTreeSet<String>,
    ) -> Result<(), Problem> {
        match name {
            "p" => {
                self.in_paragraph = true;
                match &mut self.text {
                    None => self.text = Some(String::new()),
                    Some(text) if text.len() < TEXT_BYTES => text.push('\n'),
                    Some(_) => {}
                }
            }
            "s" => {
                let blanks = attribute(element, "c")?.map_or(Ok(1), |blanks| count(&blanks))?;
                self.push(&" ".repeat(blanks.min(BLANKS_MAX)));
            }
            "span" => {
                let style = attribute(element, "style-name")?;
                self.struck |= style.is_some_and(|style| struck.contains(&style));
            }
            "tab" => self.push(" "),
            "line-break" => self.push("\n"),
            _ => {}
        }
        Ok(())
    }

    pub fn end(&mut self, name: &str) {
        if name == "p" {
            self.in_paragraph = false;
        }
    }

    fn push(&mut self, blank: &str) {
        if let Some(text) = self.open_text() {
            text.push_str(blank);
        }
    }

    /// Where the text goes that is read next, if it belongs to what the cell shows.
    pub fn open_text(&mut self) -> Option<&mut String> {
        let open = self.in_paragraph;
        self.text.as_mut().filter(|text| open && text.len() < TEXT_BYTES)
    }

    /// Whether it has nothing to show.
    pub fn is_blank(&self) -> bool {
        self.kind.is_empty()
            && !self.formula
            && self.text.as_deref().is_none_or(|text| text.trim().is_empty())
    }

    /// What the cell shows.
    pub fn content(&self) -> Result<Cell, Problem> {
        let text = self.text.as_deref().map(str::trim);
        if self.error {
            return Ok(Cell::Fault(Fault::Error(text.unwrap_or_default().to_owned())));
        }
        let value = match (&self.value, text) {
            (None, None) if self.formula => return Ok(Cell::Fault(Fault::NotComputed)),
            (value, _) => value.as_deref().unwrap_or_default(),
        };
        Ok(match self.kind.as_str() {
            "float" | "percentage" | "currency" => {
                let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
                let number = number.ok_or_else(xml_damaged)?;
                // Programs that write no text leave the number as it is.
                text.map_or(Cell::Number(number), |text| shown_as(number, text))
            }
            "date" => match text {
                Some("") => Cell::Fault(Fault::Unclear(value.to_owned())),
                Some(text) if shows_month(text, value) => day::month(day::iso(value, false)),
                Some(text) if shows_year(text) => Cell::Fault(Fault::NoDate(text.to_owned())),
                text => day::iso(value, text.is_none_or(|text| text.contains(TIME_SIGNS))),
            },
            "time" => Cell::Fault(Fault::NoDate(cut(text.unwrap_or(value)).to_owned())),
            // LibreOffice stores an error as a text, older versions without saying that it is one.
            _ if self.formula && text.is_some_and(is_error) => {
                Cell::Fault(Fault::Error(text.unwrap_or_default().to_owned()))
            }
            _ => text_cell(text.unwrap_or(value)),
        })
    }
}

/// The numbers in a text.
fn numbers(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).collect()
}

/// Whether the date `value` shows its month without its day: 2022年9月, 2022-09, 09/2022, Sep-22.
fn shows_month(text: &str, value: &str) -> bool {
    if text.contains(['日', '号', ':']) {
        return false;
    }
    let named = text.starts_with(|c: char| c.is_ascii_alphabetic());
    match numbers(text).as_slice() {
        _ if text.ends_with(['月', '份']) => true,
        [one, two] if one.len() == 4 || two.len() == 4 => !named,
        [one, two] => {
            let day = value.get(8..10).and_then(|day| day.parse::<u8>().ok());
            ![one, two].into_iter().any(|number| number.parse() == Ok(day.unwrap_or_default()))
        }
        [_] => named,
        _ => false,
    }
}

/// Whether a date shows nothing but its year.
fn shows_year(text: &str) -> bool {
    let plain = text.trim_end_matches('年');
    plain.len() == 4 && numbers(plain) == [plain]
}

fn is_error(text: &str) -> bool {
    let sign = text.starts_with('#') && text.ends_with(['!', '?', 'A']);
    sign || text.starts_with("Err:")
}

/// A number of cells, at least one.
pub(super) fn count(text: &str) -> Result<usize, Problem> {
    text.trim().parse::<usize>().ok().filter(|count| *count > 0).ok_or_else(xml_damaged)
}
