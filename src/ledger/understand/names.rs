//! Names as offices write them: of items, villages and crops.

mod aliases;
mod asked;
mod crops;
mod villages;

use self::aliases::ALIASES;
use self::asked::{AMBIGUOUS, MEASURED, WORKED_OUT};
use super::super::codes::{code, codes_near, label};
use super::number::half_width;
use super::plain::squash;
use super::words::split_unit;
use crate::account::EntryCode;
use crate::core::{CropId, VillageId};
use crate::locales::{Lang, Text, cells as words, ledger};
use crate::water::Township;

/// What a name means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Named<T> {
    /// It is the name or the id, but for blanks and brackets.
    Exactly(T),
    /// An office's other name for it, such as 东门 for 东门村: shown to whoever confirms.
    Near(T),
    /// None, or more than one: asked. Rule and way out.
    Asked(Text, Text),
}

/// Names of a township that a message lists.
const NAMED: usize = 10;

/// The item that `text` names.
pub(super) fn item(text: &str) -> Named<EntryCode> {
    let text = text.trim();
    if let Some(known) = code(text) {
        return Named::Exactly(known);
    }
    let squashed = squash(&half_width(without_number(text)));
    let name = plain(split_unit(&squashed).0);
    let own = |code: &&EntryCode| {
        let known = code.name();
        [code.id(), &known.within(Lang::Chinese), &known.within(Lang::English)]
            .iter()
            .any(|known| plain(known) == name)
    };
    if let Some(known) = EntryCode::ALL.iter().find(own) {
        return Named::Exactly(*known);
    }
    if let Some((_, code)) = ALIASES.iter().find(|(aliases, _)| aliases.contains(&name.as_str())) {
        return Named::Near(*code);
    }
    let (rule, hint) = question(text).unwrap_or_else(|| {
        let near = codes_near(text);
        let hint = match text {
            "" => near,
            text => Text::clauses([near, words::say_as(in_one_line(text))]),
        };
        (ledger::not_a_code(), hint)
    });
    Named::Asked(rule, hint)
}

/// `text` as it is written behind --as.
fn in_one_line(text: &str) -> Text {
    Text::verbatim(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What to ask of a name that is known for no single code: rule and way out.
pub(super) fn question(text: &str) -> Option<(Text, Text)> {
    let squashed = squash(&half_width(without_number(text.trim())));
    let name = plain(split_unit(&squashed).0);
    let name = name.as_str();
    let head = in_one_line(text);
    let codes = |codes: &[EntryCode]| Text::list(codes.iter().map(|code| label(*code)));
    if let Some((_, code)) = MEASURED.iter().find(|(names, _)| names.contains(&name)) {
        let hint = words::enter_unmonitored(label(*code), head, as_option(*code));
        return Some((words::item_measured(), hint));
    }
    if let Some((_, of)) = AMBIGUOUS.iter().find(|(names, _)| names.contains(&name)) {
        let example = of.first().map(|code| as_option(*code)).unwrap_or_default();
        let hint = words::item_is_one_of(head, codes(of), example);
        return Some((words::item_not_clear(), hint));
    }
    let (_, parts) = WORKED_OUT.iter().find(|(names, _)| names.contains(&name))?;
    let leave = words::leave_it_out(head);
    let hint = match parts {
        [] => leave,
        parts => Text::clauses([words::enter_its_parts(codes(parts)), leave]),
    };
    Some((words::item_worked_out(), hint))
}

/// A code as it is written in an option: by its name, in English by its id.
fn as_option(code: EntryCode) -> Text {
    Text::both(code.name().within(Lang::Chinese), code.id())
}

/// The village that `text` names.
pub(super) fn village(text: &str, township: &Township) -> Named<VillageId> {
    villages::village(without_number(text.trim()), township)
}

/// The crop that `text` names.
pub(super) fn crop(text: &str, township: &Township) -> Named<CropId> {
    crops::crop(text.trim(), township)
}

/// Whether `text` is the whole township, or all villages together: 全乡, 全镇, 清源乡, 本乡.
pub(super) fn is_township(text: &str, township: &Township) -> bool {
    villages::is_township(text, township)
}

/// Whether `text` is the township's own office: 乡本级.
pub(super) fn is_own_level(text: &str) -> bool {
    plain(text).ends_with(villages::OWN_LEVEL)
}

/// A name without what is only a way of writing it: blanks, brackets, signs, width and case of letters.
fn plain(text: &str) -> String {
    let sign = |c: char| {
        c.is_whitespace() || c.is_control() || "()[]{}<>《》“”\"':,、，;；。.·-—_*/#".contains(c)
    };
    half_width(text).chars().filter(|c| !sign(*c)).flat_map(char::to_lowercase).collect()
}

/// `text` without the number of its line and without 其中: 受灾面积 of （1）其中：受灾面积.
fn without_number(text: &str) -> &str {
    let open = text.strip_prefix(['(', '（']);
    let from = open.unwrap_or(text);
    let rest =
        from.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
    let ends: &[char] =
        if open.is_some() { &[')', '）'] } else { &['.', '．', '、', ')', '）'] };
    let numbered = (rest.len() < from.len()).then(|| rest.strip_prefix(ends)).flatten();
    let text = numbered.unwrap_or(text).trim_start();
    text.strip_prefix("其中").map_or(text, |rest| rest.trim_start_matches(['：', ':', '，', ' ']))
}

/// The unit behind an item's name: 升 of 汽油（升）.
pub(super) fn unit_of_item(text: &str) -> Option<String> {
    if code(text.trim()).is_some() {
        return None;
    }
    split_unit(&squash(&half_width(text))).1
}

/// The way out where a name is none of the township's: the one that is near, else those that there are.
fn hint_of_unknown<'a>(
    text: &str,
    known: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Text {
    if let Some(near) = crate::core::nearest(text, known.clone().flat_map(|(id, name)| [id, name]))
    {
        return ledger::did_you_mean(near);
    }
    let names = Text::list(known.clone().take(NAMED).map(|(id, name)| format!("{id} {name}")));
    match known.count() {
        0..=NAMED => ledger::township_has(names),
        all => words::township_has_more(names, all),
    }
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
