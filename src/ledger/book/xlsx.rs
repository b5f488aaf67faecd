//! An .xlsx workbook: its sheets, shared strings and number formats. ECMA-376-1 §18 describes the parts.
//!
//! The parts are read here event by event, and not by calamine, which keeps all shared strings and styles whole, and
//! tells neither hidden rows nor columns.

use quick_xml::events::Event;

use super::archive::{Archive, attribute, is_true, push_text, xml_damaged};
use super::day::Epoch;
use super::grid::{Budget, cut};
use super::problems;
use super::styles::Styles;
use super::{Book, CELLS_MAX, xlsx_sheet};
use crate::core::Problem;
use crate::locales::book as words;

/// Most bytes of all shared strings.
const STRINGS_MAX: usize = 32 << 20;

/// Bytes of a text after which no more is read of it: more than are kept of it.
pub(super) const TEXT_BYTES: usize = 4 << 10;

/// Relations of a part that are looked at; a workbook has one for each sheet and some more.
const RELATIONS_MAX: usize = 10_000;

/// The texts of a workbook that cells share.
#[derive(Debug, Default)]
pub(super) struct Strings {
    all: String,
    /// Where each ends in `all`.
    ends: Vec<usize>,
    /// Those of which a part is struck through, in order.
    struck: Vec<usize>,
}

impl Strings {
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let begin = match index {
            0 => 0,
            _ => *self.ends.get(index - 1)?,
        };
        self.all.get(begin..end)
    }

    /// Whether a part of the text is struck through.
    pub fn is_struck(&self, index: usize) -> bool {
        self.struck.binary_search(&index).is_ok()
    }

    /// Notes that a part of the text that comes next is struck through.
    fn strike_next(&mut self) {
        let next = self.ends.len();
        if self.struck.last() != Some(&next) {
            self.struck.push(next);
        }
    }

    /// Bytes that they take.
    pub fn cost(&self) -> usize {
        self.all.len() + (self.ends.len() + self.struck.len()) * size_of::<usize>()
    }

    pub fn push(&mut self, text: &str) -> Result<(), Problem> {
        self.all.push_str(cut(text));
        if self.all.len() > STRINGS_MAX {
            return Err(problems::too_much_text());
        }
        if self.ends.len() >= CELLS_MAX {
            return Err(problems::too_many_cells());
        }
        self.ends.push(self.all.len());
        Ok(())
    }
}

/// What the cells of all sheets refer to.
#[derive(Debug, Default)]
pub(super) struct Common {
    pub strings: Strings,
    pub styles: Styles,
    pub epoch: Epoch,
}

/// A relation of a part to another.
struct Relation {
    id: String,
    kind: String,
    target: String,
}

/// The part with the workbook, if the archive says where.
pub(super) fn main_part(archive: &mut Archive<'_>) -> Result<Option<String>, Problem> {
    let relations = relations(archive, "_rels/.rels", "")?;
    let main = relations.into_iter().find(|relation| relation.kind.ends_with("/officeDocument"));
    Ok(main.map(|main| main.target))
}

/// Reads the workbook in the part `main`.
pub(super) fn read(archive: &mut Archive<'_>, main: &str) -> Result<Book, Problem> {
    let (folder, name) = main.rsplit_once('/').unwrap_or(("", main));
    let relations = relations(archive, &format!("{folder}/_rels/{name}.rels"), folder)?;
    let part = |kind: &str| {
        let found = relations.iter().find(|relation| relation.kind.ends_with(kind));
        found.map(|relation| relation.target.as_str())
    };
    let mut common = Common::default();
    let sheets = workbook(archive, main, &mut common)?;
    if let Some(part) = part("/styles") {
        styles(archive, part, &mut common.styles)?;
    }
    if let Some(part) = part("/sharedStrings") {
        strings(archive, part, &mut common.strings)?;
    }
    let mut budget = Budget::default();
    budget.memory(common.strings.cost())?;
    let mut book = Book { sheets: Vec::new(), lettered: true };
    for sheet in sheets {
        let missing = || problems::damaged(words::part_missing(&sheet.name));
        let relation = relations.iter().find(|relation| relation.id == sheet.relation);
        let relation = relation.ok_or_else(missing)?;
        // A sheet with a chart or a dialogue has no cells.
        if relation.kind.ends_with("/worksheet") {
            let missing = || problems::damaged(words::part_missing(&relation.target));
            let xml = archive.xml(&relation.target)?.ok_or_else(missing)?;
            let sheet = xlsx_sheet::read(xml, sheet.name, sheet.hidden, &common, &mut budget)?;
            book.sheets.push(sheet);
        }
    }
    Ok(book)
}

