//! Checks an office's templates: renders them with all figures, with none, and with numbers that no hedge expresses.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::date;

use super::render::{self, Section, WORDING};
use crate::core::Period;
use crate::figures::{
    Class, Figure, FigureId, Findings, Hedge, SIGNIFICANT, Statement, Totals, Value, phrase,
    phrase_en,
};
use crate::water::Township;

/// Pairs of marks that show that a clause between them was left out.
const PAIRS: [&str; 10] =
    ["，，", "，。", "，；", "；。", "；；", "。。", "、，", "、。", "：。", "（）"];

/// All faults of the templates in `templates_dir`, or of the built-in ones, each with its place.
pub fn check_templates(templates_dir: Option<&Path>) -> Vec<String> {
    let mut faults = Vec::new();
    match render::source(templates_dir, WORDING) {
        Ok(source) => faults.extend(numbers(&source)),
        Err(error) => faults.push(error.to_string()),
    }
    let township = Township {
        name: "本乡".into(),
        zone: "Asia/Shanghai".into(),
        day_start_hour: 0,
        villages: Vec::new(),
        stations: Vec::new(),
        crops: Vec::new(),
        irrigation: None,
        demand: None,
        climate: None,
        drought_grades: String::new(),
    };
    for (name, value) in [
        ("with every figure", Some(12_345.0)),
        ("with exact figures", Some(55.0)),
        ("with figures that are 0", Some(0.0)),
        ("without any figure", None),
    ] {
        let statement = statement(value);
        let section = Section::new(templates_dir, &township, &statement, Timestamp::UNIX_EPOCH);
        let checked = section.and_then(|section| {
            section.markdown()?;
            section.html()?;
            section.english()?;
            Ok(section.paragraphs)
        });
        match checked {
            Ok(paragraphs) => {
                for paragraph in &paragraphs {
                    let broken = PAIRS.iter().find(|pair| paragraph.contains(**pair));
                    let begins = paragraph.starts_with(['，', '。', '；', '、']);
                    if let Some(pair) = broken.copied().or(begins.then_some("the first mark")) {
                        faults.push(format!(
                            "template {WORDING}, {name}: {pair} in “{paragraph}”; move the marks into the optional clause"
                        ));
                    }
                }
            }
            Err(error) => faults.push(format!("{error} ({name})")),
        }
    }
    faults.sort();
    faults.dedup();
    faults
}

/// Numbers in the wording that do not come from a figure: next year they are wrong.
fn numbers(source: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut outside = String::new();
    let mut rest = source;
    // Comments may contain numbers. Their line breaks are kept, so that the line numbers stay right.
    while let Some((before, after)) = rest.split_once("{#") {
        outside.push_str(before);
        let (comment, next) = after.split_once("#}").unwrap_or((after, ""));
        outside.extend(comment.chars().filter(|c| *c == '\n'));
        rest = next;
    }
    outside.push_str(rest);
    for (index, line) in outside.lines().enumerate() {
        if let Some(at) = line.find(|c: char| c.is_ascii_digit()) {
            let number: String = line[at..].chars().take_while(char::is_ascii_digit).collect();
            faults.push(format!(
                "template {WORDING}, line {}: the number {number} is fixed in the wording; take it from a figure",
                index + 1
            ));
        }
    }
    faults
}

fn statement(value: Option<f64>) -> Statement {
    let period = Period { from: date(2001, 8, 1), to: date(2001, 9, 1) };
    Statement {
        period,
        figures: FigureId::ALL.iter().map(|id| figure(*id, value, period)).collect(),
        findings: Findings { found: Vec::new(), checked: 0, unchecked: Vec::new() },
        comparisons: Vec::new(),
        earlier: Vec::new(),
        villages: Vec::new(),
        totals: Totals::of(&[], &[]),
        sources: Vec::new(),
        pumps: Vec::new(),
        days: Vec::new(),
        entries: Vec::new(),
        pending: Vec::new(),
    }
}

fn figure(id: FigureId, value: Option<f64>, period: Period) -> Figure {
    let spec = id.spec();
    let words = |value: f64| match spec.print {
        Some((hedge, unit)) => {
            let hedge = [hedge, Hedge::Exact]
                .into_iter()
                .find(|hedge| phrase(value, *hedge, unit, SIGNIFICANT).is_some())?;
            let zh = phrase(value, hedge, unit, SIGNIFICANT)?;
            Some((zh, phrase_en(value, hedge, unit, SIGNIFICANT)?))
        }
        None => Some((spec.name_zh.to_owned(), spec.name_en.to_owned())),
    };
    let words = value.and_then(words);
    Figure {
        value: match (value, spec.unit) {
            (Some(_), "月") => Value::Day(period.from),
            (Some(value), _) => Value::Number(value),
            (None, _) => Value::Absent,
        },
        class: Class::Entered,
        phrase: words.as_ref().map(|w| w.0.clone()),
        phrase_en: words.map(|w| w.1),
        ..Figure::absent(id, period, env!("CARGO_PKG_VERSION"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_templates_have_no_fault() {
        assert_eq!(check_templates(None), Vec::<String>::new());
    }

    #[test]
    fn every_fault_is_reported_with_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(WORDING);
        for (text, expected) in [
            ("好\n投入65台", "line 2: the number 65"),
            ("{# 2022 #}好", ""),
            ("受灾{{ f.area_affected.phrase }}，绝收{{ f.area_failde.phrase }}", "area_failde"),
            (
                "受灾{{ f.area_affected.phrase or \"\" }}，{{ f.area_failed.phrase or \"\" }}。",
                "，。",
            ),
            ("{{ f.area_affected.phrase or \"\" }}，完。", "the first mark"),
            ("约{{ f.area_affected.phrase or \"\" }}。", "two hedges"),
            ("{{ f.area_affected.phrase", "syntax error"),
        ] {
            std::fs::write(&path, text).unwrap();
            let faults = check_templates(Some(dir.path()));
            if expected.is_empty() {
                assert_eq!(faults, Vec::<String>::new(), "{text}");
            } else {
                assert!(faults.iter().any(|f| f.contains(expected)), "{text}: {faults:?}");
            }
        }
    }
}
