//! An .ods workbook (OpenDocument 1.3, part 3 §9 and §19). Each cell holds the text that it shows beside its value.

use std::collections::BTreeSet;

use quick_xml::events::{BytesStart, Event};

use super::archive::{Archive, Xml, attribute, push_text};
use super::grid::{Budget, cut};
use super::ods_cell::OpenCell;
use super::ods_table::Table;
use super::{Book, problems};
use crate::core::Problem;
use crate::locales::book as words;

/// Most styles of hidden sheets, and of struck cells: more than there may be sheets. Engineering judgement for cells.
const STYLES_MAX: usize = 1_000;

/// Styles by their names.
#[derive(Default)]
struct Styles {
    /// Those of sheets that are hidden.
    hidden: BTreeSet<String>,
    /// Those of cells and texts that are struck through.
    struck: BTreeSet<String>,
}

impl Styles {
    /// Takes what the style `name` says of its sheet or its text.
    fn take(&mut self, name: &str, properties: &BytesStart<'_>) -> Result<(), Problem> {
        let line = |id| Ok::<_, Problem>(attribute(properties, id)?.is_some_and(|l| l != "none"));
        if properties.local_name().as_ref() == "table-properties" {
            let display = attribute(properties, "display")?;
            if display.as_deref() == Some("false") && self.hidden.len() < STYLES_MAX {
                self.hidden.insert(name.to_owned());
            }
        } else if (line("text-line-through-style")? || line("text-line-through-type")?)
            && self.struck.len() < STYLES_MAX
        {
            self.struck.insert(name.to_owned());
        }
        Ok(())
    }
}

/// Elements whose content is no cell, or not in the cell that it lies in: comments, drawings, old versions, links.
const LEFT_OUT: [&str; 6] =
    ["annotation", "shapes", "forms", "tracked-changes", "dde-links", "content-validations"];

/// Whether the archive is an .ods.
pub(super) fn is_one(archive: &mut Archive<'_>) -> Result<bool, Problem> {
    let kind = archive.begin("mimetype", 128)?;
    let spreadsheet = b"application/vnd.oasis.opendocument.spreadsheet";
    Ok(kind.starts_with(spreadsheet) && archive.has("content.xml"))
}

/// Reads the workbook.
pub(super) fn read(archive: &mut Archive<'_>) -> Result<Book, Problem> {
    if is_encrypted(archive)? {
        return Err(problems::has_password());
    }
    let missing = || problems::damaged(words::part_missing("content.xml"));
    let xml = archive.xml("content.xml")?.ok_or_else(missing)?;
    let mut budget = Budget::default();
    let mut book = Book { sheets: Vec::new(), lettered: true };
    content(xml, &mut budget, &mut book)?;
    Ok(book)
}

fn is_encrypted(archive: &mut Archive<'_>) -> Result<bool, Problem> {
    let Some(mut manifest) = archive.xml("META-INF/manifest.xml")? else {
        return Ok(false);
    };
    while let Some(event) = manifest.next()? {
        if let Event::Start(element) = event
            && element.local_name().as_ref() == "encryption-data"
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads the sheets, one after the other.
fn content(mut xml: Xml<'_>, budget: &mut Budget, book: &mut Book) -> Result<(), Problem> {
    let mut styles = Styles::default();
    let mut style = String::new();
    let mut left_out = 0_usize;
    while let Some(event) = xml.next()? {
        let table = match &event {
            Event::Start(_) if left_out > 0 => {
                left_out += 1;
                continue;
            }
            Event::End(_) if left_out > 0 => {
                left_out -= 1;
                continue;
            }
            Event::Start(element) => match element.local_name().as_ref() {
                name if LEFT_OUT.contains(&name) => {
                    left_out = 1;
                    continue;
                }
                "style" => {
                    style = attribute(element, "name")?.unwrap_or_default();
                    continue;
                }
                "table-properties" | "text-properties" => {
                    styles.take(&style, element)?;
                    continue;
                }
                "table" => {
                    let name = attribute(element, "name")?.unwrap_or_default();
                    let style = attribute(element, "style-name")?.unwrap_or_default();
                    Table::new(budget, cut(&name).to_owned(), styles.hidden.contains(&style))?
                }
                _ => continue,
            },
            _ => continue,
        };
        book.sheets.push(table_of(&mut xml, table, &styles)?);
    }
    Ok(())
}

/// Reads the sheet whose element has begun.
fn table_of(
    xml: &mut Xml<'_>,
    mut table: Table<'_>,
    styles: &Styles,
) -> Result<super::Sheet, Problem> {
    // Elements that are open within the sheet, and those of them within something that is left out.
    let (mut depth, mut left_out) = (1_usize, 0_usize);
    let mut cell: Option<OpenCell> = None;
    while let Some(event) = xml.next()? {
        match &event {
            Event::Start(element) => {
                depth += 1;
                if left_out > 0 || is_left_out(element, cell.is_some()) {
                    left_out += 1;
                    continue;
                }
                match element.local_name().as_ref() {
                    "table-column" => table.column(element, &styles.struck)?,
                    "table-row" => table.open_row(element)?,
                    "table-cell" | "covered-table-cell" => {
                        cell = Some(OpenCell::new(element, &styles.struck)?);
                    }
                    name => {
                        if let Some(cell) = &mut cell {
                            cell.start(name, element, &styles.struck)?;
                        }
                    }
                }
            }
            Event::End(element) => {
                depth -= 1;
                if depth == 0 {
                    return table.finish();
                }
                if left_out > 0 {
                    left_out -= 1;
                    continue;
                }
                match element.local_name().as_ref() {
                    "table-row" => table.close_row()?,
                    "table-cell" | "covered-table-cell" => {
                        if let Some(cell) = cell.take() {
                            table.cell(&cell)?;
                        }
                    }
                    name => {
                        if let Some(cell) = &mut cell {
                            cell.end(name);
                        }
                    }
                }
            }
            event if left_out == 0 => {
                if let Some(text) = cell.as_mut().and_then(OpenCell::open_text) {
                    push_text(event, text)?;
                }
            }
            _ => {}
        }
    }
    table.finish()
}

/// Whether what lies in `element` is left out: a table or a drawing within a cell, too.
fn is_left_out(element: &BytesStart<'_>, in_cell: bool) -> bool {
    let name = element.local_name();
    let drawing = element.name().as_ref().starts_with("draw:");
    LEFT_OUT.contains(&name.as_ref()) || drawing || in_cell && name.as_ref() == "table"
}

#[cfg(test)]
#[path = "ods_tests.rs"]
mod tests;
