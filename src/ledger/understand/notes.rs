//! What notes say of the units of a table.

use super::column::{Meaning, bare_unit};
use super::context::Found;
use super::head::Head;
use super::lookup::Lookup;
use super::plain::{Grid, is_blank, line, squash};
use super::title::Gathered;
use super::unit;
use super::words;
use crate::locales::{ledger as places, understanding as says};

/// What stands between 单位 and the unit that a note names.
const IS: &[&str] = &["均以", "都是", "应为", "改为", "实为", "均为", "为", "是", ":", "以", "按"];

/// What may stand behind the unit that a note names.
const ENDS: &[char] = &[')', '，', ',', '。', '；', ';', '、', '计'];

/// The unit of a line such as 单位：亩, without a bracket that it does not open.
pub(super) fn unit_in(text: &str) -> Option<String> {
    let unit = words::unit_in(text)?;
    let opens = unit.matches('(').count();
    let closes = unit.matches(')').count();
    let bare = if closes > opens { unit.trim_end_matches(')') } else { &unit };
    unit::is_unit(bare).then(|| bare.trim_start_matches(':').to_owned())
}

/// The units of a line such as 单位：亩、万元.
fn units_in(text: &str) -> Vec<String> {
    let squashed = squash(text);
    let Some((_, rest)) = squashed.split_once("单位:") else { return Vec::new() };
    let rest = rest.trim_end_matches(')');
    let parts: Vec<Option<String>> =
        rest.split(['、', '，', ',', '和', ';', '；']).map(bare_unit).collect();
    if parts.len() < 2 { Vec::new() } else { parts.into_iter().flatten().collect() }
}

/// The unit that a note says numbers to be in: 公顷 of 以上面积单位实为公顷.
pub(super) fn unit_of_note(text: &str) -> Option<String> {
    let squashed = squash(text);
    squashed.match_indices("单位").find_map(|(at, word)| {
        let mut rest = squashed.get(at + word.len()..)?;
        while let Some(behind) = IS.iter().find_map(|word| rest.strip_prefix(word)) {
            rest = behind;
        }
        let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]).collect::<Vec<_>>();
        ends.into_iter().rev().find_map(|end| {
            let (name, behind) = rest.split_at_checked(end)?;
            let whole = behind.is_empty() || behind.starts_with(ENDS);
            if whole { bare_unit(name) } else { None }
        })
    })
}

/// Gives columns without a unit the one of a title with several that fits, and asks where head and title differ.
pub(super) fn settle_units(
    grid: &Grid<'_>,
    head: &mut Head,
    gathered: &mut Gathered,
    found: &mut Found,
) {
    let above = grid.sheet.rows.iter().take(head.rows.start).filter(|row| !row.hidden);
    let cells = above.flat_map(|row| row.cells.iter().map(|cell| (row.number, cell)));
    let lists =
        cells.filter(|(_, cell)| !is_blank(cell)).map(|(number, cell)| (number, line(cell)));
    let Some((number, text, units)) = lists
        .map(|(number, text)| (number, text.clone(), units_in(&text)))
        .find(|(_, _, units)| !units.is_empty())
    else {
        return;
    };
    gathered.unit = None;
    for column in &mut head.columns {
        let Meaning::Item(code, _) = column.meaning else { continue };
        let factor = |unit: &str| unit::convert(1.0, unit, code).ok().map(|one| one.value);
        let fitting: Vec<&String> = units.iter().filter(|unit| factor(unit).is_some()).collect();
        match (column.unit.clone(), fitting.as_slice()) {
            (None, [one]) => column.unit = Some((*one).clone()),
            (Some(own), [_, ..]) if fitting.iter().all(|unit| factor(unit) != factor(&own)) => {
                let rule =
                    says::units_contradict(own, fitting.first().map_or("", |unit| unit.as_str()));
                found.add(places::place_row(number), &text, rule, says::write_one_unit());
            }
            _ => {}
        }
    }
}

/// Asks about lines below the rows that make their numbers other ones, or name another unit than the table.
pub(super) fn ask(
    grid: &Grid<'_>,
    head: &Head,
    gathered: &Gathered,
    last: usize,
    lookup: &Lookup<'_>,
    found: &mut Found,
) {
    let units: Vec<&str> = head
        .columns
        .iter()
        .filter_map(|column| column.unit.as_deref())
        .chain(gathered.unit.as_deref())
        .collect();
    for row in grid.sheet.rows.iter().filter(|row| row.number > last && !row.hidden) {
        for cell in row.cells.iter().filter(|cell| !is_blank(cell)) {
            let text = line(cell);
            if lookup.is_remark(&text) {
                continue;
            }
            let other = unit_of_note(&text).filter(|unit| !units.contains(&unit.as_str()));
            let rule = match (other, super::qualifiers::doubtful_in(&text)) {
                (Some(unit), _) => says::unit_of_note(unit),
                (None, Some(word)) => says::doubtful_line(word),
                (None, None) => continue,
            };
            let place = places::place_row(row.number);
            found.add(place, &text, rule, says::remark_way_out(text.as_ref()));
        }
    }
}

#[cfg(test)]
#[path = "notes_tests.rs"]
mod tests;
