//! Checks an office's templates: fills them with all figures, with parts of them and with none, and looks through the
//! text that is fixed in the wording.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::render::{self, Section, Templates, WORDING, WORDING_EN, about};
use super::subsets::Wording;
use crate::core::Period;
use crate::figures::{
    Claim, Class, Figure, FigureId, Findings, Hedge, SIGNIFICANT, Statement, Totals, Value,
    Verdict, phrase, phrase_en,
};
use crate::locales::{Lang, Text, figures, report as words, within};
use crate::water::Township;

/// Words of a denial or of completeness: a statement that needs evidence, and so has to come from a figure.
const STATEMENTS: [&str; 5] = ["未有", "未出现", "没有出现", "无一", "全部解决"];
/// The same in English, in lower case.
const STATEMENTS_EN: [&str; 4] = ["nobody", "no one ", "not a single", "all solved"];

/// All faults of the templates in `templates_dir`, or of the built-in ones, each with its place.
pub fn check_templates(templates_dir: Option<&Path>) -> Vec<Text> {
    let mut faults = Vec::new();
    let templates = Templates::read(templates_dir);
    for lang in Lang::ALL {
        let template = lang.pick(WORDING, WORDING_EN);
        match render::source(templates_dir, template) {
            Ok(source) => {
                let outside = without_comments(&source);
                faults.extend(numbers(template, &outside));
                faults.extend(statements(lang, template, &outside));
                if let Ok(templates) = &templates {
                    faults.extend(parts(templates, lang, template, &outside));
                }
            }
            Err(error) => faults.push(error.text()),
        }
    }
    match templates {
        Ok(templates) => faults.extend(documents(&templates)),
        Err(error) => faults.push(error.text()),
    }
    faults.sort_by_cached_key(Text::to_string);
    faults.dedup();
    faults
}

/// The faults that show where figures of a sentence are missing.
fn parts(templates: &Templates, lang: Lang, template: &'static str, source: &str) -> Vec<Text> {
    let at = Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC);
    let about = within(lang, || about(&township(), period(), &at));
    let words = |id| said(id, Some(Sample::Rounded)).unwrap_or_else(|| id.spec().name());
    Wording { templates, lang, template, about, source, words }.faults()
}

fn period() -> Period {
    Period { from: date(2001, 8, 1), to: date(2001, 9, 1) }
}

fn township() -> Township {
    Township {
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
    }
}

/// The errors of the documents that are filled with all figures, in several wordings, and with none.
fn documents(templates: &Templates) -> Vec<Text> {
    let mut faults = Vec::new();
    let township = township();
    for (case, sample) in [
        (words::with_every_figure(), Some(Sample::Rounded)),
        (words::with_exact_figures(), Some(Sample::Exact)),
        (words::with_known_parts(), Some(Sample::Part)),
        (words::without_figures(), None),
    ] {
        let statement = statement(sample);
        for lang in Lang::ALL {
            let section =
                Section::new(templates, lang, &township, &statement, Timestamp::UNIX_EPOCH);
            let filled = section.and_then(|section| section.markdown().and(section.html()));
            if let Err(error) = filled {
                faults.push(words::fault_with(error.text(), &case));
            }
        }
    }
    faults
}

/// A template without its comments. Their line breaks are kept, so that the line numbers stay right.
fn without_comments(source: &str) -> String {
    let mut outside = String::new();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("{#") {
        outside.push_str(before);
        let (comment, next) = after.split_once("#}").unwrap_or((after, ""));
        outside.extend(comment.chars().filter(|c| *c == '\n'));
        rest = next;
    }
    outside + rest
}

/// Numbers in the wording that do not come from a figure: next year they are wrong.
fn numbers(template: &str, outside: &str) -> Vec<Text> {
    let fault = |(index, line): (usize, &str)| {
        let at = line.find(|c: char| c.is_ascii_digit())?;
        let number: String = line[at..].chars().take_while(char::is_ascii_digit).collect();
        Some(words::fixed_number(template, index + 1, number))
    };
    outside.lines().enumerate().filter_map(fault).collect()
}

/// Statements in the wording that do not come from a figure: they are printed whether or not they are proved.
fn statements(lang: Lang, template: &str, outside: &str) -> Vec<Text> {
    let fixed: &[&'static str] = lang.pick(&STATEMENTS, &STATEMENTS_EN);
    let fault = |(index, line): (usize, &str)| {
        let line = line.to_lowercase();
        let said = fixed.iter().find(|said| line.contains(**said))?;
        Some(words::fixed_statement(template, index + 1, said.trim()))
    };
    outside.lines().enumerate().filter_map(fault).collect()
}

/// How the figures that the templates are filled with are worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sample {
    /// With the hedge of the catalogue.
    Rounded,
    /// Without a hedge.
    Exact,
    /// As the part that is known.
    Part,
}

