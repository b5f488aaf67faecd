//! Checks an office's templates: renders them with all figures, with none, and with numbers that no hedge expresses.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::date;

use super::render::{self, Section, Templates, WORDING, WORDING_EN};
use crate::core::Period;
use crate::figures::{
    Class, Figure, FigureId, Findings, Hedge, SIGNIFICANT, Statement, Totals, Value, phrase,
    phrase_en,
};
use crate::locales::{Lang, Text, report as words};
use crate::water::Township;

/// Pairs of marks that show that a clause between them was left out.
const PAIRS: [&str; 10] =
    ["，，", "，。", "，；", "；。", "；；", "。。", "、，", "、。", "：。", "（）"];
/// The same in English.
const PAIRS_EN: [&str; 8] = [",,", ", ,", ",.", "; ;", ";;", ";.", "..", ": ;"];

/// All faults of the templates in `templates_dir`, or of the built-in ones, each with its place.
pub fn check_templates(templates_dir: Option<&Path>) -> Vec<Text> {
    let mut faults = Vec::new();
    for wording in [WORDING, WORDING_EN] {
        match render::source(templates_dir, wording) {
            Ok(source) => faults.extend(numbers(wording, &source)),
            Err(error) => faults.push(error.text()),
        }
    }
    match Templates::read(templates_dir) {
        Ok(templates) => faults.extend(rendered(&templates)),
        Err(error) => faults.push(error.text()),
    }
    faults.sort_by_cached_key(Text::to_string);
    faults.dedup();
    faults
}

/// The faults that show once the templates are filled with all figures, with none, and with unusual ones.
fn rendered(templates: &Templates) -> Vec<Text> {
    let mut faults = Vec::new();
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
    for (case, value) in [
        (words::with_every_figure(), Some(12_345.0)),
        (words::with_exact_figures(), Some(55.0)),
        (words::with_zero_figures(), Some(0.0)),
        (words::without_figures(), None),
    ] {
        let statement = statement(value);
        for lang in Lang::ALL {
            let section =
                Section::new(templates, lang, &township, &statement, Timestamp::UNIX_EPOCH);
            let checked = section.and_then(|section| {
                section.markdown()?;
                section.html()?;
                Ok(section.paragraphs)
            });
            match checked {
                Ok(paragraphs) => {
                    let broken = paragraphs.iter().filter_map(|p| broken_marks(lang, &case, p));
                    faults.extend(broken);
                }
                Err(error) => faults.push(words::fault_with(error.text(), &case)),
            }
        }
    }
    faults
}

/// Marks in `paragraph` that show that a clause between them was left out.
fn broken_marks(lang: Lang, case: &Text, paragraph: &str) -> Option<Text> {
    let (template, pairs, first): (_, &[&str], &[char]) = match lang {
        Lang::Chinese => (WORDING, &PAIRS, &['，', '。', '；', '、']),
        Lang::English => (WORDING_EN, &PAIRS_EN, &[',', '.', ';', ':']),
    };
    let broken = pairs.iter().find(|pair| paragraph.contains(**pair));
    let marks = match broken {
        Some(pair) => Text::verbatim(pair),
        None if paragraph.starts_with(first) => words::first_mark(),
        None => return None,
    };
    Some(words::broken_marks(template, case, marks, paragraph))
}

/// Numbers in the wording that do not come from a figure: next year they are wrong.
fn numbers(template: &str, source: &str) -> Vec<Text> {
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
            faults.push(words::fixed_number(template, index + 1, number));
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
        caveats: Vec::new(),
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
        words: words.as_ref().map(|w| Text::both(w.0.clone(), w.1.clone())),
        phrase_en: words.map(|w| w.1),
        ..Figure::absent(id, period, env!("CARGO_PKG_VERSION"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_templates_have_no_fault() {
        assert_eq!(check_templates(None), Vec::<Text>::new());
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
                assert_eq!(faults, Vec::<Text>::new(), "{text}");
            } else {
                let said = |fault: &Text| fault.to_string().contains(expected);
                assert!(faults.iter().any(said), "{text}: {faults:?}");
            }
        }
    }

    #[test]
    fn faults_are_said_in_both_languages() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(WORDING), "受灾{{ f.area_affected.phrase or \"\" }}，。")
            .unwrap();
        std::fs::write(
            dir.path().join(WORDING_EN),
            "Hit: {{ f.area_affected.phrase_en or \"\" }};.",
        )
        .unwrap();
        let said: Vec<String> = check_templates(Some(dir.path()))
            .iter()
            .flat_map(|fault| Lang::ALL.map(|lang| fault.within(lang)))
            .collect();
        for expected in [
            "模板 drought-relief.txt.j2，指标都没有数据时：“受灾，。”里的 ，。；把标点移到可省略的分句里",
            "template drought-relief.en.txt.j2, without any figure: ;. in “Hit: ;.”; move the marks into the optional clause",
        ] {
            assert!(said.iter().any(|line| line == expected), "{said:?}");
        }
    }
}
