//! Checks an office's templates: fills them with all figures, with parts of them and with none, and looks through the
//! text that is fixed in the wording.

use std::path::Path;
use std::{fs, io};

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::blocks::Choice;
use super::fixed::{WORDING, WORDING_EN, fixed, without_comments};
use super::render::{self, Section, Templates, about};
use super::subsets::Wording;
use crate::core::Period;
use crate::figures::{
    Claim, Class, Figure, FigureId, Findings, Hedge, SIGNIFICANT, Statement, Totals, Value,
    Verdict, phrase, phrase_en,
};
use crate::locales::{Lang, Text, figures, foreign, report as words, within};
use crate::water::Township;

/// All faults of the templates in `templates_dir`, or of the built-in ones, each with its place.
pub fn check_templates(templates_dir: Option<&Path>) -> Vec<Text> {
    let mut faults = templates_dir.map(files).unwrap_or_default();
    let templates = Templates::read(templates_dir);
    for lang in Lang::ALL {
        let template = lang.pick(WORDING, WORDING_EN);
        match render::source(templates_dir, template) {
            Ok(source) => {
                faults.extend(fixed(lang, template, &source));
                let outside = without_comments(&source);
                // Those of the program have been tried with it.
                let own = templates_dir.is_none() || !render::is_built_in(template, &source);
                if let Some(templates) = templates.as_ref().ok().filter(|_| own) {
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

/// What is not read of the office's directory: files that are no templates, and a directory without any.
fn files(dir: &Path) -> Vec<Text> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return vec![words::no_templates_there(dir)];
        }
        Err(error) => return vec![words::templates_unreadable(dir, foreign::error(&error))],
    };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    // What an editor keeps beside a file begins with a dot.
    let names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    let (own, other): (Vec<&String>, Vec<&String>) =
        names.iter().partition(|name| render::names().any(|known| known == name.as_str()));
    if own.is_empty() {
        let mut faults = vec![words::no_templates_there(dir)];
        faults.extend(other.into_iter().map(words::no_template_of_this_name));
        return faults;
    }
    let missing: Vec<&str> =
        render::names().filter(|known| !own.iter().any(|name| name == known)).collect();
    let fault = |name: &String| match missing.is_empty() {
        true => words::no_template_of_this_name(name),
        false => words::not_one_of_the_templates(name, Text::list(missing.iter().copied())),
    };
    other.into_iter().map(fault).collect()
}

/// The faults that show where figures of a sentence are missing.
fn parts(templates: &Templates, lang: Lang, template: &'static str, source: &str) -> Vec<Text> {
    let at = Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC);
    let about = within(lang, || about(&township(), (period(), true), &at, Choice::default()));
    let words = |id: FigureId| said(id, Some(Sample::Rounded)).unwrap_or_else(|| id.spec().name());
    Wording { templates, lang, template, about, source, words: &words }.faults()
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
    let (mut faults, mut seen) = (Vec::new(), Vec::new());
    let township = township();
    let with_all = (templates, Choice::default());
    for (case, sample) in [
        (words::with_every_figure(), Some(Sample::Rounded)),
        (words::with_exact_figures(), Some(Sample::Exact)),
        (words::with_known_parts(), Some(Sample::Part)),
        (words::without_figures(), None),
    ] {
        let statement = statement(sample);
        for lang in Lang::ALL {
            let section =
                Section::new(with_all, lang, &township, &statement, Timestamp::UNIX_EPOCH);
            let filled = section.and_then(|section| section.markdown().and(section.html()));
            let Err(error) = filled else { continue };
            let text = error.text();
            if !seen.contains(&text) {
                faults.push(words::fault_with(&text, &case));
                seen.push(text);
            }
        }
    }
    faults
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

/// A share, for example.
const PERCENT: u8 = 38;

/// The words of the figure `id`, for example; its name where they are neither number and unit nor known here.
fn said(id: FigureId, sample: Option<Sample>) -> Option<Text> {
    let (sample, spec) = (sample?, id.spec());
    let month = || Text::both("8", "August 2001");
    match id {
        FigureId::OnsetMonth => return Some(figures::since_month(month())),
        FigureId::InspectionMonth => return Some(figures::in_month(month())),
        FigureId::ChannelsDry => return Some(figures::some_channels_dry()),
        FigureId::PondsDry => return Some(figures::some_ponds_dry()),
        FigureId::ResponseLevel => return Some(figures::response("Ⅳ")),
        FigureId::RainAnomaly => return Some(words::rain_less(PERCENT)),
        FigureId::StorageAnomaly => return Some(words::storage_less(PERCENT)),
        FigureId::StorageOfPlan => return Some(words::of_plan(PERCENT)),
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
    let verdict = if sample == Some(Sample::Part) { Verdict::Open } else { Verdict::Proved };
    Figure {
        value,
        class: Class::Entered,
        claim: Claim { verdict, grounds: Vec::new() },
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
            ("好\n投入65台、七个、十余座", "line 2: the number 65"),
            ("好\n投入65台、七个、十余座", "line 2: the number 七"),
            ("好\n投入65台、七个、十余座", "line 2: the number 十余"),
            ("{{ c.gasoline_used.phrase | replace('约', '') }}", "the number “1”"),
            ("{{ c.channels_dry.phrase[1:] }}", "the number 1"),
            ("{{ c.channels_dry.phrase | replace('部分', '') }}", "is only a part of"),
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
            ("未发生火灾，饮水无忧。", "line 1: “无忧” is fixed in the wording"),
            ("未发生火灾，饮水无忧。", "line 1: “未发生” is fixed in the wording"),
            ("{{ '杜绝' ~ c.area_failed.phrase }}", "“杜绝” is fixed in the wording"),
            ("无人机巡查。", ""),
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

    #[test]
    fn what_is_fixed_in_english_is_found_in_texts_and_not_in_code() {
        let dir = tempfile::tempdir().unwrap();
        for (text, expected) in [
            ("{% if c.area_failed.phrase_en is not none %}Crops failed.{% endif %}", None),
            ("There was no fire, and nobody fled.", Some("“nobody” is fixed")),
            ("{{ 'None of it ' ~ c.area_failed.words }}", Some("“none” is fixed")),
            ("We saw seven fires.", Some("the number seven")),
        ] {
            std::fs::write(dir.path().join(WORDING_EN), text).unwrap();
            let faults = check_templates(Some(dir.path()));
            let fixed = faults.iter().map(Text::to_string).filter(|fault| fault.contains("fixed"));
            let fixed: Vec<String> = fixed.collect();
            match expected {
                Some(expected) => assert!(fixed.iter().any(|f| f.contains(expected)), "{fixed:?}"),
                None => assert_eq!(fixed, Vec::<String>::new()),
            }
        }
    }

    #[test]
    fn files_that_are_not_read_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let faults = || {
            let faults = check_templates(Some(dir.path()));
            faults.iter().map(Text::to_string).collect::<Vec<_>>()
        };
        let none = faults();
        assert!(none.len() == 1 && none[0].contains("has none of the templates"), "{none:?}");
        std::fs::write(dir.path().join("drought-relief.txt.j2.txt"), "好").unwrap();
        let named = faults();
        assert!(named.iter().any(|f| f.contains("drought-relief.txt.j2.txt")), "{named:?}");
        assert_eq!(named.len(), 2);
        std::fs::write(dir.path().join(WORDING), "好").unwrap();
        let read = faults();
        let [fault] = &read[..] else { panic!("{read:?}") };
        for part in ["drought-relief.txt.j2.txt", WORDING_EN] {
            assert!(fault.contains(part), "{fault}");
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