impl Sample {
    fn value(self) -> f64 {
        match self {
            Self::Rounded | Self::Part => 12_345.0,
            Self::Exact => 55.0,
        }
    }
}

/// A statement in which every figure has words.
pub(super) fn every_figure() -> Statement {
    statement(Some(Sample::Rounded))
}

fn statement(sample: Option<Sample>) -> Statement {
    Statement {
        period: period(),
        figures: FigureId::ALL.iter().map(|id| figure(*id, sample)).collect(),
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

/// The words of the figure `id`, for example; its name where they are neither number and unit nor known here.
fn said(id: FigureId, sample: Option<Sample>) -> Option<Text> {
    let (sample, spec) = (sample?, id.spec());
    let month = || Text::both("8", "August 2001");
    match id {
        FigureId::OnsetMonth => return Some(figures::since_month(month())),
        FigureId::InspectionMonth => return Some(figures::in_month(month())),
        FigureId::ChannelsDry => return Some(figures::some_channels_dry()),
        FigureId::PondsDry => return Some(figures::some_ponds_dry()),
        FigureId::DrinkingDifficulty => return Some(figures::nobody_short(figures::throughout())),
        _ => {}
    }
    let Some((hedge, unit)) = spec.print else { return Some(spec.name()) };
    let value = sample.value();
    let hedges = match sample {
        Sample::Rounded | Sample::Exact => [hedge, Hedge::Exact],
        Sample::Part => [Hedge::Above, Hedge::Exact],
    };
    let hedge = hedges.into_iter().find(|h| phrase(value, *h, unit, SIGNIFICANT).is_some())?;
    let zh = phrase(value, hedge, unit, SIGNIFICANT)?;
    let said = Text::both(zh, phrase_en(value, hedge, unit, SIGNIFICANT)?);
    Some(if sample == Sample::Part { figures::known_part(said) } else { said })
}

fn figure(id: FigureId, sample: Option<Sample>) -> Figure {
    let said = said(id, sample);
    let value = match (sample, id.spec().unit) {
        (Some(_), "月") => Value::Day(period().from),
        (Some(sample), _) => Value::Number(sample.value()),
        (None, _) => Value::Absent,
    };
    let within = |lang| said.as_ref().map(|words| words.within(lang));
    Figure {
        value,
        class: Class::Entered,
        claim: Claim { verdict: Verdict::Proved, grounds: Vec::new() },
        phrase: within(Lang::Chinese),
        phrase_en: within(Lang::English),
        words: said,
        ..Figure::absent(id, period(), env!("CARGO_PKG_VERSION"))
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
            (
                "{% if c.funds_invested.phrase %}达{{ c.funds_invested.phrase }}{% endif %}",
                "with figures known in part",
            ),
            ("好\n\n整个旱情期间未有一人缺水。", "line 3: “未有” is fixed in the wording"),
            ("受灾{{ c.area_affected.phrase }}。", "nothing can be said of this figure"),
            ("好\n{{ f.channels_dry.value | plain }}", "line 2: the wording may only use what"),
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

    /// Lines as they stood in the wording of earlier versions, and what breaks in them.
    #[test]
    fn a_sentence_that_breaks_where_one_part_is_there_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let macros = "{%- macro part(before, phrase, after='') -%}\n\
            {%- if phrase %}{{ before }}{{ phrase }}{{ after }}{% endif -%}\n{%- endmacro -%}\n\
            {%- macro sentence(parts, opening='') -%}\n\
            {%- set said = parts | select | list -%}\n\
            {%- if said %}{{ opening }}{{ said | join('，') }}。{% endif -%}\n{%- endmacro -%}\n";
        for (line, expected) in [
            (
                "抗旱救灾方面，{{ sentence([part('', f.onset_month.phrase), \
                    part('农作物受灾', f.area_affected.phrase)]) }}",
                "with only month in which the drought began: “8月份以来” says nothing",
            ),
            (
                "抗旱救灾方面，{{ part('受灾', c.area_affected.phrase, '。') }}",
                "the last mark in “抗旱救灾方面，”",
            ),
            (
                "面对旱情，全乡上下保苗保收{{ part('，投入资金', c.funds_invested.phrase) }}。",
                "without any figure: “面对旱情，全乡上下保苗保收” says nothing",
            ),
            (
                "{{ part('整个旱情期间', f.drinking_difficulty.phrase, '。') }}",
                "“整个旱情期间” stands twice",
            ),
            (
                "解决{{ c.villages_served.phrase or '' }}{{ part('解决', c.groups_served.phrase) }}饮水",
                "“解决” stands twice",
            ),
        ] {
            std::fs::write(dir.path().join(WORDING), format!("{macros}{line}")).unwrap();
            let faults = check_templates(Some(dir.path()));
            let said = |fault: &Text| fault.to_string().contains(expected);
            assert!(faults.iter().any(said), "{line}: {faults:?}");
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