fn relations(
    archive: &mut Archive<'_>,
    part: &str,
    folder: &str,
) -> Result<Vec<Relation>, Problem> {
    let mut found = Vec::new();
    let Some(mut xml) = archive.xml(part.trim_start_matches('/'))? else {
        return Ok(found);
    };
    while let Some(event) = xml.next()? {
        let Event::Start(element) = event else {
            continue;
        };
        if element.local_name().as_ref() == "Relationship" && found.len() < RELATIONS_MAX {
            let text = |name| Ok::<_, Problem>(attribute(&element, name)?.unwrap_or_default());
            let target = full_name(folder, &text("Target")?);
            found.push(Relation { id: text("Id")?, kind: text("Type")?, target });
        }
    }
    Ok(found)
}

/// The name of a part in the archive, of which a part in `folder` says `target`.
fn full_name(folder: &str, target: &str) -> String {
    let (from, target) = match target.strip_prefix('/') {
        Some(whole) => ("", whole),
        None => (folder, target),
    };
    let mut names: Vec<&str> = from.split('/').filter(|name| !name.is_empty()).collect();
    for name in target.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    names.join("/")
}

/// A sheet as the workbook lists it.
struct Listed {
    name: String,
    hidden: bool,
    relation: String,
}

fn workbook(
    archive: &mut Archive<'_>,
    part: &str,
    common: &mut Common,
) -> Result<Vec<Listed>, Problem> {
    let missing = || problems::damaged(words::part_missing(part));
    let mut sheets = Vec::new();
    let mut budget = Budget::default();
    let mut xml = archive.xml(part)?.ok_or_else(missing)?;
    while let Some(event) = xml.next()? {
        let Event::Start(element) = event else {
            continue;
        };
        match element.local_name().as_ref() {
            "workbookPr" if is_true(attribute(&element, "date1904")?.as_deref()) => {
                common.epoch = Epoch::Since1904;
            }
            "sheet" => {
                budget.sheet()?;
                let state = attribute(&element, "state")?;
                sheets.push(Listed {
                    name: attribute(&element, "name")?
                        .map_or_else(String::new, |name| cut(&name).to_owned()),
                    hidden: matches!(state.as_deref(), Some("hidden" | "veryHidden")),
                    relation: attribute(&element, "id")?.unwrap_or_default(),
                });
            }
            _ => {}
        }
    }
    Ok(sheets)
}

fn styles(archive: &mut Archive<'_>, part: &str, styles: &mut Styles) -> Result<(), Problem> {
    let Some(mut xml) = archive.xml(part)? else {
        return Ok(());
    };
    let mut of_cells = false;
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(element) => {
                let number = |name| {
                    let number = attribute(&element, name)?.unwrap_or_default();
                    Ok::<_, Problem>(number.trim().parse::<u16>().unwrap_or_default())
                };
                match element.local_name().as_ref() {
                    "cellXfs" => of_cells = true,
                    // Formats of differences stand in other elements and have no number of their own.
                    "numFmt" => {
                        let code = attribute(&element, "formatCode")?.unwrap_or_default();
                        styles.define(number("numFmtId")?, &code);
                    }
                    "font" => styles.font(false),
                    "strike" if xlsx_sheet::is_on(&element)? => styles.strike(),
                    "xf" if of_cells => {
                        let font = usize::from(number("fontId")?);
                        if !styles.push(number("numFmtId")?, font) {
                            return Err(xml_damaged());
                        }
                    }
                    _ => {}
                }
            }
            // What follows has formats of other things.
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => return Ok(()),
            _ => {}
        }
    }
    Ok(())
}

fn strings(archive: &mut Archive<'_>, part: &str, strings: &mut Strings) -> Result<(), Problem> {
    let Some(mut xml) = archive.xml(part)? else {
        return Ok(());
    };
    let mut text = String::new();
    // How text is spoken stands beside it and is not shown.
    let (mut in_text, mut spoken) = (false, false);
    while let Some(event) = xml.next()? {
        match &event {
            Event::Start(element) => match element.local_name().as_ref() {
                "si" => text.clear(),
                "rPh" => spoken = true,
                "strike" if xlsx_sheet::is_on(element)? => strings.strike_next(),
                "t" => in_text = !spoken,
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "si" => strings.push(unescaped(&text).as_ref())?,
                "rPh" => spoken = false,
                "t" => in_text = false,
                _ => {}
            },
            event if in_text && text.len() < TEXT_BYTES => push_text(event, &mut text)?,
            _ => {}
        }
    }
    Ok(())
}

/// `text` with characters instead of `_x000D_` and the like, by which a part writes what XML cannot hold.
pub(super) fn unescaped(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains("_x") {
        return text.into();
    }
    let mut made = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        made.push_str(before);
        let digits = from.get(2..6).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let c = digits.filter(|_| from.get(6..7) == Some("_"));
        let c = c.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        let taken = if c.is_some() { 7 } else { 2 };
        made.extend(c);
        if c.is_none() {
            made.push_str("_x");
        }
        rest = from.get(taken..).unwrap_or_default();
    }
    made.push_str(rest);
    made.into()
}

#[cfg(test)]
#[path = "xlsx_tests.rs"]
mod tests;
